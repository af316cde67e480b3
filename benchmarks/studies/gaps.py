"""Gaps: how long the event loop is held while there is much of something. In processor time of the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from benchmarks.studies.finding import Finding
from engine.address import parse
from engine.commands.context import Context
from engine.config.model import MiSettings, Settings, SubscriptionSettings
from engine.core import Engine
from engine.event import Event
from engine.host.gc_tuning import look_seldom, steady_heap
from engine.mi import commands, methods
from engine.mi.envelope import Request
from engine.mi.jsontext import JsonObject
from engine.mi.registry import Caller, call
from tests.support.watchdog import Watchdog

LIMIT_MS = 10
MANY = 10_000
CROWD = 9_999
RELOADED = 5_000
MEMBERS = 128
CHANGED = 1_000

assert commands
assert methods

Work = Callable[[], Awaitable[object]]


def study() -> list[Finding]:
    """The longest gap of each kind of long work, in milliseconds."""
    look_seldom()
    return asyncio.run(_found())


async def _found() -> list[Finding]:
    return [*await _status(), *await _crowd(), *await _reload(), *await _members(), *await _console()]


async def _gap(what: str, work: Work) -> Finding:
    with Watchdog() as dog:
        await work()
    return Finding(f"{what}, longest gap", 1_000 * dog.longest_busy_s, "ms", LIMIT_MS)


async def _status() -> list[Finding]:
    engine = await _engine(_many(MANY, lambda number: f"E_{number}"))
    asked = await _gap(f"sb:status, {MANY:,} subscriptions", lambda: _asked(engine, "sb:status"))
    again = await _gap(f"subscribers_list, {MANY:,} subscriptions", lambda: _asked(engine, "subscribers_list"))
    return [asked, again, await _gap(f"stop, {MANY:,} subscriptions", engine.stop)]


async def _crowd() -> list[Finding]:
    engine = await _engine(_many(CROWD, lambda _: "E_CROWD"))

    async def raise_some() -> None:
        for number in range(3):
            engine.raise_event(Event("E_CROWD", ((None, number),)), "crowd")
        await engine.dispatcher.emptied(engine.clock.now() + 60)

    found = [
        await _gap(f"the first events, {CROWD:,} subscriptions of one", raise_some),
        await _gap(f"further events, {CROWD:,} subscriptions of one", raise_some),
    ]
    await engine.stop()
    return found


async def _reload() -> list[Finding]:
    engine = await _engine(Settings())
    settings = _many(RELOADED, lambda number: f"E_{number}")
    found = [
        await _gap(f"a reload with {RELOADED:,} new subscriptions", lambda: engine.reload(settings)),
        await _gap(f"a reload without {RELOADED:,} subscriptions", lambda: engine.reload(Settings())),
    ]
    await engine.stop()
    return found


async def _members() -> list[Finding]:
    engine = await _engine(Settings(events=("E_MEMBERS",)))
    text = "virtual:PARALLEL " + " ".join(_socket(number) for number in range(MEMBERS))
    found = [
        await _gap(f"subscribing {MEMBERS} members", lambda: _asked(engine, "event_subscribe", "E_MEMBERS", text)),
        await _gap(f"an event for {MEMBERS} members", lambda: engine.raise_many([Event("E_MEMBERS")])),
    ]
    await engine.stop()
    return found


async def _console() -> list[Finding]:
    engine = await _engine(Settings())
    for number in range(0, CHANGED, 10):
        members = " ".join(_socket(number + one) for one in range(10))
        engine.subscribe(f"E_{number}", parse(f"virtual:ROUND-ROBIN {members}"), None)
    await engine.look()
    for number in range(0, CHANGED, 10):
        await engine.raise_many([Event(f"E_{number}")] * 30)
    found = await _gap(f"a snapshot, {CHANGED:,} members changed", engine.look)
    await engine.stop()
    return [found]


async def _engine(settings: Settings) -> Engine:
    engine = Engine(settings)
    await engine.start()
    steady_heap()
    return engine


async def _asked(engine: Engine, method: str, *params: str) -> object:
    request = Request(method, list(params) if params else JsonObject(), 1, False)
    return await call(Caller(Context(engine), MiSettings(targets=("127.0.0.0/8",)), "study", "127.0.0.1"), request)


def _many(count: int, event: Callable[[int], str]) -> Settings:
    entries = (SubscriptionSettings(event=event(number), socket=_socket(number)) for number in range(count))
    return Settings(subscriptions=tuple(entries))


def _socket(number: int) -> str:
    return f"udp:127.{number // 62_500}.{number // 250 % 250}.{1 + number % 250}:9"
