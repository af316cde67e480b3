"""Terminals with few colours or none: what is selected is seen, and every state has its sign and word."""

from __future__ import annotations

import pytest

from tests.tui.pilots import console
from tui.widgets.subscriptions import SubscriptionsView


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
