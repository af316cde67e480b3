"""The log of the engine, by level and text."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.keys.actions import bindings_named, bindings_of
from tui.link.answers import ask
from tui.render.log import LEVELS
from tui.screens.views.base import ViewScreen
from tui.widgets.footer import ActionBar
from tui.widgets.header import HeaderLine
from tui.widgets.logview import LogView
from tui.widgets.search_field import SearchField


class LogScreen(ViewScreen):
    """Shows what the engine and the console wrote; asks for new lines only."""

    DEFAULT_CSS = "LogScreen #log-text { border: none; height: 1; padding: 0 1; background: $panel; }"
    tab = "show_log"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("log"),
        *bindings_named("filter"),
        Binding("escape", "show_subscriptions", "Back", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Header, lines, the field for a text, footer."""
        yield HeaderLine(self.pump, id="header")
        yield LogView(id="log")
        yield SearchField("text to look for; enter keeps it, esc takes it off", id="log-text")
        yield ActionBar(id="footer")

    def on_mount(self) -> None:
        """Look at the lines first."""
        self.query_one(LogView).focus()

    async def fetch(self) -> None:
        """Ask for the lines since the last time."""
        view = self.query_one(LogView)
        answer = await ask(self.link, "log_since", since=view.next_number)
        if answer.failure:
            view.border_subtitle = f"not up to date: {answer.failure}"
            return
        view.border_subtitle = ""
        fresh = [entry for entry in answer.value if entry.number >= view.next_number]
        if fresh:
            view.add(fresh)

    def draw(self) -> None:
        """Say what is shown."""
        view = self.query_one(LogView)
        level = dict(LEVELS)[view.level]
        text = f' with "{view.text}"' if view.text else ""
        view.border_title = f"Log · {level}{text} · {view.line_count()} of {view.kept} lines"
        view.repaint()

    def action_log_level(self) -> None:
        """The next level."""
        view = self.query_one(LogView)
        levels = [level for level, _ in LEVELS]
        view.choose(levels[(levels.index(view.level) + 1) % len(levels)], view.text)
        self.draw()

    def action_filter(self) -> None:
        """Type a text to look for."""
        self.query_one(SearchField).open()

    def action_show_subscriptions(self) -> None:
        """Take the filter off while it is typed; else go back to the dashboard."""
        if not self.query_one(SearchField).clear_shown():
            self.dismiss()

    @on(SearchField.Changed)
    def _typed(self, message: SearchField.Changed) -> None:
        view = self.query_one(LogView)
        view.choose(view.level, message.value)
        self.draw()

    @on(SearchField.Left)
    def _look(self) -> None:
        self.query_one(LogView).focus()
