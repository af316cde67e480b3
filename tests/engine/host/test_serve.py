"""`serve` as a service manager meets it: a process, signals, a log on stderr and an exit code."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.sockets import udp_receivers

LIMIT_S = 20.0
RUNS = "runs on"
WITH_ANOTHER_CHECK = """
import sys
from pathlib import Path
from engine.config import check_process as apart
apart.PROGRAM = sys.argv[1]
from engine.host.serve import serve
sys.exit(serve(Path(sys.argv[2])))
"""
DIES = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
FORGED = "2026-01-01 00:00:00,000 INFO    all is well"
WORDS = f"\x1b]52;c;aGFybWxlc3M=\x07\r\n{FORGED}\u2028\u202e\x9b2J"
"""What a peer may say."""


class Served:
    """A process that serves a configuration; its log is read as it is written."""

    def __init__(self, file: Path, check: str | None = None) -> None:
        """`check` stands in for the program that checks the file again."""
        command = ["-m", "engine"] if check is None else ["-c", WITH_ANOTHER_CHECK, check]
        self.process = subprocess.Popen(
            [sys.executable, *command, str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)

    def wait_for(self, text: str) -> str:
        """The first line of the log that holds `text`, as soon as it is there."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            found = next((line for line in tuple(self.log) if text in line), None)
            if found is not None:
                return found
            assert time.monotonic() < deadline, f"no {text!r} in {self.log}"
            assert self.process.poll() is None or self._reader.is_alive(), f"ended without {text!r}: {self.log}"
            time.sleep(0.01)

    def end(self, number: signal.Signals | None = None) -> int:
        """Wait for the end, after a signal if one is given; the exit code."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(LIMIT_S)
        self._reader.join()
        return code


class Serve(Protocol):
    """Serves a configuration text."""

    def __call__(self, text: str, check: str | None = None) -> Served: ...


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "switchboard.yaml"


@pytest.fixture
def serve(file: Path) -> Iterator[Serve]:
    """Serves a configuration text; ends what a failed test leaves."""
    started: list[Served] = []

    def start(text: str, check: str | None = None) -> Served:
        file.write_text(text)
        started.append(Served(file, check))
        return started[-1]

    yield start
    for served in started:
        served.process.kill()
        served.end()
        assert served.process.stdout is not None
        assert served.process.stderr is not None
        served.process.stdout.close()
        served.process.stderr.close()


def subscriptions(*sockets: str) -> str:
    entries = "".join(f"  - event: E_PIKE_BLOCKED\n    socket: {each}\n" for each in sockets)
    return f"stop_timeout: 0.5\nsubscriptions:\n{entries}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(serve: Serve, number: signal.Signals) -> None:
    served = serve(subscriptions("udp:127.0.0.1:9"))
    served.wait_for(RUNS)
    assert served.end(number) == 0
    assert f"stopping on {number.name}" in "".join(served.log)
    assert "stopped: 0 events taken" in served.log[-1]


def test_a_hangup_applies_the_difference(serve: Serve, file: Path) -> None:
    served = serve(subscriptions("udp:127.0.0.1:9", "udp:127.0.0.1:10"))
    served.wait_for(RUNS)
    file.write_text(subscriptions("udp:127.0.0.1:9", "rabbitmq:me:s3cret@127.0.0.1/q"))
    served.process.send_signal(signal.SIGHUP)
    served.wait_for("1 subscriptions unchanged")
    served.wait_for("E_PIKE_BLOCKED udp:127.0.0.1:10 ended: the configuration no longer has it")
    served.wait_for("added: E_PIKE_BLOCKED rabbitmq:me:")
    assert served.end(signal.SIGTERM) == 0
    assert "s3cret" not in "".join(served.log)


def test_a_bad_file_changes_nothing_and_the_log_says_why(serve: Serve, file: Path) -> None:
    with udp_receivers(1) as (receiver,):
        text = subscriptions(receiver.address) + "lab: {generator: {events: [E_PIKE_BLOCKED], rate: 100}}\n"
        served = serve(text)
        served.wait_for(RUNS)
        file.write_text(text.replace("udp:", "upd:"))
        served.process.send_signal(signal.SIGHUP)
        served.wait_for(f"{file}:4:13: ")
        served.wait_for("not reloaded, everything stays as it was")
        receiver.read()
        before = len(receiver.received)
        deadline = time.monotonic() + LIMIT_S
        while len(receiver.read()) < before + 10:
            assert time.monotonic() < deadline, "events flow no more"
            time.sleep(0.01)
        assert served.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    "text", ["label: !!timestamp hello\n", "label: A\n" + "[" * 900, "label: \x07\n"], ids=["tag", "deep", "no text"]
)
def test_whatever_a_file_holds_the_engine_goes_on_and_says_what_is_wrong(serve: Serve, file: Path, text: str) -> None:
    served = serve(subscriptions("udp:127.0.0.1:9"))
    served.wait_for(RUNS)
    file.write_text(text)
    served.process.send_signal(signal.SIGHUP)
    served.wait_for(f"ERROR   {file}:")
    served.wait_for("not reloaded, everything stays as it was")
    file.write_text(subscriptions("udp:127.0.0.1:9", "udp:127.0.0.1:10"))
    served.process.send_signal(signal.SIGHUP)
    served.wait_for("added: E_PIKE_BLOCKED udp:127.0.0.1:10")
    assert served.end(signal.SIGTERM) == 0
    assert "Traceback" not in "".join(served.log)


def test_a_check_that_dies_does_not_take_the_engine_with_it(serve: Serve, file: Path) -> None:
    served = serve(subscriptions("udp:127.0.0.1:9"), DIES)
    served.wait_for(RUNS)
    for _ in range(2):
        served.process.send_signal(signal.SIGHUP)
        served.wait_for("found one whose check is ended by signal 11")
        served.wait_for("not reloaded, everything stays as it was")
        served.log.clear()
    assert served.end(signal.SIGTERM) == 0


def test_a_check_that_hangs_does_not_keep_the_engine_from_stopping(serve: Serve, file: Path, tmp_path: Path) -> None:
    began = tmp_path / "began"
    served = serve(subscriptions("udp:127.0.0.1:9"), f"import time; open({str(began)!r}, 'w').close(); time.sleep(600)")
    served.wait_for(RUNS)
    served.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + LIMIT_S
    while not began.exists():
        assert time.monotonic() < deadline, "the check never began"
        time.sleep(0.01)
    assert served.end(signal.SIGTERM) == 0


def test_a_reload_names_some_of_many_and_counts_the_others(serve: Serve, file: Path) -> None:
    served = serve(subscriptions("udp:127.0.0.1:9"))
    served.wait_for(RUNS)
    file.write_text(subscriptions("udp:127.0.0.1:9", *(f"udp:127.0.0.1:{port}" for port in range(1_001, 1_301))))
    served.process.send_signal(signal.SIGHUP)
    served.wait_for("added: and 250 more")
    served.wait_for("1 subscriptions unchanged")
    assert served.end(signal.SIGTERM) == 0
    assert sum("added: E_PIKE_BLOCKED" in line for line in served.log) == 50


@pytest.mark.parametrize("text", ["label: !!timestamp hello\n", "[" * 900], ids=["tag", "deep"])
def test_a_file_that_its_reader_fails_on_is_told_in_words_at_the_start_as_well(serve: Serve, text: str) -> None:
    served = serve(text)
    assert served.end() == 2
    assert "Traceback" not in "".join(served.log)
    assert "not started: " in served.log[-1]


def test_it_does_not_start_on_a_bad_file(serve: Serve, file: Path) -> None:
    served = serve("subscriptions:\n  - event: E_PIKE_BLOCKED\n    sokcet: udp:127.0.0.1:9\n")
    assert served.end() == 2
    assert f"{file}:3:5: " in "".join(served.log)


def test_a_taken_port_is_an_error_in_words(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        served = serve(f"mi: {{http: '{where}'}}\n")
        assert served.end() == 1
    assert f"MI cannot listen on {where}" in served.log[-1]
    assert "Traceback" not in "".join(served.log)


def test_the_log_tells_which_member_failed(serve: Serve) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    generator = "lab: {generator: {events: [E_PIKE_BLOCKED], rate: 20}}\n"
    served = serve(subscriptions(f"udp:127.0.0.1:{closed}") + generator)
    assert "WARNING" in served.wait_for(f"E_PIKE_BLOCKED: udp:127.0.0.1:{closed} failed: ")
    assert served.end(signal.SIGTERM) == 0


def answering_with(words: str, listener: socket.socket) -> None:
    """Answer every request of the first connection with an error in these words."""
    with closing(listener.accept()[0]) as connection:
        decoder, waiting = json.JSONDecoder(), ""
        while data := connection.recv(65_536):
            waiting += data.decode()
            while waiting:
                request, end = decoder.raw_decode(waiting)
                waiting = waiting[end:].lstrip()
                error = {"jsonrpc": "2.0", "id": request["id"], "error": {"code": 1, "message": words}}
                connection.sendall(json.dumps(error).encode())


def test_the_words_of_a_peer_neither_steer_the_terminal_nor_look_like_lines(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answering_with, args=(WORDS, listener))
        thread.start()
        port = listener.getsockname()[1]
        options = "transports: {tcp: {sync_mode: true}}\nlab: {generator: {events: [E_PIKE_BLOCKED], rate: 20}}\n"
        served = serve(subscriptions(f"tcp:127.0.0.1:{port}") + options)
        served.wait_for(f"tcp:127.0.0.1:{port} failed: ")
        served.wait_for(" undelivered, the last because: ")
        assert served.end(signal.SIGTERM) == 0
        thread.join(LIMIT_S)
    assert all(line.removesuffix("\n").isprintable() for line in served.log)
    assert not any(line.startswith("2026-01-01") for line in served.log)
    assert any("all is well" in line for line in served.log)
