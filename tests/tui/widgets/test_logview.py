"""The log as a view: its last lines, by level and text, and long ones sideways."""

from __future__ import annotations

from typing import Any

from tests.tui.hosts import hosted, seen
from tests.tui.world import log_entry
from tui.widgets.logview import KEPT, LogView


def entries(first: int, count: int) -> list[dict[str, Any]]:
    return [log_entry(number, 20, f"line {number}") for number in range(first, first + count)]


async def test_it_runs_along_until_it_is_scrolled_up() -> None:
    view = LogView()
    async with hosted(view, size=(60, 8)) as shown:
        view.add(entries(1, 50))
        assert seen(view)[-1].endswith("line 50")
        view.add(entries(51, 1))
        await shown.pilot.pause()
        assert seen(view)[-1].endswith("line 51")
        view.scroll_to(y=10, animate=False, immediate=True)
        before = seen(view)
        view.add(entries(52, 5))
        await shown.pilot.pause()
        assert seen(view) == before
        assert view.next_number == 57


async def test_it_stays_at_the_newest_when_its_room_shrinks() -> None:
    view = LogView()
    async with hosted(view, size=(60, 20)) as shown:
        view.add(entries(1, 15))
        await shown.pilot.resize_terminal(60, 8)
        await shown.pilot.pause()
        assert seen(view)[-1].endswith("line 15")
        view.add(entries(16, 1))
        assert seen(view)[-1].endswith("line 16")


async def test_it_keeps_the_newest_and_no_more_than_it_can_hold() -> None:
    view = LogView()
    async with hosted(view, size=(60, 8)) as shown:
        view.add(entries(1, KEPT + 100))
        await shown.pilot.pause()
        assert view.kept == view.line_count() == KEPT
        view.scroll_home(animate=False, immediate=True)
        assert seen(view)[0].endswith("line 101")


async def test_what_is_not_wanted_is_kept_for_later() -> None:
    view = LogView()
    async with hosted(view, size=(60, 8)):
        view.add([log_entry(1, 20, "started"), log_entry(2, 40, "disk full"), log_entry(3, 40, "no route")])
        view.choose(30, "DISK")
        assert [line.split()[-2:] for line in seen(view) if line] == [["disk", "full"]]
        view.choose(0, "")
        assert view.line_count() == 3


async def test_texts_are_moved_as_far_as_the_longest_goes() -> None:
    view = LogView()
    async with hosted(view, size=(60, 8)) as shown:
        view.focus()
        view.add([log_entry(1, 20, "A" * 60 + "END")])
        await shown.press("right", "right", "right", "right", "right")
        assert view.shift == 43
        assert seen(view)[0].split()[-1] == "A" * 17 + "END"
        await shown.press("right")
        assert view.shift == 43, "twenty signs of the longest stay in view"
        await shown.press("left", "left", "left", "left")
        assert view.shift == 0
