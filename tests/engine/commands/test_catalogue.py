"""The command that lists the events there are."""

from __future__ import annotations

from engine.commands.context import Context
from engine.commands.gate import execute


async def test_the_catalogue_tells_parameters_and_knows_the_configurations_events(context: Context) -> None:
    events = {event["name"]: event for event in await execute(context, "catalogue")}
    assert set(events) == set(context.engine.event_ids)
    assert events["E_A"]["open_params"] is True
    assert [param["name"] for param in events["E_PIKE_BLOCKED"]["params"]] == ["ip"]
