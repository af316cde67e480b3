"""Snapshots: rows tell what is so now, and their version tells whether anything in them is new."""

from __future__ import annotations

import pytest

from engine.address import parse
from engine.core import Engine
from engine.health import State
from engine.options import SubscriptionOptions
from engine.run import failed
from engine.view.snapshot import SubscriptionRow
from tests.support.clock import FakeClock
from tests.support.events import raise_now
from tests.support.world import World

FAILOVER = "virtual:FAILOVER udp:127.0.0.1:9 udp:127.0.0.1:10"
SOCKETS = ["udp:127.0.0.1:9", FAILOVER, FAILOVER.replace("FAILOVER", "ROUND-ROBIN")]


def row_of(engine: Engine) -> SubscriptionRow:
    (row,) = engine.snapshot().subscriptions
    return row


@pytest.mark.parametrize("socket_text", SOCKETS)
async def test_what_is_in_flight_shows_before_anything_has_settled(
    engine: Engine, world: World, socket_text: str
) -> None:
    world.answer = None
    engine.subscribe("E_TEST", parse(socket_text), None)
    before = row_of(engine)
    raise_now(engine, 4)
    row = row_of(engine)
    assert row.waiting == 4
    assert sum(member.in_flight for member in row.members) == 4
    assert row.version != before.version
    raise_now(engine, 4)
    assert row_of(engine).waiting == 8


async def test_a_mark_that_runs_out_gives_the_row_a_new_version_once(
    engine: Engine, world: World, clock: FakeClock
) -> None:
    engine.subscribe("E_TEST", parse(FAILOVER), None, SubscriptionOptions(failover_timeout=5.0))
    world.made[0].answer = failed("refused")
    raise_now(engine, 1)
    marked = row_of(engine)
    assert (marked.members[0].state, marked.members[0].since) == (State.FAILED, clock.now())
    clock.advance(4)
    assert row_of(engine) is marked, "counting down is the console's to draw"
    clock.advance(2)
    due = row_of(engine)
    assert due.version != marked.version
    assert (due.members[0].state, due.members[0].since) == (State.DUE, clock.now() - 1)
    assert row_of(engine) is due


async def test_versions_are_never_used_twice_by_a_subscription_that_comes_again(engine: Engine) -> None:
    versions = []
    for _ in range(3):
        subscription = engine.subscribe("E_TEST", parse(FAILOVER), None)
        versions.append(row_of(engine).version)
        raise_now(engine, 1)
        versions.append(row_of(engine).version)
        engine.unsubscribe(subscription.id)
    assert len(set(versions)) == 6


async def test_totals_never_shrink_when_subscriptions_end(engine: Engine, world: World) -> None:
    subscription = engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), None)
    raise_now(engine, 3)
    world.made[0].answer = None
    raise_now(engine, 2)
    world.made[0].is_stubborn = True
    engine.unsubscribe(subscription.id)
    figures = engine.snapshot().figures
    assert (figures.sent, figures.waiting) == (3, 2)
    world.made[0].lose_connection()
    figures = engine.snapshot().figures
    assert (figures.sent, figures.undelivered, figures.failed, figures.waiting) == (3, 2, 2, 0)
    assert engine.roster.closing == 0


@pytest.mark.parametrize("socket_text", SOCKETS)
async def test_a_member_whose_peer_takes_nothing_is_slow_until_the_peer_does(
    engine: Engine, world: World, clock: FakeClock, socket_text: str
) -> None:
    engine.subscribe("E_TEST", parse(socket_text), None)
    raise_now(engine, 1)
    first = row_of(engine).members[0]
    since = clock.now()
    clock.advance(3)
    words = "the broker is blocking publishers: low on memory"
    world.made[0].block(words, since)
    member = row_of(engine).members[0]
    assert (member.state, member.error, member.since, member.skipped_until) == (State.SLOW, words, since, None)
    world.made[0].block(None)
    assert row_of(engine).members[0].state is first.state
    assert row_of(engine).members[0].error is None


async def test_a_paused_member_whose_peer_takes_nothing_is_paused(engine: Engine, world: World) -> None:
    engine.subscribe("E_TEST", parse(FAILOVER), None)
    engine.pause(row_of(engine).id, 0)
    world.made[0].block("the broker is blocking publishers")
    assert row_of(engine).members[0].state is State.PAUSED
