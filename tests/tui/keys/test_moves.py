"""The keys that move about are the same in every view."""

from __future__ import annotations

from textual.binding import Binding

from tui.keys.keymap import MOVING
from tui.keys.moves import CURSOR_KEYS, SCROLL_KEYS
from tui.widgets.feed import FeedView
from tui.widgets.lineview import LineView
from tui.widgets.scroll_body import ScrollBody
from tui.widgets.subscriptions import SubscriptionsView


def test_views_with_a_cursor_and_views_without_have_them() -> None:
    for view in (SubscriptionsView, FeedView):
        assert set(CURSOR_KEYS) <= set(vars(view)["BINDINGS"])
        assert callable(view.action_move)
    for scrolled in (LineView, ScrollBody):
        assert vars(scrolled)["BINDINGS"] == list(SCROLL_KEYS)


def test_no_action_can_have_one_of_them() -> None:
    assert {binding.key for binding in Binding.make_bindings([*CURSOR_KEYS, *SCROLL_KEYS])} <= MOVING
