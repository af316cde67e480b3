"""Arguments of commands: what is taken, and how a wrong one is named."""

from __future__ import annotations

import pytest

from engine.address import parse
from engine.commands.arguments import (
    address_of,
    known_subscription,
    member_address_of,
    member_index,
    members_of,
    registered_event,
    text,
    whole,
)
from engine.commands.context import Context
from engine.errors import CommandError

RABBIT = "rabbitmq:u:hunter2@127.0.0.1/q"


def test_whole_numbers_may_be_texts() -> None:
    assert (whole(3, "n"), whole("3", "n"), whole("0", "n")) == (3, 3, 0)
    for wrong in (-1, True, 1.0, "", "1.0", "x", None, "1" * 10):
        with pytest.raises(CommandError, match="n: expected a whole number from 0"):
            whole(wrong, "n")


def test_a_text_is_not_empty() -> None:
    assert text("x", "t") == "x"
    for wrong in ("", 5, None):
        with pytest.raises(CommandError, match="t: expected a string, found"):
            text(wrong, "t")


def test_an_unknown_event_comes_with_the_one_that_was_probably_meant(context: Context) -> None:
    assert registered_event(context.engine, "E_A") == "E_A"
    with pytest.raises(CommandError, match="did you mean E_PIKE_BLOCKED"):
        registered_event(context.engine, "e_pike_blockd")
    with pytest.raises(CommandError, match="add it under `events:`"):
        registered_event(context.engine, "SOMETHING_ELSE")


def test_subscriptions_and_members_are_found_by_id_and_position(context: Context) -> None:
    found = context.engine.subscribe("E_A", parse(f"virtual:PARALLEL {RABBIT} udp:127.0.0.1:9"), None)
    assert known_subscription(context.engine, found.id) is found
    assert [member_index(found, "1"), len(members_of(found.address))] == [1, 2]
    assert members_of(parse("udp:127.0.0.1:9")) == (parse("udp:127.0.0.1:9"),)
    with pytest.raises(CommandError, match="has members 0 to 1, not 2"):
        member_index(found, 2)
    with pytest.raises(CommandError, match="no subscription has the id 'x'"):
        known_subscription(context.engine, "x")


def test_a_masked_password_stands_for_the_one_that_the_subscription_has(context: Context) -> None:
    found = context.engine.subscribe("E_A", parse(RABBIT), None)
    masked = found.lane.members[0].socket
    assert member_address_of(context.engine, masked, found.id) == parse(RABBIT)
    with pytest.raises(CommandError, match="no member here logs in"):
        member_address_of(context.engine, masked, None)
    with pytest.raises(CommandError, match="column"):
        address_of("udp:h:x")
