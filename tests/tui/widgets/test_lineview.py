"""A view of lines: it builds what is seen, keeps it, and paints what changed."""

from __future__ import annotations

import pytest

from tests.tui.anywhere import answering
from tests.tui.pilots import console
from tests.tui.world import AOR, CDR, PIKE, snapshot
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
