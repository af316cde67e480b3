"""Jump mode: the places of a screen that one can go to, and the letters that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol, runtime_checkable

from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The easiest to reach come first."""


class JumpTarget(NamedTuple):
    """A place on the screen, and what goes there."""

    at: Offset
    go: Callable[[], object]


@runtime_checkable
class Jumpable(Protocol):
    """A widget with places of its own. Others that can have the focus are one place."""

    def jump_targets(self) -> Iterable[JumpTarget]:
        """The places that can be seen, from top to bottom."""


def targets_of(screen: Screen[Any]) -> list[JumpTarget]:
    """Every place of a screen that can be seen and gone to; no two at the same spot."""
    found: dict[Offset, JumpTarget] = {}
    for widget in screen.query(Widget):
        if widget.is_on_screen and widget.display and not widget.disabled:
            for target in _targets(screen, widget):
                found.setdefault(target.at, target)
    return list(found.values())


def labels(count: int) -> list[str]:
    """So many different labels of one or two letters; none begins like another one that is whole."""
    ones = len(LETTERS)
    pairs = 0
    while ones + pairs * len(LETTERS) < count and ones:
        ones, pairs = ones - 1, pairs + 1
    firsts = LETTERS[ones:]
    return [*LETTERS[:ones], *(first + second for first in firsts for second in LETTERS)][:count]


def _targets(screen: Screen[Any], widget: Widget) -> Iterator[JumpTarget]:
    if isinstance(widget, Jumpable):
        yield from (target for target in widget.jump_targets() if screen.region.contains_point(target.at))
    elif widget.focusable:
        seen = screen.find_widget(widget).visible_region
        if seen:
            yield JumpTarget(seen.offset, lambda: screen.set_focus(widget))
