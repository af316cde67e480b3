from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from engine.config.model import MiSettings
from engine.errors import SwitchboardError
from engine.mi.http import BODY_MAX, MiHttp
from tests.engine.mi.conftest import Mi
from tests.support.http import Answer, post, request, send

CALL = b'{"jsonrpc":"2.0","id":1,"method":"subscribers_list"}'
ANSWER = b'{"jsonrpc":"2.0","result":{"Events":[]},"id":1}'


@pytest.fixture
async def url(mi: Mi) -> AsyncIterator[str]:
    server = MiHttp(mi.context, MiSettings(http="127.0.0.1:0", allowed_hosts=("mi.example.org",)))
    yield await server.start()
    await server.stop()


def reason(answer: Answer) -> str:
    """Why a request was refused; also checks that the body is a JSON-RPC error with the status as its code."""
    body = json.loads(answer.body)
    assert body["id"] is None
    assert body["error"]["code"] == answer.status
    return str(body["error"]["data"])


async def test_a_call_is_answered(url: str) -> None:
    answer = await post(url, CALL)
    assert (answer.status, answer.body) == (200, ANSWER)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["server"].startswith("Switchboard/")


@pytest.mark.parametrize("path", ["/mi", "/mi/", "/mi/anything", "/mi?x=1"])
async def test_paths_below_mi_are_taken(url: str, path: str) -> None:
    answer = await request(url, "POST", path, CALL, {"Content-Type": "application/json"})
    assert (answer.status, answer.body) == (200, ANSWER)


async def test_json_rpc_errors_are_200(url: str) -> None:
    answer = await post(url, b"hello")
    assert answer.status == 200
    assert answer.body == b'{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}'


async def test_a_notification_is_carried_out_and_accepted_without_a_body(url: str, mi: Mi) -> None:
    call = b'{"jsonrpc":"2.0","method":"event_subscribe","params":["E_A","udp:127.0.0.1:9101"]}'
    answer = await post(url, call)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (202, b"", "0")
    assert await mi.sockets("E_A") == ["udp:127.0.0.1:9101"]


async def test_a_notification_that_fails_is_accepted_and_one_that_is_no_request_is_answered(url: str) -> None:
    assert (await post(url, b'{"jsonrpc":"2.0","method":"nope"}')).status == 202
    answer = await post(url, b'{"jsonrpc":"1.0","method":"which"}')
    assert answer.body == b'{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}'


async def test_an_array_of_calls_is_answered_with_an_array(url: str) -> None:
    answer = await post(
        url, b"[" + CALL + b',{"jsonrpc":"2.0","method":"which"},' + CALL.replace(b":1,", b":2,") + b"]"
    )
    assert (answer.status, answer.body) == (200, b"[" + ANSWER + b"," + ANSWER.replace(b":1}", b":2}") + b"]")


async def test_an_array_of_notifications_is_accepted_without_a_body(url: str) -> None:
    answer = await post(url, b'[{"jsonrpc":"2.0","method":"which"}]')
    assert (answer.status, answer.body) == (202, b"")


@pytest.mark.parametrize("path", ["/", "/other", "/mix", "/m"])
async def test_other_paths_are_400(url: str, path: str) -> None:
    answer = await request(url, "POST", path, CALL, {"Content-Type": "application/json"})
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (400, "text/html")
    assert answer.body == b"<html><body>Unable to parse URL!</body></html>"


async def test_an_empty_body_is_400(url: str) -> None:
    answer = await post(url, b"")
    assert answer.status == 400
    assert "empty" in reason(answer)


async def test_get_is_405_and_ends(url: str) -> None:
    answer = await request(url, "GET", None, b"", {})
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert "POST" in reason(answer)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_other_methods_are_406_and_agree_to_nothing(url: str, method: str) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    answer = await request(url, method, None, b"", asked)
    assert answer.status == 406
    assert answer.body == b"<html><body>Unsupported HTTP request!</body></html>"
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_bodies_up_to_a_mebibyte_are_taken(url: str) -> None:
    padding = b" " * (BODY_MAX - len(CALL))
    assert (await post(url, CALL + padding)).body == ANSWER
    answer = await post(url, CALL + padding + b" ")
    assert answer.status == 400
    assert "larger than" in reason(answer)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/json"])
async def test_json_content_types(url: str, content_type: str) -> None:
    assert (await post(url, CALL, content_type)).body == ANSWER


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/xml", ""])
async def test_types_that_a_page_may_send_unasked_are_415(url: str, content_type: str) -> None:
    answer = await post(url, CALL, content_type)
    assert answer.status == 415
    assert "application/json" in reason(answer)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Origin": "http://evil.example"}, "Origin"),
        ({"Origin": "null"}, "Origin"),
        ({"Host": "evil.example:8888"}, "Host"),
        ({"Host": "mi.example.org", "Origin": "http://other.example.org"}, "Origin"),
    ],
)
async def test_what_a_page_could_forge_is_403(url: str, mi: Mi, headers: dict[str, str], words: str) -> None:
    call = b'{"jsonrpc":"2.0","id":1,"method":"event_subscribe","params":["E_A","udp:127.0.0.1:9101"]}'
    answer = await request(url, "POST", None, call, {"Content-Type": "application/json", **headers})
    assert answer.status == 403
    assert words in reason(answer)
    assert await mi.sockets("E_A") == []


