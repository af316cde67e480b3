"""The side that is the engine: events raised in-process through `raise_many`, 512 at a time."""

from __future__ import annotations

from benchmarks.events import NAME, events, parts
from benchmarks.sides import Peers
from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.host.gc_tuning import steady_heap
from engine.transports.base import TransportOptions
from engine.transports.registry import load


def transport_options(scheme: str, **values: object) -> dict[str, TransportOptions]:
    """The `transports` of a configuration that sets something for one of them."""
    return {scheme: load(scheme).Options.model_validate(values)} if values else {}


class EngineSide:
    """One subscription of the engine: `policy` over all peers, or a plain socket where it is empty."""

    def __init__(self, policy: str = "", **options: object) -> None:
        self._policy = policy
        self._options = options
        self.engine: Engine | None = None

    async def open(self, peers: Peers) -> None:
        """Start an engine with the one subscription."""
        scheme = peers.sockets[0].partition(":")[0]
        self.engine = Engine(Settings(transports=transport_options(scheme, **self._options)))
        await self.engine.start()
        text = " ".join(peers.sockets)
        self.engine.subscribe(NAME, parse(f"virtual:{self._policy} {text}" if self._policy else text), None)
        steady_heap()

    async def send(self, first: int, count: int) -> None:
        """Raise, and wait until every event is settled.

        Raises:
            RuntimeError: an event was not taken; the row is void.
        """
        engine = self.engine
        assert engine is not None
        for start, size in parts(first, count):
            await engine.raise_many(events(start, size))
        (subscription,) = engine.table
        counters = subscription.lane.counters
        while engine.dispatcher.waiting or counters.waiting:
            await engine.dispatcher.progress()
        failures = sum(member.counters.failed for member in subscription.lane.members)
        if counters.undelivered or failures:
            reason = subscription.lane.last_undelivered
            raise RuntimeError(f"{counters.undelivered} undelivered, {failures} failures: {reason}")

    async def close(self) -> None:
        """Stop the engine."""
        assert self.engine is not None
        await self.engine.stop()
