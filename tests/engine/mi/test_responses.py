"""What MI answers over HTTP: JSON in one piece or in many, refusals, and pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web

from engine.errors import CommandError
from engine.mi import responses
from engine.mi.jsontext import Pieces
from engine.version import __version__
from tests.support.http import Answer, request, send

LONG = (b'{"long":"', b"x" * 100_000, b'"}')

ANSWERS: dict[str, Callable[[], web.Response]] = {
    "/one": lambda: responses.json(200, b'{"id":1}'),
    "/many": lambda: responses.json(200, Pieces(LONG)),
    "/large": lambda: responses.refusal(CommandError(413, "Too large", "at most 1 MiB")),
    "/method": lambda: responses.refusal(CommandError(405, "POST alone")),
    "/page": lambda: responses.page(406, "Not Acceptable"),
}


async def answer(made: web.Request) -> web.Response:
    return ANSWERS[made.path]()


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A server that answers with each of them."""
    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


async def got(url: str, path: str) -> Answer:
    return await request(url, "GET", path, b"", {})


async def test_json_is_the_same_in_one_piece_and_in_many(url: str) -> None:
    one, many = await got(url, "/one"), await got(url, "/many")
    assert (one.status, one.body) == (200, b'{"id":1}')
    assert many.body == b"".join(LONG)
    for told in (one, many):
        assert told.headers["content-type"].startswith("application/json")
        assert told.headers["server"] == f"Switchboard/{__version__}"
        assert int(told.headers["content-length"]) == len(told.body)


async def test_a_refusal_is_json_and_ends_the_connection(url: str) -> None:
    raw = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n" * 2
    (told,) = await send(url, raw)
    assert told.status == 413
    assert b"at most 1 MiB" in told.body
    assert "allow" not in told.headers
    assert (await got(url, "/method")).headers["allow"] == "POST"


async def test_a_page_is_html_with_the_words(url: str) -> None:
    told = await got(url, "/page")
    assert (told.status, told.body) == (406, b"<html><body>Not Acceptable</body></html>")
    assert told.headers["content-type"].startswith("text/html")


def test_nobody_is_answered_when_the_client_has_gone() -> None:
    assert responses.nobody_there().keep_alive is False
