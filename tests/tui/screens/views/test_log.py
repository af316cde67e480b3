"""The log, by its keys."""

from __future__ import annotations

from engine.log.handlers import LogLine
from tests.tui.pilots import Console, console
from tests.tui.world import WALL, FakeLink
from tui.render.line import plain
from tui.render.log import is_wanted, log_line
from tui.screens.views.log import LogScreen
from tui.widgets.logview import LogView


def entry(number: int, level: int, text: str) -> LogLine:
    return LogLine(number, WALL, level, "engine.core", text)


ENTRIES = [entry(1, 20, "started"), entry(2, 30, "unix:/a: no listener"), entry(3, 40, "disk\x1b full")]


def view(shown: Console) -> LogView:
    assert isinstance(shown.app.screen, LogScreen)
    return shown.app.screen.query_one(LogView)


def seen(shown: Console) -> str:
    return "\n".join(view(shown).render_line(y).text for y in range(view(shown).line_count()))


def link() -> FakeLink:
    made = FakeLink()
    made.answers = {"log_since": ENTRIES}
    return made


def test_a_line_tells_its_level_by_sign_and_word_and_is_safe_to_show() -> None:
    assert "✖ error    disk␣ full" in plain(log_line(ENTRIES[2], 60))
    assert is_wanted(ENTRIES[0], 20, "START")
    assert not is_wanted(ENTRIES[0], 30, "")


async def test_5_shows_the_log_and_goes_back() -> None:
    async with console(link()) as shown:
        await shown.press("5")
        await shown.until(lambda: "no listener" in seen(shown), "the lines")
        assert view(shown).kept == 3
        await shown.press("5")
        assert shown.app.screen is shown.dashboard
        await shown.press("5", "4", "5", "escape")
        assert shown.app.screen is shown.dashboard


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
    made.answers["log_since"] = [entry(1, 30, "A" * 60 + "the end of it")]
    async with console(made, (80, 24)) as shown:
        await shown.press("5")
        await shown.until(lambda: "AAA" in seen(shown), "the line")
        assert "the end" not in seen(shown)
        await shown.press("right", "right", "right")
        assert "the end of it" in seen(shown)
        await shown.press("left", "left", "left", "left")
        assert view(shown).shift == 0
