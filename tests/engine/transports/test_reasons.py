"""Failures of the system are told in words."""

from __future__ import annotations

import errno
import os
import socket
import ssl

import pytest

from engine.transports.reasons import reason_of


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ECONNREFUSED, "Connection refused"), "connection refused"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "connection reset by the peer"),
        (BrokenPipeError(errno.EPIPE, "x"), "connection closed by the peer"),
        (OSError(errno.ENOSPC, "No space left on device", "/var/log/events"), "disk full"),
        (OSError(errno.EBUSY, "whatever"), os.strerror(errno.EBUSY).lower()),
        (OSError("in words already"), "in words already"),
        (TimeoutError(), "timed out"),
        (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), "timed out"),
        (socket.gaierror(socket.EAI_NONAME, "Name not known"), "host name not found (Name not known)"),
        (ValueError("odd"), "odd"),
        (ValueError(), "ValueError"),
    ],
)
def test_the_words(error: BaseException, reason: str) -> None:
    assert reason_of(error) == reason


def test_a_tls_failure_says_so() -> None:
    error = ssl.SSLError(1, "[SSL] no shared cipher (_ssl.c:1000)")
    error.reason = "NO_SHARED_CIPHER"
    assert reason_of(error) == "TLS failed: NO_SHARED_CIPHER"


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_errno_shows_its_number(number: int) -> None:
    reason = reason_of(OSError(number, os.strerror(number)))
    assert reason
    assert "Errno" not in reason
    assert not reason.startswith("[")
