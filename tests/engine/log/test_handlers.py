"""Log lines: harmless, tracebacks included, and in a private file of bounded size."""

from __future__ import annotations

import errno
import io
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.log.handlers import (
    CONTINUED,
    FILE_SIZE,
    LogRing,
    MaskingFormatter,
    attach,
    detach,
    log_to_file,
    tell_left_out,
)
from engine.log.rate import BURST, UNPACED

SOCKET = "rabbitmq:me:s3cret@127.0.0.1/q"
FORGED = "2026-01-01 00:00:00,000 INFO    all is well"
WORDS = f"\x1b]52;c;aGFybWxlc3M=\x07no\u202e\x9b2J\x7f\r\n{FORGED}\u2028{FORGED}"
"""What a peer may say."""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Takes off what a test puts on the root logger."""
    root = logging.getLogger()
    handlers, level, is_raising = list(root.handlers), root.level, logging.raiseExceptions
    yield
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    logging.raiseExceptions = is_raising


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
    for _ in range(600):
        logging.getLogger("engine").info("%s", "x" * 4_000, extra=UNPACED)
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
    assert texts[-1].startswith(f"{CONTINUED}ValueError: rabbitmq:me:•••@")


def failed(words: str) -> logging.LogRecord:
    """A record whose message and traceback hold a peer's words."""
    try:
        raise ValueError(words)
    except ValueError:
        return logging.LogRecord("engine", logging.ERROR, "", 0, "%s failed: %s", (SOCKET, words), sys.exc_info())


def test_no_words_of_a_peer_steer_the_terminal_or_look_like_a_line() -> None:
    first, *further = MaskingFormatter().format(failed(WORDS)).split("\n")
    assert all(line.isprintable() for line in (first, *further))
    assert r"\x1b]52;c;aGFybWxlc3M=\x07no\u202e\x9b2J\x7f\r\n2026-01-01" in first
    assert all(line.startswith(CONTINUED) for line in further)
    assert any("all is well" in line for line in further)


def test_every_handler_gets_harmless_lines(tmp_path: Path) -> None:
    path, ring = tmp_path / "switchboard.log", LogRing()
    log_to_file(path)
    attach(ring)
    logging.getLogger().handle(failed(WORDS))
    detach(ring)
    written = path.read_text().splitlines()
    kept = [line.text for line in ring.since(0)]
    assert len(written) == len(kept) > 5
    assert all(line.isprintable() for line in (*written, *kept))
    assert not any(line.startswith("2026-01-01") for line in (*written, *kept))
    assert "s3cret" not in "".join(written + kept)


def test_a_line_that_cannot_be_formatted_is_told_and_masked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "switchboard.log"
    log_to_file(path)
    logging.getLogger("engine.x").info(f"%d {SOCKET}", SOCKET)
    text = path.read_text()
    assert "a line of engine.x that cannot be formatted (TypeError): %d rabbitmq:me:•••@" in text
    printed = capsys.readouterr()
    assert "s3cret" not in text + printed.out + printed.err


class FullDisk(io.StringIO):
    """Nothing can be written there."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "no space left")


def test_what_cannot_be_written_is_not_printed_past_the_mask(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "switchboard.log"
    log_to_file(path)
    handler = logging.getLogger().handlers[-1]
    assert isinstance(handler, logging.FileHandler)
    before = handler.setStream(FullDisk())
    logging.getLogger("engine").error("cannot reach %s", SOCKET)
    handler.setStream(before)
    assert "s3cret" not in capsys.readouterr().err


@pytest.mark.parametrize("older", [None, 0o644, 0o666])
def test_the_file_is_its_owners_alone(tmp_path: Path, older: int | None) -> None:
    path, rotated = tmp_path / "switchboard.log", tmp_path / "switchboard.log.1"
    if older is not None:
        for file in (path, rotated):
            file.write_text("older\n")
            file.chmod(older)
    mask = os.umask(0)
    try:
        log_to_file(path)
        logging.getLogger("engine").info("ours")
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().endswith("ours\n")
    assert not rotated.exists() or rotated.stat().st_mode & 0o777 == 0o600


def test_a_flood_leaves_a_bounded_log_that_says_how_much_it_lacks(tmp_path: Path) -> None:
    path, ring = tmp_path / "switchboard.log", LogRing()
    tell_left_out()
    log_to_file(path)
    attach(ring)
    for number in range(5_000):
        logging.getLogger("engine").info("line %d", number)
    tell_left_out()
    detach(ring)
    *lines, last = path.read_text().splitlines()
    assert len(lines) < 2 * BURST
    assert f"{5_000 - len(lines):,} lines were left out here within " in last
    assert [line.text for line in ring.since(0)][-1] in last
    assert len(ring.since(0)) == len(lines) + 1
