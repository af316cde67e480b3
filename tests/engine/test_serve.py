"""`serve` as a service manager meets it: a process, signals, a log on stderr and an exit code."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.sockets import udp_receivers

LIMIT_S = 20.0
RUNS = "runs on"


class Served:
    """A process that serves a configuration; its log is read as it is written."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine", str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
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


Serve = Callable[[str], Served]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "switchboard.yaml"


@pytest.fixture
def serve(file: Path) -> Iterator[Serve]:
    """Serves a configuration text; ends what a failed test leaves."""
    started: list[Served] = []

    def start(text: str) -> Served:
        file.write_text(text)
        started.append(Served(file))
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
