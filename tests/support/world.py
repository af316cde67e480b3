"""A world of scripted transports below a whole engine: what each address does is the test's to say."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from engine.address import printed
from engine.errors import SwitchboardError
from engine.run import Outcome, Run
from engine.transports.base import IDLE, Connection, ConnectionState, TransportContext, TransportOptions
from engine.transports.settlement import CLOSED
from tests.support.lanes import ScriptedTransport


class World:
    """Every transport that engines made here, open and closed ones. New ones answer with `answer`."""

    def __init__(self, answer: Outcome | None = None) -> None:
        self.answer = answer
        self.made: list[WorldTransport] = []
        self.unusable: set[str] = set()
        """Secret-bearing address texts that no transport can serve."""

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Have engines make their transports here."""
        world = self

        class Bound(WorldTransport):
            def __init__(self, address: Any, options: Any, context: TransportContext) -> None:
                super().__init__(world, address, options, context)

        patch.setattr("engine.target.load", lambda _scheme: Bound)

    @property
    def open(self) -> list[WorldTransport]:
        """Transports that are not closed."""
        return [transport for transport in self.made if not transport.is_closed]

    @property
    def busy(self) -> list[WorldTransport]:
        """Transports that have something open, closed ones that still wait for it included."""
        return [transport for transport in self.made if transport.open]

    def at(self, address_text: str) -> WorldTransport:
        """The one open transport of an address."""
        (found,) = [transport for transport in self.open if printed(transport.address, secrets=True) == address_text]
        return found


class WorldTransport(ScriptedTransport):
    """A scripted transport that the engine makes, and that stays in the books of its world when closed."""

    Options: ClassVar[type[TransportOptions]] = TransportOptions
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __init__(self, world: World, address: Any, options: Any, context: TransportContext) -> None:
        super().__init__(world.answer)
        if printed(address, secrets=True) in world.unusable:
            raise SwitchboardError(f"cannot serve {printed(address)}")
        self.address = address
        self.options = options
        self.is_closed = False
        self.is_stubborn = False
        """Whether closing leaves open what is open, until the test settles it."""
        self.error: Exception | None = None
        """A mistake in the transport: `start` raises it."""
        self.reopened = 0
        self._changed = context.changed
        world.made.append(self)

    @classmethod
    def failure_blindness(cls, _address: Any, _options: Any) -> str | None:
        """None."""

    def start(self, run: Run) -> None:
        """Take a run; after closing there must be none."""
        assert not self.is_closed, f"{run} was started at a closed transport"
        if self.error is not None:
            raise self.error
        super().start(run)

    def break_down(self, reason: str) -> None:
        """The connection is down from now on, and what is open fails."""
        self.connection = Connection(ConnectionState.DOWN, reason)
        self._changed()
        self.lose_connection(reason)

    def come_back(self) -> None:
        """The connection is no longer known to be down."""
        self.connection = IDLE
        self._changed()

    def block(self, words: str | None, since: float | None = None) -> None:
        """The peer says that it takes nothing, or, with None, that it does again."""
        self.connection = Connection(ConnectionState.UP, blocked=words, blocked_since=since)
        self._changed()

    async def reopen(self) -> None:
        """Count it."""
        self.reopened += 1

    async def close(self, deadline_s: float) -> None:
        """Settle what is open as a transport does at its deadline."""
        self.is_closed = True
        if self.is_stubborn:
            return
        runs, self.open = self.open, []
        for run in runs:
            run.settle_all(CLOSED)
