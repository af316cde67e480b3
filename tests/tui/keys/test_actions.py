"""The table of actions: what it names exists, and what exists is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.screen import Screen

from engine.commands.gate import COMMANDS
from tui.app.application import SwitchboardApp
from tui.keys.actions import ACTIONS
from tui.render.line import plain
from tui.screens.dashboard.screen import DashboardScreen
from tui.screens.forms.socket_form import SocketFormScreen
from tui.screens.views.charts import ChartsScreen
from tui.screens.views.help import help_lines
from tui.screens.views.inspector import InspectorScreen
from tui.screens.views.log import LogScreen
from tui.screens.views.stage import StageScreen

SCREENS: dict[str, type[Screen[Any]]] = {
    "dashboard": DashboardScreen,
    "inspector": InspectorScreen,
    "charts": ChartsScreen,
    "stage": StageScreen,
    "log": LogScreen,
    "form": SocketFormScreen,
}


def ours(kind: type[Any]) -> list[type[Any]]:
    return [one for one in kind.__mro__ if one.__module__.startswith("tui.")]


def test_every_action_exists_where_the_table_says() -> None:
    for action in ACTIONS:
        owner = SwitchboardApp if action.is_global else SCREENS[action.screen]
        assert callable(getattr(owner, f"action_{action.name}")), action.name


def test_every_action_of_a_screen_is_in_the_table() -> None:
    named = {action.name for action in ACTIONS}
    for screen in SCREENS.values():
        own = {name for kind in ours(screen) for name in vars(kind) if name.startswith("action_")}
        assert {name.removeprefix("action_") for name in own} <= named


def test_every_action_is_written_in_one_place_alone() -> None:
    for action in ACTIONS:
        owner = SwitchboardApp if action.is_global else SCREENS[action.screen]
        places = [kind for kind in ours(owner) if f"action_{action.name}" in vars(kind)]
        assert len(places) == 1, (action.name, places)


def test_no_key_means_two_things() -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))


def test_the_help_tells_every_action_with_its_keys() -> None:
    lines = [plain(line) for line in help_lines()]
    for action in ACTIONS:
        assert any(line.strip().startswith(action.shown_keys) and action.help in line for line in lines), action.name


def test_the_bindings_are_made_from_the_table() -> None:
    bound = {(binding.key, binding.action) for binding in [action.binding for action in ACTIONS]}
    assert bound == {(action.keys, action.name) for action in ACTIONS}


def test_the_guide_has_every_key() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guide.md").read_text(encoding="utf-8")
    for action in ACTIONS:
        keys = action.shown_keys.replace(" or ", "` or `")
        assert f"| `{keys}` | {action.title}. {action.help} |" in guide, action.name


def test_each_command_that_an_action_names_is_one_of_the_engines() -> None:
    named = {command for action in ACTIONS for command in action.commands}
    assert named <= set(COMMANDS)
    assert {name for name, command in COMMANDS.items() if command.asks} <= named
