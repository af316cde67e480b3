"""The form to raise an event: picking, JSON, history and templates, what each member would get and what it got."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button, Input, TextArea

from engine.catalogue import catalogue
from engine.event import Event, Param
from tests.tui.pilots import Console, console
from tests.tui.test_real_engine import real_console
from tests.tui.world import NOW, FakeLink, batch, delivered
from tui.render.line import plain
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.pick_event import PickEventScreen, event_choices
from tui.screens.dialogs.raise_many import RaiseManyScreen
from tui.screens.dialogs.raised_before import RaisedBeforeScreen, SaveTemplateScreen
from tui.userfiles.raised_book import RaisedBook
from tui.widgets.lines import Lines
from tui.widgets.params_editor import ParamField
from tui.widgets.raise_form import RaiseForm

OLD = Event("E_ACC_CDR", (("callid", "7f3a"), ("duration", 61)))
ODD = Event("E_ODD", (("", "two\nlines"), ("x", 1), ("x", 2)))


def form(shown: Console) -> RaiseForm:
    return shown.dashboard.query_one(RaiseForm)


def event_in(shown: Console) -> Event:
    return form(shown).event()


async def opened(shown: Console) -> None:
    await shown.press("r")
    await shown.until(lambda: '"ip"' in shown.said("#raise-preview"), "the catalogue's example")


async def on(shown: Console, kind: type[Any]) -> None:
    await shown.until(lambda: isinstance(shown.app.screen, kind) and shown.app.screen.is_mounted, kind.__name__)
    await shown.pilot.pause()


def answering(**answers: Any) -> FakeLink:
    link = FakeLink()
    link.answers = {"raise_event": {"subscriptions": 1}, "preview_event": {"event": "E", "payloads": []}, **answers}
    return link


async def test_an_event_is_picked_from_the_catalogue_those_with_subscriptions_first() -> None:
    async with console(answering()) as shown:
        await opened(shown)
        await shown.press("f7")
        await on(shown, PickEventScreen)
        assert [one.value for one in shown.app.screen.choices] == ["E_ACC_CDR", "E_PIKE_BLOCKED", "E_UL_AOR_INSERT"]
        await shown.type("aor usrloc")
        await shown.press("enter")
        await shown.until(lambda: shown.app.screen is shown.dashboard, "the form")
        await shown.until(lambda: '"aor"' in shown.said("#raise-preview"), "its parameters")
        assert event_in(shown).name == "E_UL_AOR_INSERT"


def test_events_that_nobody_hears_come_last_and_unknown_ones_are_told_as_such() -> None:
    choices = event_choices(("E_A", "E_PIKE_BLOCKED", "E_B"), {"E_B"}, catalogue())
    assert [one.value for one in choices] == ["E_B", "E_A", "E_PIKE_BLOCKED"]
    assert choices[1].about == "E_A: of the configuration"
    assert "pike" in plain(choices[2].line)


async def test_the_list_is_moved_in_by_arrows_and_clicks_and_left_by_escape() -> None:
    async with console(answering()) as shown:
        await shown.press("f7")  # without the form as well
        await on(shown, PickEventScreen)
        view = shown.app.screen.query_one("#choosing-list")
        await shown.press("down", "down", "up")
        assert shown.app.screen.chosen.value == "E_PIKE_BLOCKED"
        await shown.pilot.click(view, offset=(5, 2))
        assert shown.app.screen.chosen.value == "E_UL_AOR_INSERT"
        await shown.type("nothing of this name")
        assert shown.said("#choosing-said") == "nothing has that in it"
        await shown.press("enter")
        assert isinstance(shown.app.screen, PickEventScreen)
        await shown.press("escape")
        assert shown.app.screen is shown.dashboard
        assert not form(shown).display
        await shown.press("f7")
        await on(shown, PickEventScreen)
        view = shown.app.screen.query_one("#choosing-list")
        await shown.pilot.click(view, offset=(5, 2))
        await shown.pilot.click(view, offset=(5, 2))
        await shown.until(lambda: form(shown).display and form(shown).name_typed == "E_UL_AOR_INSERT", "the form")


async def test_json_has_the_values_of_the_fields_and_gives_them_back() -> None:
    link = answering()
    async with console(link) as shown:
        await opened(shown)
        await shown.press("ctrl+j")
        area = form(shown).query_one(TextArea)
        await shown.until(lambda: area.display and area.has_focus, "the JSON")
        assert area.text == '{"ip": "192.0.2.66"}'
        assert area.cursor_location == (0, len(area.text))
        assert not form(shown).query_one("#raise-more").display
        area.text = '{"ip": "192.0.2.9", "n": 3, "n": null}'
        await shown.until(lambda: '"n":3,"n":null' in shown.said("#raise-preview"), "the preview")
        await shown.press("enter")
        params: list[Param] = [("ip", "192.0.2.9"), ("n", 3), ("n", None)]
        await shown.until(
            lambda: ("raise_event", {"event": "E_PIKE_BLOCKED", "params": params}) in link.commands, "the command"
        )
        await shown.press("ctrl+j")
        await shown.until(lambda: len(form(shown).query(ParamField)) == 3 and not area.display, "the fields")
        assert event_in(shown).params == tuple(params)


async def test_wrong_json_is_marked_at_its_column_and_not_raised() -> None:
    link = answering()
    async with console(link) as shown:
        await opened(shown)
        form(shown).query_one("#raise-as-json", Button).press()
        area = form(shown).query_one(TextArea)
        await shown.until(lambda: area.display, "the JSON")
        area.text = '{"ip" 1}'
        await shown.until(lambda: "column 7: expecting ':' delimiter" in shown.said("#raise-preview"), "the complaint")
        text, marker, _ = shown.said("#raise-preview").split("\n")
        assert text[marker.index("▲") :] == "1}"
        area.focus()
        await shown.press("enter", "ctrl+j")
        await shown.until(lambda: sum("column 7" in one for one in shown.toasts) == 2, "both refusals")
        assert area.display
        assert "raise_event" not in [name for name, _ in link.commands]
        area.text = '["x", 2]'
        await shown.press("ctrl+j")
        await shown.until(lambda: form(shown).query(ParamField) and not area.display, "the fields")
        assert event_in(shown).params == ((None, "x"), (None, "2"))


async def test_json_that_the_operator_wrote_stays_when_the_event_changes() -> None:
    async with console(answering()) as shown:
        await opened(shown)
        await shown.press("ctrl+j")
        field, area = form(shown).query_one("#raise-event", Input), form(shown).query_one(TextArea)
        field.value = "E_ACC_CDR"
        await shown.until(lambda: '"callid"' in area.text, "the example of the other event")
        area.text = '{"mine": 1}'
        field.value = "E_PIKE_BLOCKED"
        wanted = '"E_PIKE_BLOCKED","params":{"mine":1}'
        await shown.until(lambda: wanted in shown.said("#raise-preview"), "the event with what was written")
        await shown.pilot.pause()
        assert area.text == '{"mine": 1}'


async def test_what_was_raised_is_in_the_history_and_fills_the_form() -> None:
    async with console(answering()) as shown:
        await opened(shown)
        await shown.press("enter")
        await shown.until(lambda: shown.dashboard.book.load().history, "the history")
        form(shown).query_one("#raise-event", Input).value = "E_OTHER"
        await shown.press("f5")
        await on(shown, RaisedBeforeScreen)
        await shown.press("enter")
        await shown.until(lambda: form(shown).name_typed == "E_PIKE_BLOCKED", "the form")
        assert event_in(shown) == Event("E_PIKE_BLOCKED", (("ip", "192.0.2.66"),))


async def test_what_was_refused_is_not_in_the_history() -> None:
    link = answering()
    del link.answers["raise_event"]
    async with console(link) as shown:
        await opened(shown)
        await shown.press("enter")
        await shown.until(lambda: any("no answer to raise_event" in toast for toast in shown.toasts), "the refusal")
        assert not shown.dashboard.book.load().history


async def test_the_form_is_saved_as_a_template_under_a_name() -> None:
    async with console(answering()) as shown:
        await shown.press("ctrl+s")
        await shown.until(lambda: any("Open the form first" in toast for toast in shown.toasts), "the hint")
        await opened(shown)
        for toast in ("Saved as template blocked; f5 shows it", "it takes the place"):
            await shown.press("ctrl+s")
            await on(shown, SaveTemplateScreen)
            shown.app.screen.query_one(Input).value = "blocked"
            if toast.startswith("it"):
                await shown.until(lambda: toast in shown.said("#template-said"), "the warning")  # noqa: B023
            await shown.press("enter")
            await shown.until(lambda: "Saved as template blocked; f5 shows it" in shown.toasts, "the toast")
        (template,) = shown.dashboard.book.load().templates
        assert template == ("blocked", event_in(shown))
        await shown.press("ctrl+s")
        await on(shown, SaveTemplateScreen)
        shown.app.screen.query_one(Input).value = " "
        await shown.press("enter")
        assert "needs a name" in shown.said("#template-said")
        await shown.press("escape")
        assert shown.app.screen is shown.dashboard


async def test_a_template_is_found_by_typing_and_removed_after_asking() -> None:
    async with console(answering()) as shown:
        shown.dashboard.book.change(
            lambda kept: kept.with_template("call", OLD).with_template("odd", ODD).with_raised(OLD)
        )
        await shown.press("f5")
        await on(shown, RaisedBeforeScreen)
        assert shown.app.screen._title == "History (1) and templates (2)"
        assert "callid=7f3a duration=61" in shown.said("#choosing-said")
        await shown.type("odd")
        await shown.press("f8")
        await on(shown, ConfirmScreen)
        await shown.press("n")
        await on(shown, RaisedBeforeScreen)
        assert len(shown.dashboard.book.load().templates) == 2
        await shown.press("f8")
        await on(shown, ConfirmScreen)
        await shown.press("y")
        await shown.until(lambda: "Removed template odd" in shown.toasts, "the toast")
        assert [one.name for one in shown.dashboard.book.load().templates] == ["call"]
        shown.app.screen.query_one(Input).value = "raised"
        await shown.pilot.pause()
        await shown.press("f8")
        await on(shown, ConfirmScreen)
        await shown.press("y")
        await shown.until(lambda: not shown.dashboard.book.load().history, "the end of the entry")


async def test_what_fields_cannot_hold_fills_the_form_as_json() -> None:
    async with console(answering()) as shown:
        shown.dashboard.book.change(lambda kept: kept.with_template("odd", ODD))
        await shown.press("f5")
        await on(shown, RaisedBeforeScreen)
        await shown.press("enter")
        await shown.until(lambda: form(shown).display and form(shown).name_typed == "E_ODD", "the form")
        assert form(shown).query_one(TextArea).display
        await shown.until(lambda: event_in(shown) == ODD, "the event as it was")
        await shown.press("ctrl+j")
        await shown.until(lambda: any("stay as JSON" in toast for toast in shown.toasts), "the refusal")


async def test_history_and_templates_are_there_the_next_time(tmp_path: Path) -> None:
    (tmp_path / "raised.json").write_text("{")
    async with console(answering()) as shown:
        shown.dashboard.book = RaisedBook(tmp_path / "raised.json")
        await opened(shown)
        await shown.press("enter")
        await shown.until(lambda: any("was damaged" in toast for toast in shown.toasts), "the warning")
        event = event_in(shown)
    assert RaisedBook(tmp_path / "raised.json").load().history == (event,)


async def test_what_each_member_would_get_is_asked_for_once_typing_pauses() -> None:
    data = b"E_PIKE_BLOCKED,192.0.2.66\n"
    of = {"subscription": "s1", "policy": "FAILOVER", "member": 1, "socket": "x", "scheme": "flatstore"}
    members = [of | {"payload_max": None, "fits": True}]
    payload = {"format": "flat line", "bytes": data.hex(), "size": 26, "failure": None, "members": members}
    link = answering(preview_event={"event": "E_PIKE_BLOCKED", "payloads": [payload]})
    async with console(link) as shown:
        await opened(shown)
        await shown.until(
            lambda: "2  flatstore  26 bytes  E_PIKE_BLOCKED,192.0.2.66⏎" in shown.said("#raise-members"), "the preview"
        )
        asked = [name for name, _ in link.commands].count("preview_event")
        form(shown).query_one(".param-value", Input).focus()
        await shown.type("0123456789")
        await shown.until(lambda: link.commands[-1][1]["params"][0][1].endswith("0123456789"), "the question")
        assert [name for name, _ in link.commands].count("preview_event") - asked < 5
        del link.answers["preview_event"]
        await shown.type("1")
        await shown.until(lambda: "no answer to preview_event" in shown.said("#raise-members"), "the failure")
        form(shown).query_one("#raise-event", Input).value = ""
        await shown.until(lambda: not shown.said("#raise-members"), "nothing to preview")


async def test_every_member_of_a_real_engine_is_previewed_and_named_with_its_outcome(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        await opened(shown)
        await shown.until(lambda: "E_PIKE_BLOCKED,192.0.2.66⏎" in shown.said("#raise-members"), "the preview")
        assert "1  udp  72 bytes" in shown.said("#raise-members")
        await shown.press("enter")
        await shown.until(lambda: "~ sent in" in shown.said("#raise-results"), "the first outcome")
        assert "flatstore · not chosen" in " ".join(shown.said("#raise-results").split())
        form(shown).query_one("#raise-event", Input).value = "E_PIKE"
        await shown.until(lambda: "did you mean E_PIKE" in shown.said("#raise-members"), "the suggestion")


async def test_a_short_form_is_scrolled_by_pages() -> None:
    async with console(answering(), (80, 24)) as shown:
        await opened(shown)
        await form(shown).fill(Event("E_PIKE_BLOCKED", tuple((f"p{number}", "x") for number in range(30))))
        top = form(shown).query_one("#raise-top")
        await shown.until(lambda: top.max_scroll_y > 0, "more than fits")
        form(shown).query_one("#raise-event").focus()
        await shown.press("pagedown")
        await shown.until(lambda: top.scroll_offset.y > 0, "the lower part")
        await shown.press("pageup")
        await shown.until(lambda: top.scroll_offset.y == 0, "the upper part")


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_buttons_and_outcomes_are_on_the_screen_at_every_size(size: tuple[int, int]) -> None:
    link = answering()
    link.records = delivered(1, "s1", batch("E_PIKE_BLOCKED", 7, {"ip": "x"}, at=NOW - 1, source="console"), 1, 0.0003)
    async with console(link, size) as shown:
        await opened(shown)
        many = Event("E_PIKE_BLOCKED", (("long", "x" * 5_000), *((f"p{number}", number) for number in range(30))))
        await form(shown).fill(many)
        await shown.until(lambda: "✓ written" in shown.said("#raise-results"), "the outcome")
        outcomes, results = form(shown).query_one("#raise-outcomes"), form(shown).query_one("#raise-results", Lines)
        await shown.until(lambda: results.size.height >= len(results.lines), "its layout")
        await shown.until(lambda: outcomes.region.contains_region(results.region), "room for it")
        screen = shown.dashboard.size.region
        for name in ("#raise-now", "#raise-many-times", "#raise-save", "#raise-close", "#raise-pick", "#raise-before"):
            assert screen.contains_region(form(shown).query_one(name).region), name


async def test_each_button_does_what_its_key_does() -> None:
    async with console(answering(series_progress=None)) as shown:
        for button, screen in (
            ("#raise-pick", PickEventScreen),
            ("#raise-before", RaisedBeforeScreen),
            ("#raise-save", SaveTemplateScreen),
            ("#raise-many-times", RaiseManyScreen),
        ):
            if not form(shown).display:
                await opened(shown)
            await shown.pilot.click(button)
            await on(shown, screen)
            await shown.press("escape")
            await shown.until(lambda: shown.app.screen is shown.dashboard, "the dashboard")


async def test_a_locked_console_previews_and_does_not_raise() -> None:
    link = answering()
    async with console(link) as shown:
        await shown.press("L")
        await opened(shown)
        await shown.until(lambda: "no member would get it" in shown.said("#raise-members"), "the preview")
        await shown.press("enter")
        await shown.until(lambda: any("locked" in toast for toast in shown.toasts), "the refusal")
        assert "raise_event" not in [name for name, _ in link.commands]


async def test_the_key_that_picks_an_event_picks_one_from_the_json_too() -> None:
    async with console(answering()) as shown:
        await opened(shown)
        await shown.press("ctrl+j", "f6", "f7")
        await on(shown, PickEventScreen)
