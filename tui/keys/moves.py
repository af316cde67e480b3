"""The keys with which one moves about in what is longer than its place, the same in every view."""

from __future__ import annotations

from textual.binding import Binding

CURSOR_KEYS: tuple[Binding, ...] = (
    Binding("up,k", "move(-1)", "Up", show=False),
    Binding("down,j", "move(1)", "Down", show=False),
    Binding("pageup", "move(-10)", "Page up", show=False),
    Binding("pagedown", "move(10)", "Page down", show=False),
    Binding("home,g", "move(-1000000)", "First", show=False),
    Binding("end,G", "move(1000000)", "Last", show=False),
)
"""Of a view with a cursor. Its `action_move` takes how many lines, and goes to the end when that is nearer."""

SCROLL_KEYS: tuple[Binding, ...] = (
    Binding("j", "scroll_down", "Down", show=False),
    Binding("k", "scroll_up", "Up", show=False),
    Binding("g", "scroll_home", "First", show=False),
    Binding("G", "scroll_end", "Last", show=False),
)
"""Of a view without one, beside those that Textual has."""
