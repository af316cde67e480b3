"""Transports to brokers, made and closed for one test."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from engine.address import RabbitmqAddress, parse
from engine.event import Event
from engine.run import Outcome
from engine.transports.base import TransportContext
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from tests.support.runs import Ledger
from tests.support.waiting import until

Make = Callable[..., RabbitmqTransport]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[RabbitmqTransport] = []

    def one(text: str, context: TransportContext | None = None, **options: Any) -> RabbitmqTransport:
        address = parse(text)
        assert isinstance(address, RabbitmqAddress)
        settings = RabbitmqOptions(**{"connect_timeout": 3000, **options})
        made.append(RabbitmqTransport(address, settings, context or TransportContext()))
        return made[-1]

    yield one
    for transport in made:
        await transport.close(1.0)


async def send(transport: RabbitmqTransport, events: list[Event], *, connect_now: bool = True) -> list[Outcome]:
    ledger = Ledger()
    run = ledger.run(events, connect_now=connect_now)
    transport.start(run)
    await until(lambda: ledger.is_complete, "every outcome")
    return [outcome for outcome in ledger.of(run) if outcome is not None]


def statuses(outcomes: list[Outcome]) -> dict[str, int]:
    return dict(Counter(outcome.status.value for outcome in outcomes))
