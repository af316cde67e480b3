"""The application: what it is made of."""

from __future__ import annotations

from tui.app.application import SwitchboardApp
from tui.app.base import AppBase


def test_its_parts_stand_side_by_side_on_one_base() -> None:
    assert len(SwitchboardApp.__bases__) == 8
    assert {part.__bases__ for part in SwitchboardApp.__bases__} == {(AppBase,)}
