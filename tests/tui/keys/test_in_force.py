"""The keys in force, and what is said of actions that do not apply."""

from __future__ import annotations

from textual.binding import Binding
from textual.screen import Screen

from tests.tui.hosts import Host
from tui.keys.actions import ACTIONS
from tui.keys.in_force import KeyedApp, key_of


class Choosy(Screen[None]):
    """A screen one of whose actions does not apply."""

    BINDINGS = [Binding("p", "pause", "Pause"), Binding("r", "raise", "Raise")]  # noqa: RUF012 - as Textual has it
    done = 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "pause" else True

    def action_pause(self) -> None:
        raise AssertionError

    def action_raise(self) -> None:
        self.done += 1

    def reason_against(self, action: str) -> str:
        return "Select a member first" if action == "pause" else ""


async def test_a_key_that_does_not_apply_says_why_and_others_work() -> None:
    app = Host()
    async with app.run_test() as pilot:
        screen = Choosy()
        await app.push_screen(screen)
        await pilot.press("p")
        await pilot.pause()
        assert [one.message for one in app._notifications] == ["Select a member first"]
        await pilot.press("r")
        assert screen.done == 1
        assert len(app._notifications) == 1


async def test_keys_of_ones_own_stand_wherever_a_key_is_named() -> None:
    app = KeyedApp()
    async with app.run_test():
        usual = {action.name: action.shown_keys for action in ACTIONS}
        assert key_of(app, "pick_event") == usual["pick_event"]
        app.use_keys({"pick_event": "f9"})
        assert key_of(app, "pick_event") == "f9"
        assert key_of(app, "show_log") == usual["show_log"]
