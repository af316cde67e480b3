"""The engine: wires inbox, roster, transports and feed; starts, stops, reloads, and tells what it is doing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from engine.address import Address
from engine.audit import acting
from engine.catalogue import catalogue
from engine.clock import Clock, SystemClock
from engine.config.model import Settings
from engine.dispatcher import Dispatcher
from engine.errors import CommandError, RefusedError
from engine.event import Event
from engine.feed import Feed
from engine.lanes.base import UNSUBSCRIBED, Lane
from engine.options import SubscriptionOptions
from engine.slices import Slices, Steps, at_once
from engine.subscriptions.reload import Reload, ReloadReport, subscribe_configured
from engine.subscriptions.roster import STOPPED, Roster
from engine.subscriptions.table import Subscription, SubscriptionTable
from engine.target import Targets
from engine.tasks import Tasks
from engine.transports.base import TransportContext
from engine.view.records import FeedPage, page_of
from engine.view.reporter import Reporter
from engine.view.snapshot import EngineSnapshot

_log = logging.getLogger(__name__)

CLOSE_GRACE_S = 2.0
"""What closing a target may take longer than its deadline, before it is cancelled."""


class Engine:
    """The dispatcher of virtual event subscribers. All of it runs on one event loop; nothing here is thread-safe."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.feed = Feed()
        self.event_ids: dict[str, int] = {}
        self.tasks = Tasks()
        self.slices = Slices(self.clock)
        """Long work goes through here, so that it holds up nothing."""
        self._is_changing = asyncio.Lock()
        """One reload or stop at a time."""
        self.dispatcher = Dispatcher(self.clock, settings.inbox_size, self._lanes_of)
        context = TransportContext(self.tasks, self.clock, raise_event=self._raise_own)
        self._targets = Targets(context, self.tasks, settings.transports)
        dispatcher = self.dispatcher
        self.roster = Roster(
            self.clock,
            self.feed,
            self._targets,
            dispatcher.note_room,
            dispatcher.before_change,
            dispatcher.catch_up,
            dispatcher.door,
        )
        self._use_bounds(settings)
        self._reporter = Reporter(self.clock, self.roster, self.dispatcher, self.feed, self.event_ids)
        for name in (*catalogue(), *settings.events):
            self.register_event(name)

    @property
    def table(self) -> SubscriptionTable:
        """The subscriptions."""
        return self.roster.table

    @property
    def is_stopping(self) -> bool:
        """Whether it takes nothing more."""
        return self.dispatcher.is_closed

    @property
    def uptime_s(self) -> float:
        """Seconds since it was made."""
        return self.clock.now() - self._reporter.started_at

    async def start(self) -> None:
        """Subscribe what the configuration says. Connections are opened by the first events.

        Raises:
            SwitchboardError: a socket or a transport cannot be used; the text says which.
        """
        await self.slices.run(self._started())

    async def stop(self) -> None:
        """Stop cleanly: take nothing more, give what is in flight its deadline, flush, leave nothing running."""
        self.dispatcher.drain()
        self.dispatcher.is_closed = True
        async with self._is_changing:
            deadline = self.clock.now() + self.settings.stop_timeout
            await self.dispatcher.emptied(deadline)
            while self.clock.now() < deadline and await self._has_in_flight():
                await self.dispatcher.progress()
            self._targets.close_deadline_s = max(0.1, deadline - self.clock.now())
            await self.slices.run(self.roster.remove_all(STOPPED))
            await self._finish_tasks(self._targets.close_deadline_s + CLOSE_GRACE_S)

    def register_event(self, name: str) -> int:
        """Make an event name known; returns its numeric id, which is only informative.

        See docs/event-interface.md, 1.2.
        """
        return self.event_ids.setdefault(name, len(self.event_ids))

    def raise_event(self, event: Event, source: str) -> int:
        """Take one event in; how many subscriptions hear it.

        Raises:
            RefusedError: the engine is stopping.
            BusyError: the inbox is full.
        """
        self.dispatcher.put(event, source)
        return len(self.table.of_event(event.name))

    async def raise_many(self, events: Sequence[Event], source: str = "in-process") -> None:
        """Take many events in, in order, waiting for room wherever members make progress.

        Raises:
            RefusedError: the engine is stopping; it says how many were taken before.
        """
        await self.dispatcher.put_many(events, source)

    def subscribe(
        self, event: str, address: Address, expire_s: float | None, options: SubscriptionOptions | None = None
    ) -> Subscription:
        """Subscribe a socket to an event, or refresh the subscription that is the same one.

        Args:
            event: the event's name; it becomes known.
            address: plain or virtual.
            expire_s: seconds; None is permanent, and leaves the expiry of one that is refreshed as it was
                (docs/event-interface.md, 1.4).
            options: None keeps those of the subscription that is refreshed, or takes the configuration's.

        Raises:
            CommandError: there are as many subscriptions as the configuration allows.
            SwitchboardError: a transport cannot serve its address, or the engine is stopping.
        """
        self._check_running()
        existing = self.table.find(event, address)
        if existing is None and len(self.table) >= self.settings.subscription_limit:
            raise CommandError(
                503, "Too many subscriptions", f"subscription_limit is {self.settings.subscription_limit}"
            )
        self.register_event(event)
        wanted = options or (existing.options if existing is not None else self.settings.default_options())
        return self.roster.subscribe(event, address, expire_s, wanted)

    def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription at once; what it holds ends undelivered.

        Raises:
            CommandError: there is no such subscription.
        """
        self.roster.remove(self.roster.get(subscription_id), UNSUBSCRIBED, by=acting())

    def pause(self, subscription_id: str, member: int) -> None:
        """Take a member out: it is skipped until resumed, and never marked.

        Raises:
            CommandError: no such subscription or member.
        """
        self._lane_with(subscription_id, member).pause(member)

    def resume(self, subscription_id: str, member: int) -> None:
        """Put a paused member back in.

        Raises:
            CommandError: no such subscription or member.
        """
        self._lane_with(subscription_id, member).resume(member)

    async def reopen_files(self, path: str | None) -> int:
        """Reopen the flat file `path`, or all; how many were in use."""
        return await self._targets.reopen_files(path)

    async def reload(self, settings: Settings) -> ReloadReport:
        """Apply the difference to another configuration. What did not change keeps connection and health.

        Subscriptions made by commands stay. `inbox_size` takes effect at the next start.

        Raises:
            SwitchboardError: a socket or a transport cannot be used, or the engine is stopping. Nothing changed then.
        """
        async with self._is_changing:
            self._check_running()
            for name in (*settings.events, *(entry.event for entry in settings.subscriptions)):
                self.register_event(name)
            reload = Reload(self.roster, self.settings, settings)
            self._targets.use_settings(settings.transports)
            try:
                await self.slices.run(reload.prepare())
                self._check_running()
            except BaseException:
                self._targets.use_settings(self.settings.transports)
                await self.slices.run(reload.give_up())
                raise
            self.settings = settings
            self._use_bounds(settings)
            report = await self.slices.run(reload.apply())
            await self.slices.run(self.roster.fitter.use_queue_bytes())
            return report

    def snapshot(self) -> EngineSnapshot:
        """What the engine looks like now; immutable, secrets masked. With thousands of members, rather `look`."""
        return at_once(self._reporter.snapshot(self.settings))

    async def look(self) -> EngineSnapshot:
        """The same without holding up anything. Each row is right in itself; the first ones are a little older."""
        return await self.slices.run(self._reporter.snapshot(self.settings))

    async def read_feed(self, since: int, limit: int = 1_000) -> FeedPage:
        """What `Feed.since` tells, as values that may leave the engine's thread; without holding up anything."""
        return await self.slices.run(page_of(self.feed.since(since, limit)))

    def _use_bounds(self, settings: Settings) -> None:
        """Use what the settings say of bytes that are kept."""
        self.feed.bytes_max = settings.feed_bytes
        self.roster.fitter.queue_bytes = settings.queue_bytes

    def _started(self) -> Steps[None]:
        for entry in self.settings.subscriptions:
            self.register_event(entry.event)
            subscribe_configured(self.roster, self.settings, entry)
            yield

    async def _has_in_flight(self) -> bool:
        return await self.slices.run(_any_in_flight(self.roster.lanes()))

    async def _finish_tasks(self, limit_s: float) -> None:
        """Wait for what runs in the background. A transport that does not keep its deadline does not keep us."""
        try:
            async with asyncio.timeout(limit_s):
                await self.tasks.finish()
        except TimeoutError:
            _log.error("%d tasks did not end within %.1f s of the stop and are cancelled", len(self.tasks), limit_s)
            await self.tasks.cancel()

    def _check_running(self) -> None:
        """What is made during a stop would be left behind by it."""
        if self.dispatcher.is_closed:
            raise RefusedError("the engine is stopping and takes no more subscriptions")

    def _lanes_of(self, event: str) -> Sequence[Lane]:
        return self.roster.lanes_of(event)

    def _lane_with(self, subscription_id: str, member: int) -> Lane:
        lane = self.roster.get(subscription_id).lane
        if not 0 <= member < len(lane.members):
            raise CommandError(404, "Member does not exist", f"there are {len(lane.members)} members, counted from 0")
        return lane

    def _raise_own(self, name: str, params: tuple[tuple[str, str | int], ...]) -> None:
        """Raise an event of a transport's own. It is dispatched later, so that no transport meets itself."""
        self.register_event(name)
        try:
            self.dispatcher.put(Event(name, params), "engine")
        except RefusedError as error:
            _log.warning("%s was not raised: %s", name, error)


def _any_in_flight(lanes: Sequence[Lane]) -> Steps[bool]:
    for lane in lanes:
        if lane.in_flight:
            return True
        yield
    return False
