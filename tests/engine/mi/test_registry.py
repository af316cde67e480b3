"""The table of methods: names, signatures, help, and what becomes of mistakes."""

from __future__ import annotations

import pytest

from engine.mi.registry import METHODS
from tests.engine.mi.conftest import Mi, refusal


async def test_which_lists_both_naming_schemes_and_signatures(mi: Mi) -> None:
    names = await mi("which")
    assert {"event_subscribe", "evi:subscribe", "events_list", "evi:list", "which", "sb:status"} <= set(names)
    assert await mi("which", "event_subscribe") == [["event", "socket"], ["event", "socket", "expire"]]
    assert await mi("which", "subscribers_list") == [[], ["event"], ["event", "socket"]]
    error = await refusal(mi, "which", "x")
    assert (error.code, error.message) == (404, "unknown MI command")


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("evi:subscribe", "event_subscribe"),
        ("evi:list", "events_list"),
        ("evi:subscribers", "subscribers_list"),
        ("evi:raise", "raise_event"),
        ("event_flatstore:rotate", "evi_flat_rotate"),
    ],
)
def test_the_names_of_4x_are_aliases(alias: str, name: str) -> None:
    assert METHODS[alias].function is METHODS[name].function


async def test_help_tells_what_a_command_does(mi: Mi) -> None:
    assert "which" in await mi("help")
    told = await mi("help", "raise_event")
    assert told["Exported by"] == "event interface"
    assert "Raises an event" in told["Help"]
    assert (await refusal(mi, "help", "x")).code == 404


def test_every_method_has_help() -> None:
    assert [name for name, method in METHODS.items() if not method.help] == []


async def test_unknown_methods_and_failing_ones(mi: Mi, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await refusal(mi, "no_such_command")).code == -32601
    monkeypatch.setattr(mi.engine, "look", lambda: 1 / 0)
    error = await refusal(mi, "sb:status")
    assert (error.code, error.message) == (-32000, "Server error")
