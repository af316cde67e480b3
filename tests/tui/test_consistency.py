"""One key means one thing on every screen, and every key is in the help and in the palette."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from tests.tui.anywhere import PLACES, answering, go
from tests.tui.pilots import console
from tui.keys.actions import ACTIONS, MOVES, key_sign
from tui.keys.keymap import MOVING
from tui.render.line import plain
from tui.screens.views.help import help_lines, keys_here
from tui.sturdy.survival import Sturdy

BACK = {"dismiss", "dismiss(None)", "answer(False)", "back", "close", "clear", "let_go", "show_subscriptions"}
"""What `esc` is called where."""

ANSWERS = {"y": "answer(True)", "n": "answer(False)"}
"""Of a question, which has nothing else to type; they stand on its buttons."""


def parts() -> Iterator[type[DOMNode]]:
    """Every screen, dialog and widget of the console that has keys of its own."""
    yield from dict.fromkeys(_below(Sturdy))


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("tui."):
            yield child
        yield from _below(child)


def is_forms_own(binding: Binding, part: type[DOMNode]) -> bool:
    """Function and control keys of a form are its own: they are written on its buttons."""
    return binding.id is None and (binding.key.startswith("ctrl+") or binding.key[1:].isdigit())


def bindings() -> Iterator[tuple[type[DOMNode], Binding]]:
    """All of them, each key apart."""
    for part in parts():
        for binding in Binding.make_bindings(vars(part).get("BINDINGS", ())):
            yield part, binding


def test_one_key_means_one_thing_everywhere() -> None:
    meanings: dict[str, set[str]] = {}
    for action in ACTIONS:
        for key in action.keys.split(","):
            meanings.setdefault(key, set()).add(action.name)
    for part, binding in bindings():
        key = binding.key
        if key in MOVING or is_forms_own(binding, part) or ANSWERS.get(key) == binding.action:
            continue
        meanings.setdefault(key, set()).add(binding.id or binding.action)
    assert {key: names for key, names in meanings.items() if len(names) > 1} == {}


def test_escape_always_leads_back() -> None:
    assert {binding.action for _, binding in bindings() if binding.key == "escape"} <= BACK


def test_the_help_and_the_table_of_moves_have_every_key() -> None:
    text = "\n".join(plain(line) for line in help_lines())
    moves = " ".join(keys for keys, _ in MOVES)
    for part, binding in bindings():
        if binding.key in MOVING:
            assert key_sign(binding.key) in moves or key_sign(binding.key) in {"←", "→"}, binding
        else:
            assert any(key_sign(binding.key) in line.split()[:5] for line in text.splitlines() if line), (part, binding)


@pytest.mark.parametrize("place", PLACES)
async def test_the_palette_and_the_help_have_what_the_screen_can_do(place: str) -> None:
    async with console(answering(), (120, 32)) as shown:
        await go(shown, place)
        screen = shown.app.screen
        titles = {command.title for command in shown.app.get_system_commands(screen)}
        named = {action.name: action.title for action in ACTIONS}
        for _, binding in screen._bindings:
            if not binding.system and binding.key not in MOVING - {"escape"}:
                title = named.get(binding.action) or named.get(binding.id or "", binding.description)
                assert title in titles, binding
        here = dict(keys_here(screen))
        for node, binding, _, _ in screen.active_bindings.values():
            if node is screen and binding.key not in MOVING and not binding.system and "." not in binding.action:
                assert any(key_sign(binding.key) in keys.split() for keys in here), binding
