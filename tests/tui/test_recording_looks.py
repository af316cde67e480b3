"""What a recording and the menu to copy look like: pictures that are compared sign by sign."""

from __future__ import annotations

import pytest

from tests.tui.recorded import FAILS_AT, incident
from tests.tui.test_looks import NARROW, WIDE, SnapCompare, after, app
from tui.app.application import SwitchboardApp
from tui.bundle.link import RecordedLink


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_recording(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    link = RecordedLink(incident())
    link.go_to(FAILS_AT + 4)
    assert snap_compare(SwitchboardApp(link), terminal_size=size, run_before=after("comma"))


def test_copying(snap_compare: SnapCompare) -> None:
    assert snap_compare(app(), terminal_size=NARROW, run_before=after("2", "y"))


def test_exporting(snap_compare: SnapCompare) -> None:
    assert snap_compare(app(), terminal_size=NARROW, run_before=after("E"))
