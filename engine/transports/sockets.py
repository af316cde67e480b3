"""Connected, non-blocking sockets."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Sequence

from engine.transports.resolver import Endpoint

KEEPALIVE_IDLE_S = 10
"""An idle connection asks the peer's machine after so long whether it is still there."""

SILENCE_MIN_MS = 3000
"""The kernel is not told to give up earlier than this: a lost packet alone costs it some hundred milliseconds."""


def connected_datagram(endpoint: Endpoint) -> socket.socket:
    """A datagram socket to one receiver. Raises OSError."""
    made = socket.socket(endpoint.family, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        made.connect(endpoint.sockaddr)
        _refuse_itself(made)
    except BaseException:
        made.close()
        raise
    return made


async def connected_stream(endpoint: Endpoint, timeout_ms: int) -> socket.socket:
    """A TCP socket, connected; the kernel gives it up when the peer's machine is silent for `timeout_ms`.

    Raises:
        OSError: when the connection was not made.
    """
    made = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _notice_silence(made, timeout_ms)
        await asyncio.get_running_loop().sock_connect(made, endpoint.sockaddr)
        _refuse_itself(made)
    except BaseException:
        made.close()
        raise
    return made


def ack_now(connected: socket.socket) -> None:
    """Acknowledge what was read at once, where the kernel can be told to (Linux); it forgets that with the next write.

    A peer that writes an answer in two small pieces, and leaves Nagle's algorithm on, holds the second one back until
    the first is acknowledged (RFC 1122, 4.2.3.4), which a kernel delays by some 40 ms where nothing is to be sent.
    """
    if hasattr(socket, "TCP_QUICKACK") and connected.family != socket.AF_UNIX:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


async def knock(endpoints: Sequence[Endpoint]) -> None:
    """See that somebody listens at one of the endpoints: connect, and hang up.

    Raises:
        OSError: nobody does; the error of the last endpoint.
    """
    for endpoint in endpoints[:-1]:
        try:
            (await connected_stream(endpoint, SILENCE_MIN_MS)).close()
        except OSError:
            continue
        return
    (await connected_stream(endpoints[-1], SILENCE_MIN_MS)).close()


def _refuse_itself(made: socket.socket) -> None:
    """A free port of this machine can be given to the very socket that calls it: then nobody is there."""
    if made.family != socket.AF_UNIX and made.getsockname() == made.getpeername():
        raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))


def _notice_silence(made: socket.socket, timeout_ms: int) -> None:
    """Have the kernel give up on a machine that answers nothing, where it can be told to (Linux)."""
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, max(timeout_ms, SILENCE_MIN_MS))
