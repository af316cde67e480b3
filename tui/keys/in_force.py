"""The keys in force, as toasts, forms and the palette name them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.dom import DOMNode

from tui.keys.actions import ACTIONS, Action


@runtime_checkable
class HasKeys(Protocol):
    """An app that knows which keys are in force, the configuration's or the usual ones."""

    actions: tuple[Action, ...]


def key_of(node: DOMNode, name: str) -> str:
    """The keys in force of an action, as they stand on the keyboard."""
    app = node.app
    actions = app.actions if isinstance(app, HasKeys) else ACTIONS
    return next(action.shown_keys for action in actions if action.name == name)
