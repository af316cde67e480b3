"""The lock: the word in the header."""

from __future__ import annotations

import pytest

from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.app.application import SwitchboardApp
from tui.app.preferences import Preferences
from tui.link.guarded import GuardedLink


async def test_the_key_locks_and_unlocks() -> None:
    async with console() as shown:
        assert shown.app.pump.lock == ""
        await shown.press("L")
        assert shown.app.pump.lock == "LOCKED"
        assert shown.toasts == ["Locked: nothing can be changed; L unlocks"]
        await shown.press("L")
        assert shown.app.pump.lock == ""
        assert shown.toasts[-1] == "Unlocked"


@pytest.mark.parametrize(("is_read_only", "word"), [(True, "READ-ONLY"), (False, "LOCKED")])
def test_a_link_that_is_locked_already_is_shown_so_from_the_start(word: str, *, is_read_only: bool) -> None:
    link = GuardedLink(FakeLink(), is_read_only=is_read_only)
    link.turn()
    assert SwitchboardApp(link, preferences=Preferences(is_read_only=is_read_only)).pump.lock == word
