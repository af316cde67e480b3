"""The command that reads the audit trail."""

from __future__ import annotations

from engine.audit import acting_for
from engine.commands.context import Context
from engine.commands.gate import execute


async def test_the_newest_entries_come_first_and_those_that_had_to_go_are_counted(context: Context) -> None:
    with acting_for("console ann"):
        for name in ("a", "b", "c"):
            await execute(context, "reopen_files")
            await execute(context, "subscribe", event="E_A", socket=f"unix:/run/{name}.sock")
    told = await execute(context, "audit", limit=2)
    assert [entry.command for entry in told.entries] == ["subscribe", "reopen_files"]
    assert told.entries[0].details == "event=E_A socket=unix:/run/c.sock"
    assert told.entries[0].who == "console ann"
    assert told.dropped == 0
