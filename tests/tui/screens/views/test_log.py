"""The log, by its keys."""

from __future__ import annotations

from tests.tui.pilots import Console, console
from tests.tui.world import LOG_ENTRIES, FakeLink, log_entry
from tui.screens.views.log import LogScreen
from tui.widgets.logview import LogView


def view(shown: Console) -> LogView:
    assert isinstance(shown.app.screen, LogScreen)
    return shown.app.screen.query_one(LogView)


def seen(shown: Console) -> str:
    return "\n".join(view(shown).render_line(y).text for y in range(view(shown).line_count()))


def link() -> FakeLink:
    made = FakeLink()
    made.answers = {"log_since": LOG_ENTRIES}
    return made


async def test_5_shows_the_log_and_goes_back() -> None:
    async with console(link()) as shown:
        await shown.press("5")
        await shown.until(lambda: "no listener" in seen(shown), "the lines")
        assert view(shown).kept == 3
        await shown.press("5")
        assert shown.app.screen is shown.dashboard
        await shown.press("5", "4", "5", "escape")
        assert shown.app.screen is shown.dashboard


async def test_it_opens_at_the_newest_lines_and_runs_along() -> None:
    link = FakeLink()
    link.answers["log_since"] = [log_entry(number, 20, f"line {number}") for number in range(1, 101)]
    async with console(link, (80, 24)) as shown:
        await shown.press("5")
        await shown.until(lambda: "line 100" in view_of(shown), "the newest line")
        link.answers["log_since"] = [log_entry(101, 20, "line 101")]
        await shown.until(lambda: "line 101" in view_of(shown), "the next one")


def view_of(shown: Console) -> str:
    """What of the log is in view."""
    log = view(shown)
    return "\n".join(log.render_line(y).text for y in range(log.scrollable_content_region.height))


async def test_by_level_and_by_text() -> None:
    async with console(link()) as shown:
        await shown.press("5")
        await shown.until(lambda: view(shown).kept == 3, "the lines")
        await shown.press("V", "V")
        assert "started" not in seen(shown)
        assert "warnings and worse" in str(view(shown).border_title)
        await shown.press("slash")
        await shown.type("disk")
        await shown.press("enter")
        assert seen(shown).strip().endswith("disk␣ full")
        assert view(shown).line_count() == 1
        assert view(shown).has_focus
        await shown.press("slash", "escape")
        assert view(shown).line_count() == 2


async def test_a_log_that_cannot_be_had_says_so() -> None:
    made = link()
    made.answers = {}
    async with console(made) as shown:
        await shown.press("5")
        await shown.until(lambda: "no answer to log_since" in str(view(shown).border_subtitle), "the failure")


async def test_a_long_line_is_moved_through_sideways() -> None:
    made = link()
    made.answers["log_since"] = [log_entry(1, 30, "A" * 60 + "the end of it")]
    async with console(made, (80, 24)) as shown:
        await shown.press("5")
        await shown.until(lambda: "AAA" in seen(shown), "the line")
        assert "the end" not in seen(shown)
        await shown.press("right", "right", "right")
        assert "the end of it" in seen(shown)
        await shown.press("left", "left", "left", "left")
        assert view(shown).shift == 0
