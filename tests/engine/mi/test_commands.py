"""Methods that OpenSIPS does not have: every command, as it is declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.commands.registry import COMMANDS, Command
from engine.errors import CommandError
from engine.event import Event
from engine.mi.jsontext import JsonObject
from tests.engine.mi.conftest import UDP, Mi, refusal


async def test_pausing_resuming_and_unsubscribing(mi: Mi) -> None:
    await mi("event_subscribe", "E_A", f"virtual:ROUND-ROBIN {UDP} udp:127.0.0.1:9102")
    (row,) = (await mi("sb:status"))["subscriptions"]
    paused = await mi("sb:pause", subscription=row["id"], member="1")
    assert paused == {"id": row["id"], "member": 1, "paused": True}
    (row,) = (await mi("sb:status"))["subscriptions"]
    assert [member["state"] for member in row["members"]] == ["untried", "paused"]
    await mi("sb:resume", row["id"], 1)
    (row,) = (await mi("sb:status"))["subscriptions"]
    assert [member["state"] for member in row["members"]] == ["untried", "untried"]
    await mi("sb:unsubscribe", row["id"])
    assert await mi.sockets("E_A") == []


async def test_pausing_what_does_not_exist(mi: Mi) -> None:
    await mi("event_subscribe", "E_A", UDP)
    (row,) = (await mi("sb:status"))["subscriptions"]
    assert (await refusal(mi, "sb:pause", "nope", 0)).code == 404
    assert (await refusal(mi, "sb:pause", row["id"], 1)).code == 404
    assert (await refusal(mi, "sb:pause", row["id"], "one")).code == -32602
    assert (await refusal(mi, "sb:unsubscribe", "nope")).code == 404


async def test_many_events_of_one_name_in_every_form(mi: Mi, chunks: list[list[Event]]) -> None:
    await mi("event_subscribe", "E_A", UDP)
    events = [JsonObject([("n", 1)]), ["x", 2], '{"n":3}', JsonObject()]
    assert await mi("sb:raise_many", event="E_A", events=events) == {"raised": 4, "subscriptions": 1}
    assert [event.params for event in chunks[0]] == [(("n", 1),), ((None, "x"), (None, "2")), (("n", 3),), ()]


async def test_one_wrong_event_of_many_is_named_and_none_is_raised(mi: Mi, chunks: list[list[Event]]) -> None:
    with pytest.raises(CommandError, match=r"event 2: parameter 't': .*, not true; nothing was raised"):
        await mi("sb:raise_many", "E_A", [["x"], JsonObject([("t", True)])])
    with pytest.raises(CommandError, match="Bad type for parameter 'events'"):
        await mi("sb:raise_many", "E_A", JsonObject([("n", 1)]))
    assert chunks == []


async def test_many_events_that_nobody_hears_are_told_as_one_is(mi: Mi) -> None:
    with pytest.raises(CommandError) as caught:
        await mi("sb:raise_many", "E_A", [["x"], ["y"]])
    assert caught.value.code == 480
    assert mi.engine.dispatcher.accepted == 2


async def test_many_events_are_at_most_so_many(mi: Mi) -> None:
    with pytest.raises(CommandError, match="at most 10000 events, found 10001"):
        await mi("sb:raise_many", "E_A", [[]] * 10_001)


def test_the_page_lists_every_command_as_it_is_declared() -> None:
    page = (Path(__file__).parents[3] / "docs" / "management-interface.md").read_text("utf-8")
    listed = page.partition("<!-- commands -->")[2].partition("<!-- end of commands -->")[0].strip().splitlines()[2:]
    assert listed == [_row(command) for _, command in sorted(COMMANDS.items())]


def _row(command: Command) -> str:
    names = ", ".join(f"`sb:{name}`" for name in (command.name, *command.aliases))
    parameters = " ".join(one.name if one.is_required else f"[{one.name}]" for one in command.parameters)
    shown = f"`{parameters}`" if parameters else ""
    return f"| {names} | {shown} | {command.role}{'' if command.is_open else ', where allowed'} | {command.help} |"


async def test_what_is_not_open_is_refused_until_it_is_allowed(mi: Mi) -> None:
    error = await refusal(mi, "sb:audit")
    assert "mi.allow" in str(error)
    mi.settings = mi.settings.model_copy(update={"allow": ("audit",)})
    assert (await mi("sb:audit"))["dropped"] == 0
