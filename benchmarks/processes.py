"""The processes of a measurement: receivers that count, and sides that send."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

WAIT_S = 20.0
"""Longest time for receivers to have read everything; what is missing then is lost."""


class Child:
    """A process that is spoken to in lines. It is ended by its id."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._name = " ".join([module, *arguments])
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def say(self, line: str) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self, limit_s: float | None = None) -> str:
        """The next line. A limit is for processes that tell one line at a time.

        Raises:
            RuntimeError: the process ended; its own words are on standard error.
            TimeoutError: it told nothing within so many seconds.
        """
        assert self._process.stdout is not None
        if limit_s is not None and not select.select([self._process.stdout], [], [], limit_s)[0]:
            raise TimeoutError(f"{self._name} told nothing for {limit_s:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._name} ended with {self._process.wait()}")
        return line.strip()

    def close(self) -> None:
        """Close its standard input and wait for its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Receivers(Child):
    """A process with `count` listening ports of one kind."""

    def __init__(self, kind: str, count: int) -> None:
        super().__init__("benchmarks.receivers", kind, str(count))
        self.ports: list[int] = json.loads(self.hear())["ports"]

    def report(self) -> dict[str, Any]:
        """What has come so far."""
        self.say("report")
        report: dict[str, Any] = json.loads(self.hear())
        return report

    def wait_for(self, measure: str, wanted: int) -> dict[str, Any]:
        """The report once so many `messages` or `bytes` have come over all ports, or have not come for too long."""
        deadline = time.monotonic() + WAIT_S
        while sum((report := self.report())[measure]) < wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        return report


AnyChild = TypeVar("AnyChild", bound=Child)


@contextmanager
def closing(made: AnyChild) -> Iterator[AnyChild]:
    """Closes a process in the end."""
    try:
        yield made
    finally:
        made.close()
