"""The field for a text to look for."""

from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult
from textual.widgets import Label

from tui.widgets.search_field import SearchField


class Shown(App[None]):
    def __init__(self, *, stays: bool) -> None:
        super().__init__()
        self._stays = stays
        self.left = 0

    def compose(self) -> ComposeResult:
        yield Label("what is looked through")
        yield SearchField("words", stays=self._stays)

    @on(SearchField.Left)
    def _count(self) -> None:
        self.left += 1

    @property
    def field(self) -> SearchField:
        return self.query_one(SearchField)


async def test_it_is_out_of_sight_until_it_is_wanted() -> None:
    app = Shown(stays=False)
    async with app.run_test() as pilot:
        assert not app.field.display
        assert not app.field.clear_shown()
        app.field.open()
        await pilot.press("x")
        assert app.field.display
        assert app.field.has_focus
        assert app.field.value == "x"


async def test_enter_keeps_the_text_and_tells_that_the_focus_may_go() -> None:
    for stays in (False, True):
        app = Shown(stays=stays)
        async with app.run_test() as pilot:
            app.field.open()
            await pilot.press("x", "enter")
            assert app.field.value == "x"
            assert app.field.display is stays
            assert app.left == 1


async def test_a_text_is_taken_off_and_the_field_goes_out_of_sight() -> None:
    for stays in (False, True):
        app = Shown(stays=stays)
        async with app.run_test() as pilot:
            app.field.open()
            await pilot.press("x")
            assert app.field.clear_shown()
            await pilot.pause()
            assert app.field.value == ""
            assert not app.field.display
            assert app.left == 1
