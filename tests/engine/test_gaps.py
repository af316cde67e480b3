"""Nothing holds the event loop for long, whatever there is much of. Turns and shares are counted, not milliseconds."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from engine.address import parse
from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import MiSettings, Settings, SubscriptionSettings
from engine.core import Engine
from engine.errors import SwitchboardError
from engine.event import Event
from engine.mi import commands, methods
from engine.mi.envelope import Request
from engine.mi.jsontext import JsonObject, Pieces
from engine.mi.registry import Caller, call
from engine.overdue import LANES_IN_A_TURN
from engine.tasks import Tasks
from tests.support.waiting import until
from tests.support.watchdog import Watchdog
from tests.support.world import World

assert commands
assert methods

MANY = 3_000
TURNS = 8
"""Fewer turns than this would be slices of more than 10 ms for what takes 100 ms and more."""

Start = Callable[[Settings], Awaitable[Engine]]


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """The collector would look through all that the tests before have left, which is no work of the engine's."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
async def start(world: World) -> AsyncIterator[Start]:
    """Engines on the real clock, stopped at the end."""
    engines: list[Engine] = []

    async def started(settings: Settings) -> Engine:
        engines.append(Engine(settings))
        await engines[-1].start()
        return engines[-1]

    yield started
    for engine in engines:
        await engine.stop()


def socket(number: int) -> str:
    return f"udp:127.0.{number // 250}.{1 + number % 250}:9"


def many(event: Callable[[int], str]) -> Settings:
    entries = [SubscriptionSettings(event=event(number), socket=socket(number)) for number in range(MANY)]
    return Settings(subscriptions=tuple(entries))


def assert_sliced(dog: Watchdog) -> None:
    assert dog.turns >= TURNS
    assert dog.longest_busy_s < 0.5 * dog.whole_s


async def asked(engine: Engine, method: str) -> object:
    told = await call(Caller(Context(engine), MiSettings(), "test"), Request(method, JsonObject(), 1, False))
    assert isinstance(told, Pieces)
    assert all(len(piece) < 1 << 18 for piece in told)
    return json.loads(told.whole)


async def test_start_reload_status_and_stop_leave_turns_to_others(world: World) -> None:
    engine = Engine(many(lambda number: f"E_{number}"))
    with Watchdog() as starting:
        await engine.start()
    with Watchdog() as status:
        told = await asked(engine, "sb:status")
    with Watchdog() as listing:
        listed = await asked(engine, "subscribers_list")
    with Watchdog() as exchanging:
        report = await engine.reload(many(lambda number: f"E_OTHER_{number}"))
    with Watchdog() as stopping:
        await engine.stop()
    assert isinstance(told, dict)
    assert isinstance(listed, dict)
    assert len(told["subscriptions"]) == len(listed["Events"]) == len(report.added) == len(report.removed) == MANY
    assert world.open == []
    for dog in (starting, status, exchanging, stopping):
        assert_sliced(dog)
    assert listing.turns >= 3


async def test_an_event_with_many_subscriptions_holds_up_no_other_and_keeps_its_order(
    start: Start, world: World
) -> None:
    engine = await start(many(lambda _: "E_CROWD"))
    engine.register_event("E_LONE")
    lone = engine.subscribe("E_LONE", parse("udp:127.0.0.1:99"), None).lane
    with Watchdog() as dog:
        for number in range(3):
            engine.raise_event(Event("E_CROWD", ((None, number),)), f"raiser {number}")
        await asyncio.sleep(0)
        assert engine.dispatcher.overdue
        engine.raise_event(Event("E_LONE"), "another")
        await until(lambda: lone.counters.sent == 1)
        assert engine.dispatcher.overdue > MANY, "long before the others were through"
        figures = engine.snapshot().figures
        assert figures.waiting + figures.sent == 3 * MANY + 1
        await until(lambda: not engine.dispatcher.overdue)
    assert_sliced(dog)
    alone = world.at("udp:127.0.0.1:99")
    crowd = [one for one in world.made if one is not alone]
    assert len(crowd) == MANY
    assert all(one.took == sorted(one.took) and len(one.took) == 3 for one in crowd)


async def test_in_one_turn_so_many_subscriptions_are_given_an_event_and_no_more(start: Start, world: World) -> None:
    engine = await start(many(lambda _: "E_CROWD"))
    engine.raise_event(Event("E_CROWD"), "a")
    given, before = [], 0
    while before < MANY:
        await asyncio.sleep(0)
        taken = sum(len(one.took) for one in world.made)
        given.append(taken - before)
        before = taken
    assert max(given) <= LANES_IN_A_TURN


async def test_who_comes_or_goes_meanwhile_hears_what_was_raised_before_it_went_and_after_it_came(
    start: Start, world: World
) -> None:
    engine = await start(many(lambda _: "E_CROWD"))
    first = next(iter(engine.table))  # the oldest is the last to get its events
    engine.raise_event(Event("E_CROWD"), "a")
    engine.raise_event(Event("E_CROWD"), "b")
    await asyncio.sleep(0)
    assert engine.dispatcher.overdue
    engine.unsubscribe(first.id)
    late = engine.subscribe("E_CROWD", parse("udp:127.0.0.1:99"), None)
    engine.raise_event(Event("E_CROWD"), "c")
    await until(lambda: not engine.dispatcher.overdue and not engine.dispatcher.waiting)
    gone = next(one for one in world.made if one.address == first.address)
    assert len(gone.took) == 2
    assert late.lane.counters.sent == 1
    figures = engine.snapshot().figures
    assert (figures.sent, figures.undelivered, figures.waiting) == (3 * MANY, 0, 0)


