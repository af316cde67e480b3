"""A line of the log."""

from __future__ import annotations

from tests.tui.world import LOG_ENTRIES
from tui.render.line import plain
from tui.render.log import is_wanted, log_line


def test_a_line_tells_its_level_by_sign_and_word_and_is_safe_to_show() -> None:
    assert "✖ error    disk␣ full" in plain(log_line(LOG_ENTRIES[2], 60))
    assert is_wanted(LOG_ENTRIES[0], 20, "START")
    assert not is_wanted(LOG_ENTRIES[0], 30, "")