@pytest.mark.parametrize("host", ["localhost:1234", "[::1]:8888", "mi.example.org", "127.0.0.1"])
async def test_known_hosts_and_their_own_origin_pass(url: str, host: str) -> None:
    headers = {"Content-Type": "application/json", "Host": host, "Origin": f"http://{host}"}
    assert (await request(url, "POST", None, CALL, headers)).status == 200


async def test_a_connection_is_kept_and_chunked_bodies_are_taken(url: str) -> None:
    head = b"POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    plain = head + b"Content-Length: %d\r\n\r\n" % len(CALL) + CALL
    chunked = head + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    chunked += b"5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (CALL[:5], len(CALL) - 5, CALL[5:])
    answers = await send(url, plain + plain + chunked)
    assert [answer.body for answer in answers] == [ANSWER] * 3


async def test_a_client_that_asks_first_is_told_to_go_on(url: str) -> None:
    port = int(url.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(CALL)
    )
    async with asyncio.timeout(15):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(CALL)
        rest = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
    assert rest.endswith(b"\r\n\r\n" + ANSWER)


async def test_a_connection_that_says_nothing_harms_nobody(url: str) -> None:
    port = int(url.rpartition(":")[2].partition("/")[0])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await post(url, CALL)).body == ANSWER
    writer.close()
    await writer.wait_closed()
    assert (await post(url, CALL)).body == ANSWER


async def test_events_name_the_peer_as_their_source(url: str, mi: Mi, monkeypatch: pytest.MonkeyPatch) -> None:
    sources: list[str] = []

    def take(_event: Any, source: str) -> int:
        sources.append(source)
        return 1

    monkeypatch.setattr(mi.engine, "raise_event", take)
    await post(url, b'{"jsonrpc":"2.0","id":1,"method":"raise_event","params":["E_A"]}')
    assert len(sources) == 1
    assert sources[0].startswith("MI 127.0.0.1:")


@pytest.mark.parametrize(
    ("params", "payload"),
    [
        (b'{"x":1,"y":"2","x":"3"}', b',"params":{"x":1,"y":"2","x":"3"}'),
        (b'"{\\"a\\":\\"\xc3(\xf0\x9f\\"}"', b',"params":{"a":"\xc3(\xf0\x9f"}'),
        (b'{"a":"\xc3(\xf0\x9f"}', b',"params":{"a":"\xc3(\xf0\x9f"}'),
        (b'["a",5]', b',"params":["a","5"]'),
        (b"{}", b""),
    ],
)
async def test_a_raised_event_arrives_byte_for_byte(url: str, mi: Mi, params: bytes, payload: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        await mi("event_subscribe", "E_A", f"udp:127.0.0.1:{receiver.getsockname()[1]}")
        call = b'{"jsonrpc":"2.0","id":1,"method":"raise_event","params":{"event":"E_A","params":%s}}' % params
        assert (await post(url, call)).body == b'{"jsonrpc":"2.0","result":"OK","id":1}'
        async with asyncio.timeout(15):
            received = await asyncio.get_running_loop().sock_recv(receiver, 65536)
    assert received == b'{"jsonrpc":"2.0","method":"E_A"%s}' % payload


async def test_what_opensips_cli_sends_is_understood(url: str) -> None:
    call = b'{"jsonrpc": "2.0", "id": "16927", "method": "which", "params": {}}'
    answer = json.loads((await post(url, call)).body)
    assert answer["id"] == "16927"
    assert "event_subscribe" in answer["result"]


async def test_a_client_that_hangs_up_before_the_answer_is_no_error(
    url: str, mi: Mi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gone = asyncio.Event()
    execute = MiHttp._call

    async def slow(server: MiHttp, body: bytes, source: str, host: str) -> Any:
        await gone.wait()
        return await execute(server, body, source, host)

    monkeypatch.setattr(MiHttp, "_call", slow)
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"POST /mi HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(CALL)}\r\n\r\n".encode() + CALL)
    await writer.drain()
    await asyncio.sleep(0.05)  # the call is under way
    writer.transport.abort()
    await asyncio.sleep(0.05)
    gone.set()
    monkeypatch.undo()
    assert (await post(url, CALL)).body == ANSWER
    assert not caplog.records


async def test_a_taken_port_says_what_to_do(url: str, mi: Mi) -> None:
    address = url.removeprefix("http://").removesuffix("/mi")
    with pytest.raises(SwitchboardError, match=f"MI cannot listen on {address}: address already in use; .*mi.http"):
        await MiHttp(mi.context, MiSettings(http=address)).start()


async def test_ipv6_and_a_stopped_server(mi: Mi) -> None:
    server = MiHttp(mi.context, MiSettings(http="[::1]:0"))
    try:
        url = await server.start()
    except SwitchboardError:
        pytest.skip("this machine has no IPv6")
    assert url.startswith("http://[::1]:")
    assert (await post(url, CALL)).body == ANSWER
    await server.stop()
    with pytest.raises(OSError, match=r"refused|failed"):
        await post(url, CALL)
