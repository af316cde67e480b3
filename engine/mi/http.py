"""MI over HTTP: `POST /mi` with one JSON-RPC request in the body (EI 4.3)."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from engine.config.schema import MiSettings
from engine.errors import CommandError, SwitchboardError
from engine.mi import additions, methods
from engine.mi.access import check_content_type, check_origin, listen_address
from engine.mi.answering import answer, answer_all
from engine.mi.envelope import InvalidRequestError, error_answer, parse_calls
from engine.mi.registry import Caller
from engine.transports.reasons import reason_of
from engine.version import __version__

if TYPE_CHECKING:
    from engine.core import Engine

__all__ = ["MiHttp", "additions", "methods"]

BODY_MAX = 1 << 20
"""Bytes of a request's body."""
BODY_TIMEOUT_S = 30.0
"""Longest time for a body to arrive, as OpenSIPS' `conn_timeout`."""
CONNECTIONS_MAX = 256
"""Connections at the same time; one more is told so and closed."""
STOP_TIMEOUT_S = 1.0
"""Time that requests under way get when the server stops."""

_log = logging.getLogger(__name__)
_HEADERS = {"Server": f"Switchboard/{__version__}"}


class MiHttp:
    """The HTTP server of one engine's management interface. It lives on the engine's event loop."""

    def __init__(self, engine: Engine, settings: MiSettings) -> None:
        self._engine = engine
        self.settings = settings
        """What is allowed; may be replaced while the server runs. A new address needs a new server."""
        self.url: str | None = None
        """Where it listens, once it was started."""
        self._server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(self._server, access_log=None, shutdown_timeout=STOP_TIMEOUT_S)
        self._listen_host = ""

    async def start(self) -> str:
        """Listen; the answer is the URL.

        Raises:
            SwitchboardError: when the address cannot be listened on; the text says what to do.
        """
        host, port = listen_address(self.settings.http or "")
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise SwitchboardError(
                f"MI cannot listen on {self.settings.http}: {reason_of(error)}; "
                "stop what listens there, or choose another address under mi.http"
            ) from error
        self._listen_host = host.lower()
        self.url = f"http://{_bracketed(host)}:{self._runner.addresses[0][1]}/mi"
        _log.info("MI listens on %s", self.url)
        return self.url

    async def stop(self) -> None:
        """Stop listening; requests under way get a second."""
        await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            response = await self._answer(request)
        except CommandError as error:
            response = _refusal(error)
        # Written here and not by aiohttp in its next turn, since the engine takes this turn's events before that. Of a
        # client that has gone aiohttp takes note itself, when it finds the answer unsent.
        with suppress(ConnectionError):
            await response.prepare(request)
            await response.write_eof()
        return response

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if len(self._server.connections) > CONNECTIONS_MAX:
            raise CommandError(503, "Busy", f"more than {CONNECTIONS_MAX} connections; try again later")
        check_origin(request.headers.get("Host", ""), request.headers.get("Origin"), self._own_hosts(request))
        if request.path != "/mi" and not request.path.startswith("/mi/"):
            return _page(400, "Unable to parse URL!")
        if request.method == "GET":
            raise CommandError(405, "Method Not Allowed", "MI takes POST")
        if request.method != "POST":
            return _page(406, "Unsupported HTTP request!")
        check_content_type(request.headers.get("Content-Type"))
        return await self._call(await _body(request), f"MI {_peer(request)}")

    async def _call(self, body: bytes, source: str) -> web.Response:
        try:
            calls = parse_calls(body)
        except InvalidRequestError as error:
            return _json(200, error_answer(error.id, error))
        caller = Caller(self._engine, self.settings, source)
        if isinstance(calls, list):
            answers = await answer_all(caller, calls)
            told = b"[" + b",".join(answers) + b"]" if answers else None
        else:
            told = await answer(caller, calls)
        return web.Response(status=202, headers=_HEADERS) if told is None else _json(200, told)

    def _own_hosts(self, request: web.BaseRequest) -> tuple[str, ...]:
        """The hosts that mean this server, beside loopback: where it listens, the address that the client reached it
        at (a forged name cannot be an address), and what the configuration adds."""
        name = request.transport.get_extra_info("sockname") if request.transport else None
        reached = [str(name[0]).removeprefix("::ffff:")] if name else []
        return (self._listen_host, *reached, *self.settings.allowed_hosts)


async def _body(request: web.BaseRequest) -> bytes:
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    if request.content.is_eof() and not request.content.at_eof():
        # All of it came with the head, as it nearly always does: nothing to wait for, and no timer to set.
        whole = request.content.read_nowait()
        if len(whole) <= BODY_MAX:
            return whole
        raise CommandError(400, "Bad Request", f"the body is larger than {BODY_MAX} bytes")
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for part in request.content.iter_any():
                parts.append(part)
                size += len(part)
                if size > BODY_MAX:
                    raise CommandError(400, "Bad Request", f"the body is larger than {BODY_MAX} bytes")
    except TimeoutError:
        raise CommandError(408, "Request Timeout", f"no whole body within {BODY_TIMEOUT_S:.0f} s") from None
    if not size:
        raise CommandError(400, "Bad Request", "the body is empty, expected a JSON-RPC request")
    return b"".join(parts)


def _peer(request: web.BaseRequest) -> str:
    name = request.transport.get_extra_info("peername") if request.transport else None
    return f"{_bracketed(str(name[0]))}:{name[1]}" if name else "over HTTP"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json", headers=_HEADERS)


def _refusal(error: CommandError) -> web.Response:
    """An answer to what is no MI request at all. The connection is closed: an unread body may still be under way."""
    response = _json(error.code, error_answer(None, error))
    if error.code == 405:
        response.headers["Allow"] = "POST"
    response.force_close()
    return response


def _page(status: int, words: str) -> web.Response:
    """OpenSIPS' own answers to a wrong path or method are pages (captured)."""
    body = f"<html><body>{words}</body></html>".encode()
    response = web.Response(status=status, body=body, content_type="text/html", headers=_HEADERS)
    response.force_close()
    return response
