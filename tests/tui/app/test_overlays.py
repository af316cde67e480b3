"""What opens over any screen."""

from __future__ import annotations

from textual.widgets import Input

from engine.event import Event
from tests.tui.anywhere import answering
from tests.tui.pilots import console
from tui.screens.dialogs.jump import JumpScreen
from tui.screens.dialogs.raise_many import RaiseManyScreen
from tui.screens.views.help import HelpScreen


async def test_help_opens_and_closes() -> None:
    async with console() as shown:
        await shown.press("question_mark")
        assert isinstance(shown.app.screen, HelpScreen)
        assert "Raise an event" in shown.said("#help-text")
        await shown.press("escape")
        assert not isinstance(shown.app.screen, HelpScreen)


async def test_its_own_key_leads_back_from_each() -> None:
    async with console(answering()) as shown:
        for key, kind in (("question_mark", HelpScreen), ("ctrl+o", JumpScreen)):
            await shown.press(key)
            assert isinstance(shown.app.screen, kind)
            await shown.press(key)
            assert shown.app.screen is shown.dashboard


async def test_the_dialog_to_raise_many_begins_with_the_form_or_with_what_is_selected() -> None:
    async with console(answering()) as shown:
        await shown.press("N")
        assert isinstance(shown.app.screen, RaiseManyScreen)
        assert next(field.value for field in shown.app.screen.query(Input)) == "E_PIKE_BLOCKED"
        await shown.app.run_action("raise_many")
        assert shown.app.screen_stack[-2] is shown.dashboard
        await shown.press("escape")
        await shown.dashboard.form.fill(Event("E_ODD", (("x", 1),)))
        await shown.press("escape", "N")
        assert isinstance(shown.app.screen, RaiseManyScreen)
        assert [field.value for field in shown.app.screen.query(Input)][:2] == ["E_ODD", '{"x": 1}']
