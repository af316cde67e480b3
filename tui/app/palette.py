"""The palette: whatever can be done where one is, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.app import App, SystemCommand
from textual.screen import Screen

from tui.app.base import AppBase


class PalettePart(AppBase):
    """Offers the actions of the table, and what a form or dialog has beside them."""

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the table that the screen has, and the theme."""
        for action in self.actions:
            owner = self if action.is_global else screen
            if hasattr(owner, f"action_{action.name}"):
                run = _run_of(owner, action.name)
                yield SystemCommand(action.title, f"{action.help} ({action.shown_keys})", run)
        yield from self._own_commands(screen)
        yield SystemCommand("Theme", "Choose the colours of the console.", self.action_change_theme)

    def _own_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What a form or dialog does by keys of its own."""
        named = {action.name for action in self.actions}
        for _, binding in screen._bindings:
            if binding.id not in named and binding.action not in named and not binding.system and binding.description:
                run = _run_of(screen, binding.action)
                yield SystemCommand(binding.description, f"On this screen ({self.get_key_display(binding)})", run)


def _run_of(owner: App[int] | Screen[object], name: str) -> Callable[[], object]:
    async def run() -> None:
        await owner.run_action(name)

    return run
