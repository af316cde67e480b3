"""Keys from the configuration: checked with their place in the file, and in force everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.config import check_config, json_schema
from tests.tui.keytable import table, written
from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.app.preferences import Preferences
from tui.cli import main
from tui.keys.actions import ACTIONS
from tui.keys.keymap import MOVING, actions_with, add_key_names, check_keys, key_name
from tui.render.line import plain
from tui.screens.dialogs.jump import JumpScreen
from tui.screens.views.help import HelpScreen
from tui.widgets.footer import ActionBar
from tui.widgets.lines import Lines
from tui.widgets.raise_form import RaiseForm


def problems(tmp_path: Path, keys: str) -> list[str]:
    """What a check says of a `keys` section: position and message."""
    file = tmp_path / "switchboard.yaml"
    file.write_text(f"console:\n  keys:\n{keys}")
    found = check_config(file, {}, check_keys).problems
    return [f"{one.line}:{one.column}: {one.where}: {one.message}" for one in found]


@pytest.mark.parametrize(
    ("written_as", "name"),
    [
        ("r", "r"),
        ("R", "R"),
        ("?", "question_mark"),
        ("^r", "ctrl+r"),
        ("Ctrl+R", "ctrl+r"),
        ("F5", "f5"),
        ("del", "delete"),
        (" space ", "space"),
        ("alt+x", "alt+x"),
        ("ctrl+?", "ctrl+question_mark"),
        ("shift+f3", "shift+f3"),
        ("blub", None),
        ("", None),
        ("ctrl+", None),
        ("\x07", None),
    ],
)
def test_keys_are_written_as_signs_or_by_name(written_as: str, name: str | None) -> None:
    assert key_name(written_as) == name


def test_keys_of_ones_own_are_taken(tmp_path: Path) -> None:
    assert problems(tmp_path, '    raise_event: "ctrl+r,r"\n    remove_subscription: X\n    show_log: "7"\n') == []


def test_two_actions_may_change_places(tmp_path: Path) -> None:
    assert problems(tmp_path, "    raise_event: a\n    add_subscription: r\n") == []


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("    raise_evnt: X\n", "3:5: console.keys.raise_evnt: expected the name of an action, found 'raise_evnt'; "),
        ("    raise_evnt: X\n", "did you mean raise_event?"),
        ("    raise_event: ctrl+r, blub\n", "3:26: console.keys.raise_event: expected a key, found 'blub'"),
        ("    raise_event: pageupp\n", "did you mean pageup?"),
        ('    raise_event: ""\n', "3:19: console.keys.raise_event: expected a key, found ''"),
        ("    raise_event: j\n", "expected a key of its own, found 'j'; it moves about on every screen"),
        ("    test_typed: f3\n", "expected a key of its own, found 'f3'; it changes lists in forms"),
        ("    raise_event: ctrl+i\n", "a terminal sends the same for tab"),
        (
            "    raise_event: a\n",
            "3:18: console.keys.raise_event: expected a key of its own, found 'a'; add_subscription",
        ),
        ("    raise_event: f1\n", "found 'f1'; help has it"),
        ("    help: h\n    raise_event: f1\n", "found 'f1'"),
        ("    raise_event: F9\n    sort: F9\n", "4:11: console.keys.sort: expected a key of its own, found 'f9'"),
        ("    raise_event: 7\n", "3:18: console.keys.raise_event: expected text, found 7; put it in quotes"),
        ("    raise_event: [r]\n", "3:18: console.keys.raise_event: expected text, found a list"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, keys: str, said: str) -> None:
    assert any(said in one for one in problems(tmp_path, keys)), problems(tmp_path, keys)


def test_an_unknown_name_is_reported_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "switchboard.yaml"
    file.write_text("console: {keys: {raise_evnt: X}}\n")
    assert main(["check", str(file)]) == 2
    assert f"{file}:1:18: console.keys.raise_evnt" in capsys.readouterr().out


def test_the_engine_takes_names_that_it_does_not_know(tmp_path: Path) -> None:
    file = tmp_path / "switchboard.yaml"
    file.write_text("console: {keys: {of_another_console: X}}\n")
    settings = check_config(file, {}).settings
    assert settings is not None
    assert settings.console is not None
    assert settings.console.keys == {"of_another_console": "X"}


def test_the_schema_knows_the_actions() -> None:
    schema = json.dumps(add_key_names(json_schema())["$defs"]["ConsoleSettings"])
    assert all(f'"{action.name}"' in schema for action in ACTIONS)


def test_the_page_has_the_names_of_all_actions() -> None:
    assert written() == table(), "python -m tests.tui.keytable writes it anew"


def test_no_usual_key_is_one_that_moves() -> None:
    assert not MOVING & {key for action in ACTIONS for key in action.keys.split(",")}


def test_the_table_keeps_what_is_not_said() -> None:
    changed = {action.name: action.keys for action in actions_with({"raise_event": "^r, r"})}
    assert changed.pop("raise_event") == "ctrl+r,r"
    assert changed.items() <= {action.name: action.keys for action in ACTIONS}.items()


MINE = Preferences(keys={"raise_event": "X,r", "remove_subscription": "ctrl+d", "jump": "f9", "help": "H", "lock": "U"})


async def test_keys_in_force_work_and_the_usual_ones_no_longer() -> None:
    async with console(FakeLink(), preferences=MINE) as shown:
        await shown.press("L")
        assert not shown.app.pump.lock
        await shown.press("U")
        assert shown.app.pump.lock == "LOCKED"
        assert "Locked: nothing can be changed; U unlocks" in shown.toasts
        await shown.press("f9")
        assert isinstance(shown.app.screen, JumpScreen)
        await shown.press("f9")
        assert shown.app.screen is shown.dashboard
        for key in ("X", "r"):
            await shown.press(key)
            assert shown.dashboard.query_one(RaiseForm).display
            await shown.press("escape")


async def test_footer_help_and_palette_name_the_keys_in_force() -> None:
    async with console(FakeLink(), preferences=MINE) as shown:
        footer = shown.dashboard.query_one(ActionBar).render_line(0).text
        assert "X Raise" in footer
        assert "^d Remove" in footer
        assert "H Help" in footer
        commands = {one.title: one.help for one in shown.app.get_system_commands(shown.dashboard)}
        assert commands["Raise an event"].endswith("(X or r)")
        await shown.press("H")
        assert isinstance(shown.app.screen, HelpScreen)
        said = [plain(line) for line in shown.app.screen.query_one("#help-text", Lines).lines]
        assert any(line.split()[:3] == ["X", "or", "r"] for line in said)
        await shown.press("H")
        assert shown.app.screen is shown.dashboard
