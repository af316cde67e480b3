"""The captured traces with a RabbitMQ member, played again through a proxy that lets the broker die and come back.

The outcomes are the documented ones: what the C code lost (the first event after the broker vanished, all that no
queue takes) arrives at the next member here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.options import SubscriptionOptions
from engine.transports.base import ConnectionState
from engine.transports.registry import load
from tests.support.clock import FakeClock
from tests.support.proxy import TcpProxy
from tests.support.rabbitmq import RabbitmqNode
from tests.support.sockets import UdpReceiver, numbered, udp_receivers
from tests.support.waiting import until

pytestmark = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq")]

QUEUE = "behaviour"


@dataclass
class Stage:
    """A broker behind a proxy, a udp receiver, and an engine on a clock that the test moves."""

    node: RabbitmqNode
    proxy: TcpProxy
    udp: UdpReceiver
    clock: FakeClock
    engine: Engine
    next_number: int = 1

    def broker(self, key: str = QUEUE, login: str = "guest:guest") -> str:
        return f"rabbitmq:{login}@127.0.0.1:{self.proxy.port}/{key}"

    def subscribe(self, socket: str, *, wait_for_member: float = 0) -> None:
        """As the captured server did, which waited for nobody, unless said otherwise."""
        options = SubscriptionOptions(failover_timeout=3, wait_for_member=wait_for_member)
        self.engine.subscribe("E_TEST", parse(socket), None, options)

    async def raise_events(self, count: int) -> None:
        """Raise events one by one, each when the one before has ended."""
        for event in numbered(count, self.next_number):
            self.engine.raise_event(event, "test")
            await until(lambda: not self.engine.snapshot().figures.waiting, f"{event} ended")
        self.next_number += count

    async def in_queue(self) -> list[int]:
        messages = await asyncio.to_thread(self.node.read, QUEUE)
        return [json.loads(body)["params"]["n"] for _, _, body in messages]

    async def until_broker_is(self, state: ConnectionState) -> None:
        members = next(iter(self.engine.table)).lane.members
        transport = next(m for m in members if m.address.scheme == "rabbitmq").target.transport
        await until(lambda: transport.connection.state is state, f"the connection is {state}")


@pytest.fixture
async def stage(rabbitmq_node: RabbitmqNode) -> AsyncIterator[Stage]:
    rabbitmq_node.declare(QUEUE)
    proxy = TcpProxy(rabbitmq_node.port)
    await proxy.start()
    clock = FakeClock()
    options = load("rabbitmq").Options(connect_timeout=3000)
    engine = Engine(Settings(failover_timeout=3, transports={"rabbitmq": options}, stop_timeout=1.0), clock=clock)
    with udp_receivers(1) as (udp,):
        yield Stage(rabbitmq_node, proxy, udp, clock, engine)
        await engine.stop()
    await proxy.stop()


async def test_a_refused_broker_costs_nothing(stage: Stage) -> None:
    """fo-rabbit-dead."""
    await stage.proxy.stop()
    stage.subscribe(f"virtual:FAILOVER {stage.broker()} {stage.udp.address}")
    await stage.raise_events(8)
    assert stage.udp.numbers() == list(range(1, 9))


async def test_a_broker_that_dies_and_is_back_early_is_skipped_for_its_timeout_and_nothing_is_lost(
    stage: Stage,
) -> None:
    """fo-rabbit-dies-back-early; the peer lost the first event after the broker vanished (D18)."""
    stage.subscribe(f"virtual:FAILOVER {stage.broker()} {stage.udp.address}")
    await stage.raise_events(4)
    await stage.proxy.stop()
    await stage.raise_events(4)
    await stage.proxy.start()
    stage.clock.advance(2.9)
    await stage.raise_events(4)
    stage.clock.advance(0.1)
    await stage.raise_events(4)
    assert stage.udp.numbers() == list(range(5, 13))
    assert await stage.in_queue() == [1, 2, 3, 4, 13, 14, 15, 16]


@pytest.mark.parametrize(
    "broker",
    [
        pytest.param(lambda stage: stage.broker("no_such_queue_x"), id="fo-rabbit-noqueue"),
        pytest.param(lambda stage: stage.broker(login="guest:wrong"), id="fo-rabbit-badlogin"),
    ],
)
async def test_what_the_broker_cannot_route_or_will_not_take_goes_to_the_next(
    stage: Stage, broker: Callable[[Stage], str]
) -> None:
    stage.subscribe(f"virtual:FAILOVER {broker(stage)} {stage.udp.address}")
    await stage.raise_events(8)
    assert stage.udp.numbers() == list(range(1, 9))


async def test_in_parallel_the_other_member_misses_nothing_and_the_broker_comes_back_by_itself(stage: Stage) -> None:
    """pa-rabbit-restart."""
    stage.subscribe(f"virtual:PARALLEL {stage.udp.address} {stage.broker()}")
    await stage.raise_events(4)
    await stage.proxy.stop()
    await stage.raise_events(4)
    await stage.proxy.start()
    await stage.until_broker_is(ConnectionState.UP)
    await stage.raise_events(6)
    assert stage.udp.numbers() == list(range(1, 15))
    assert await stage.in_queue() == [1, 2, 3, 4, *range(9, 15)]


async def test_a_plain_subscription_delivers_from_when_the_broker_is_there(stage: Stage) -> None:
    """si-rabbitmq-dead."""
    await stage.proxy.stop()
    stage.subscribe(stage.broker())
    await stage.raise_events(4)
    assert stage.engine.snapshot().figures.undelivered == 4
    await stage.proxy.start()
    await stage.until_broker_is(ConnectionState.UP)
    await stage.raise_events(5)
    assert await stage.in_queue() == [5, 6, 7, 8, 9]


async def test_events_that_may_wait_arrive_in_order_when_the_broker_is_there(stage: Stage) -> None:
    """The same with `wait_for_member`: nothing is missed, and the other member does not wait."""
    stage.subscribe(f"virtual:PARALLEL {stage.udp.address} {stage.broker()}", wait_for_member=3)
    await stage.raise_events(4)
    await stage.proxy.stop()
    for event in numbered(4, 5):
        stage.engine.raise_event(event, "test")
    await until(lambda: len(stage.udp.numbers()) == 8, "the other member's events")
    assert stage.engine.snapshot().figures.waiting > 0
    await stage.proxy.start()
    await until(lambda: not stage.engine.snapshot().figures.waiting, "every event ended")
    assert await stage.in_queue() == list(range(1, 9))
