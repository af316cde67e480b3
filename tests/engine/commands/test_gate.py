"""The gate that every command comes through: checked, and noted."""

from __future__ import annotations

from engine.commands.context import Context
from tests.engine.commands.refusals import refusal


async def test_unknown_commands_and_parameters_are_refused(context: Context) -> None:
    assert (await refusal(context, "explode")).code == -32601
    error = await refusal(context, "unsubscribe", name="x")
    assert error.code == -32602
    assert "subscription" in str(error)
