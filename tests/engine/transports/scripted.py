"""A socket that does as it is told, for errors that real ones show too rarely."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping


class ScriptedSocket:
    """Takes datagrams; the n-th send (from 0) fails with the error given for it."""

    family = socket.AF_INET

    def __init__(self, failures: Mapping[int, int], pending: tuple[int, ...] = ()) -> None:
        self.sent: list[bytes] = []
        self._failures = failures
        self._pending = list(pending)
        self._sends = 0

    def send(self, data: memoryview) -> int:
        """As `socket.send`."""
        failure = self._failures.get(self._sends)
        self._sends += 1
        if failure is None:
            self.sent.append(bytes(data))
            return len(data)
        if failure == errno.EAGAIN:
            raise BlockingIOError(failure, os.strerror(failure))
        raise OSError(failure, os.strerror(failure))

    def getsockopt(self, _level: int, _option: int) -> int:
        """The pending errors, one each time, then none."""
        return self._pending.pop(0) if self._pending else 0

    def close(self) -> None:
        """Nothing to release."""
