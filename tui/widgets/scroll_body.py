"""What is read from top to bottom, and may be longer than the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from tui.keys.moves import SCROLL_KEYS


class ScrollBody(VerticalScroll):
    """Scrolls by the keys that every line view has."""

    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL_KEYS]
