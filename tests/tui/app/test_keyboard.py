"""Keys of the configuration, and those that do not apply."""

from __future__ import annotations

from tests.tui.pilots import console
from tui.app.preferences import Preferences


async def test_a_key_of_the_configuration_works_and_the_usual_one_no_longer() -> None:
    async with console(preferences=Preferences(keys={"sort": "ctrl+t"})) as shown:
        await shown.press("s")
        assert shown.toasts == []
        await shown.press("ctrl+t")
        assert any("in order" in toast for toast in shown.toasts)


async def test_a_key_that_does_not_apply_says_why() -> None:
    async with console() as shown:
        await shown.press("p")
        assert shown.toasts == ["Select a member first (↑ ↓)"]
