"""The keys in force, as texts name them."""

from __future__ import annotations

from textual.app import App

from tests.tui.pilots import console
from tui.app.preferences import Preferences
from tui.keys.in_force import key_of


async def test_a_key_of_the_configuration_is_named_in_place_of_the_usual_one() -> None:
    async with console(preferences=Preferences(keys={"raise_event": "ctrl+r,R"})) as shown:
        assert key_of(shown.dashboard, "raise_event") == "^r or R"
        assert key_of(shown.dashboard, "quit") == "q or ^q"


async def test_an_app_that_knows_of_none_has_the_usual_ones() -> None:
    app = App[None]()
    async with app.run_test():
        assert key_of(app.screen, "raise_event") == "r"
