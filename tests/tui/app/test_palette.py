"""The palette: everything that can be done, by its name."""

from __future__ import annotations

from textual.widgets import OptionList

from tests.tui.pilots import console
from tui.keys.actions import ACTIONS
from tui.widgets.subscriptions import SubscriptionsView


async def test_the_palette_has_every_action() -> None:
    async with console() as shown:
        commands = list(shown.app.get_system_commands(shown.app.screen))
        here = {action.title for action in ACTIONS if action.screen == "dashboard"}
        assert here <= {command.title for command in commands}
        await shown.press("ctrl+p")
        await shown.type("next problem")
        await shown.until(lambda: shown.app.screen.query_one(OptionList).option_count == 1, "the only hit")
        await shown.press("enter")
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.until(lambda: view.selected is not None and view.selected[1] is not None, "the action")
