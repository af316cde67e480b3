"""A view of lines: it builds what is seen, keeps it, and paints what changed."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from textual.events import Click

from tests.tui.anywhere import answering
from tests.tui.hosts import hosted, seen
from tests.tui.pilots import console
from tests.tui.world import AOR, CDR, PIKE, snapshot
from tui.render.line import Line, Part
from tui.widgets.lineview import LineView
from tui.widgets.subscriptions import SubscriptionsView


async def test_the_wheel_scrolls() -> None:
    link = answering()
    link.answer = snapshot(*(row for row in (PIKE, CDR, AOR)))
    async with console(link, (80, 10)) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.until(lambda: view.max_scroll_y > 0, "more lines than there is room for")
        view._on_mouse_scroll_down(_wheel(view))
        await shown.until(lambda: view.scroll_offset.y > 0, "the scroll")


def _wheel(view: SubscriptionsView):  # type: ignore[no-untyped-def]
    from textual.events import MouseScrollDown

    return MouseScrollDown(view, 1, 1, 0, 1, 0, False, False, False)


async def test_without_colours_the_cursor_is_shown_in_reverse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with console() as shown:
        view = shown.app.screen.query_one(SubscriptionsView)
        (selected, *_), (other, *_) = view.render_line(0), view.render_line(1)
        assert selected.style is not None
        assert other.style is not None
        assert selected.style.bgcolor is not None
        assert other.style.bgcolor is not None
        bright, dark = (sum(style.bgcolor.get_truecolor()) for style in (selected.style, other.style) if style.bgcolor)
        assert bright - dark > 300
        text = shown.text()
        for sign in ("✖ FAILED", "● UP", "‖ PAUSED", "○ UNTRIED"):
            assert sign in text


class Counted(LineView):
    """Lines that are numbers, and which of them were made."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.version, self.made, self.painted = count, dict.fromkeys(range(count), 0), [], []  # type: ignore[var-annotated]

    def line_count(self) -> int:
        return self.count

    def key_of(self, index: int) -> Hashable:
        return index, self.version[index]

    def line_of(self, index: int, width: int) -> Line:
        self.made.append(index)
        return (Part(f"line {index}.{self.version[index]}", "bad"),)

    def refresh_line(self, y: int) -> None:
        self.painted.append(y)
        super().refresh_line(y)


async def test_only_what_is_seen_is_made_and_only_once() -> None:
    view = Counted(10_000)
    async with hosted(view, size=(40, 10)) as shown:
        view.repaint()
        await shown.pilot.pause()
        assert seen(view)[0] == "line 0.0"
        assert sorted(set(view.made)) == sorted(view.made) == list(range(10))
        view.scroll_to(y=5, animate=False, immediate=True)
        await shown.pilot.pause()
        assert seen(view)[0] == "line 5.0"
        assert sorted(view.made) == list(range(15)), "what was made is kept"


async def test_only_what_changed_is_painted() -> None:
    view = Counted(10_000)
    async with hosted(view, size=(40, 10)) as shown:
        view.repaint()
        await shown.pilot.pause()
        view.painted.clear()
        view.version[3] += 1
        view.version[500] += 1
        view.repaint()
        assert view.painted == [3]
        await shown.pilot.pause()
        assert seen(view)[3] == "line 3.1"
        view.painted.clear()
        view.repaint()
        assert view.painted == []


async def test_what_is_stale_is_faint_and_loses_no_word() -> None:
    view = Counted(3)
    async with hosted(view, size=(40, 10)) as shown:
        view.repaint()
        await shown.pilot.pause()
        fresh = view.render_line(0)
        view.is_stale = True
        stale = view.render_line(0)
        assert stale.text == fresh.text
        assert [segment.style for segment in stale] != [segment.style for segment in fresh]


async def test_no_line_is_under_a_mouse_below_the_last() -> None:
    hit: list[int | None] = []

    class Clicked(Counted):
        def on_click(self, event: Click) -> None:
            hit.append(self.line_at(event))

    view = Clicked(3)
    async with hosted(view, size=(40, 10)) as shown:
        view.repaint()
        await shown.pilot.pause()
        await shown.click(view, 5, 2)
        await shown.click(view, 5, 7)
        assert hit == [2, None]
