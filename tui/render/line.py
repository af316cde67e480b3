"""A line of text in parts, each with a role that the style sheet gives its looks. Everything is measured in cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias, get_args

from rich.cells import cell_len, set_cell_size

Role: TypeAlias = Literal[
    "plain",
    "faint",
    "good",
    "bad",
    "warn",
    "accent",
    "strong",
    "badge",
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "grey",
]
ROLES: tuple[Role, ...] = get_args(Role)


class Part(NamedTuple):
    """Some text of a line and what it means."""

    text: str
    role: Role = "plain"


Line: TypeAlias = tuple[Part, ...]


def shortened(text: str, width: int) -> str:
    """At most `width` cells of a text; what is cut off is shown as an ellipsis."""
    if cell_len(text) <= width:
        return text
    return "" if width <= 0 else set_cell_size(text, width - 1) + "…"


def squeezed(text: str, width: int) -> str:
    """At most `width` cells of a text; what does not fit goes from the middle, as a socket's end tells most."""
    if cell_len(text) <= width or width < 8 or not text.isascii():
        return shortened(text, width)
    tail = (width - 1) * 2 // 3
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"


def cell(text: str, width: int, role: Role = "plain", *, right: bool = False) -> Part:
    """A column: exactly `width` cells, filled with blanks on the right, or on the left for figures."""
    short = shortened(text, width)
    blanks = " " * (width - cell_len(short))
    return Part(blanks + short if right else short + blanks, role)


def fitted(line: Iterable[Part], width: int) -> Line:
    """A line of exactly `width` cells."""
    fitting, left = [], width
    for part in line:
        size = cell_len(part.text)
        if size > left:
            fitting.append(Part(shortened(part.text, left), part.role))
            return tuple(fitting)
        fitting.append(part)
        left -= size
    return (*fitting, Part(" " * left))


def plain(line: Iterable[Part]) -> str:
    """The text alone."""
    return "".join(part.text for part in line)


def width_of(line: Iterable[Part]) -> int:
    """The cells that a line takes."""
    return sum(cell_len(part.text) for part in line)
