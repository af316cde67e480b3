"""The parameters of an event: in fields by name or position, or as JSON."""

from __future__ import annotations

import pytest
from textual.widgets import Button, Input

from engine.catalogue import catalogue
from engine.errors import EventError
from engine.event import Event
from tests.tui.hosts import hosted
from tui.render.jsonparams import JsonParamsError
from tui.widgets.params_editor import JsonArea, ParamsEditor, Way

PIKE = catalogue()["E_PIKE_BLOCKED"]


async def test_fields_of_the_catalogue_come_with_an_example() -> None:
    editor = ParamsEditor()
    async with hosted(editor) as shown:
        await editor.begin(PIKE)
        assert editor.event("E_PIKE_BLOCKED").params == (("ip", "192.0.2.66"),)
        editor.query_one(".param-value", Input).value = "192.0.2.7"
        await shown.hears(ParamsEditor.Changed)
        assert editor.event("E_PIKE_BLOCKED").params == (("ip", "192.0.2.7"),)
        await editor.begin(None)
        assert editor.event("E_MINE").params == ()


async def test_what_was_typed_goes_to_json_and_back() -> None:
    editor = ParamsEditor()
    async with hosted(editor):
        await editor.begin(PIKE)
        editor.query_one(".param-value", Input).value = "192.0.2.7"
        await editor.turn_json("E_PIKE_BLOCKED")
        assert editor.is_json
        assert editor.query_one(JsonArea).text == '{"ip": "192.0.2.7"}'
        editor.query_one(JsonArea).text = '{"ip": "192.0.2.8", "n": 5}'
        await editor.turn_json("E_PIKE_BLOCKED")
        assert editor.way is Way.NAMED
        assert editor.event("E_PIKE_BLOCKED").params == (("ip", "192.0.2.8"), ("n", 5))


async def test_a_field_of_ones_own_needs_a_name_unless_it_is_sent_by_position() -> None:
    editor = ParamsEditor()
    async with hosted(editor) as shown:
        await editor.begin(None)
        editor.query_one("#raise-more", Button).press()
        await shown.pilot.pause()
        editor.query_one(".param-value", Input).value = '"42"'
        with pytest.raises(EventError, match="needs a name"):
            editor.event("E_MINE")
        editor.query_one("#raise-positional", Button).press()
        await shown.pilot.pause()
        assert editor.event("E_MINE").params == ((None, "42"),)
        assert str(editor.query_one("#raise-positional", Button).label) == "sent by position"


@pytest.mark.parametrize("text", ["{", '{"a": [1]}', "5"])
async def test_json_that_is_none_is_refused_with_its_place(text: str) -> None:
    editor = ParamsEditor()
    async with hosted(editor):
        await editor.turn_json("E_MINE")
        editor.query_one(JsonArea).text = text
        with pytest.raises(JsonParamsError):
            editor.event("E_MINE")


async def test_json_that_the_operator_wrote_is_not_replaced_and_what_was_offered_is() -> None:
    editor = ParamsEditor()
    async with hosted(editor):
        area = editor.query_one(JsonArea)
        await editor.begin(PIKE)
        assert area.text == '{"ip": "192.0.2.66"}'
        await editor.begin(None)
        assert area.text == "{}"
        area.text = '{"mine": 1}'
        await editor.begin(PIKE)
        assert area.text == '{"mine": 1}'


async def test_what_fields_cannot_hold_is_shown_as_json() -> None:
    editor = ParamsEditor()
    async with hosted(editor):
        await editor.fill(Event("E_MINE", (("a", 1), ("a", None))))
        assert editor.event("E_MINE").params == (("a", 1), ("a", None))
        await editor.fill(Event("E_MINE", (("a", 7), ("b", "two\nlines"))))
        assert editor.is_json
        assert editor.event("E_MINE").params == (("a", 7), ("b", "two\nlines"))
        await editor.fill(Event("E_MINE", ((None, "42"), (None, 42))))
        assert editor.way is Way.POSITIONAL
        assert editor.event("E_MINE").params == ((None, "42"), (None, 42))


async def test_enter_raises_from_the_json_instead_of_a_new_line() -> None:
    editor = ParamsEditor()
    async with hosted(editor) as shown:
        await editor.turn_json("E_MINE")
        before = editor.query_one(JsonArea).text
        await shown.press("enter")
        await shown.hears(JsonArea.Submitted)
        assert editor.query_one(JsonArea).text == before
