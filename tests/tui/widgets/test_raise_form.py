"""The form that raises an event: what it shows before, and what becomes of it."""

from __future__ import annotations

from textual.widgets import Button, Input

from tests.tui.pilots import console
from tests.tui.world import NOW, FakeLink, batch, delivered
from tui.widgets.raise_form import RaiseForm


async def test_raise_sends_the_event_that_the_form_shows() -> None:
    link = FakeLink()
    link.answers = {"raise_event": {"subscriptions": 1}}
    async with console(link) as shown:
        await shown.press("r")
        await shown.until(lambda: "192.0.2.66" in shown.said("#raise-preview"), "the catalogue's example")
        assert "pike" in shown.said("#raise-about")
        assert shown.said("#raise-hearers") == "1 subscription will hear it: FAILOVER of 2"
        await shown.press("enter")
        sent = ("raise_event", {"event": "E_PIKE_BLOCKED", "params": [("ip", "192.0.2.66")]})
        await shown.until(lambda: sent in link.commands, "the command")
        await shown.until(lambda: "E_PIKE_BLOCKED raised; 1 subscription heard it" in shown.toasts, "the toast")


async def test_raise_shows_what_became_of_the_event() -> None:
    link = FakeLink()
    async with console(link) as shown:
        await shown.press("r")
        own = batch("E_PIKE_BLOCKED", 7, {"ip": "192.0.2.66"}, at=NOW - 1, source="console")
        link.records = delivered(1, "s1", own, 1, 0.0003)
        await shown.until(lambda: "2 flatstore ✓ written in 300 µs" in " ".join(shown.said("#raise-results").split()))


async def test_parameters_can_be_added_and_sent_by_position() -> None:
    link = FakeLink()
    link.answers = {"raise_event": {"subscriptions": 0}}
    async with console(link) as shown:
        await shown.press("r")
        form = shown.dashboard.query_one(RaiseForm)
        form.query_one("#raise-event", Input).value = "E_MINE"
        await shown.until(lambda: "E_MINE" in shown.said("#raise-preview"), "the preview")
        assert "nobody is subscribed" in shown.said("#raise-hearers")
        form.query_one("#raise-more", Button).press()
        await shown.until(lambda: form.query(".param-value"), "the new field")
        form.query_one(".param-value", Input).value = "42"
        await shown.until(lambda: "needs a name" in shown.said("#raise-preview"), "the complaint")
        form.query_one("#raise-positional", Button).press()
        await shown.until(lambda: '"params":[42]' in shown.said("#raise-preview"), "the preview")
        form.query_one("#raise-now", Button).press()
        await shown.until(lambda: ("raise_event", {"event": "E_MINE", "params": [(None, 42)]}) in link.commands)


async def test_escape_closes_the_form_and_what_was_typed_stays() -> None:
    async with console() as shown:
        await shown.press("r")
        form = shown.dashboard.query_one(RaiseForm)
        form.query_one("#raise-event", Input).value = "E_MINE"
        await shown.press("escape")
        assert not form.display
        assert shown.dashboard.query_one("#subscriptions").has_focus
        await shown.press("r")
        assert form.query_one("#raise-event", Input).value == "E_MINE"


async def test_a_narrow_form_has_the_whole_width() -> None:
    async with console(size=(80, 24)) as shown:
        await shown.press("r")
        assert shown.dashboard.query_one(RaiseForm).size.width > 70
        assert not shown.dashboard.query_one("#views").is_on_screen
