"""What is longer than the screen is read by the keys of a list."""

from __future__ import annotations

from textual.widgets import Static

from tests.support.waiting import until
from tests.tui.hosts import hosted
from tui.widgets.scroll_body import ScrollBody


async def test_it_scrolls_by_the_keys_of_every_list() -> None:
    body = ScrollBody(Static("\n".join(f"line {number}" for number in range(100))))
    async with hosted(body, size=(40, 10)) as shown:
        body.focus()
        await until(lambda: body.max_scroll_y > 0, "more than there is room for")
        await shown.press("G")
        await until(lambda: body.scroll_offset.y == body.max_scroll_y, "the end")
        await shown.press("g")
        await until(lambda: body.scroll_offset.y == 0, "the beginning")
        await shown.press("j")
        await until(lambda: body.scroll_offset.y == 1, "a line down")
        await shown.press("k")
        await until(lambda: body.scroll_offset.y == 0, "a line up")
