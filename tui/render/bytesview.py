"""Bytes for people: pretty, raw or in hexadecimal digits. Nothing in them is trusted; of much, only a part is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from rich.cells import cell_len

from tui.render.line import Line, Part
from tui.terminal.safe_text import clean

View: TypeAlias = Literal["pretty", "raw", "hex"]
VIEWS: tuple[View, ...] = ("pretty", "raw", "hex")

SHOWN_BYTES = 4_096
"""No more of a payload or an answer is shown."""

DEEPEST = 20
"""Levels of brackets that are shown as levels."""

HEX_WIDTH = 16
"""Bytes on a line of hexadecimal digits."""

_XML = re.compile(r"<[^>]*>|[^<]+")


def byte_lines(data: bytes, view: View, width: int) -> list[Line]:
    """The lines that show some bytes in `width` cells."""
    if not data:
        return [(Part("nothing", "faint"),)]
    shown = data[:SHOWN_BYTES]
    texts = list(_hex(shown)) if view == "hex" else _pretty(shown) if view == "pretty" else [_raw(shown)]
    lines: list[Line] = [(Part(piece),) for text in texts for piece in wrapped(text, width)]
    if len(data) > len(shown):
        lines.append((Part(f"… and {len(data) - len(shown):,} bytes more", "faint"),))
    return lines


def wrapped(text: str, width: int) -> Iterator[str]:
    """A text in pieces of at most `width` cells."""
    piece, size = "", 0
    for sign in text:
        cells = cell_len(sign)
        if size + cells > max(width, 2) and piece:
            yield piece
            piece, size = "", 0
        piece += sign
        size += cells
    yield piece


def _raw(data: bytes) -> str:
    return clean(data.decode("utf-8", "replace").replace("\n", "⏎"))


def _hex(data: bytes) -> Iterator[str]:
    for start in range(0, len(data), HEX_WIDTH):
        row = data[start : start + HEX_WIDTH]
        signs = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        digits = row.hex(" ").ljust(HEX_WIDTH * 3 - 1)
        yield f"{start:05x}  {digits}  {signs}"


def _pretty(data: bytes) -> list[str]:
    """JSON and XML with their levels; anything else as it is."""
    text = data.decode("utf-8", "replace")
    if text.lstrip().startswith("<"):
        return list(_xml(text))
    try:
        value = json.loads(text, object_pairs_hook=_Pairs)
        return [clean(line) for line in _json(value, "", "", 0)]
    except (ValueError, RecursionError):
        return [_raw(data)]


class _Pairs(list[tuple[str, Any]]):
    """The members of an object. A mapping would lose those whose names come again."""


def _json(value: Any, head: str, tail: str, level: int) -> Iterator[str]:
    indent = "  " * level
    if not isinstance(value, list) or not value or level >= DEEPEST:
        shown = {} if value == [] and isinstance(value, _Pairs) else value
        yield f"{indent}{head}{json.dumps(shown, ensure_ascii=False)}{tail}"
        return
    is_object = isinstance(value, _Pairs)
    yield f"{indent}{head}{'{' if is_object else '['}"
    for position, item in enumerate(value, 1):
        comma = "," if position < len(value) else ""
        name, inner = (f"{json.dumps(item[0], ensure_ascii=False)}: ", item[1]) if is_object else ("", item)
        yield from _json(inner, name, comma, level + 1)
    yield f"{indent}{'}' if is_object else ']'}{tail}"


def _xml(text: str) -> Iterator[str]:
    """One line a tag, an element without others inside on one line; told by the text alone, so it cannot blow up."""
    level, line = 0, ""
    tokens = [token.strip() for token in _XML.findall(text)]
    for token in filter(None, tokens):
        if token.startswith("</"):
            level = max(level - 1, 0)
            yield f"{line}{clean(token)}" if line else f"{'  ' * level}{clean(token)}"
            line = ""
        elif token.startswith("<"):
            if line:
                yield line
            line = f"{'  ' * min(level, DEEPEST)}{clean(token)}"
            if token.endswith(("/>", "?>")) or token.startswith("<!"):
                yield line
                line = ""
            else:
                level += 1
        else:
            line += clean(token)
    if line:
        yield line
