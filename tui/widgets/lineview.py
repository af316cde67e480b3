"""A scrolling view of lines that builds only what is seen, keeps what it built, and repaints only what changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.events import MouseEvent
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.keys.moves import SCROLL_KEYS
from tui.render.line import ROLES, Line, Part, Role, fitted
from tui.sturdy.survival import Sturdy

KEPT_STRIPS = 512


class LineView(Sturdy, ScrollView, can_focus=True):
    """Draws lines given by a subclass. A strip is kept under exactly what it depends on: see `key_of`."""

    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL_KEYS]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lineview--cursor", *(f"lineview--{role}" for role in ROLES)}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_stale = False
        """Whether what is shown is old; it is faint then."""
        self.keeps_end = False
        """Whether the last line stays in view, once it is, when there are more lines or less room."""
        self._was_left_at_end = True
        self._strips: LRUCache[Hashable, Strip] = LRUCache(KEPT_STRIPS)
        self._styles_of: dict[Hashable, dict[Role, Style]] = {}
        self._painted: dict[int, Hashable] = {}

    @property
    def is_at_end(self) -> bool:
        """Whether the last line is in view, or was when the view was last scrolled."""
        return self._was_left_at_end or self.scroll_offset.y >= self.max_scroll_y

    @abstractmethod
    def line_count(self) -> int:
        """How many lines there are."""

    @abstractmethod
    def key_of(self, index: int) -> Hashable:
        """Everything that the line depends on, apart from width and theme."""

    @abstractmethod
    def line_of(self, index: int, width: int) -> Line:
        """The line."""

    def is_selected(self, index: int) -> bool:
        """Whether the cursor is on the line."""
        return index < 0  # without a cursor, none is

    def repaint(self) -> None:
        """Paint anew what is in view and differs from what was painted last."""
        if not self.is_attached or not self.is_on_screen:
            return
        count = self.line_count()
        if self.virtual_size.height != count:
            was_at_end = self.is_at_end
            self.virtual_size = Size(0, count)
            self.refresh()
            if self.keeps_end and was_at_end:
                self.show_end()
            return
        top = self.scroll_offset.y
        for y in range(self.scrollable_content_region.height):
            if self._painted.get(y) != self._key(top + y):
                self.refresh_line(top + y)

    def show_end(self) -> None:
        """Scroll to the last line at once, also where Textual has made no scroll bar yet."""
        self.scroll_end(animate=False, force=True, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Remember whether it was left at the end."""
        super().watch_scroll_y(old_value, new_value)
        self._was_left_at_end = new_value >= self.max_scroll_y

    def render_line(self, y: int) -> Strip:
        """The strip at `y` of the view."""
        index = y + self.scroll_offset.y
        key = self._key(index)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._strip(index)
        self._painted[y] = key
        return strip

    def line_at(self, event: MouseEvent) -> int | None:
        """The line under the mouse; None where there is none."""
        place = event.get_content_offset(self)
        index = -1 if place is None else place.y + self.scroll_offset.y
        return index if 0 <= index < self.line_count() else None

    def on_resize(self) -> None:
        """What was painted at another size, or before the view was shown, says nothing."""
        self._painted.clear()
        self.repaint()
        if self.keeps_end and self.is_at_end:
            self.show_end()

    def _key(self, index: int) -> Hashable:
        own = self.key_of(index) if index < self.line_count() else None
        return own, self.size.width, self.is_selected(index), self.is_stale, *self._looks()

    def _looks(self) -> tuple[Hashable, ...]:
        return self.app.theme, self.has_focus, self.app.ansi_color

    def _strip(self, index: int) -> Strip:
        width = self.scrollable_content_region.width
        if index >= self.line_count():
            return Strip.blank(width, self.rich_style)
        line = fitted(self.line_of(index, width), width)
        if self.is_stale:
            line = tuple(Part(part.text, "faint") for part in line)
        return Strip(self._segments(line, is_selected=self.is_selected(index)), width)

    def _segments(self, line: Line, *, is_selected: bool) -> list[Segment]:
        styles = self._role_styles()
        base = self.rich_style
        over = self.get_component_rich_style("lineview--cursor", partial=True) if is_selected else Style.null()
        return [Segment(part.text, base + styles[part.role] + over) for part in line if part.text]

    def _role_styles(self) -> dict[Role, Style]:
        looks = self._looks()
        if looks not in self._styles_of:
            self._styles_of = {looks: {role: self.get_component_rich_style(f"lineview--{role}") for role in ROLES}}
        return self._styles_of[looks]
