"""What the console remembers from one time to the next, and what becomes of a damaged memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.config.model import Settings
from engine.host.background import BackgroundEngine
from tests.tui.world import FakeLink, FakeTime
from tui.app.application import SwitchboardApp
from tui.app.console import run_console
from tui.app.preferences import Preferences
from tui.cli import main
from tui.model.arrangement import Sort
from tui.userfiles.session import Memory, Remembered
from tui.widgets.feed import FeedView
from tui.widgets.subscriptions import SubscriptionsView

LEFT = Remembered("nord", "trouble first", "state:failed", "state:sent", True, "feed")


def opened(remembered: Remembered) -> SwitchboardApp:
    made = SwitchboardApp(FakeLink(), clock=FakeTime())
    made.remembered = remembered
    return made


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "new" / "console.json")
    assert memory.load() == Remembered()
    memory.save(LEFT)
    again = Memory(memory.path)
    assert again.load() == LEFT
    assert not memory.trouble
    assert not again.trouble
    assert [one.name for one in memory.path.parent.iterdir()] == ["console.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"version": 1, "theme": 7}'])
def test_a_damaged_memory_is_set_aside_and_said(tmp_path: Path, content: bytes) -> None:
    memory = Memory(tmp_path / "console.json")
    memory.path.write_bytes(content)
    assert memory.load() == Remembered()
    assert "was damaged" in memory.trouble
    assert (tmp_path / "console.damaged").read_bytes() == content
    memory.save(LEFT)
    assert Memory(memory.path).load() == LEFT


def test_a_memory_of_another_version_is_left_alone(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "console.json")
    memory.path.write_text('{"version": 9, "theme": "nord"}')
    assert memory.load() == Remembered()
    assert "version 9" in memory.trouble
    memory.save(LEFT)
    assert json.loads(memory.path.read_text())["version"] == 9


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "console.json")
    memory.save(LEFT)
    assert "cannot be written" in memory.trouble


async def test_the_console_opens_as_it_was_left_and_sees_how_it_is_left() -> None:
    made = opened(LEFT)
    async with made.run_test(size=(160, 48)) as pilot:
        await pilot.pause()
        view, feed = made.screen.query_one(SubscriptionsView), made.screen.query_one(FeedView)
        assert view.arrangement.sort is Sort.TROUBLE
        assert view.arrangement.filter.text == "state:failed"
        assert feed.choice.filter.text == "state:sent"
        assert feed.is_newest_last
        assert feed.has_focus
        assert made.theme == "nord"
        await pilot.press("1", "s", "q")
    assert made.remembered == Remembered("nord", "event", "state:failed", "state:sent", True, "")


async def test_what_is_no_longer_possible_is_said() -> None:
    made = opened(Remembered("lost", "lost", "state:lost", "", False, "lost"))
    async with made.run_test() as pilot:
        await pilot.pause()
        said = "\n".join(one.message for one in made._notifications)
    for part in ("no theme 'lost'", "filter of subscriptions, column 7", "no screen 'lost'"):
        assert part in said


def test_the_command_line_goes_before_what_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = tmp_path / "switchboard" / "console.json"
    Memory(path).save(LEFT)
    starts: list[Remembered] = []

    def run(self: SwitchboardApp) -> None:
        starts.append(self.remembered)
        self.remembered = Remembered(theme="gruvbox")

    monkeypatch.setattr(SwitchboardApp, "run", run)
    background = BackgroundEngine(Settings())
    assert run_console(background, title="T", preferences=Preferences(screen="feed", filter_text="pike")) == 0
    assert starts == [LEFT.but(screen="feed", filter_text="pike")]
    assert Memory(path).load() == Remembered(theme="gruvbox")


def test_screen_and_filter_come_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("tui.cli._has_terminal", lambda: True)
    monkeypatch.setattr("tui.cli._console", lambda _s, _t, preferences, _f: asked.append(preferences) or 0)
    file = tmp_path / "a.yaml"
    file.write_text("")
    assert main(["--screen", "feed", "run", "--filter", "state:failed pike", str(file)]) == 0
    assert (asked[0].screen, asked[0].filter_text) == ("feed", "state:failed pike")
    with pytest.raises(SystemExit) as end:
        main(["run", "--filter", "stat:failed", str(file)])
    assert end.value.code == 2
    assert "unknown key 'stat'; did you mean state?" in capsys.readouterr().err
