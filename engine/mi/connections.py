"""The connections to MI: how long each may keep us waiting, how many there may be, and who goes when there is no room.

Nobody is turned away for the sake of a connection that does nothing: when all places are taken, the one that has kept
us waiting longest goes. That holds for each address by itself, too, so that one client cannot take all places.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import Any, cast

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from engine.errors import CommandError
from engine.mi.responses import refusal
from engine.transports.reasons import reason_of

_log = logging.getLogger(__name__)

SWEEP_S = 1.0
"""How often connections are looked at; what is over its time by less may stay until then."""

EXTRA = 16
"""Connections beyond the limit that are still taken, to be told that there are too many."""

LINGER_S = 2.0
"""What a client still sends after it was refused is read for so long, so that it gets to read why."""

ANSWERED_S = 1.0
"""A body that is late is answered by whoever waits for it; what is not after so long is closed without a word."""

HEAD_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

WORDS_MAX = 200
"""Characters of a client's own bytes that are repeated in the log."""

UNREADABLE = (web.RequestPayloadError, HttpProcessingError)
"""What aiohttp raises for a request that is not as HTTP says."""

TLS_HELLO = b"\x16\x03"
"""How a client begins that takes this for an encrypted port."""


_STATUS_BEFORE = re.compile(r"^[0-9]+, message:")


