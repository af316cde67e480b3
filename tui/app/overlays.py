"""What opens over any screen: help, the letters of jump mode, and the dialog to raise an event many times."""

from __future__ import annotations

from engine.errors import EventError
from tui.app.base import AppBase
from tui.keys.jump import JumpTarget, targets_of
from tui.screens.dialogs.jump import JumpScreen
from tui.screens.dialogs.raise_many import RaiseManyScreen, begun_with
from tui.screens.views.help import HelpScreen, keys_here


class OverlaysPart(AppBase):
    """Each of them is there once."""

    def action_help(self) -> None:
        """Show every key and sign; again, and back."""
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
            return
        here = keys_here(self.screen)
        self.push_screen(HelpScreen(self.actions, here, has_motion=self.preferences.has_motion))

    def action_jump(self) -> None:
        """Show the letters of the places to go to; again, and they leave."""
        if isinstance(self.screen, JumpScreen):
            self.screen.dismiss(None)
            return
        targets = targets_of(self.screen)
        if targets:
            self.push_screen(JumpScreen(targets), _go)
        else:
            self.notify("There is nothing to jump to here", severity="warning")

    def action_raise_many(self) -> None:
        """Open the dialog to raise an event many times, with what stands in the form to raise one."""
        if isinstance(self.screen, RaiseManyScreen):
            return
        try:
            event = self.dashboard.form.event()
        except EventError:
            name, params = "" if self.selected is None else self.selected[0].event, "{}"
        else:
            name, params = event.name, begun_with(event)
        self.push_screen(RaiseManyScreen(self.link, name, params, self.dashboard.remember))


def _go(target: JumpTarget | None) -> None:
    if target is not None:
        target.go()
