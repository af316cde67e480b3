"""Receivers that restart, or were away for long: the first event after that arrives, and so does what waited."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.address import TcpAddress, UdpAddress, UnixAddress, XmlRpcAddress, parse, printed
from engine.config.model import Settings
from engine.core import Engine
from engine.event import Event
from engine.health import State
from engine.lab import Receiver
from engine.lab.datagram import UdpReceiver, UnixReceiver
from engine.lab.stream import TcpReceiver
from engine.lab.xmlrpc import XmlRpcReceiver
from engine.options import SubscriptionOptions
from engine.transports.registry import load
from tests.support.rabbitmq import RabbitmqNode
from tests.support.waiting import until

KINDS: dict[str, Callable[[Path], Receiver]] = {
    "tcp": lambda _: TcpReceiver("it", TcpAddress("127.0.0.1", 0)),
    "tcp sync": lambda _: TcpReceiver("it", TcpAddress("127.0.0.1", 0)),
    "xmlrpc": lambda _: XmlRpcReceiver("it", XmlRpcAddress("127.0.0.1", 0, "event")),
    "unix": lambda directory: UnixReceiver("it", UnixAddress(str(directory / "it.sock"))),
    "udp": lambda _: UdpReceiver("it", UdpAddress("127.0.0.1", 0)),
}
ABSENCE_S = 1.2


class Stage:
    """An engine with one plain subscription to a receiver."""

    def __init__(self, kind: str, receiver: Receiver, **options: float) -> None:
        tcp = load("tcp").Options(sync_mode=kind.endswith("sync"))  # type: ignore[call-arg]
        self.receiver = receiver
        self.engine = Engine(Settings(transports={"tcp": tcp}, stop_timeout=0.5))
        chosen = SubscriptionOptions(**options)  # type: ignore[arg-type]
        self.lane = self.engine.subscribe("E_TEST", parse(printed(receiver.address)), None, chosen).lane
        self.raised = 0

    def raise_event(self) -> None:
        self.raised += 1
        self.engine.raise_event(Event("E_TEST", (("n", f"n{self.raised}."),)), "test")

    def numbers(self) -> list[int]:
        """What the receiver has, of what it still knows."""
        return [int(re.findall(rb"n(\d+)\.", payload)[0]) for payload in self.receiver.received]

    async def lose_receiver(self) -> None:
        """One event arrives; then the receiver goes, and the engine knows it."""
        self.raise_event()
        await until(self.numbers, "the first event")
        await self.receiver.stop()
        self.raise_event()
        await until(lambda: self.lane.members[0].health.failed_at is not None, "the failure is seen")


@asynccontextmanager
async def stage(kind: str, directory: Path, **options: float) -> AsyncIterator[Stage]:
    receiver = KINDS[kind](directory)
    await receiver.start()
    made = Stage(kind, receiver, **options)
    try:
        yield made
    finally:
        await made.engine.stop()
        await receiver.stop()


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_raised_meanwhile_arrives_in_order(kind: str, tmp_path: Path) -> None:
    async with stage(kind, tmp_path) as it:
        await it.lose_receiver()
        for _ in range(4):
            it.raise_event()
            await asyncio.sleep(0.03)
        row = it.engine.snapshot().subscriptions[0].members[0]
        assert row.state is State.FAILED
        assert row.error
        assert row.failed == 0, "nothing has failed for good"
        await it.receiver.start()
        await until(lambda: len(it.numbers()) >= it.raised, "everything")
        assert list(dict.fromkeys(it.numbers())) == list(range(1, it.raised + 1))
        await until(lambda: not it.lane.counters.waiting, "every outcome")
        assert it.lane.counters.undelivered == 0
        assert len(it.numbers()) <= it.raised + it.lane.counters.copies


@pytest.mark.parametrize("kind", KINDS)
async def test_the_first_event_after_a_long_absence_arrives_soon(kind: str, tmp_path: Path) -> None:
    async with stage(kind, tmp_path, wait_for_member=0.2) as it:
        await it.lose_receiver()
        loop = asyncio.get_running_loop()
        gone = loop.time()
        while loop.time() - gone < ABSENCE_S:
            it.raise_event()
            await asyncio.sleep(0.1)
        assert it.lane.counters.undelivered > 0
        await it.receiver.start()
        back = loop.time()
        it.raise_event()
        await until(lambda: it.raised in it.numbers(), "the event")
        assert loop.time() - back < ABSENCE_S / 2
        await until(lambda: not it.lane.counters.waiting, "every outcome")


@pytest.mark.parametrize("kind", KINDS)
async def test_without_waiting_events_fail_at_once_and_with_the_reason(kind: str, tmp_path: Path) -> None:
    async with stage(kind, tmp_path, wait_for_member=0) as it:
        await it.lose_receiver()
        it.raise_event()
        await until(lambda: it.lane.counters.undelivered >= 1 and not it.lane.counters.waiting, "the outcome")
        reasons = ("refused", "closed by the peer", "reset by the peer", "no socket at")
        assert any(reason in (it.lane.last_undelivered or "") for reason in reasons)


async def test_a_receiver_that_restarts_under_load_loses_nothing(tmp_path: Path) -> None:
    async with stage("tcp sync", tmp_path) as it:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(1, 1001):
            it.raise_event()
            if number == 300:
                await it.receiver.stop()
            elif number == 800:
                await it.receiver.start()
            await asyncio.sleep(max(0.0, began + number / 1000 - loop.time()))
        await until(lambda: not it.lane.counters.waiting, "every outcome")
        counters = it.lane.counters
        assert (counters.delivered, counters.undelivered) == (1000, 0)
        assert it.receiver.counters.received <= 1000 + counters.copies


async def test_all_targets_of_an_endpoint_are_back_with_the_first(tmp_path: Path) -> None:
    async with stage("tcp", tmp_path) as it:
        await it.lose_receiver()
        for number in range(40):
            socket = parse(f"{printed(it.receiver.address)}/method{number}")
            it.engine.subscribe("E_OTHER", socket, None)
        it.engine.raise_event(Event("E_OTHER"), "test")
        lanes = [lane for lane in it.engine.roster.lanes() if lane is not it.lane]
        await until(lambda: all(lane.members[0].target.down for lane in lanes), "all of them are down")
        await it.receiver.start()
        await until(lambda: sum(lane.counters.sent for lane in lanes) == 40, "one event at each")
        assert sum(lane.counters.undelivered for lane in lanes) == 0


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_connections_that_a_broker_closes_cost_no_event(rabbitmq_node: RabbitmqNode) -> None:
    rabbitmq_node.declare("forced")
    engine = Engine(Settings(transports={"rabbitmq": load("rabbitmq").Options(connect_timeout=3000)}))
    lane = engine.subscribe("E_TEST", parse(rabbitmq_node.socket_text("forced")), None).lane
    engine.raise_event(Event("E_TEST"), "test")
    await until(lambda: lane.counters.delivered == 1, "the first")
    forced = asyncio.get_running_loop().run_in_executor(None, rabbitmq_node.force_out)
    connection = lane.members[0].target.transport
    raised = 1
    while not forced.done() or raised < 100:
        engine.raise_event(Event("E_TEST"), "test")
        raised += 1
        await asyncio.sleep(0.01)
    await forced
    await until(lambda: not lane.counters.waiting, "every outcome")
    assert (lane.counters.delivered, lane.counters.undelivered) == (raised, 0)
    assert connection.connection.back_at is not None, "it was closed, and came back"
    await engine.stop()
    assert len(await asyncio.to_thread(rabbitmq_node.read, "forced")) >= raised
