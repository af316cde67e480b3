"""Choosing one of many."""

from __future__ import annotations

from tests.tui.hosts import hosted, said
from tui.render.line import Part
from tui.screens.dialogs.choice import PAGE, ChoiceScreen
from tui.widgets.choices import Choice, ChoicesView
from tui.widgets.lines import Lines

CHOICES = [Choice(number, (Part(f"line {number}"),), f"line {number}", f"about {number}") for number in range(40)]


def screen(choices: list[Choice] = CHOICES) -> ChoiceScreen:
    return ChoiceScreen("Choose", choices, "enter takes it", "nothing is here yet")


def told(shown: ChoiceScreen) -> list[str]:
    return said(shown.query_one("#choosing-said", Lines))


async def test_typing_filters_arrows_move_and_enter_takes() -> None:
    async with hosted() as shown:
        results = await shown.opens(opened := screen())
        await shown.type("line 3")
        await shown.press("down", "down")
        assert told(opened) == ["about 23", "enter takes it"]
        await shown.press("enter")
        assert results == [23]


async def test_pages_move_by_many_and_escape_takes_nothing() -> None:
    async with hosted() as shown:
        results = await shown.opens(opened := screen())
        await shown.press("pagedown", "pagedown", "pageup")
        assert opened.chosen is CHOICES[PAGE]
        await shown.press("escape")
        assert results == [None]


async def test_where_nothing_fits_or_is_there_it_says_so_and_stays() -> None:
    async with hosted() as shown:
        results = await shown.opens(opened := screen())
        await shown.type("nowhere")
        assert told(opened) == ["nothing has that in it"]
        await shown.press("enter")
        assert results == []
        assert shown.app.screen is opened
        await shown.opens(empty := screen([]))
        assert told(empty) == ["nothing is here yet"]


async def test_a_second_click_takes_the_line() -> None:
    async with hosted() as shown:
        results = await shown.opens(opened := screen())
        view = opened.query_one(ChoicesView)
        await shown.click(view, 5, 3)
        assert results == []
        await shown.click(view, 5, 3)
        assert results == [3]
