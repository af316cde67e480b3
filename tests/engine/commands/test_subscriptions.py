"""Subscribing, ending and pausing by command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.options import OnFailure, WhenAllFailed
from tests.engine.commands.refusals import refusal

UDP = "udp:127.0.0.1:9101"
FAILOVER = f"virtual:FAILOVER tcp:127.0.0.1:9201 {UDP} udp:192.0.2.1:9"


async def test_subscribing_is_permanent_unless_said_otherwise(context: Context) -> None:
    first = await execute(context, "subscribe", event="E_A", socket=UDP)
    second = await execute(context, "subscribe", event="E_B", socket=UDP, expire=60)
    assert first["warnings"] == []
    expiries = {one.id: one.expire_s for one in context.engine.table}
    assert expiries == {first["id"]: None, second["id"]: 60}


async def test_options_are_the_configurations_where_none_are_given(context: Context) -> None:
    made = await execute(context, "subscribe", event="E_A", socket=FAILOVER)
    assert found(context, made["id"]).options.failover_timeout == 7
    made = await execute(
        context,
        "subscribe",
        event="E_B",
        socket=FAILOVER,
        failover_timeout=0.5,
        when_all_failed="drop",
        on_failure="fail",
        queue_size=5,
    )
    options = found(context, made["id"]).options
    assert (options.failover_timeout, options.queue_size) == (0.5, 5)
    assert (options.when_all_failed, options.on_failure) == (WhenAllFailed.DROP, OnFailure.FAIL)


def found(context: Context, subscription_id: str) -> Any:
    return context.engine.table.get(subscription_id)


@pytest.mark.parametrize(
    ("parameters", "code", "words"),
    [
        ({"event": "E_NOPE", "socket": UDP}, 400, "unknown event 'E_NOPE'"),
        ({"event": "e_a", "socket": UDP}, 400, "did you mean E_A?"),
        ({"event": 5, "socket": UDP}, -32602, "event: expected a string"),
        ({"event": "E_A", "socket": ""}, -32602, "socket: expected a string, found nothing"),
        ({"event": "E_A", "socket": "udp:127.0.0.1:0"}, 400, "column 15"),
        ({"event": "E_A", "socket": UDP, "expire": 0}, -32602, "expire"),
        ({"event": "E_A", "socket": UDP, "expire": "soon"}, -32602, "expire"),
        ({"event": "E_A", "socket": UDP, "when_all_failed": "cry"}, -32602, "when_all_failed"),
        ({"event": "E_A", "socket": UDP, "queue_size": -1}, -32602, "queue_size"),
    ],
)
async def test_what_cannot_be_subscribed(context: Context, parameters: dict[str, Any], code: int, words: str) -> None:
    error = await refusal(context, "subscribe", **parameters)
    assert error.code == code
    assert words in str(error)
    assert len(context.engine.table) == 0


async def test_unsubscribing_takes_the_id(context: Context) -> None:
    made = await execute(context, "subscribe", event="E_A", socket=UDP)
    assert await execute(context, "unsubscribe", subscription=made["id"]) == {"id": made["id"]}
    assert len(context.engine.table) == 0
    error = await refusal(context, "unsubscribe", subscription=made["id"])
    assert (error.code, error.message) == (404, "Subscriber does not exist")


def states(context: Context) -> list[str]:
    """Of the members of the first subscription."""
    return [member.state for member in context.engine.snapshot().subscriptions[0].members]


async def test_members_are_paused_and_resumed_by_position(context: Context) -> None:
    made = await execute(context, "subscribe", event="E_A", socket=FAILOVER)
    await execute(context, "pause_member", subscription=made["id"], member=1)
    await execute(context, "pause_member", subscription=made["id"], member="2")
    assert states(context) == ["untried", "paused", "paused"]
    await execute(context, "resume_member", subscription=made["id"], member=2)
    assert states(context) == ["untried", "paused", "untried"]
    for member, code in ((3, 404), (-1, -32602), (True, -32602), ("x", -32602), (1.0, -32602)):
        assert (await refusal(context, "pause_member", subscription=made["id"], member=member)).code == code


async def test_files_are_reopened_by_path(context: Context, tmp_path: Path) -> None:
    await execute(context, "subscribe", event="E_A", socket=f"flatstore:{tmp_path}/a.log")
    assert await execute(context, "reopen_files") == {"files": 1}
    assert await execute(context, "reopen_files", path=f"{tmp_path}/a.log") == {"files": 1}
    error = await refusal(context, "reopen_files", path=f"{tmp_path}/b.log")
    assert (error.code, error.message) == (400, "File not found")
