"""What MI answers over HTTP: JSON, refusals, and OpenSIPS' own pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from engine.errors import CommandError
from engine.mi.envelope import error_answer
from engine.mi.jsontext import Pieces
from engine.version import __version__

HEADERS = {"Server": f"Switchboard/{__version__}"}


def json(status: int, body: bytes | Pieces) -> web.Response:
    """An answer in JSON."""
    if isinstance(body, Pieces):
        headers = HEADERS | {"Content-Length": str(body.size)}
        return web.Response(status=status, body=_one_by_one(body), content_type="application/json", headers=headers)
    return web.Response(status=status, body=body, content_type="application/json", headers=HEADERS)


async def _one_by_one(pieces: Pieces) -> AsyncIterator[bytes]:
    """The pieces, with turns for others in between, also where the client reads as fast as they come."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


def refusal(error: CommandError) -> web.Response:
    """An answer to what is no MI request at all. The connection is closed: an unread body may still be under way."""
    response = json(error.code, error_answer(None, error))
    if error.code == 405:
        response.headers["Allow"] = "POST"
    response.force_close()
    return response


def nobody_there() -> web.Response:
    """What is put down as the answer to a client that has gone; it is never sent."""
    response = web.Response(status=400)
    response.force_close()
    return response


def page(status: int, words: str) -> web.Response:
    """A page. OpenSIPS' own answers to a wrong path or method are pages (captured)."""
    body = f"<html><body>{words}</body></html>".encode()
    response = web.Response(status=status, body=body, content_type="text/html", headers=HEADERS)
    response.force_close()
    return response
