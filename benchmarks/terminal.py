"""A pseudo terminal: what is written to it is read, as a real one reads it, and thrown away."""

from __future__ import annotations

import errno
import os
import pty
import termios
import threading
import time
from typing import Self

COLUMNS, ROWS = 160, 48
KEPT = 65_536
"""Bytes of the newest output that can be searched."""


class Terminal:
    """160x48, with a thread that reads. A program opens it by its `path`."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        termios.tcsetwinsize(self._slave, (ROWS, COLUMNS))
        self.path = os.ttyname(self._slave)
        self.written = 0
        """Bytes that programs wrote so far."""
        self._newest = b""
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="terminal")
        self._reader.start()

    def press(self, key: str) -> None:
        """Press a key, after which only new output is searched."""
        with self._news:
            self._newest = b""
        os.write(self._master, key.encode())

    def wait_for(self, text: str, limit_s: float = 20.0) -> float:
        """Wait until a text is drawn; the moment when it was read (monotonic seconds).

        Raises:
            RuntimeError: it was not; the message ends with what was drawn last.
        """
        with self._news:
            if not self._news.wait_for(lambda: text.encode() in self._newest, limit_s):
                raise RuntimeError(f"{text!r} was not drawn within {limit_s} s, but {self._newest[-2_000:]!r}")
            return time.monotonic()

    def __enter__(self) -> Self:
        """It exists already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread; the program has ended."""
        os.close(self._slave)
        self._reader.join()
        os.close(self._master)

    def _read(self) -> None:
        while output := self._output():
            with self._news:
                self.written += len(output)
                self._newest = (self._newest + output)[-KEPT:]
                self._news.notify_all()

    def _output(self) -> bytes:
        try:
            return os.read(self._master, KEPT)
        except OSError as error:
            if error.errno == errno.EIO:
                return b""  # nobody holds the other end any more
            raise
