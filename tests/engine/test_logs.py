"""Log lines: masked, tracebacks included, and in a file of bounded size."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.logs import FILE_SIZE, LogRing, MaskingFormatter, log_to_file

SOCKET = "rabbitmq:me:s3cret@127.0.0.1/q"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Takes off what a test puts on the root logger."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_a_password_in_an_argument_is_masked() -> None:
    record = logging.LogRecord("engine", logging.INFO, "", 0, "cannot reach %s", (SOCKET,), None)
    line = MaskingFormatter().format(record)
    assert "s3cret" not in line
    assert line.endswith("cannot reach rabbitmq:me:•••@127.0.0.1/q")


def test_a_password_in_a_traceback_is_masked() -> None:
    try:
        raise ValueError(SOCKET)
    except ValueError:
        record = logging.LogRecord("engine", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    line = MaskingFormatter().format(record)
    assert "Traceback" in line
    assert "s3cret" not in line


def test_a_file_takes_our_information_and_only_warnings_of_libraries(tmp_path: Path) -> None:
    path = tmp_path / "below" / "switchboard.log"
    log_to_file(path)
    logging.getLogger("engine.core").info("ours")
    logging.getLogger("library").info("chatter")
    logging.getLogger("library").warning("trouble")
    text = path.read_text()
    assert "ours" in text
    assert "trouble" in text
    assert "chatter" not in text


def test_a_log_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "switchboard.log"
    log_to_file(path)
    for _ in range(30):
        logging.getLogger("engine").info("%s", "x" * 100_000)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["switchboard.log", "switchboard.log.1"]
    assert all(file.stat().st_size <= FILE_SIZE for file in files)


def test_the_ring_keeps_the_last_lines_masked() -> None:
    ring = LogRing(capacity=3)
    for number in range(5):
        ring.handle(logging.LogRecord("engine", logging.INFO, "", 0, "line %d of %s", (number, SOCKET), None))
    lines = ring.since(0)
    assert [line.number for line in lines] == [3, 4, 5]
    assert lines[-1].text == "line 4 of rabbitmq:me:•••@127.0.0.1/q"
    assert ring.since(5, 10) == lines[-1:]
    assert ring.since(6) == ()


def test_each_line_of_a_traceback_is_a_line() -> None:
    ring = LogRing()
    try:
        raise ValueError(SOCKET)
    except ValueError:
        ring.handle(logging.LogRecord("engine", logging.ERROR, "", 0, "failed", (), sys.exc_info()))
    texts = [line.text for line in ring.since(0)]
    assert texts[0] == "failed"
    assert texts[-1].startswith("ValueError: rabbitmq:me:•••@")
