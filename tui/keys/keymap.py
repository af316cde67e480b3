"""Keys as the configuration wants them: `console: {keys: {raise_event: "ctrl+r,r"}}`.

The engine takes any names there; which actions and keys there are is known here, and checked here.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from textual.keys import Keys, _character_to_key

from engine.config.document import Entries, Node, Scalar
from engine.config.findings import Findings
from engine.config.wording import meant, quoted, unknown_key
from tui.keys.actions import ACTIONS, Action

SECTION = ("console", "keys")

MOVING = frozenset(
    {"up", "down", "left", "right", "pageup", "pagedown", "home", "end", "j", "k", "h", "l", "g", "G"}
    | {"tab", "shift+tab", "backspace", "escape", "ctrl+p", "ctrl+c"}
)
"""Keys with which one moves about, on every screen."""

IN_FORMS = frozenset({"f2", "f3", "f8", "ctrl+up", "ctrl+down"})
"""Keys of forms that stand in no table: they add, double, remove and move what is in a list."""

ALWAYS_HELP = "f1"
"""Opens the help, whatever its keys are: in forms, which take letters, it is the only one."""

SAME: Mapping[str, str] = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "esc"}
"""Keys that a terminal cannot tell from others."""

_SPELLINGS: Mapping[str, str] = {
    "esc": "escape",
    "del": "delete",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
    "return": "enter",
}
_MODIFIERS = ("ctrl+", "shift+", "alt+")
_NAMED = frozenset(str(key.value) for key in Keys if "<" not in key.value) | {
    _character_to_key(sign) for sign in string.printable if sign.isprintable()
}


def key_name(text: str) -> str | None:
    """The name of a key that a configuration calls `r`, `?`, `^r`, `ctrl+r` or `F5`; None when there is none."""
    text = text.strip()
    if len(text) == 1:
        return _character_to_key(text) if text.isprintable() else None
    text = text.lower().replace("^", "ctrl+", 1)
    name = _SPELLINGS.get(text, text)
    base, found = name, ""
    for modifier in _MODIFIERS:
        if base.startswith(modifier):
            base, found = base.removeprefix(modifier), found + modifier
    base = _character_to_key(base) if len(base) == 1 else _SPELLINGS.get(base, base)
    return found + base if name in _NAMED or base in _NAMED else None


def actions_with(keys: Mapping[str, str]) -> tuple[Action, ...]:
    """The table of actions with these keys in place of their own; names that are no action's are left out."""
    return tuple(one._replace(keys=_normal(keys[one.name])) if one.name in keys else one for one in ACTIONS)


def check_keys(root: Entries, findings: Findings) -> None:
    """Find what is wrong with the keys in a configuration."""
    section: Node | None = root
    for step in SECTION:
        section = section.entries.get(step) if isinstance(section, Entries) else None
    if not isinstance(section, Entries) or findings.is_broken(SECTION):
        return
    wanted: dict[str, Scalar] = {}
    known = [action.name for action in ACTIONS]
    for name, node in section.entries.items():
        path = (*SECTION, name)
        if name not in known:
            findings.add(
                section.keys[name], path, unknown_key(name, known, "the name of an action", has_hint=findings.has_hints)
            )
        elif isinstance(node, Scalar) and isinstance(node.value, str) and _are_keys(node, name, findings):
            wanted[name] = node
    _check_shared(wanted, findings)


def add_key_names(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON Schema of configurations that knows the names of actions as well."""
    keys = schema["$defs"]["ConsoleSettings"]["properties"]["keys"]["anyOf"][0]
    text = {"type": ["string", "null"]}
    keys["properties"] = {action.name: text | {"description": action.title} for action in ACTIONS}
    keys["additionalProperties"] = False
    return schema


def _are_keys(node: Scalar, name: str, findings: Findings) -> bool:
    """Whether a text names keys that an action may have."""
    text, path = str(node.value), (*SECTION, name)
    start, is_fine = 0, True
    for piece in text.split(","):
        mark = node.mark_at(start + len(piece) - len(piece.lstrip()))
        start += len(piece) + 1
        key = key_name(piece)
        problem = _problem(piece.strip(), key)
        if problem:
            findings.add(mark, path, problem)
            is_fine = False
            if not findings.has_hints:
                break
    return is_fine


def _problem(piece: str, key: str | None) -> str:
    if key is None or not piece:
        hint = meant(piece, _NAMED) or "keys are written as r, ?, ctrl+r, f5, space; a comma parts two of them"
        return f"expected a key, found {quoted(piece)}; {hint}"
    if key in MOVING:
        return f"expected a key of its own, found {quoted(piece)}; it moves about on every screen"
    if key in IN_FORMS:
        return f"expected a key of its own, found {quoted(piece)}; it changes lists in forms"
    if key in SAME:
        return f"expected a key of its own, found {quoted(piece)}; a terminal sends the same for {SAME[key]}"
    return ""


def _check_shared(wanted: Mapping[str, Scalar], findings: Findings) -> None:
    """One key means one thing everywhere, so no two actions may have the same."""
    users: dict[str, list[str]] = {}
    for action in actions_with({name: str(node.value) for name, node in wanted.items()}):
        for key in dict.fromkeys(action.keys.split(",")):
            users.setdefault(key, []).append(action.name)
    if "help" not in users.setdefault(ALWAYS_HELP, []):
        users[ALWAYS_HELP].append("help")
    for key, names in users.items():
        here = [name for name in wanted if name in names]
        if len(names) < 2 or not here:
            continue
        name = here[-1]
        others = " and ".join(other for other in names if other != name)
        message = f"expected a key of its own, found {quoted(key)}; {others} has it"
        findings.add(wanted[name].mark, (*SECTION, name), message)


def _normal(text: str) -> str:
    return ",".join(name for piece in text.split(",") if (name := key_name(piece)))
