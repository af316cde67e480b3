"""The table of commands, filled by declaration."""

from __future__ import annotations

from typing import Any

import pytest

from engine import commands
from engine.commands.context import Context
from engine.commands.parameters import Kind
from engine.commands.registry import COMMANDS, Role, command

assert commands

LOOKING = {"audit", "log_since", "configuration", "check_socket", "catalogue", "inspect_delivery", "inspect_member"}
LOOKING |= {"series_progress", "series_limits", "preview_event", "lab_receivers", "status"}
LOOKING |= {"describe_subscription", "check_change", "last_change", "preview_save"}

OPERATING = {"subscribe", "unsubscribe", "change_subscription", "undo_change", "reopen_files"}
OPERATING |= {"raise_event", "raise_many", "raise_series", "stop_series"}
OPERATING |= {"pause_member", "resume_member", "probe_member", "probe_socket"}

RULING = {"save_subscriptions", "set_trouble", "toggle_receiver"}


def names(role: Role) -> set[str]:
    return {name for name, one in COMMANDS.items() if one.role is role}


def test_the_table_has_every_command_with_its_role() -> None:
    assert names(Role.VIEW) == LOOKING
    assert names(Role.OPERATE) == OPERATING
    assert names(Role.ADMIN) == RULING
    assert {name for name, one in COMMANDS.items() if not one.changes} == LOOKING


def test_every_command_has_its_help_and_its_own_name() -> None:
    assert [name for name, one in COMMANDS.items() if not one.help or one.name != name] == []
    every = [name for one in COMMANDS.values() for name in (one.name, *one.aliases)]
    assert len(every) == len(set(every))


def test_a_person_is_asked_before_what_ends_changes_or_writes_something() -> None:
    asking = {name for name, one in COMMANDS.items() if one.asks}
    assert asking == {"unsubscribe", "change_subscription", "undo_change", "save_subscriptions"}


def test_nothing_is_open_to_everyone_that_tells_of_others_writes_or_reaches_out() -> None:
    closed = {name for name, one in COMMANDS.items() if not one.is_open}
    assert closed == {
        *("audit", "log_since", "configuration", "inspect_delivery", "last_change", "preview_save"),
        *("subscribe", "change_subscription", "undo_change", "save_subscriptions"),
        *("raise_series", "stop_series", "probe_member", "probe_socket", "set_trouble", "toggle_receiver"),
    }


def test_parameters_are_read_from_the_signature() -> None:
    told = [(one.name, one.kind, one.is_required) for one in COMMANDS["probe_socket"].parameters]
    assert told == [
        ("socket", Kind.SOCKET, True),
        ("subscription", Kind.TEXT, False),
        ("is_sending", Kind.FLAG, False),
    ]


def test_a_type_that_says_nothing_is_a_mistake_of_ours() -> None:
    def paint(_context: Context, colours: dict[str, Any]) -> None:
        """Paint."""

    with pytest.raises(TypeError, match="colours"):
        command(Role.VIEW)(paint)
    assert "paint" not in COMMANDS
