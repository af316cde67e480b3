"""A program that forwards lines of syslog: where it is, what it is asked to do, and a private instance of it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, ClassVar, NamedTuple

from tests.support.rabbitmq import free_port

START_LIMIT_S = 10.0
STOP_LIMIT_S = 10.0
TICKS_S = os.sysconf("SC_CLK_TCK")


class Work(NamedTuple):
    """What a forwarder does with the lines that it reads."""

    policy: str
    """PARALLEL, FAILOVER or ROUND-ROBIN; empty for a file."""
    kind: str
    """`udp`, `tcp` or `file`."""
    ports: tuple[int, ...]
    """The members' ports on 127.0.0.1, in order; empty for a file."""
    path: str = ""
    """The file, where there is one."""
    retries: bool = False
    """Whether what nobody takes waits until somebody does."""


class Forwarder(ABC):
    """One program, and how it is configured for a row."""

    name: ClassVar[str]
    package: ClassVar[str]
    """Debian's."""
    version_option: ClassVar[str]
    has_one_port: ClassVar[bool] = False
    """Whether the members of its FAILOVER differ in their addresses alone: 127.0.0.1, .2, ..."""

    def missing(self) -> str:
        """Why it is left out, and how to get it; empty when it is installed."""
        return "" if self.binary() else f"{self.name} is not installed; get it with: apt-get install {self.package}"

    def version(self) -> str:
        """The version that it names.

        Raises:
            RuntimeError: it names none.
        """
        said = subprocess.run(
            [*self.base(), self.version_option], env=self.environment(), capture_output=True, text=True, check=True
        )
        numbers = re.search(r"\d+\.\d+\.\d+", said.stdout)
        if numbers is None:
            raise RuntimeError(f"{self.name} does not say its version: {said.stdout[:200]!r}")
        return numbers.group()

    def environment(self) -> dict[str, str]:
        """What it is started with."""
        return dict(os.environ)

    def base(self) -> list[str]:
        """The program with the options that every call needs."""
        return [self.binary()]

    @abstractmethod
    def binary(self) -> str:
        """Where the program is; empty when it is not installed."""

    @abstractmethod
    def cannot(self, policy: str, kind: str) -> str:
        """Why it cannot honestly do that row; empty when it can."""

    @abstractmethod
    def config(self, work: Work, port: int) -> str:
        """The configuration that reads lines on this TCP port and does that work."""

    @abstractmethod
    def options(self, config: Path) -> Sequence[str]:
        """The options for a private instance in the foreground, with all its files beside its configuration."""


def found(program: str) -> str:
    """Where a program is, also where only root looks for it; empty when it is nowhere."""
    return shutil.which(program, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin") or ""


class Instance:
    """A running forwarder. It is ended by the id of its process."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int) -> None:
        self._name = name
        self._process = process
        self.port = port

    def wait_until_listening(self) -> None:
        """Return as soon as it takes connections.

        Raises:
            RuntimeError: it ended, or does not listen in time; its words are on standard error.
        """
        deadline = time.monotonic() + START_LIMIT_S
        while not self._listens():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self._name} does not listen on port {self.port}; ended: {ended}")
            time.sleep(0.02)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except ConnectionRefusedError:
            return False
        return True

    def cpu_s(self) -> tuple[float, float]:
        """Processor time so far, user and system, of all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) / TICKS_S, int(fields[12]) / TICKS_S

    def peak_memory_kib(self) -> int:
        """The most memory that it ever had in use."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0])

    def stop(self) -> None:
        """Ask it to end, and end it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def running(forwarder: Forwarder, work: Work, words: IO[bytes] | None = None) -> Iterator[Instance]:
    """A private instance that does that work, with its files in a directory of its own.

    Args:
        forwarder: which program.
        work: what it does.
        words: where it writes what it says; None is standard error.
    """
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
        port = free_port()
        config = Path(directory) / "forwarder.conf"
        config.write_text(forwarder.config(work, port))
        process = subprocess.Popen(
            [*forwarder.base(), *forwarder.options(config)],
            env=forwarder.environment(),
            cwd=directory,
            stdout=words,
            stderr=words,
        )
        instance = Instance(forwarder.name, process, port)
        try:
            instance.wait_until_listening()
            yield instance
        finally:
            instance.stop()
