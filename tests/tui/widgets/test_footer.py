"""The footer's memory."""

from __future__ import annotations

import gc

from textual.widgets._footer import FooterKey

from tests.tui.pilots import console
from tui.widgets.footer import KeysFooter


async def test_the_footer_lets_go_of_keys_that_it_no_longer_shows() -> None:
    async with console() as shown:
        for _ in range(5):
            await shown.press("2", "2", "question_mark", "escape")
        footer = shown.dashboard.query_one(KeysFooter)
        assert any(key.description == "Raise" for key in footer.query(FooterKey))
        gc.collect()
        kept = [one for one in gc.get_objects() if isinstance(one, FooterKey) and one.app is shown.app]
        assert len(kept) <= 2 * len(footer.query(FooterKey))
