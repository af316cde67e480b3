"""Requests that are not as HTTP says: answered 400 and told in one line, whatever is in them."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import pytest

from engine.config.model import MiSettings
from engine.mi.http import MiHttp
from tests.engine.mi.conftest import Mi
from tests.support.http import request
from tests.support.waiting import LIMIT_S

HEAD = b"POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CALL = b'{"jsonrpc":"2.0","id":1,"method":"subscribers_list"}'
ANSWER = b'{"jsonrpc":"2.0","result":{"Events":[]},"id":1}'
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

BAD = {
    "broken gzip": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 10\r\n\r\n0123456789",
    "broken deflate": HEAD + b"Content-Encoding: deflate\r\nContent-Length: 10\r\n\r\n0123456789",
    "length of letters": HEAD + b"Content-Length: abc\r\n\r\n",
    "negative length": HEAD + b"Content-Length: -5\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
    "bad chunk": CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n",
    "unknown transfer encoding": HEAD + b"Transfer-Encoding: shredded\r\n\r\n",
    "long header": HEAD + b"X: " + b"a" * 20000 + b"\r\n\r\n",
    "many headers": HEAD + b"".join(b"X%d: a\r\n" % number for number in range(1000)) + b"\r\n",
    "header name": HEAD + b"X\xff: 1\r\n\r\n",
    "path": b"POST /mi/\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "unknown version": b"POST /mi HTTP/5.0\r\n\r\n",
    "no HTTP": b"\x01hello\x1b[31m\r\n\r\n",
}


@pytest.fixture
async def url(mi: Mi) -> AsyncIterator[str]:
    server = MiHttp(mi.context, MiSettings(http="127.0.0.1:0"))
    yield await server.start()
    await server.stop()


async def answer_to(url: str, *parts: bytes) -> tuple[int, bytes]:
    """Status and body of the answer to some bytes, written one after the other; the connection must be closed."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        async with asyncio.timeout(LIMIT_S):
            for part in parts:
                writer.write(part)
                await asyncio.sleep(0.05)  # each arrives by itself
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    return int(head.split()[1]), body


def check_refusal(answer: tuple[int, bytes], caplog: pytest.LogCaptureFixture) -> str:
    """The reason in an answer 400, which the log has in one line."""
    status, body = answer
    error = json.loads(body.decode())["error"]
    assert (status, error["code"], error["message"]) == (400, 400, "Bad Request")
    (record,) = caplog.records
    line = record.getMessage()
    assert line.startswith("MI 127.0.0.1")
    assert line.endswith(f"sent a bad request, answered 400: {error['data']}")
    assert record.exc_info is None
    assert line.isprintable()
    assert len(line) < 300
    return str(error["data"])


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD)
async def test_what_is_no_request_is_answered_400_and_told_in_one_line(
    url: str, raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert check_refusal(await answer_to(url, raw), caplog)


async def test_a_mistake_in_the_middle_of_a_body_is_answered_at_once(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await answer_to(url, CHUNKED + b"5\r\n12345\r\n", b"zz\r\nabc\r\n0\r\n\r\n")
    assert "chunk size" in check_refusal(answer, caplog)


async def test_a_mistake_in_the_rest_of_a_refused_request_is_not_told(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    refused = CHUNKED.replace(b"application/json", b"text/plain")
    status, _ = await answer_to(url, refused + b"5\r\n12345\r\n", b"zz\r\nabc\r\n0\r\n\r\n")
    assert status == 415
    assert not caplog.records


async def test_a_client_that_wants_tls_is_told_that_there_is_none(url: str, caplog: pytest.LogCaptureFixture) -> None:
    hello = bytes.fromhex("16030100c6010000c20303") + bytes(200)
    assert check_refusal(await answer_to(url, hello), caplog) == "a TLS handshake, but MI speaks plain HTTP"


async def test_a_client_that_goes_in_the_middle_of_a_body_is_not_told(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    where = urlsplit(url)
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(HEAD + b"Content-Length: 100\r\n\r\n123")
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()
    for _ in range(3):
        answer = await request(url, "POST", None, CALL, {"Content-Type": "application/json"})
        assert answer.body == ANSWER
    assert not caplog.records


@pytest.mark.parametrize("coding", ["br", "foo", "gzip, gzip", "g\xe4"])
async def test_unknown_codings_of_a_body_are_400(url: str, coding: str) -> None:
    raw = HEAD + b"Content-Length: 2\r\nContent-Encoding: %s\r\n\r\n{}" % coding.encode("latin-1")
    status, body = await answer_to(url, raw)
    assert status == 400
    assert json.loads(body)["error"]["message"] == "Bad Request"


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_packed_bodies_are_taken(url: str, coding: str, pack: Callable[[bytes], bytes]) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    assert (await request(url, "POST", None, pack(CALL), headers)).body == ANSWER


async def test_a_small_body_that_unpacks_to_a_large_one_is_refused(url: str) -> None:
    packed = gzip.compress(b" " * (8 << 20))
    assert len(packed) < 10_000
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await request(url, "POST", None, packed, headers)
    assert answer.status == 400
    assert "larger than" in answer.body.decode()


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc":"2.0","id":"\xff\xfe","method":"which"}',
        b'{"jsonrpc":"2.0","id":1,"method":"event_subscribe","params":["\xc3(","udp:\xff"]}',
        b'{"jsonrpc":"2.0","id":1,"method":"raise_event","params":["E_A",{"\xff":true}]}',
        b'{"jsonrpc":"2.0","id":"\xed\xa0\x80","method":"\xff"}',
    ],
)
async def test_answers_are_valid_json_whatever_bytes_came(url: str, body: bytes) -> None:
    answer = await request(url, "POST", None, body, {"Content-Type": "application/json"})
    assert json.loads(answer.body.decode("utf-8"))["jsonrpc"] == "2.0"


async def test_invalid_bytes_in_a_header_are_shown_as_escapes(url: str) -> None:
    status, body = await answer_to(url, HEAD.replace(b"localhost", b"\xff\xfe") + b"Content-Length: 0\r\n\r\n")
    assert status == 403
    assert "\\udcff" in json.loads(body.decode())["error"]["data"]
