"""The audit trail as a screen and as a table."""

from __future__ import annotations

from tests.tui.pilots import console
from tests.tui.recorded import AUDIT
from tests.tui.world import FakeLink
from tui.screens.views.audit import audit_lines
from tui.userfiles.exports import audit_rows


def test_the_audit_trail_is_shown_with_reasons_and_exported() -> None:
    lines = ["".join(part.text for part in line) for line in audit_lines(AUDIT.entries, 4)]  # type: ignore[arg-type]
    assert lines[0].startswith("✖ ")
    assert "refused: no" in lines[1]
    assert "pause_member ×3" in lines[2]
    assert "4 older" in lines[3]
    assert audit_rows(AUDIT.entries)[1]["at"] == "2023-11-14T22:13:20.000Z"
    assert "Nothing was changed" in audit_lines([], 0)[0][0].text


async def test_the_audit_trail_is_a_screen() -> None:
    link = FakeLink()
    link.answers = {"audit": AUDIT}
    async with console(link) as shown:
        await shown.press("A")
        await shown.until(lambda: shown.app.screen.query("#audit"), "the screen")
        await shown.until(lambda: "console ann" in shown.said("#audit"), "the trail")
        await shown.press("f5", "escape")
        assert shown.app.screen is shown.dashboard
        assert [name for name, _ in link.commands] == ["audit", "audit"]