class Phase(Enum):
    """What a connection is doing. While it is `WORKING` it waits for us, in all others we wait for the client."""

    IDLE = "idle"
    HEAD = "head"
    BODY = "body"
    WORKING = "working"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections, in all and from one address; how long the client may take for what, in seconds."""

    connections: int = 256
    per_address: int = 128
    idle_s: float = 60.0
    head_s: float = 10.0
    body_s: float = 30.0
    answer_s: float = 30.0

    def of(self, phase: Phase) -> float | None:
        """Seconds that a phase may last; None while we work."""
        seconds = {
            Phase.IDLE: self.idle_s,
            Phase.HEAD: self.head_s,
            Phase.BODY: self.body_s + ANSWERED_S,
            Phase.ANSWER: self.answer_s,
        }
        return seconds.get(phase)


class Client(web.RequestHandler):
    """One connection. It knows what it is doing, and since when."""

    __slots__ = ("address", "body", "gone", "is_surplus", "is_tls", "phase", "since")

    def __init__(self, server: web.Server, address: str, gone: Callable[[Client], None]) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=cast(Any, None), lingering_time=LINGER_S)
        self.address = address
        self.gone = gone
        self.body: StreamReader | None = None
        """Where the body is read that is waited for, or was last."""
        self.is_surplus = False
        """Whether it came when there was no place for it, and is only to be told so."""
        self.is_tls = False
        self.phase = Phase.IDLE
        self.since = monotonic()

    def enter(self, phase: Phase) -> None:
        """Something else begins."""
        self.phase = phase
        self.since = monotonic()

    def begin_body(self, body: StreamReader) -> None:
        """The rest of a request is waited for."""
        self.body = body
        self.enter(Phase.BODY)

    def drop(self) -> None:
        """Close at once, without waiting for what the client does not read."""
        transport = self.transport
        if transport is None or transport.get_write_buffer_size():
            self.force_close()
            if transport is not None:
                transport.abort()
            return
        if self.phase is Phase.HEAD:
            transport.write(HEAD_LATE)
        self.force_close()

    def data_received(self, data: bytes) -> None:
        """The first bytes of a request begin it."""
        if self.phase is Phase.IDLE:
            self.phase, self.since = Phase.HEAD, monotonic()
            self.is_tls = data.startswith(TLS_HELLO)
        super().data_received(data)
        if self.phase is Phase.BODY:
            self._give_up_body()

    def _give_up_body(self) -> None:
        """aiohttp keeps a mistake in the middle of a body for after the request, which waits for the rest meanwhile."""
        problem = getattr(self._messages[-1][0], "exc", None) if self._messages else None
        if problem is not None and self.body is not None and not self.body.is_eof():
            self.body.set_exception(web.RequestPayloadError(line_of(problem)))

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is over."""
        self.gone(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no HTTP request; without a traceback, as it is the client's fault."""
        if status != 400:
            return super().handle_error(request, status, exc, message)
        words = "a TLS handshake, but MI speaks plain HTTP" if self.is_tls else line_of(exc or message or "")
        self.enter(Phase.ANSWER)
        return bad_request(self.address, words)

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """A request that is not as HTTP says was answered, and told in one line; only what is our fault is logged."""
        if not isinstance(kw.get("exc_info"), UNREADABLE):
            super().log_exception(*args, **kw)


class Connections:
    """All connections of one server. Places are given by `admit`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._clients: dict[Client, None] = {}
        """In the order they came."""
        self._per_address: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def working(self) -> int:
        """How many of them wait for us."""
        return sum(client.phase is Phase.WORKING for client in self._clients)

    def admit(self, server: web.Server, address: str) -> Client | None:
        """The protocol of a connection that has come; None when even the places for those to be told are taken."""
        limits = self._limits
        is_crowded = self._per_address[address] >= limits.per_address
        is_surplus = False
        if is_crowded or len(self._clients) >= limits.connections:
            is_surplus = not self.make_room(address if is_crowded else None)
        if is_surplus and len(self._clients) >= limits.connections + EXTRA:
            return None
        client = Client(server, address, self._forget)
        client.is_surplus = is_surplus
        self._clients[client] = None
        self._per_address[address] += 1
        self._look_later()
        return client

    def make_room(self, address: str | None = None) -> bool:
        """Close the one that has kept us waiting longest, of one address or of all; whether there was one."""
        waiting = [
            client
            for client in self._clients
            if client.phase is not Phase.WORKING and address in {None, client.address} and client.transport is not None
        ]
        if not waiting:
            return False
        self._drop(min(waiting, key=lambda client: client.since))
        return True

    def busy(self) -> CommandError:
        """What a surplus one is told."""
        limits = self._limits
        return CommandError(
            503,
            "Busy",
            f"more than {limits.connections} connections are at work, or {limits.per_address} from one address; "
            "try again later",
        )

    def close(self) -> None:
        """Look after nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop(self, client: Client) -> None:
        self._forget(client)
        client.drop()

    def _forget(self, client: Client) -> None:
        if self._clients.pop(client, client) is client:
            return  # it was dropped before
        self._per_address[client.address] -= 1
        if not self._per_address[client.address]:
            del self._per_address[client.address]

    def _look_later(self) -> None:
        if self._timer is None:
            limits = self._limits
            shortest = min(limits.idle_s, limits.head_s, limits.body_s, limits.answer_s)
            self._timer = asyncio.get_running_loop().call_later(min(SWEEP_S, shortest / 4), self._look)

    def _look(self) -> None:
        """Close what has kept us waiting too long."""
        self._timer = None
        now = monotonic()
        for client in tuple(self._clients):
            allowed = self._limits.of(client.phase)
            if allowed is not None and now - client.since > allowed and client.transport is not None:
                self._drop(client)
        if self._clients:
            self._look_later()


def bad_request(address: str, words: str) -> web.Response:
    """The answer 400 to what cannot be read, which the log tells in one line."""
    _log.warning("MI %s sent a bad request, answered 400: %s", address, words)
    return refusal(CommandError(400, "Bad Request", words))


def line_of(problem: BaseException | str) -> str:
    """What was wrong with a request, in one short line: the client's bytes are in it."""
    text = problem if isinstance(problem, str) else getattr(problem, "message", "") or reason_of(problem)
    line = "".join(sign if sign.isprintable() else " " for sign in _STATUS_BEFORE.sub("", text))
    return " ".join(line.removesuffix("^").split())[:WORDS_MAX]
