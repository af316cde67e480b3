"""How the console is drawn, as preferences and the terminal want it: signs, colours, motion."""

from __future__ import annotations

from textual import on
from textual.events import DescendantFocus
from textual.widgets import Input, TextArea

from tui.app.base import AppBase


class LooksPart(AppBase):
    """Knows what the terminal can show."""

    def use_looks(self) -> None:
        """Have the style sheet and Textual know the preferences, and how many colours there are."""
        if not self.preferences.has_motion:
            self.animation_level = "none"
        self.set_class(self.preferences.is_ascii, "-ascii")
        has_few_colours = not self.is_headless and self.console.color_system in {None, "standard"}
        self.set_class(self.no_color or has_few_colours, "-few-colours")

    @on(DescendantFocus)
    def _steady(self, message: DescendantFocus) -> None:
        """Let no cursor blink where nothing is to move."""
        if not self.preferences.has_motion and isinstance(message.widget, Input | TextArea):
            message.widget.cursor_blink = False
