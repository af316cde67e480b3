"""The inspector on a made-up engine: how it is opened, and what each of its keys does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from engine.event import Event
from engine.view.codec import named
from tests.tui.inspected import DELIVERY, MEMBER
from tests.tui.pilots import Console, console
from tests.tui.world import FakeLink, story_of_pike
from tui.screens.dashboard.screen import DashboardScreen
from tui.screens.views.inspector import BEATS_PER_ASK, InspectorScreen
from tui.widgets.feed import FeedView
from tui.widgets.raise_form import RaiseForm


def link() -> FakeLink:
    made = FakeLink(records=story_of_pike())
    made.answers = {"inspect_delivery": DELIVERY, "inspect_member": MEMBER}
    return made


@asynccontextmanager
async def inspector(*keys: str, on: FakeLink | None = None) -> AsyncIterator[Console]:
    """A console with the inspector open."""
    async with console(on or link()) as shown:
        await shown.press(*keys)
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")
        await shown.until(lambda: len(shown.said("#inspection")) > 1, "what it says")
        yield shown


def runs(feed: FeedView) -> bool:
    return feed.is_running


async def test_enter_in_the_feed_opens_the_newest_delivery_and_escape_leads_back() -> None:
    engine = link()
    async with inspector("2", "enter", on=engine) as shown:
        assert engine.commands == [("inspect_delivery", {"subscription": "s1", "seq": 150})]
        assert "✓ 3 flatstore:/var/log/pike.log: written in 300 µs" in shown.said("#inspection")
        await shown.press("escape")
        assert isinstance(shown.app.screen, DashboardScreen)
        assert shown.dashboard.query_one(FeedView).has_focus


async def test_a_delivery_further_down_is_selected_and_the_feed_stands_still_meanwhile() -> None:
    engine = link()
    async with inspector("2", "down", "down", "enter", on=engine) as shown:
        assert engine.commands == [("inspect_delivery", {"subscription": "s2", "seq": 100})]
        await shown.press("escape")
        feed = shown.dashboard.query_one(FeedView)
        assert not runs(feed)
        await shown.press("up", "up")
        assert runs(feed)
        await shown.press("j")
        assert not runs(feed)
        await shown.press("escape")
        assert runs(feed)


async def test_the_cursor_in_the_feed_stays_within_it() -> None:
    async with console(link()) as shown:
        await shown.press("2", "G")
        feed = shown.dashboard.query_one(FeedView)
        assert feed.selected is not None
        assert feed.selected.event.name == "E_UL_AOR_INSERT"
        await shown.press("down")
        assert feed.selected.event.name == "E_UL_AOR_INSERT"
        await shown.press("O", "j", "k")
        assert feed.selected is not None
        await shown.pilot.click("#feed", offset=(5, 1))
        await shown.press("g")
        assert feed.selected.event.name == "E_UL_AOR_INSERT"


async def test_a_click_selects_and_a_second_one_opens() -> None:
    async with console(link()) as shown:
        await shown.pilot.click("#feed", offset=(5, 2))
        await shown.pilot.click("#feed", offset=(5, 2))
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")


async def test_enter_in_an_empty_feed_says_so() -> None:
    async with console() as shown:
        await shown.press("2", "enter")
        assert "There is no delivery yet" in shown.toasts


async def test_enter_on_a_member_opens_it_and_it_is_asked_for_again() -> None:
    engine = link()
    async with inspector("down", "enter", on=engine) as shown:
        asked = ("inspect_member", {"subscription": "s1", "member": 0})
        assert engine.commands == [asked]
        assert "Changes of state" in shown.said("#inspection")
        for _ in range(BEATS_PER_ASK):
            shown.dashboard.pass_on_beat()
        await shown.until(lambda: engine.commands[1:] == [asked], "the second question")


async def test_a_delivery_that_has_ended_is_not_asked_for_again() -> None:
    engine = link()
    async with inspector("2", "enter", on=engine) as shown:
        for _ in range(2 * BEATS_PER_ASK):
            shown.dashboard.pass_on_beat()
        await shown.pilot.pause()
        assert len(engine.commands) == 1


async def test_bytes_are_shown_pretty_raw_and_in_hex() -> None:
    async with inspector("2", "enter") as shown:
        seen = [shown.said("#inspection")]
        for _ in range(3):
            await shown.press("v")
            seen.append(shown.said("#inspection"))
        pretty, raw, digits, again = seen
        assert '"method": "E_PIKE_BLOCKED"' in pretty
        assert '{"jsonrpc":"2.0","method":"E_PIKE_BLOCKED"' in raw
        assert "00000  7b 22 6a" in digits
        assert again == pretty


async def test_the_json_is_copied_at_once() -> None:
    async with inspector("2", "enter") as shown:
        await shown.press("Y")
        assert json.loads(shown.app.clipboard) == named(DELIVERY)
        assert shown.toasts[-1].startswith("Copied the JSON, ")


async def test_m_goes_on_to_the_member_and_escape_leads_back_step_by_step() -> None:
    engine = link()
    async with inspector("2", "enter", on=engine) as shown:
        await shown.press("m")
        await shown.until(lambda: "Socket" in shown.said("#inspection"), "the member")
        assert engine.commands[-1] == ("inspect_member", {"subscription": "s1", "member": 2})
        await shown.press("escape")
        assert "Its way" in shown.said("#inspection")
        await shown.press("escape")
        assert isinstance(shown.app.screen, DashboardScreen)


async def test_raising_again_opens_the_form_with_the_event() -> None:
    async with inspector("2", "enter") as shown:
        await shown.press("R")
        form = shown.dashboard.query_one(RaiseForm)
        await shown.until(lambda: form.display, "the form")
        assert form.event() == Event("E_PIKE_BLOCKED", (("ip", "192.0.2.11"), ("count", 3), ("note", None)))


@pytest.mark.parametrize(
    "params",
    [
        [["ip", ""], ["ip", "42"], ["ip", "null"], ["x", '"quoted"'], ["y", '"']],
        [[None, "a"], [None, 7], [None, None], [None, ""]],
        [],
    ],
)
async def test_whatever_an_event_holds_is_raised_again_as_it_was(params: list[Any]) -> None:
    engine = link()
    engine.answers["inspect_delivery"] = replace(DELIVERY, params=tuple((name, value) for name, value in params))
    async with inspector("2", "enter", on=engine) as shown:
        await shown.press("R")
        form = shown.dashboard.query_one(RaiseForm)
        await shown.until(lambda: form.display and form.query_one("#raise-event", Input).value, "the form")
        assert form.event() == Event("E_PIKE_BLOCKED", tuple((name, value) for name, value in params))


@pytest.mark.parametrize(
    ("key", "words"), [("v", "A member has no bytes"), ("R", "Open a delivery"), ("m", "This is the member")]
)
async def test_keys_of_deliveries_explain_themselves_on_a_member(key: str, words: str) -> None:
    async with inspector("down", "enter") as shown:
        await shown.press(key)
        assert any(words in one for one in shown.toasts)


async def test_what_cannot_be_told_is_said_and_what_was_known_stays() -> None:
    engine = link()
    async with inspector("down", "enter", on=engine) as shown:
        del engine.answers["inspect_member"]
        for _ in range(BEATS_PER_ASK):
            shown.dashboard.pass_on_beat()
        await shown.until(lambda: "no answer to inspect_member" in shown.said("#inspection"), "the failure")
        assert "What follows is older." in shown.said("#inspection")
        assert "Changes of state" in shown.said("#inspection")


async def test_the_palette_has_every_action_of_the_inspector() -> None:
    async with inspector("2", "enter") as shown:
        titles = {command.title for command in shown.app.get_system_commands(shown.app.screen)}
        assert {"Show bytes", "Show member", "Raise again", "Copy as", "Copy JSON"} <= titles


async def test_it_scrolls_by_vims_keys() -> None:
    async with inspector("2", "enter") as shown:
        await shown.pilot.resize_terminal(80, 12)
        body = shown.app.screen.query_one("#inspector-body")
        await shown.until(lambda: body.size.height < 12 and body.max_scroll_y > 0, "more than there is room for")
        await shown.press("G")
        await shown.until(lambda: body.scroll_offset.y == body.max_scroll_y > 0, "the end")
        await shown.press("g", "j")
        await shown.until(lambda: body.scroll_offset.y == 1, "the second line")
