"""What the console looks like: pictures that are compared sign by sign. Look at them before accepting a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.waiting import until
from tests.tui.inspected import DELIVERY, MEMBER
from tests.tui.world import FakeLink, FakeTime, busy, story_of_pike
from tui.app import SwitchboardApp
from tui.render.line import plain
from tui.widgets.lines import Lines
from tui.widgets.lineview import LineView

WIDE, NARROW = (160, 48), (80, 24)

SnapCompare = Callable[..., bool]


def app() -> SwitchboardApp:
    """A console on a made-up engine whose time stands still."""
    link = FakeLink(records=story_of_pike())
    problem = {"column": 18, "message": "unknown prefix rabitmq:", "member": 1, "hint": "did you mean rabbitmq:?"}
    link.answers["check_socket"] = {"problems": [problem], "normal": None, "warnings": []}
    link.answers |= {"inspect_delivery": DELIVERY, "inspect_member": MEMBER}
    made = SwitchboardApp(link, clock=FakeTime())
    busy(made.pump)
    return made


def after(*keys: str, socket: str = "") -> Callable[[Pilot[Any]], Any]:
    """Wait for the first answer, then press keys; cursors do not blink."""

    async def run(pilot: Pilot[Any]) -> None:
        shown = pilot.app
        assert isinstance(shown, SwitchboardApp)
        await until(lambda: shown.pump.deliveries.lines, "the first answer")
        await pilot.press(*keys)
        await pilot.pause()
        for field in shown.screen.query(Input):
            field.cursor_blink = False
        if socket:
            shown.screen.query_one("#add-socket", Input).value = socket
            await until(lambda: "▲" in plain(shown.screen.query_one("#add-verdict", Lines).lines[1]), "the verdict")
        await until(lambda: all(map(is_laid_out, shown.screen.query(LineView))), "every view knows its lines")
        await pilot.pause()

    return run


def is_laid_out(view: LineView) -> bool:
    """Whether a view scrolls over as many lines as it has, or cannot be seen."""
    return not view.is_on_screen or view.virtual_size.height == view.line_count()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_dashboard(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    assert snap_compare(app(), terminal_size=size, run_before=after("down"))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_raising(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    assert snap_compare(app(), terminal_size=size, run_before=after("r"))


def test_adding(snap_compare: SnapCompare) -> None:
    run = after("a", socket="virtual:FAILOVER rabitmq:h/q udp:127.0.0.1:9")
    assert snap_compare(app(), terminal_size=NARROW, run_before=run)


def test_removing(snap_compare: SnapCompare) -> None:
    assert snap_compare(app(), terminal_size=NARROW, run_before=after("x"))


def test_help(snap_compare: SnapCompare) -> None:
    assert snap_compare(app(), terminal_size=WIDE, run_before=after("question_mark"))


def test_the_feed_at_80_columns(snap_compare: SnapCompare) -> None:
    assert snap_compare(app(), terminal_size=NARROW, run_before=after("2"))


@pytest.mark.parametrize("keys", [("2", "enter"), ("down", "enter")], ids=["delivery", "member"])
def test_the_inspector(snap_compare: SnapCompare, keys: tuple[str, ...]) -> None:
    assert snap_compare(app(), terminal_size=(120, 40), run_before=after(*keys))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_jumping(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    assert snap_compare(app(), terminal_size=size, run_before=after("ctrl+o"))
