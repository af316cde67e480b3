"""What every screen looks like: at three sizes, in two themes, with little, much and too much to show.

Pictures are compared sign by sign. Look at them before accepting a change.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.support.waiting import until
from tests.tui.inspected import DELIVERY, MEMBER
from tests.tui.states import STATES, rush
from tests.tui.test_looks import PREVIEW, SnapCompare, is_laid_out
from tests.tui.world import WALL, FakeLink, FakeTime, busy, waves
from tui.app.application import SwitchboardApp
from tui.render.stage_play import Pace
from tui.screens.views.stage import StageScreen
from tui.widgets.lineview import LineView

SMALL, MIDDLE, LARGE = (80, 24), (160, 48), (300, 80)
SIZES = {"80x24": SMALL, "160x48": MIDDLE, "300x80": LARGE}
LIGHT = "textual-light"

SCREENS: dict[str, tuple[str, ...]] = {
    "dashboard": ("down",),
    "feed": ("2",),
    "charts": ("3",),
    "stage": ("4", "P", "P", "n", "n", "n"),  # step by step, so that nothing moves by itself
    "log": ("5",),
    "wallboard": ("w",),
    "inspector-delivery": ("2", "enter"),
    "inspector-member": ("down", "enter"),
    "raise": ("r",),
    "raise-many": ("N",),
    "add": ("a",),
    "edit": ("e",),
    "remove": ("x",),
    "test-member": ("down", "t"),
    "audit": ("A",),
    "export": ("E",),
    "undo": ("u",),
    "save": ("W",),
    "help": ("question_mark",),
}
"""How each screen is opened from the dashboard."""

VARIED = ("dashboard", "feed", "charts", "stage", "wallboard")
"""Screens that look different with the engine's state."""

LINES = ("engine started", "unix:/run/switchboard/aor.sock: nobody listens", "rabbitmq: connection refused")
ANSWERS: dict[str, Any] = {
    "inspect_delivery": DELIVERY,
    "inspect_member": MEMBER,
    "check_socket": {"problems": [], "normal": None, "warnings": []},
    "describe_subscription": {
        "id": "s1",
        "event": "E_PIKE_BLOCKED",
        "policy": "FAILOVER",
        "members": ["rabbitmq:guest:•••@127.0.0.1:5672/pike", "flatstore:/var/log/pike.log"],
        "expire": None,
        "left_s": None,
        "options": {
            "failover_timeout": 30.0,
            "when_all_failed": "hold",
            "hold_max_age": 3600.0,
            "on_failure": "next",
            "queue_size": 10_000,
            "drop": "never",
            "slow_after": 0.8,
            "wait_for_member": 3.0,
        },
    },
    "check_change": {"problems": [], "warnings": [], "diff": [], "is_changed": False},
    "probe_member": {
        "socket": "rabbitmq:guest:•••@127.0.0.1:5672/pike",
        "steps": [
            {"name": "resolve", "status": "done", "took_s": 0.0002, "detail": "127.0.0.1"},
            {"name": "connect", "status": "failed", "took_s": 0.0011, "detail": "connection refused"},
        ],
        "ok": False,
        "error": "connection refused",
        "advice": "nobody listens on 127.0.0.1:5672: start the broker, or correct host and port",
    },
    "log_since": [
        {"number": number, "wall": WALL + number, "level": level, "logger": "engine.core", "text": text}
        for number, (level, text) in enumerate(zip((20, 30, 40), LINES, strict=True), 1)
    ],
    "audit": {
        "entries": [
            {
                "number": 1,
                "wall": WALL - 40,
                "who": "console alice",
                "command": "pause_member",
                "details": "subscription=s3 member=1",
                "result": "done",
                "times": 1,
            }
        ],
        "dropped": 0,
    },
    "last_change": {
        "left": 1,
        "event": "E_PIKE_BLOCKED",
        "was": "changed",
        "age_s": 12.0,
        "diff": ["  event E_PIKE_BLOCKED", "- member udp:127.0.0.1:9", "+ member flatstore:/var/log/pike.log"],
    },
    "preview_save": {
        "file": "switchboard.yaml",
        "is_changed": True,
        "diff": [" subscriptions:", "+  - event: E_PIKE_BLOCKED", "+    socket: udp:127.0.0.1:9"],
        "digest": "0",
        "own": 0,
    },
    "preview_event": PREVIEW,
    "series_progress": None,
    "catalogue": [],
}


def console_in(state: str) -> SwitchboardApp:
    """A console on an engine in that state, whose time stands still."""
    snapshot, records = STATES[state]()
    link = FakeLink(snapshot, records)
    link.answers = dict(ANSWERS)
    app = SwitchboardApp(link, clock=FakeTime())
    if state == "overloaded":
        rush(app.pump)
    elif state != "empty":
        busy(app.pump)
        waves(app.pump)
    return app


def has_played(stage: StageScreen) -> bool:
    """Whether all of the newest event is on the stage, where there is one."""
    row = stage._row()
    is_there = row is not None and bool(stage._deliveries(row))
    return stage.play.is_over and (stage.play.delivery is not None) == is_there


def opened(keys: tuple[str, ...], theme: str = "") -> Callable[[Pilot[Any]], Any]:
    """Wait for the first answer, then press keys."""

    async def run(pilot: Pilot[Any]) -> None:
        shown = pilot.app
        assert isinstance(shown, SwitchboardApp)
        if theme:
            shown.theme = theme
        await until(lambda: shown.pump.snapshot is not None, "the first answer")
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            if isinstance(shown.screen, StageScreen) and shown.screen.play.pace is Pace.LIVE:
                await until(partial(has_played, shown.screen), "the whole event, at the next beat")
        for field in shown.screen.query("Input"):
            field.cursor_blink = False  # type: ignore[attr-defined]
        await until(lambda: all(map(is_laid_out, shown.screen.query(LineView))), "every view knows its lines")
        await pilot.pause(0.3)

    return run


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_at_three_sizes(snap_compare: SnapCompare, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(console_in("degraded"), terminal_size=size, run_before=opened(SCREENS[name]))


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_in_a_light_theme(snap_compare: SnapCompare, name: str) -> None:
    assert snap_compare(console_in("degraded"), terminal_size=MIDDLE, run_before=opened(SCREENS[name], LIGHT))


@pytest.mark.parametrize("state", [state for state in STATES if state != "degraded"])
@pytest.mark.parametrize("name", VARIED)
def test_a_screen_in_every_state_of_the_engine(snap_compare: SnapCompare, name: str, state: str) -> None:
    assert snap_compare(console_in(state), terminal_size=MIDDLE, run_before=opened(SCREENS[name]))
