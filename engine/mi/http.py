"""MI over HTTP: `POST /mi` with one JSON-RPC request in the body (docs/event-interface.md, 4.3)."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from aiohttp import web

from engine.commands.context import Context
from engine.config.model import MiSettings
from engine.errors import CommandError, SwitchboardError
from engine.mi import commands, methods, responses
from engine.mi.access import check_content_type, check_origin, listen_address
from engine.mi.answers import answer, answer_all
from engine.mi.connections import UNREADABLE, Client, Connections, Limits, Phase, bad_request, line_of
from engine.mi.envelope import InvalidRequestError, error_answer, parse_calls
from engine.mi.jsontext import Pieces
from engine.mi.listener import Listener, listening_sockets
from engine.mi.registry import Caller
from engine.transports.reasons import reason_of

__all__ = ["MiHttp", "commands", "methods"]

BODY_MAX = 1 << 20
"""Bytes of a request's body."""
ENCODINGS = frozenset({"identity", "gzip", "deflate"})
"""How a body may be packed."""
STOP_TIMEOUT_S = 1.0
"""Time that requests under way get when the server stops."""

_log = logging.getLogger(__name__)


class MiHttp:
    """The HTTP server of one engine's management interface. It lives on the engine's event loop."""

    def __init__(self, context: Context, settings: MiSettings, limits: Limits | None = None) -> None:
        self._context = context
        self._limits = limits or Limits()
        self.settings = settings
        """What is allowed."""
        self.url: str | None = None
        """Where it listens, once it was started."""
        self._server = web.Server(self._handle)
        self._connections = Connections(self._limits)
        self._listener: Listener | None = None
        self._listen_host = ""

    async def start(self) -> str:
        """Listen; the answer is the URL.

        Raises:
            SwitchboardError: when the address cannot be listened on; the text says what to do.
        """
        commands.tell_unknown(self.settings.allow)
        host, port = listen_address(self.settings.http or "")
        try:
            sockets = await listening_sockets(host, port)
        except OSError as error:
            raise SwitchboardError(
                f"MI cannot listen on {self.settings.http}: {reason_of(error)}; "
                "stop what listens there, or choose another address under mi.http"
            ) from error
        connections = self._connections
        self._listener = Listener(
            sockets,
            lambda address: connections.admit(self._server, address),
            connections.make_room,
            connections.__len__,
        )
        self._listener.start()
        self._listen_host = host.lower()
        self.url = f"http://{_bracketed(host)}:{self._listener.addresses[0][1]}/mi"
        _log.info("MI listens on %s", self.url)
        return self.url

    def heed(self, settings: MiSettings) -> None:
        """Allow what these settings say, from now on. A new address needs a new server."""
        commands.tell_unknown(settings.allow)
        self.settings = settings

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    @property
    def working(self) -> int:
        """How many of them wait for us."""
        return self._connections.working

    async def stop(self) -> None:
        """Stop listening; requests under way get a second."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        await listener.stop()
        self._connections.close()
        await asyncio.sleep(0)  # requests that have come are begun before idle connections are closed
        self._server.pre_shutdown()
        await self._server.shutdown(STOP_TIMEOUT_S)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        client = request.protocol
        assert isinstance(client, Client)  # noqa: S101 - made by Connections
        client.phase = Phase.WORKING
        try:
            response = await self._answer(request, client)
        except CommandError as error:
            response = responses.refusal(error)
        except ConnectionError:
            return responses.nobody_there()  # the client has gone in the middle of its request
        client.enter(Phase.ANSWER)
        # Written here and not by aiohttp in its next turn, since the engine takes this turn's events before that. Of a
        # client that has gone aiohttp takes note itself, when it finds the answer unsent.
        with suppress(ConnectionError):
            await response.prepare(request)
            await response.write_eof()
        client.phase = Phase.IDLE
        return response

    async def _answer(self, request: web.BaseRequest, client: Client) -> web.StreamResponse:
        if client.is_surplus:
            raise self._connections.busy()
        check_origin(request.headers.get("Host", ""), request.headers.get("Origin"), self._own_hosts(request))
        if request.path != "/mi" and not request.path.startswith("/mi/"):
            return responses.page(400, "Unable to parse URL!")
        if request.method == "GET":
            raise CommandError(405, "Method Not Allowed", "MI takes POST")
        if request.method != "POST":
            return responses.page(406, "Unsupported HTTP request!")
        check_content_type(request.headers.get("Content-Type"))
        try:
            body = await self._body(request, client)
        except UNREADABLE as error:
            return bad_request(_peer(request), line_of(error))
        return await self._call(body, f"MI {_peer(request)}", client.address)

    async def _body(self, request: web.BaseRequest, client: Client) -> bytes:
        encoding = request.headers.get("Content-Encoding")
        if encoding is not None:
            _check_encoding(encoding)
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        whole = _whole(request)
        if whole is None:
            client.begin_body(request.content)
            whole = await _rest(request, self._limits.body_s)
            client.phase = Phase.WORKING
        return whole

    async def _call(self, body: bytes, source: str, host: str) -> web.Response:
        try:
            calls = parse_calls(body)
        except InvalidRequestError as error:
            return responses.json(200, error_answer(error.id, error))
        caller = Caller(self._context, self.settings, source, host)
        told: bytes | Pieces | None
        if isinstance(calls, list):
            answers = await answer_all(caller, calls)
            told = b"[" + b",".join(answers) + b"]" if answers else None
        else:
            told = await answer(caller, calls)
        return web.Response(status=202, headers=responses.HEADERS) if told is None else responses.json(200, told)

    def _own_hosts(self, request: web.BaseRequest) -> tuple[str, ...]:
        """The hosts that mean this server, beside loopback: where it listens, the address that the client reached it
        at (a forged name cannot be an address), and what the configuration adds."""
        name = request.transport.get_extra_info("sockname") if request.transport else None
        reached = [str(name[0]).removeprefix("::ffff:")] if name else []
        return (self._listen_host, *reached, *self.settings.allowed_hosts)


def _whole(request: web.BaseRequest) -> bytes | None:
    """The body, where all of it came with the head, as it nearly always does: nothing to wait for."""
    if not request.content.is_eof() or request.content.at_eof():
        return None
    whole = request.content.read_nowait()
    if len(whole) > BODY_MAX:
        raise CommandError(400, "Bad Request", f"the body is larger than {BODY_MAX} bytes")
    return whole


async def _rest(request: web.BaseRequest, limit_s: float) -> bytes:
    """The body, as it comes."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(limit_s):
            async for part in request.content.iter_any():
                parts.append(part)
                size += len(part)
                if size > BODY_MAX:
                    raise CommandError(400, "Bad Request", f"the body is larger than {BODY_MAX} bytes")
    except TimeoutError:
        raise CommandError(408, "Request Timeout", f"no whole body within {limit_s:.0f} s") from None
    if not size:
        raise CommandError(400, "Bad Request", "the body is empty, expected a JSON-RPC request")
    return b"".join(parts)


def _check_encoding(encoding: str) -> None:
    if encoding.strip().lower() not in ENCODINGS:
        raise CommandError(400, "Bad Request", f"Content-Encoding {encoding!r} is not known here")


def _peer(request: web.BaseRequest) -> str:
    name = request.transport.get_extra_info("peername") if request.transport else None
    return f"{_bracketed(str(name[0]))}:{name[1]}" if name else "over HTTP"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
