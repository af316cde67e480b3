"""Editing on a real engine: a member is added while events flow, and taken back; another is tested."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, Select

from tests.tui.test_real_engine import raised, real_console
from tui.screens.dialogs.difference import DifferenceScreen
from tui.screens.dialogs.probe import ProbeScreen, ProbeSocketScreen
from tui.screens.forms.edit_subscription import EditSubscriptionScreen
from tui.screens.forms.socket import SocketScreen


async def test_a_member_is_added_and_taken_back(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        await raised(shown)
        await shown.press("escape", "e")
        await shown.until(lambda: isinstance(shown.app.screen, EditSubscriptionScreen), "the form")
        await shown.press("f2")
        await shown.type("x")
        await shown.press("f8", "f2")
        await shown.type(f"flatstore:{tmp_path}/third.log")
        await shown.until(lambda: "third.log" in shown.said("#edit-said"), "the difference")
        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.app.screen, DifferenceScreen), "the question")
        assert f"+ member flatstore:{tmp_path}/third.log" in shown.said("#difference")
        await shown.press("y")
        await shown.until(lambda: "third.log" in shown.text(), "the new member")
        assert "1 ~" in shown.text()  # figures stayed
        await shown.press("u")
        await shown.until(lambda: isinstance(shown.app.screen, DifferenceScreen), "the question")
        await shown.press("y")
        await shown.until(lambda: "third.log" not in shown.text(), "the end of the member")


async def test_a_member_is_tested_with_an_event(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        await shown.press("down", "down", "t")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeScreen), "the dialog")
        await shown.until(lambda: "it can be reached" in shown.said("#probe-steps"), "the steps")
        assert not (tmp_path / "second.log").exists()
        await shown.press("enter")
        await shown.until(lambda: "the other side has it" in shown.said("#probe-steps"), "the confirmation")
        assert "E_SWITCHBOARD_TEST" in (tmp_path / "second.log").read_text()


async def test_a_member_is_filled_in_and_tested_before_it_is_applied(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        await shown.press("e")
        await shown.until(lambda: isinstance(shown.app.screen, EditSubscriptionScreen), "the form")
        await shown.pilot.pause()
        await shown.press("f2", "f4")
        await shown.until(lambda: isinstance(shown.app.screen, SocketScreen), "the dialog")
        await shown.pilot.pause()
        shown.app.screen.query_one(Select).value = "flatstore"
        await shown.until(lambda: len(shown.app.screen.query(Input)) == 1, "its only field")
        shown.app.screen.query_one(Input).value = f"{tmp_path}/third.log"
        await shown.press("f6")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeSocketScreen), "the test")
        await shown.until(lambda: "it can be reached" in shown.said("#probe-steps"), "the steps")
        await shown.press("enter")
        await shown.until(lambda: "the other side has it" in shown.said("#probe-steps"), "the confirmation")
        assert "E_SWITCHBOARD_TEST" in (tmp_path / "third.log").read_text()
        assert "third.log" not in shown.text()
        await shown.press("escape", "ctrl+s")
        await shown.until(lambda: isinstance(shown.app.screen, EditSubscriptionScreen), "the form")
        await shown.until(lambda: "third.log" in shown.said("#edit-said"), "the difference")
