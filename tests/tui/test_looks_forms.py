"""What forms with sockets look like, in pictures compared sign by sign. Look at them before accepting a change."""

from __future__ import annotations

import pytest

from tests.tui.screens.forms.test_socket import GOOD, link_on
from tests.tui.test_looks import NARROW, WIDE, SnapCompare, after
from tests.tui.world import FakeTime, story_of_pike
from tui.app.application import SwitchboardApp

RABBIT = "rabbitmq:app:•••@127.0.0.1:5672/exchange=sip;persistent?pike"
WRONG = "tcp:127.0.0.1:port"
PROBLEM = {
    "field": "members",
    "column": 15,
    "message": "a port from 1 to 65535 was expected, found 'port'",
    "member": 2,
    "hint": None,
}
NUMBER = {**PROBLEM, "field": "queue_size", "member": None, "message": "expected a number above 0, found '0'"}

sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])


def app() -> SwitchboardApp:
    """A console whose engine finds fault with the second of three members, and with an option."""
    link = link_on(RABBIT, WRONG, "flatstore:/var/log/pike.log")
    link.records = story_of_pike()
    link.answers["check_change"] = {"problems": [PROBLEM, NUMBER], "warnings": [], "diff": [], "is_changed": False}
    link.answers["check_socket"] = GOOD
    return SwitchboardApp(link, clock=FakeTime())


@sizes
def test_editing_with_something_wrong(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    assert snap_compare(app(), terminal_size=size, run_before=after("e", "tab"))


@sizes
def test_filling_in_a_socket(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    assert snap_compare(app(), terminal_size=size, run_before=after("e", "tab", "shift+tab", "f4", "tab"))
