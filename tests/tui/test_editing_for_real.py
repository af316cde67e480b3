"""Editing on a real engine: a member is added while events flow, and taken back; another is tested."""

from __future__ import annotations

from pathlib import Path

from tests.tui.test_real_engine import raised, real_console
from tui.screens.difference import DifferenceScreen
from tui.screens.edit_subscription import EditSubscriptionScreen
from tui.screens.probe import ProbeScreen


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
