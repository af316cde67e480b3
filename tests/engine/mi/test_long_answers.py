"""What a receiver answers is shown to MI's callers as words, whatever bytes they are."""

from __future__ import annotations

import asyncio
import json

from engine.commands.context import Context
from engine.config.model import MiSettings, Settings
from engine.core import Engine
from engine.mi.http import MiHttp
from engine.mi.long_answers import REASON_MAX, words_shown
from engine.transports.registry import load
from tests.support.http import post
from tests.support.waiting import until

WORDS = b"\xff\xc3( \x1b[31m red" + "\x9b\u2028".encode() + b"x" * 500


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A receiver that answers every request with an error in its own words."""
    request = json.loads((await reader.readuntil(b"}}")).decode())
    said = WORDS.replace(b"\x1b", b"\\u001b")
    writer.write(b'{"jsonrpc":"2.0","error":{"code":1,"message":"%s"},"id":%d}' % (said, request["id"]))
    await writer.drain()
    await reader.read()
    writer.close()


async def test_the_state_is_valid_json_whatever_a_receiver_answered() -> None:
    receiver = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = receiver.sockets[0].getsockname()[1]
    engine = Engine(
        Settings(events=("E_A",), stop_timeout=0.1, transports={"tcp": load("tcp").Options(sync_mode=True)})
    )
    await engine.start()
    server = MiHttp(Context(engine), MiSettings(http="127.0.0.1:0"))
    url = await server.start()
    await post(url, b'{"jsonrpc":"2.0","id":1,"method":"event_subscribe","params":["E_A","tcp:127.0.0.1:%d"]}' % port)
    await post(url, b'{"jsonrpc":"2.0","id":1,"method":"raise_event","params":["E_A",{"a":"b"}]}')
    await until(lambda: engine.snapshot().figures.undelivered, "the refusal")
    answer = await post(url, b'{"jsonrpc":"2.0","id":1,"method":"sb:status"}')
    (row,) = json.loads(answer.body.decode("utf-8"))["result"]["subscriptions"]
    for shown in (row["last_undelivered"], row["members"][0]["error"]):
        assert "answered with error 1" in shown
        assert shown.isprintable()
        assert "\ufffd" in shown
        assert len(shown) <= REASON_MAX
    await server.stop()
    await engine.stop()
    receiver.close()


def test_a_reason_is_one_line_of_limited_length() -> None:
    assert words_shown(None) is None
    assert words_shown("refused: é") == "refused: é"
    assert words_shown("a\nb\x1b]52;c\x07") == "a\ufffdb\ufffd]52;c\ufffd"
    assert words_shown("x" * 1000) == "x" * (REASON_MAX - 1) + "…"
