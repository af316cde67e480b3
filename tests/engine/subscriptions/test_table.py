"""The table of subscriptions: found by id, by event and by what makes two the same."""

from __future__ import annotations

from typing import Any

from engine.address import PolicyName, parse
from engine.options import SubscriptionOptions
from engine.subscriptions.table import Subscription, SubscriptionTable, key_of

PAIR = "virtual:PARALLEL udp:h:1 udp:h:2"
SAME = "virtual:PARALLEL udp:h:2 udp:h:1"


def made(table: SubscriptionTable, event: str, text: str, lane: Any = None) -> Subscription:
    """A subscription that is in the table. Its lane is only handed on."""
    address = parse(text)
    name = table.reserve_id(key_of(event, address))
    subscription = Subscription(name, event, address, SubscriptionOptions(), lane or object(), None)
    table.add(subscription)
    return subscription


def test_the_same_event_and_socket_are_found_however_they_are_written() -> None:
    table = SubscriptionTable()
    first = made(table, "E_A", PAIR)
    assert table.find("E_A", parse(SAME)) is first
    assert table.find("E_B", parse(SAME)) is None
    assert table.get(first.id) is first
    assert first.policy is PolicyName.PARALLEL


def test_those_of_an_event_are_told_newest_first_with_their_lanes() -> None:
    table = SubscriptionTable()
    lanes = [object() for _ in range(3)]
    subscriptions = [made(table, "E_A", f"udp:h:{port}", lane) for port, lane in enumerate(lanes, 1)]
    made(table, "E_B", "udp:h:1")
    assert table.of_event("E_A") == tuple(reversed(subscriptions))
    assert table.lanes_of("E_A") == tuple(reversed(lanes))
    table.remove(subscriptions[1])
    assert table.lanes_of("E_A") == (lanes[2], lanes[0])
    other: Any = object()
    table.use_lane(subscriptions[0], other)
    assert table.lanes_of("E_A") == (lanes[2], other)
    assert table.of_event("E_NONE") == ()
    assert len(table) == 3


def test_another_socket_takes_the_place_of_the_first() -> None:
    table = SubscriptionTable()
    first, second = made(table, "E_A", "udp:h:1"), made(table, "E_A", "udp:h:2")
    table.readdress(first, parse("udp:h:3"))
    assert table.find("E_A", parse("udp:h:1")) is None
    assert table.find("E_A", parse("udp:h:3")) is first
    assert table.of_event("E_A") == (second, first), "it stays where it was"
    assert first.socket == "udp:h:3"
    table.remove(first)
    assert table.find("E_A", parse("udp:h:3")) is None


def test_an_id_is_the_same_in_every_run_and_never_shared() -> None:
    key = key_of("E_A", parse("udp:h:1"))
    table = SubscriptionTable()
    first = table.reserve_id(key)
    assert first == SubscriptionTable().reserve_id(key)
    assert len(first) == 6
    second = table.reserve_id(key)
    assert second.startswith(first), "longer only where two would share it"
    assert second != first


def test_an_id_that_is_not_used_after_all_is_free_again() -> None:
    table = SubscriptionTable()
    key = key_of("E_A", parse("udp:h:1"))
    name = table.reserve_id(key)
    lane: Any = object()
    table.release_id(Subscription(name, "E_A", parse("udp:h:1"), SubscriptionOptions(), lane, None))
    assert table.reserve_id(key) == name


def test_a_socket_is_shown_without_its_password() -> None:
    table = SubscriptionTable()
    subscription = made(table, "E_A", "rabbitmq:me:hush@h/q")
    assert "hush" not in subscription.socket
    assert "hush" not in subscription.key[1]
