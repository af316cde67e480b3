"""A console that broke is started anew, as often as there is a hope."""

from __future__ import annotations

import pytest

from tests.tui.world import FakeLink
from tui.app.application import SwitchboardApp
from tui.sturdy.restart import STARTS_MAX, WINDOW_S, run_until_left


class Run:
    """Consoles that break, as often as is said."""

    def __init__(self, breaks: int, lasts_s: float) -> None:
        self.left, self.lasts_s, self.now = breaks, lasts_s, 0.0
        self.notices: list[str] = []

    def start(self, notice: str) -> SwitchboardApp:
        self.notices.append(notice)
        app = SwitchboardApp(FakeLink())
        self.now += self.lasts_s
        if self.left:
            self.left -= 1
            app.breakage = "ZeroDivisionError: out of order"
        return app

    def clock(self) -> float:
        return self.now


def test_a_console_that_broke_starts_anew_and_says_why() -> None:
    run = Run(breaks=1, lasts_s=1.0)
    assert not run_until_left(run.start, run.clock).breakage
    assert run.notices[0] == ""
    assert "out of order" in run.notices[1]
    assert "The engine went on" in run.notices[1]


def test_one_that_breaks_too_often_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    run = Run(breaks=1_000, lasts_s=1.0)
    assert run_until_left(run.start, run.clock).breakage
    assert len(run.notices) == STARTS_MAX + 1
    assert "given up" in caplog.text


def test_one_that_breaks_now_and_then_is_not() -> None:
    run = Run(breaks=20, lasts_s=WINDOW_S / STARTS_MAX + 1.0)
    assert not run_until_left(run.start, run.clock).breakage
    assert len(run.notices) == 21
