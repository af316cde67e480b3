"""The footer: one line, from the bindings in force; what is clicked is pressed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from textual.binding import ActiveBinding
from textual.events import Click
from textual.geometry import Offset
from textual.screen import Screen

from tui.keys.actions import ACTIONS
from tui.keys.jump import JumpTarget
from tui.render.footer import Entry, Placed, entry_at, footer_line
from tui.widgets.one_line import OneLineView

_TABS = {action.name: action.tab for action in sorted(ACTIONS, key=lambda one: one.keys) if action.tab}
_ORDER = {action.name: place for place, action in enumerate(ACTIONS)}
_LAST = ("command_palette", "help")


class ActionBar(OneLineView, can_focus=False):
    """Made anew when the bindings change; see `Screen.refresh_bindings`."""

    DEFAULT_CSS = """
    ActionBar { dock: bottom; height: 1; background: $surface; overflow: hidden; }
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._placed: tuple[Placed, ...] = ()

    def on_mount(self) -> None:
        """Hear of it when other things can be done."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self) -> None:
        """Another width, another line."""
        self.show()

    def show(self) -> None:
        """Take what can be done now."""
        by_action = {_name(bound): bound for bound in sorted(self._bound(), key=_position)}
        left = [_entry(self, one) for name, one in by_action.items() if one.binding.show and name not in _elsewhere()]
        current = getattr(self.screen, "tab", "")
        tabs = [
            _entry(self, by_action[name])._replace(word=word, is_current=name == current)
            for name, word in _TABS.items()
            if name in by_action
        ]
        right = [_entry(self, by_action[name]) for name in _LAST if name in by_action]
        self.line, self._placed = footer_line(left, tabs, right, self.size.width)
        self.repaint()

    def on_click(self, event: Click) -> None:
        """Press the key that was clicked."""
        entry = entry_at(self._placed, event.x)
        if entry is not None:
            self.app.simulate_key(entry.key)

    def jump_targets(self) -> Iterable[JumpTarget]:
        """The screens."""
        for start, _, entry in self._placed:
            if entry.word in _TABS.values():
                yield JumpTarget(self.region.offset + Offset(start, 0), partial(self.app.simulate_key, entry.key))

    def _bound(self) -> list[ActiveBinding]:
        """The bindings in force, the first key of each action only."""
        found: dict[str, ActiveBinding] = {}
        for bound in self.screen.active_bindings.values():
            found.setdefault(bound.binding.action, bound)
        return list(found.values())

    def _changed(self, _screen: Screen[Any]) -> None:
        self.show()


def _elsewhere() -> set[str]:
    return {*_TABS, *_LAST}


def _name(bound: ActiveBinding) -> str:
    """The name of its action: of the table, where it is one of the table's."""
    return bound.binding.id or bound.binding.action.rpartition(".")[2]


def _position(bound: ActiveBinding) -> int:
    """Its place in the table, where one with another key comes as well; keys of a form go before those of the app."""
    return _ORDER.get(_name(bound), -1)


def _entry(bar: ActionBar, bound: ActiveBinding) -> Entry:
    binding = bound.binding
    word = {"command_palette": "Commands"}.get(_name(bound), binding.description)
    return Entry(bar.app.get_key_display(binding), word, binding.key, bound.enabled)
