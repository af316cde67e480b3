"""Help: every key from the table of actions, and what the signs mean."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tui.actions import ACTIONS, MOVES
from tui.render.health import CONNECTING_LOOK, STATE_LOOKS
from tui.render.line import Line, Part, cell
from tui.widgets.lines import Lines

_SIGNS: tuple[tuple[str, str], ...] = (
    ("▶", "the member that gets the next event"),
    ("✓ ~ ✖ ·", "a member's last outcomes: delivered (confirmed), sent, failed, not chosen"),
    (
        "2.1/8.4 ms",
        "half of its notifications of the last minute took less than the first, 99 of 100 less than the second",
    ),
    ("▰▰▰▱▱", "time until a failed member may be tried again"),
)

_STATE_HELP: dict[str, str] = {
    "UP": "the last notification went well",
    "FAILED": "the last notification failed; FAILOVER skips the member until its failover_timeout has passed",
    "DUE": "the failover_timeout has passed; the next event tries the member",
    "UNTRIED": "nothing was sent to it yet",
    "CONNECTING": "its connection is being made; what comes waits for that",
    "PAUSED": "taken out by the operator; it is passed over until it is resumed",
}

KEY_WIDTH = 16


class HelpScreen(ModalScreen[None]):
    """Made from the tables that also make the bindings, so that it cannot be wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,f1", "dismiss", "Back")]

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll(classes="dialog -broad"):
            yield Lines(id="help-text")

    def on_mount(self) -> None:
        """Fill it."""
        self.query_one("#help-text", Lines).show(help_lines())
        self.query_one(VerticalScroll).focus()


def help_lines() -> list[Line]:
    """Keys by group, then moves, then signs."""
    lines: list[Line] = []
    for group, actions in groupby(sorted(ACTIONS, key=lambda one: _GROUPS.index(one.group)), lambda one: one.group):
        lines += _section(group, [(action.shown_keys, f"{action.title}: {action.help}") for action in actions])
    lines += _section("Moving about", MOVES)
    all_looks = (*STATE_LOOKS.values(), CONNECTING_LOOK)
    looks = [(f"{look.sign} {look.word}", _STATE_HELP[look.word]) for look in all_looks]
    lines += _section("Signs", [*looks, *_SIGNS])
    return lines[:-1]


_GROUPS = list(dict.fromkeys(action.group for action in ACTIONS))


def _section(title: str, entries: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> list[Line]:
    lines: list[Line] = [(Part(title, "strong"),)]
    lines += [(cell(f"  {keys}", KEY_WIDTH, "accent"), Part(text)) for keys, text in entries]
    return [*lines, (Part(" "),)]
