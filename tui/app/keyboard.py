"""The keys in force, the configuration's or the usual ones, and a word where one of them does not apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from textual.actions import ActionParseResult
from textual.binding import Binding
from textual.dom import DOMNode

from tui.app.base import AppBase
from tui.keys.actions import key_sign
from tui.keys.keymap import actions_with


@runtime_checkable
class Selective(Protocol):
    """A screen whose actions depend on what is selected."""

    def reason_against(self, action: str) -> str:
        """Why an action does not apply; empty when it does."""


class KeyboardPart(AppBase):
    """Palette, footer, help and toasts name the keys in force."""

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Put keys in place of the usual ones."""
        self.actions = actions_with(keys)
        self.set_keymap({action.name: action.keys for action in self.actions if action.name in keys})

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Carry out an action; a toast says why one that does not apply was not."""
        if await super().run_action(action, default_namespace, namespaces):
            return True
        name = action if isinstance(action, str) else action[1]
        reason = default_namespace.reason_against(name) if isinstance(default_namespace, Selective) else ""
        if reason:
            self.notify(reason, severity="warning", markup=False)
        return bool(reason)

    def get_key_display(self, binding: Binding) -> str:
        """A key as it stands on the keyboard."""
        return binding.key_display or key_sign(binding.key)
