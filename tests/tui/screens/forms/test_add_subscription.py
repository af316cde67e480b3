"""Adding a subscription."""

from __future__ import annotations

from textual.widgets import Input

from tests.tui.pilots import console
from tests.tui.world import FakeLink, snapshot
from tui.screens.forms.add_subscription import AddSubscriptionScreen

PROBLEM = {"column": 18, "message": "unknown prefix rabitmq:", "member": 1, "hint": "did you mean rabbitmq:?"}


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
