"""Showing the console: the title of the terminal's window."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.tui.world import FakeLink
from tui.app.application import SwitchboardApp
from tui.app.console import show_console
from tui.app.preferences import Preferences


@pytest.fixture(autouse=True)
def _app_that_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(SwitchboardApp, "run", lambda _: print("[app]", end=""))  # noqa: T201


def test_the_window_has_the_title_while_the_console_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_console(FakeLink(), "lab\x1b]0;x", Preferences()) == 0
    before, after = capsys.readouterr().out.split("[app]")
    assert before.startswith("\x1b[22;2t\x1b]2;lab")
    assert before.endswith(" - Switchboard\x07")
    assert before.count("\x1b") == 2
    assert after == "\x1b[23;2t"


def test_a_poor_font_gets_a_title_of_plain_signs(capsys: pytest.CaptureFixture[str]) -> None:
    show_console(FakeLink(), "lab → office", Preferences(is_ascii=True))
    assert capsys.readouterr().out.isascii()


def test_a_terminal_that_has_gone_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("gone")

    shown: list[SwitchboardApp] = []
    monkeypatch.setattr(SwitchboardApp, "run", lambda app: shown.append(app))  # noqa: PLW0108 - a list's own method would not be bound
    monkeypatch.setattr(sys, "stdout", Gone())
    assert show_console(FakeLink(), "lab", Preferences()) == 0
    assert len(shown) == 1
