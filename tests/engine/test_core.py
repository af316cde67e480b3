"""The engine over real datagrams: raising, policies, subscriptions that come and go, expiry, a clean stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from engine.address import parse
from engine.clock import SystemClock
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import BusyError, CommandError, RefusedError
from engine.event import Event
from engine.health import State
from engine.options import SubscriptionOptions, WhenAllFailed
from tests.support.clock import FakeClock
from tests.support.sockets import numbered, udp_receivers
from tests.support.waiting import until
from tests.support.world import World

MakeEngine = Callable[..., Engine]


@pytest.fixture
async def make_engine() -> AsyncIterator[MakeEngine]:
    engines = []

    def make(clock: FakeClock | None = None, **settings: Any) -> Engine:
        engines.append(Engine(Settings(**{"stop_timeout": 1.0, **settings}), clock=clock or SystemClock()))
        return engines[-1]

    yield make
    for engine in engines:
        if not engine.dispatcher.is_closed:
            await engine.stop()


async def settled(engine: Engine) -> None:
    await until(lambda: engine.snapshot().figures.waiting == 0, "every delivery ended")


async def test_parallel_delivers_everything_to_everyone_in_order(make_engine: MakeEngine) -> None:
    engine = make_engine()
    with udp_receivers(3) as receivers:
        engine.subscribe("E_TEST", parse(f"virtual:PARALLEL {' '.join(r.address for r in receivers)}"), None)
        await engine.raise_many(numbered(2000))
        await settled(engine)
        for receiver in receivers:
            assert receiver.numbers() == list(range(1, 2001))
    assert engine.snapshot().figures.sent == 2000


async def test_failover_moves_on_and_comes_back(make_engine: MakeEngine) -> None:
    clock = FakeClock()
    engine = make_engine(clock)
    with udp_receivers(2) as (first, second):
        options = SubscriptionOptions(failover_timeout=5.0)
        socket_text = f"virtual:FAILOVER {first.address} {second.address}"
        subscription = engine.subscribe("E_TEST", parse(socket_text), None, options)
        await engine.raise_many(numbered(3))
        await settled(engine)
        assert first.numbers() == [1, 2, 3]
        first.close()
        await engine.raise_many(numbered(3, 4))
        await settled(engine)
        assert second.numbers() == [4, 5, 6]
        row = engine.snapshot().subscriptions[0]
        assert [member.state for member in row.members] == [State.FAILED, State.UP]
        assert [member.is_next for member in row.members] == [False, True]
        assert row.members[0].error == "connection refused"
        assert row.members[0].skipped_until == clock.now() + 5.0
        clock.advance(5.0)
        assert engine.snapshot().subscriptions[0].members[0].state is State.DUE
        assert subscription.lane.next_member() == 0


async def test_round_robin_turns(make_engine: MakeEngine) -> None:
    engine = make_engine()
    with udp_receivers(3) as receivers:
        engine.subscribe("E_TEST", parse(f"virtual:ROUND-ROBIN {' '.join(r.address for r in receivers)}"), None)
        for event in numbered(9):
            engine.raise_event(event, "test")
            await asyncio.sleep(0)
        await settled(engine)
        assert [receiver.numbers() for receiver in receivers] == [[1, 4, 7], [2, 5, 8], [3, 6, 9]]


async def test_order_holds_per_subscription_with_names_mixed(make_engine: MakeEngine) -> None:
    engine = make_engine()
    with udp_receivers(2) as (ours, theirs):
        engine.subscribe("E_A", parse(ours.address), None)
        engine.subscribe("E_B", parse(theirs.address), None)
        events = [Event("E_A" if number % 3 else "E_B", (("n", number),)) for number in range(1, 1001)]
        await engine.raise_many(events)
        await settled(engine)
        assert ours.numbers() == [number for number in range(1, 1001) if number % 3]
        assert theirs.numbers() == [number for number in range(1, 1001) if not number % 3]


async def test_events_that_nobody_hears_are_counted(make_engine: MakeEngine) -> None:
    engine = make_engine()
    await engine.raise_many(numbered(5))
    assert engine.raise_event(Event("E_TEST"), "test") == 0
    await until(lambda: engine.dispatcher.waiting == 0)
    figures = engine.snapshot().figures
    assert (figures.accepted, figures.unheard, figures.waiting) == (6, 6, 0)


async def test_a_full_inbox_says_busy_and_counts_the_refusal(make_engine: MakeEngine) -> None:
    engine = make_engine(inbox_size=3)
    for event in numbered(3):
        engine.raise_event(event, "test")
    with pytest.raises(BusyError, match="3 events wait"):
        engine.raise_event(Event("E_TEST"), "test")
    assert engine.snapshot().figures.refused == 1


async def test_raising_in_bulk_waits_for_room_and_loses_nothing(make_engine: MakeEngine) -> None:
    engine = make_engine(inbox_size=100, queue_size=100)
    with udp_receivers(1) as (receiver,):
        engine.subscribe("E_TEST", parse(receiver.address), None)
        await engine.raise_many(numbered(3000))
        await settled(engine)
        assert receiver.numbers() == list(range(1, 3001))


async def test_subscribing_again_refreshes_and_disturbs_nobody(make_engine: MakeEngine) -> None:
    clock = FakeClock()
    engine = make_engine(clock)
    first = engine.subscribe("E_TEST", parse("virtual:PARALLEL udp:127.0.0.1:9 udp:127.0.0.1:10"), 10)
    clock.advance(6)
    again = engine.subscribe("E_TEST", parse("virtual:PARALLEL  udp:127.0.0.1:10 udp:127.0.0.1:9"), 10)
    assert again is first
    clock.advance(6)
    assert len(engine.table) == 1
    engine.subscribe("E_TEST", parse("virtual:PARALLEL udp:127.0.0.1:9 udp:127.0.0.1:10"), None)
    assert first.expires_at == clock.now() + 4, "a permanent refresh leaves the expiry as it was"
    clock.advance(4)
    assert len(engine.table) == 0


async def test_a_new_password_replaces_the_connection_of_the_same_subscription(make_engine: MakeEngine) -> None:
    engine = make_engine()
    first = engine.subscribe("E_TEST", parse("rabbitmq:app:old@127.0.0.1:1/q"), None)
    (member,) = first.lane.members
    target = member.target
    assert engine.subscribe("E_TEST", parse("rabbitmq:app:old@127.0.0.1:1/q"), None) is first
    assert member.target is target
    assert engine.subscribe("E_TEST", parse("rabbitmq:app:new@127.0.0.1:1/q"), None) is first
    assert member.target is not target
    assert len(engine.table) == 1


async def test_equal_sockets_share_one_connection_and_keep_their_own_health(make_engine: MakeEngine) -> None:
    engine = make_engine(wait_for_member=0)
    one = engine.subscribe("E_A", parse("udp:127.0.0.1:9"), None).lane.members[0]
    other = engine.subscribe("E_B", parse("virtual:FAILOVER udp:127.0.0.1:9 udp:127.0.0.1:10"), None).lane.members[0]
    assert one.target is other.target
    engine.raise_event(Event("E_A"), "test")
    await settled(engine)
    assert one.health.failed_at is not None
    assert other.health.failed_at is None


async def test_there_is_a_limit_to_subscriptions_but_refreshing_is_always_possible(make_engine: MakeEngine) -> None:
    engine = make_engine(subscription_limit=1)
    engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), 60)
    engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), 60)
    with pytest.raises(CommandError, match="subscription_limit is 1"):
        engine.subscribe("E_TEST", parse("udp:127.0.0.1:10"), 60)


async def test_ids_are_stable_and_unsubscribing_ends_at_once(make_engine: MakeEngine) -> None:
    text = "virtual:FAILOVER udp:127.0.0.1:9 udp:127.0.0.1:10"
    ids = {make_engine().subscribe("E_TEST", parse(text), None).id for _ in range(2)}
    assert len(ids) == 1
    engine = make_engine()
    subscription = engine.subscribe("E_TEST", parse(text), None)
    engine.unsubscribe(subscription.id)
    assert len(engine.table) == 0
    with pytest.raises(CommandError, match="no subscription"):
        engine.unsubscribe(subscription.id)


async def test_what_an_ended_subscription_held_is_undelivered_and_stays_in_the_totals(make_engine: MakeEngine) -> None:
    engine = make_engine()
    subscription = engine.subscribe("E_TEST", parse("virtual:FAILOVER udp:127.0.0.1:9 udp:127.0.0.1:10"), None)
    await engine.raise_many(numbered(4))
    await until(lambda: subscription.lane.held_since is not None)
    assert engine.snapshot().figures.waiting == 4
    engine.unsubscribe(subscription.id)
    figures = engine.snapshot().figures
    assert (figures.undelivered, figures.waiting) == (4, 0)
    assert figures.failed == 8, "four notifications failed at each of two members"


async def test_pausing_needs_a_member_that_exists(make_engine: MakeEngine) -> None:
    engine = make_engine()
    subscription = engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), None)
    engine.pause(subscription.id, 0)
    assert engine.snapshot().subscriptions[0].members[0].state is State.PAUSED
    engine.resume(subscription.id, 0)
    assert engine.snapshot().subscriptions[0].members[0].state is State.UNTRIED
    with pytest.raises(CommandError, match="there are 1 members"):
        engine.pause(subscription.id, 1)


async def test_a_clean_stop_takes_nothing_more_and_leaves_nothing_running(make_engine: MakeEngine) -> None:
    engine = make_engine()
    with udp_receivers(1) as (receiver,):
        engine.subscribe("E_TEST", parse(receiver.address), None)
        held = engine.subscribe("E_TEST", parse("virtual:FAILOVER udp:127.0.0.1:9 udp:127.0.0.1:10"), None)
        before = asyncio.all_tasks()
        for event in numbered(10):
            engine.raise_event(event, "test")
        await engine.stop()
        assert receiver.numbers() == list(range(1, 11)), "what was accepted is still delivered"
        assert held.lane.last_undelivered == "the engine stopped"
        with pytest.raises(RefusedError, match="stopping"):
            engine.raise_event(Event("E_TEST"), "test")
        assert asyncio.all_tasks() == before
    figures = engine.snapshot().figures
    assert (figures.sent, figures.undelivered, figures.waiting, figures.refused) == (10, 10, 0, 1)


async def test_an_engine_that_stopped_takes_no_subscriptions(make_engine: MakeEngine) -> None:
    engine = make_engine()
    await engine.stop()
    with pytest.raises(RefusedError, match="no more subscriptions"):
        engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), 5)
    with pytest.raises(RefusedError, match="no more subscriptions"):
        await engine.reload(Settings(subscriptions=({"event": "E_TEST", "socket": "udp:127.0.0.1:9"},)))
    assert len(engine.table) == 0


async def test_a_transport_that_does_not_close_does_not_keep_the_engine(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("engine.core.CLOSE_GRACE_S", 0.01)
    world = World()
    world.install(monkeypatch)
    engine = make_engine(stop_timeout=0)
    engine.subscribe("E_TEST", parse("udp:127.0.0.1:9"), None)

    async def hang(_deadline_s: float) -> None:
        await asyncio.Event().wait()

    world.made[0].close = hang  # type: ignore[method-assign]
    before = asyncio.all_tasks()
    await engine.stop()
    assert asyncio.all_tasks() == before
    assert "1 tasks did not end" in caplog.text


async def test_reload_applies_the_difference_and_leaves_the_rest_alone(make_engine: MakeEngine) -> None:
    def settings(*entries: dict[str, Any]) -> Settings:
        return Settings(subscriptions=entries)

    kept = {"event": "E_KEPT", "socket": "udp:127.0.0.1:9"}
    gone = {"event": "E_GONE", "socket": "udp:127.0.0.1:10"}
    engine = make_engine(subscriptions=(kept, gone, {"event": "E_CHANGED", "socket": "udp:127.0.0.1:11"}))
    await engine.start()
    by_hand = engine.subscribe("E_HAND", parse("udp:127.0.0.1:12"), None)
    kept_lane = engine.table.of_event("E_KEPT")[0].lane
    report = await engine.reload(
        settings(
            kept,
            {"event": "E_CHANGED", "socket": "udp:127.0.0.1:11", "queue_size": 5},
            {"event": "E_NEW", "socket": "udp:127.0.0.1:13"},
        )
    )
    assert report.added == ("E_NEW udp:127.0.0.1:13",)
    assert report.removed == ("E_GONE udp:127.0.0.1:10",)
    assert report.changed == ("E_CHANGED udp:127.0.0.1:11",)
    assert report.unchanged == ("E_KEPT udp:127.0.0.1:9",)
    assert engine.table.of_event("E_KEPT")[0].lane is kept_lane
    assert engine.table.get(by_hand.id) is by_hand


async def test_when_all_failed_and_timeouts_come_from_the_configuration(make_engine: MakeEngine) -> None:
    engine = make_engine(
        failover_timeout=7.5,
        subscriptions=(
            {"event": "E_A", "socket": "virtual:FAILOVER udp:127.0.0.1:9", "when_all_failed": "drop"},
            {"event": "E_B", "policy": "FAILOVER", "members": ("udp:127.0.0.1:9",), "failover_timeout": 0.25},
        ),
    )
    await engine.start()
    (first,) = engine.table.of_event("E_A")
    (second,) = engine.table.of_event("E_B")
    assert (first.options.failover_timeout, first.options.when_all_failed) == (7.5, WhenAllFailed.DROP)
    assert second.options.failover_timeout == 0.25


async def test_a_snapshot_masks_secrets_and_reuses_rows_that_did_not_change(make_engine: MakeEngine) -> None:
    engine = make_engine()
    engine.subscribe("E_TEST", parse("virtual:FAILOVER udp:127.0.0.1:9 udp:127.0.0.1:10"), None)
    first, second = engine.snapshot(), engine.snapshot()
    assert first.subscriptions[0] is second.subscriptions[0]
    engine.raise_event(Event("E_TEST"), "test")
    await until(lambda: engine.snapshot().subscriptions[0].version != first.subscriptions[0].version)
