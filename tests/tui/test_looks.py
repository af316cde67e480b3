"""What the console looks like: pictures that are compared sign by sign. Look at them before accepting a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from engine.event import Event
from engine.feed import Step
from engine.run import DELIVERED
from engine.wire.flatline import FlatlineFormat
from engine.wire.jsonrpc import JsonRpcFormat
from tests.support.waiting import until
from tests.tui.inspected import DELIVERY, MEMBER
from tests.tui.world import SKIP, FakeLink, FakeTime, batch, busy, record, story_of_pike, waves
from tui.app.application import SwitchboardApp
from tui.render.line import plain
from tui.widgets.lines import Lines
from tui.widgets.lineview import LineView

WIDE, NARROW = (160, 48), (80, 24)

SnapCompare = Callable[..., bool]

RAISED = Event("E_PIKE_BLOCKED", (("ip", "192.0.2.66"),))

PREVIEW = {
    "event": "E_PIKE_BLOCKED",
    "payloads": [
        {
            "format": made.name,
            "bytes": bytes(made.encode((RAISED,))[0]).hex(),
            "size": made.encode((RAISED,)).size(0),
            "failure": None,
            "members": [
                {"subscription": "s1", "policy": "FAILOVER", "member": index, "socket": scheme, "scheme": scheme}
                | {"payload_max": None, "fits": True}
            ],
        }
        for index, scheme, made in ((0, "rabbitmq", JsonRpcFormat()), (1, "flatstore", FlatlineFormat()))
    ],
}
"""What the engine would answer for the FAILOVER of the made-up one."""


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
        for field in [*shown.screen.query(Input), *shown.screen.query(TextArea)]:
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


def raising() -> SwitchboardApp:
    """A console that has raised an event, and is told what each member would get."""
    made = app()
    link = made.link.inner
    assert isinstance(link, FakeLink)
    link.answers["preview_event"] = PREVIEW
    own = batch("E_PIKE_BLOCKED", 160, {"ip": "192.0.2.66"}, source="console")
    step = record(7, Step.PLANNED, "s1", own, 1, skipped=(SKIP,))
    link.records += (step, step._replace(number=8, step=Step.SETTLED, outcome=DELIVERED, took_s=0.0003))
    made.dashboard.book.change(lambda kept: kept.with_raised(RAISED).with_template("the usual", RAISED))
    return made


def formed(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """Open the form, wait for what each member would get, then press keys."""

    async def run(pilot: Pilot[Any]) -> None:
        await after("r")(pilot)
        shown = pilot.app
        assert isinstance(shown, SwitchboardApp)
        await until(lambda: shown.dashboard.query_one("#raise-members", Lines).lines, "the preview")
        results = shown.dashboard.query_one("#raise-results", Lines)
        holder = shown.dashboard.query_one("#raise-outcomes")
        await until(lambda: results.lines and results.size.height >= len(results.lines), "the outcome")
        await until(lambda: holder.region.contains_region(results.region), "room for it")
        await after(*keys)(pilot)

    return run


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("keys", [(), ("ctrl+j",), ("f7",), ("f5",)], ids=["fields", "json", "picking", "before"])
def test_raising(snap_compare: SnapCompare, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    assert snap_compare(raising(), terminal_size=size, run_before=formed(*keys))


def test_adding(snap_compare: SnapCompare) -> None:
    run = after("a", socket="virtual:FAILOVER rabitmq:h/q udp:127.0.0.1:9")
    assert snap_compare(app(), terminal_size=NARROW, run_before=run)


def test_removing(snap_compare: SnapCompare) -> None:
    assert snap_compare(app(), terminal_size=NARROW, run_before=after("x"))


def test_help(snap_compare: SnapCompare) -> None:
    assert snap_compare(app(), terminal_size=WIDE, run_before=after("question_mark"))


def test_the_feed_at_80_columns(snap_compare: SnapCompare) -> None:
    assert snap_compare(app(), terminal_size=NARROW, run_before=after("2"))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_charts(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    made = app()
    waves(made.pump)
    assert snap_compare(made, terminal_size=size, run_before=after("down", "3"))


@pytest.mark.parametrize("keys", [("2", "enter"), ("down", "enter")], ids=["delivery", "member"])
def test_the_inspector(snap_compare: SnapCompare, keys: tuple[str, ...]) -> None:
    assert snap_compare(app(), terminal_size=(120, 40), run_before=after(*keys))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_jumping(snap_compare: SnapCompare, size: tuple[int, int]) -> None:
    assert snap_compare(app(), terminal_size=size, run_before=after("ctrl+o"))
