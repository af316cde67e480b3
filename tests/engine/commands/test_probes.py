"""Testing a member: each step as it went, beside the engine's own traffic."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.commands.probe_steps import OTHERWISE, advice_for
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import CommandError
from tests.support.sockets import UdpReceiver


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    engine = Engine(Settings(events=("E_A",), stop_timeout=0.1))
    await engine.start()
    yield Context(engine)
    await engine.stop()


async def probed(context: Context, text: str, **options: Any) -> dict[str, Any]:
    made = await execute(context, "subscribe", event="E_A", socket=text)
    answer = await execute(context, "probe_member", subscription=made["id"], member=0, **options)
    assert isinstance(answer, dict)
    assert json.dumps(answer)
    return answer


def statuses(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["name"], step["status"]) for step in answer["steps"]]


async def test_a_test_event_reaches_a_datagram_member_and_leaves_its_figures_alone(context: Context) -> None:
    receiver = UdpReceiver()
    try:
        answer = await probed(context, receiver.address, is_sending=True)
        (payload,) = receiver.read()
    finally:
        receiver.close()
    assert statuses(answer) == [("resolve", "done"), ("connect", "done"), ("send", "done"), ("confirm", "skipped")]
    assert answer["ok"]
    assert answer["error"] is None
    assert json.loads(payload)["method"] == "E_SWITCHBOARD_TEST"
    (member,) = context.engine.snapshot().subscriptions[0].members
    assert (member.sent, member.state) == (0, "untried")


async def test_without_sending_nothing_is_written(context: Context, tmp_path: Path) -> None:
    answer = await probed(context, f"flatstore:{tmp_path}/a.log")
    assert statuses(answer) == [("find", "done"), ("connect", "skipped"), ("send", "skipped")]
    assert not (tmp_path / "a.log").exists()


async def test_a_file_confirms(context: Context, tmp_path: Path) -> None:
    answer = await probed(context, f"flatstore:{tmp_path}/a.log", is_sending=True)
    assert statuses(answer)[-2:] == [("send", "done"), ("confirm", "done")]
    assert "E_SWITCHBOARD_TEST" in (tmp_path / "a.log").read_text()


async def test_a_refused_connection_is_told_with_what_to_try(context: Context) -> None:
    receiver = UdpReceiver()
    receiver.close()
    answer = await probed(context, receiver.address.replace("udp:", "tcp:"), is_sending=True)
    assert statuses(answer) == [("resolve", "done"), ("connect", "failed")]
    assert (answer["ok"], answer["error"]) == (False, "connection refused")
    assert "start the receiver" in answer["advice"]


async def test_a_broker_that_says_nothing_is_given_up_on(context: Context) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        answer = await probed(context, f"rabbitmq:u:hunter2@127.0.0.1:{port}/q", is_sending=True)
    finally:
        server.close()
    assert statuses(answer) == [("resolve", "done"), ("connect", "done"), ("log in", "failed")]
    assert "no connection within" in answer["error"]
    assert "hunter2" not in str(answer)


@pytest.mark.parametrize(
    ("text", "error"),
    [("flatstore:/no/such/place/a.log", "no such file or directory"), ("unix:/no/such.sock", "no such file")],
)
async def test_what_is_not_there_is_named(context: Context, text: str, error: str) -> None:
    answer = await probed(context, text)
    assert statuses(answer) == [("find", "failed")]
    assert error in answer["error"]


async def test_a_receiver_that_stays_silent_may_want_lines(context: Context) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        answer = await probed(context, f"tcp:127.0.0.1:{listening.getsockname()[1]}", is_sending=True)
    assert statuses(answer)[-1] == ("confirm", "skipped")
    assert "transports.tcp.separator: newline" in answer["steps"][-1]["detail"]
    assert "transports.tcp.separator: newline" in advice_for("no answer within 5000 ms")


def test_every_failure_has_some_advice() -> None:
    assert "firewall" in advice_for("no connection within 500 ms")
    assert advice_for("something strange") == OTHERWISE


async def test_a_socket_is_tested_before_anybody_is_subscribed(context: Context, tmp_path: Path) -> None:
    answer = await execute(context, "probe_socket", socket=f"flatstore:{tmp_path}/a.log", is_sending=True)
    assert answer["ok"]
    assert "E_SWITCHBOARD_TEST" in (tmp_path / "a.log").read_text()
    assert context.engine.snapshot().subscriptions == ()


async def test_a_socket_that_does_not_parse_is_refused_with_its_column(context: Context) -> None:
    with pytest.raises(CommandError, match="column 7"):
        await execute(context, "probe_socket", socket="udp:h:x")


async def test_a_masked_password_is_known_from_the_subscription_and_never_told(context: Context) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        port = taken.getsockname()[1]
        made = await execute(context, "subscribe", event="E_A", socket=f"rabbitmq:u:hunter2@127.0.0.1:{port}/q")
        masked = f"rabbitmq:u:•••@127.0.0.1:{port}/other"
        answer = await execute(context, "probe_socket", socket=masked, subscription=made["id"])
        assert (answer["socket"], answer["error"]) == (masked, "connection refused")
        with pytest.raises(CommandError, match="type the password itself"):
            await execute(context, "probe_socket", socket=masked)
    await execute(context, "probe_socket", socket="rabbitmq:u:hunter3@127.0.0.1:1/q")
    told = str(await execute(context, "audit"))
    assert "probe_socket" in told
    assert "hunter" not in told
