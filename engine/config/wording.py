"""What is wrong with a value, in people's words instead of a validator's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.address import mask_text
from engine.config.document import Entries, Items, Node, Scalar
from engine.log.printable import printable
from engine.nearest import nearest

QUOTE_MAX = 40
"""Longest stretch of a value that a message repeats, in characters."""

_KINDS: Mapping[str, str] = {
    "string_type": "text",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
}

_LIMITS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("a number above {}", "gt"),
    "greater_than_equal": ("a number from {} on", "ge"),
    "less_than": ("a number below {}", "lt"),
    "less_than_equal": ("a number up to {}", "le"),
    "string_too_short": ("text of at least {} character(s)", "min_length"),
    "string_too_long": ("text of at most {} characters", "max_length"),
    "too_short": ("a list of at least {} item(s)", "min_length"),
    "enum": ("{}", "expected"),
    "literal_error": ("{}", "expected"),
}


def found(node: Node) -> str:
    """What stands there, as a message may repeat it: secrets masked, references by their name."""
    if isinstance(node, Items):
        return "a list"
    if isinstance(node, Entries):
        return "a mapping"
    if node.expanded.pieces:
        return "something else in place of the reference"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    """A text as a message may repeat it: short, printable, secrets masked."""
    masked = printable(text)
    short = masked if len(masked) <= QUOTE_MAX else masked[:QUOTE_MAX] + "…"
    return f"'{short}'"


def meant(name: str, known: Iterable[str]) -> str | None:
    """What somebody wanted to write, as a suggestion; None when nothing is near."""
    near = nearest(name, known)
    return None if near is None else f"did you mean {near}?"


def unknown_key(name: str, known: Iterable[str], what: str = "a known key", *, has_hint: bool = True) -> str:
    """The message for a key that is not taken there."""
    if not has_hint:
        return f"expected {what}, found {quoted(name)}"
    names = sorted(known)
    hint = meant(name, names) or ("it takes " + ", ".join(names) if names else "nothing is taken here")
    return f"expected {what}, found {quoted(name)}; {hint}"


def expected(error: Mapping[str, Any], node: Node) -> str:
    """The message for an error of pydantic's at a value."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        return _own_words(str(context.get("error", error["msg"])), node)
    return f"expected {wanted(error)}, found {found(node)}{_advice(kind, node)}"


def wanted(error: Mapping[str, Any]) -> str:
    """What should stand where an error of pydantic's is."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind not in _LIMITS:
        return _KINDS.get(kind) or str(error["msg"])
    pattern, key = _LIMITS[kind]
    limit = context[key]
    return pattern.format(f"{limit:g}" if isinstance(limit, float) else limit)


def _advice(kind: str, node: Node) -> str:
    if kind == "string_type" and isinstance(node, Scalar) and node.value is not None:
        return "; put it in quotes"
    if kind in {"tuple_type", "list_type"} and isinstance(node, Scalar):
        return "; begin each item on a line of its own with '- '"
    return ""


def _own_words(text: str, node: Node) -> str:
    """What a transport's own check says, without the value where that came from a reference."""
    if isinstance(node, Scalar) and node.expanded.secrets:
        return "expected another value, " + f"found {found(node)}"
    return mask_text(text)
