"""Failures of the system in the words that an operator reads."""

from __future__ import annotations

import errno
import os
import socket
import ssl

_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset by the peer",
    errno.EPIPE: "connection closed by the peer",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "no route to the network",
    errno.ETIMEDOUT: "timed out",
    errno.ENOENT: "no such file or directory",
    errno.EACCES: "permission denied",
    errno.ENOSPC: "disk full",
    errno.EDQUOT: "disk quota used up",
    errno.EROFS: "file system is read-only",
    errno.EISDIR: "is a directory",
    errno.EMFILE: "too many open files",
    errno.EMSGSIZE: "message too long",
    errno.ENOBUFS: "no buffer space",
}


def reason_of(error: BaseException) -> str:
    """What went wrong, in a few words without errno numbers; never empty."""
    if isinstance(error, TimeoutError) and not error.args:
        return "timed out"
    if isinstance(error, socket.gaierror):
        return f"host name not found ({error.strerror or error})"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, OSError) and error.errno is not None:
        return _WORDS.get(error.errno) or os.strerror(error.errno).lower()
    return str(error) or type(error).__name__
