"""FAILOVER over a broker that blocks for want of memory: the standby has the events at once, and none is lost."""

from __future__ import annotations

import asyncio
import json

import pytest

from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.health import State
from engine.options import SubscriptionOptions
from engine.transports.registry import load
from tests.support.rabbitmq import RabbitmqNode
from tests.support.sockets import numbered, udp_receivers
from tests.support.waiting import until

pytestmark = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq")]

QUEUE = "failover.blocking"
TIMEOUT_S = 30
"""For a confirmation, and for slowness by itself: whatever happens sooner happens because the broker said so."""


async def test_what_a_blocking_broker_does_not_take_goes_to_the_standby_at_once(rabbitmq_node: RabbitmqNode) -> None:
    node = rabbitmq_node
    node.declare(QUEUE)
    options = load("rabbitmq").Options(connect_timeout=3000, timeout=TIMEOUT_S * 1000)
    engine = Engine(Settings(transports={"rabbitmq": options}, stop_timeout=1.0, failover_timeout=0.5))
    raised = 0

    async def raise_for(count: int) -> None:
        nonlocal raised
        for event in numbered(count, raised + 1):
            engine.raise_event(event, "test")
            await asyncio.sleep(0.001)
        raised += count

    with udp_receivers(1) as (udp,):
        sockets = f"virtual:FAILOVER {node.socket_text(QUEUE)} {udp.address}"
        engine.subscribe(
            "E_TEST", parse(sockets), None, SubscriptionOptions(failover_timeout=0.5, slow_after=TIMEOUT_S)
        )
        await raise_for(50)
        with node.blocking():
            await raise_for(200)
            await until(lambda: engine.snapshot().figures.waiting < 50, "the standby has nearly all", TIMEOUT_S / 3)
            by_standby = udp.numbers()
            assert by_standby[-1] == raised
            assert by_standby == sorted(by_standby)
            blocked = engine.snapshot().subscriptions[0].members[0]
            assert (blocked.state, blocked.skipped_until) == (State.SLOW, None)
            assert blocked.error == "the broker is blocking publishers: low on memory"
            assert 0 < engine.clock.now() - blocked.since < TIMEOUT_S, "since the broker said so"
        await until(lambda: not engine.snapshot().figures.waiting, "what the broker had not read is confirmed")
        marked = (State.SLOW, State.FAILED)
        await until(lambda: engine.snapshot().subscriptions[0].members[0].state not in marked, "the mark has run out")
        await raise_for(50)
        await until(lambda: not engine.snapshot().figures.waiting, "every delivery ended")
        assert udp.numbers() == by_standby, "back at the broker"
        assert engine.snapshot().figures.undelivered == 0
        await engine.stop()
    messages = await asyncio.to_thread(node.read, QUEUE)
    by_broker = [json.loads(body)["params"]["n"] for _, _, body in messages]
    assert sorted(by_broker + by_standby) == list(range(1, raised + 1)), "none lost, and none twice"
