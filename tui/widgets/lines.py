"""A few lines that stand still most of the time: what a form has to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.widgets import Static

from tui.render.line import ROLES, Line


class Lines(Static):
    """Shows lines in roles; as tall as they are many, and they wrap."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{role}" for role in ROLES}

    def __init__(self, **options: Any) -> None:
        super().__init__("", **options)
        self.lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        self.lines = tuple(lines)
        self.update(Text("\n").join(self._text(line) for line in self.lines))

    def _text(self, line: Line) -> Text:
        pieces = [(part.text, self.get_component_rich_style(f"lines--{part.role}", partial=True)) for part in line]
        return Text.assemble(*pieces)
