"""The forms: raising an event, adding a subscription."""

from __future__ import annotations

from textual.widgets import Button, Input

from tests.tui.pilots import console
from tests.tui.world import NOW, FakeLink, batch, delivered, snapshot
from tui.screens.forms.add_subscription import AddSubscriptionScreen
from tui.widgets.raise_form import RaiseForm

PROBLEM = {"column": 18, "message": "unknown prefix rabitmq:", "member": 1, "hint": "did you mean rabbitmq:?"}


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


async def test_a_socket_is_checked_as_it_is_typed() -> None:
    link = FakeLink()
    link.answers = {"check_socket": {"problems": [PROBLEM], "normal": None, "warnings": []}}
    async with console(link) as shown:
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.app.screen, AddSubscriptionScreen), "the form")
        socket = shown.app.screen.query_one("#add-socket", Input)
        assert socket.has_focus
        socket.value = "virtual:FAILOVER rabitmq:h/q"
        await shown.until(lambda: "▲" in shown.said("#add-verdict"), "the marker")
        text, marker, words = shown.said("#add-verdict").split("\n")
        assert text[marker.index("▲") :] == "rabitmq:h/q"
        assert words == "✖ member 1, column 18: unknown prefix rabitmq: — did you mean rabbitmq:?"


async def test_adding_begins_with_the_event_where_none_is_selected() -> None:
    async with console(FakeLink(snapshot())) as shown:
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.app.screen, AddSubscriptionScreen), "the form")
        await shown.until(lambda: shown.app.screen.query_one("#add-event").has_focus, "the focus")
        await shown.type("E_X")
        assert shown.app.screen.query_one("#add-event", Input).value == "E_X"


async def test_warnings_are_shown_beside_the_normal_form() -> None:
    link = FakeLink()
    warning = "member 1 (tcp:a:1): its failures go unnoticed"
    link.answers = {"check_socket": {"problems": [], "normal": "virtual:FAILOVER tcp:a:1", "warnings": [warning]}}
    async with console(link) as shown:
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.app.screen, AddSubscriptionScreen), "the form")
        await shown.type("x")
        await shown.until(
            lambda: f"✓ virtual:FAILOVER tcp:a:1\n⚠ {warning}" in shown.said("#add-verdict"), "the verdict"
        )
        assert link.commands[-1] == ("check_socket", {"socket": "x"})


async def test_adding_sends_the_command_and_selects_the_new_subscription() -> None:
    link = FakeLink()
    link.answers = {
        "check_socket": {"problems": [], "normal": "udp:127.0.0.1:9", "warnings": []},
        "subscribe": {"id": "s3", "warnings": ["mind the gap"]},
    }
    async with console(link) as shown:
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.app.screen, AddSubscriptionScreen), "the form")
        shown.app.screen.query_one("#add-socket", Input).value = "udp:127.0.0.1:9"
        shown.app.screen.query_one("#add-expire", Input).value = "60"
        await shown.press("enter")
        wanted = {"event": "E_PIKE_BLOCKED", "socket": "udp:127.0.0.1:9", "expire": 60.0, "is_by_hand": True}
        await shown.until(lambda: ("subscribe", wanted) in link.commands, "the command")
        await shown.until(lambda: "mind the gap" in shown.toasts, "the warning")
        view = shown.dashboard.query_one("#subscriptions")
        await shown.until(lambda: view.selected[0].id == "s3", "the selection")  # type: ignore[attr-defined]


async def test_a_refused_subscription_stays_in_the_form() -> None:
    async with console() as shown:
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.app.screen, AddSubscriptionScreen), "the form")
        await shown.press("enter")
        await shown.until(lambda: "no answer to subscribe" in shown.said("#add-error"), "the refusal")
        await shown.press("escape")
        assert not isinstance(shown.app.screen, AddSubscriptionScreen)