async def test_more_than_the_inbox_holds_is_refused_for_an_event_that_lags_behind_and_for_no_other(
    start: Start,
) -> None:
    settings = many(lambda _: "E_CROWD").model_copy(update={"inbox_size": 2})
    engine = await start(settings)
    engine.register_event("E_LONE")
    for _ in range(2):
        engine.raise_event(Event("E_CROWD"), "a")
    await asyncio.sleep(0)
    with pytest.raises(SwitchboardError, match="busy"):
        engine.raise_event(Event("E_CROWD"), "a")
    engine.raise_event(Event("E_LONE"), "a")
    await until(lambda: not engine.dispatcher.overdue)
    engine.raise_event(Event("E_CROWD"), "a")


async def test_events_raised_during_a_reload_go_to_the_former_subscriptions_or_to_the_new_ones(
    start: Start, world: World
) -> None:
    engine = await start(Settings(subscriptions=(SubscriptionSettings(event="E_A", socket="udp:127.0.0.1:91"),)))
    before = world.at("udp:127.0.0.1:91")
    entries = (SubscriptionSettings(event="E_A", socket="udp:127.0.0.1:92"), *many(lambda n: f"E_{n}").subscriptions)
    reloading = Tasks().spawn(engine.reload(Settings(subscriptions=entries)), "reload")
    raised = 0
    while not reloading.done():
        engine.raise_event(Event("E_A"), f"{raised}")
        raised += 1
        await asyncio.sleep(0)
    assert len((await reloading).added) == MANY + 1
    engine.raise_event(Event("E_A"), "the last")
    await until(lambda: not engine.dispatcher.waiting)
    after = world.at("udp:127.0.0.1:92")
    assert raised > TURNS
    assert before.took
    assert after.took
    assert sorted(before.took + after.took) == list(range(1, raised + 2)), "each was heard once"


async def test_a_reload_that_fails_late_changes_nothing(start: Start, world: World) -> None:
    engine = await start(Settings(subscriptions=(SubscriptionSettings(event="E_A", socket="udp:127.0.0.1:91"),)))
    world.unusable.add("udp:127.0.0.1:99")
    bad = SubscriptionSettings(event="E_Z", socket="udp:127.0.0.1:99")
    wanted = Settings(queue_size=5, subscriptions=(*many(lambda number: f"E_{number}").subscriptions, bad))
    with Watchdog() as dog, pytest.raises(SwitchboardError, match="cannot serve"):
        await engine.reload(wanted)
    assert dog.turns >= TURNS
    assert [(one.event, one.socket) for one in engine.table] == [("E_A", "udp:127.0.0.1:91")]
    assert engine.settings.queue_size != 5
    await engine.tasks.finish()
    assert len(world.open) == 1


async def test_what_is_subscribed_during_a_reload_that_has_it_too_is_there_once(start: Start, world: World) -> None:
    engine = await start(Settings())
    wanted = many(lambda number: f"E_{number}")
    reloading = Tasks().spawn(engine.reload(wanted), "reload")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not reloading.done()
    mine = engine.subscribe("E_0", parse(socket(0)), 60.0)
    await reloading
    assert engine.table.of_event("E_0") == (mine,)
    assert mine.is_configured
    assert mine.expire_s is None
    await engine.tasks.finish()
    assert len(world.open) == MANY


async def test_a_stop_during_a_reload_leaves_nothing_behind(world: World) -> None:
    engine = Engine(Settings())
    await engine.start()
    reloading = Tasks().spawn(engine.reload(many(lambda number: f"E_{number}")), "reload")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await engine.stop()
    with pytest.raises(SwitchboardError, match="stopping"):
        await reloading
    assert len(engine.table) == 0
    assert world.open == []


async def test_what_expires_together_ends_in_slices(start: Start) -> None:
    engine = await start(Settings())
    moment = engine.clock.now() + 2.0
    for number in range(MANY):
        engine.subscribe(f"E_{number}", parse(socket(number)), moment - engine.clock.now())
    await until(lambda: len(engine.table) < MANY)
    with Watchdog() as dog:
        await until(lambda: not len(engine.table))
    assert dog.turns >= 3


async def test_a_snapshot_of_many_members_that_all_changed_is_made_in_slices(start: Start) -> None:
    engine = await start(Settings())
    for number in range(MANY // 10):
        members = " ".join(socket(10 * number + one) for one in range(10))
        engine.subscribe(f"E_{number}", parse(f"virtual:ROUND-ROBIN {members}"), None)
    for number in range(MANY // 10):
        engine.raise_event(Event(f"E_{number}"), "a")
    await until(lambda: not engine.dispatcher.waiting and not engine.dispatcher.overdue)
    whole = engine.snapshot()
    for subscription in engine.table:
        subscription.lane.changed()
    with Watchdog() as dog:
        looked = await engine.look()
    assert looked.subscriptions == whole.subscriptions
    assert looked.figures == whole.figures
    assert dog.turns >= 3


@pytest.mark.parametrize(("name", "parameters"), [("configuration", {}), ("preview_event", {"event": "E_A"})])
async def test_commands_that_look_at_every_subscription_leave_turns_to_others(
    name: str, parameters: dict[str, str]
) -> None:
    engine = Engine(many(lambda _: "E_A"))
    await engine.start()
    with Watchdog() as dog:
        assert await execute(Context(engine), name, **parameters)
    assert_sliced(dog)
    await engine.stop()
