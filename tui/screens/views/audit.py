"""The audit trail: who changed what, when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from engine.audit import AuditEntry
from tui.keys.actions import leaving
from tui.link.answers import ask
from tui.link.protocol import Link
from tui.render.figures import clock
from tui.render.forms import failure_lines
from tui.render.line import Line, Part, cell
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.widgets.footer import ActionBar
from tui.widgets.lines import Lines

SHOWN = 500
"""Entries that are shown; an export has all that are kept."""


class AuditScreen(Sturdy, Screen[None]):
    """Asks when it opens, and again with `f5`."""

    tab = "show_audit"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back"),
        leaving("show_audit"),
        Binding("f5", "ask_again", "Ask again"),
    ]

    DEFAULT_CSS = """
    AuditScreen {
        background: $background;
        & .audit-title { width: 1fr; padding: 0 1; background: $surface; color: $text-primary; text-style: bold; }
        & #audit-body { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    }
    """

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link

    def compose(self) -> ComposeResult:
        """Title, lines, footer."""
        yield Static("Audit trail ─ what was changed, newest first", classes="audit-title", markup=False)
        with VerticalScroll(id="audit-body"):
            yield Lines(id="audit")
        yield ActionBar(id="footer")

    def on_mount(self) -> None:
        """Ask for it."""
        self.query_one("#audit-body").focus()
        self.action_ask_again()

    @work(exclusive=True, group="audit")
    async def action_ask_again(self) -> None:
        """Ask the engine."""
        answer = await ask(self._link, "audit", limit=SHOWN)
        if answer.failure:
            lines = failure_lines(answer.failure)
        else:
            lines = audit_lines(answer.value.entries, answer.value.dropped)
        self.query_one("#audit", Lines).show(lines)


def audit_lines(entries: Sequence[AuditEntry], dropped: int) -> list[Line]:
    """One line an entry, and below its reason when it was refused."""
    if not entries:
        return [(Part("Nothing was changed since the engine started.", "faint"),)]
    lines: list[Line] = []
    for entry in entries:
        is_done = entry.is_done
        times = f" ×{entry.times}" if entry.times > 1 else ""
        sign = Part("✓ ", "good") if is_done else Part("✖ ", "bad")
        head = cell(f"{clock(entry.wall)}  ", 15, "faint")
        who = cell(clean(entry.who), 25, "accent")
        what = Part(f" {entry.command}{times}  ", "strong")
        lines.append((sign, head, who, what, Part(clean(entry.details))))
        if not is_done:
            lines.append((Part(f"    {clean(entry.result)}", "bad"),))
    if dropped:
        lines.append((Part(f"{dropped} older ones are no longer kept", "faint"),))
    return lines
