"""What every member would be sent, told before an event is raised."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import CommandError
from tests.support.sockets import UdpReceiver
from tests.support.waiting import until

LOGIN = "rabbitmq:ops:secret@127.0.0.1:5672/pike"


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    engine = Engine(Settings(events=("E_A", "E_B"), stop_timeout=0.1))
    await engine.start()
    yield Context(engine)
    await engine.stop()


async def previewed(context: Context, params: Any, event: str = "E_A") -> list[dict[str, Any]]:
    """The payloads; the answer can be written as JSON and holds no password."""
    answer = await execute(context, "preview_event", event=event, params=params)
    assert "secret" not in json.dumps(answer)
    return list(answer["payloads"])


def who(payload: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(one["policy"], one["member"], one["scheme"]) for one in payload["members"]]


async def test_members_that_would_get_the_same_bytes_stand_together(context: Context, tmp_path: Path) -> None:
    first = f"virtual:FAILOVER {LOGIN} udp:127.0.0.1:9 flatstore:{tmp_path}/a.log"
    await execute(context, "subscribe", event="E_A", socket=first)
    await execute(context, "subscribe", event="E_A", socket="virtual:PARALLEL xmlrpc:127.0.0.1:9:note tcp:127.0.0.1:9")
    await execute(context, "subscribe", event="E_B", socket="udp:127.0.0.1:10")
    json_rpc, line, xml = await previewed(context, {"ip": "192.0.2.1"})
    assert (json_rpc["format"], line["format"], xml["format"]) == ("JSON-RPC", "flat line", "XML-RPC")
    assert who(json_rpc) == [("FAILOVER", 0, "rabbitmq"), ("FAILOVER", 1, "udp"), ("PARALLEL", 1, "tcp")]
    assert json_rpc["members"][0]["socket"] == "rabbitmq:ops:•••@127.0.0.1:5672/pike"
    assert bytes.fromhex(json_rpc["bytes"]) == b'{"jsonrpc":"2.0","method":"E_A","params":{"ip":"192.0.2.1"}}'
    assert json_rpc["size"] == 60
    assert bytes.fromhex(line["bytes"]) == b"E_A,192.0.2.1\n"
    assert b"<methodName>note</methodName>" in bytes.fromhex(xml["bytes"])
    assert not (tmp_path / "a.log").exists()


async def test_the_preview_is_what_goes_out(context: Context) -> None:
    receiver = UdpReceiver()
    try:
        await execute(context, "subscribe", event="E_A", socket=receiver.address)
        (payload,) = await previewed(context, ["x", None])
        await execute(context, "raise_event", event="E_A", params=["x", None])
        came: list[bytes] = []
        await until(lambda: came.extend(receiver.read()) or came, "the datagram")
        assert came == [bytes.fromhex(payload["bytes"])]
    finally:
        receiver.close()


async def test_what_does_not_fit_or_cannot_be_written_is_said(context: Context, tmp_path: Path) -> None:
    sockets = f"udp:127.0.0.1:9 udp:[::1]:9 unix:{tmp_path}/s flatstore:{tmp_path}/a.log udp:unknown.invalid:9"
    await execute(context, "subscribe", event="E_A", socket=f"virtual:PARALLEL {sockets}")
    small, line = await previewed(context, {})
    assert all(one["fits"] for one in [*small["members"], *line["members"]])
    rest = len(b'{"jsonrpc":"2.0","method":"E_A","params":{"v":""}}')
    large, line = await previewed(context, {"v": "x" * (65_508 - rest)})
    fits = {one["socket"]: one["fits"] for one in [*large["members"], *line["members"]]}
    assert fits["udp:127.0.0.1:9"] is False
    assert [one["payload_max"] for one in large["members"][:2]] == [65_507, 65_527]
    assert large["members"][2]["payload_max"] > 65_507
    assert all(known for socket, known in fits.items() if socket != "udp:127.0.0.1:9")
    await execute(context, "subscribe", event="E_B", socket="xmlrpc:127.0.0.1:9:note")
    (xml,) = await previewed(context, {"v": "\x07"}, "E_B")
    assert (xml["size"], xml["failure"]) == (0, "cannot be written as XML: parameter 'v' holds U+0007")


async def test_what_cannot_be_raised_cannot_be_previewed(context: Context) -> None:
    assert await previewed(context, {}) == []
    with pytest.raises(CommandError, match="did you mean E_A"):
        await previewed(context, {}, "E_AA")
    with pytest.raises(CommandError, match="32-bit"):
        await previewed(context, {"n": 2**40})
