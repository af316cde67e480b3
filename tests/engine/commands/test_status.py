"""The command that tells what the engine looks like."""

from __future__ import annotations

from engine.address import parse
from engine.commands.context import Context
from engine.commands.gate import execute


async def test_it_shows_every_subscription(context: Context) -> None:
    context.engine.subscribe("E_A", parse("rabbitmq:u:hunter2@127.0.0.1/q"), None)
    context.mi_url = "http://127.0.0.1:1/mi"
    told = await execute(context, "status")
    assert [(row.event, len(row.members)) for row in told.subscriptions] == [("E_A", 1)]
    assert told.mi_url == context.mi_url
    assert "hunter2" not in str(told)
