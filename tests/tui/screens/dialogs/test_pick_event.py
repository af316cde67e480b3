"""Picking an event of the catalogue."""

from __future__ import annotations

from engine.catalogue import catalogue
from tests.tui.hosts import hosted
from tui.render.line import plain
from tui.screens.dialogs.pick_event import PickEventScreen, event_choices

EVENTS = ["E_ZULU", "E_PIKE_BLOCKED", "E_ACC_CDR", "E_ODD\x1b"]


def test_those_that_somebody_hears_come_first_each_by_name() -> None:
    choices = event_choices(EVENTS, {"E_ZULU"}, catalogue())
    assert [one.value for one in choices] == ["E_ZULU", "E_ACC_CDR", "E_ODD\x1b", "E_PIKE_BLOCKED"]
    lines = [plain(one.line) for one in choices]
    assert lines[0].startswith("heard")
    assert "of the configuration" in lines[0]
    assert "pike" in lines[3], "the module of one that the catalogue knows"
    assert all(line.isprintable() for line in lines)


async def test_a_word_of_its_description_finds_it() -> None:
    async with hosted(size=(120, 30)) as shown:
        results = await shown.opens(PickEventScreen(event_choices(EVENTS, (), catalogue())))
        await shown.type("pike")
        await shown.press("enter")
        assert results == ["E_PIKE_BLOCKED"]
