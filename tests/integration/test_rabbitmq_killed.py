"""A broker that is killed with thousands of events in flight, and comes back on the same data."""

from __future__ import annotations

import asyncio
import json

import pytest

from engine.address import parse
from engine.run import Fault, Status
from engine.transports.base import TransportContext
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from tests.support.rabbitmq import RabbitmqNode
from tests.support.runs import Ledger
from tests.support.sockets import numbered
from tests.support.waiting import until

pytestmark = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq"), pytest.mark.timeout(180)]

RUNS = 20
RUN = 500


def in_queue(node: RabbitmqNode) -> list[int]:
    return [json.loads(body)["params"]["n"] for _, _, body in node.read("killed")]


async def test_what_was_confirmed_is_in_the_queue_and_the_rest_is_reported(mortal_rabbitmq_node: RabbitmqNode) -> None:
    node = mortal_rabbitmq_node
    node.declare("killed", durable=True)
    address = parse(node.socket_text("persistent?killed"))
    transport = RabbitmqTransport(address, RabbitmqOptions(connect_timeout=3000), TransportContext())  # type: ignore[arg-type]
    ledger = Ledger()
    runs = [ledger.run(numbered(RUN, first)) for first in range(1, RUNS * RUN, RUN)]
    for run in runs:
        transport.start(run)
    await until(lambda: len(ledger.outcomes) >= RUN, "the first confirms")
    killing = asyncio.get_running_loop().run_in_executor(None, node.kill)
    await until(lambda: ledger.is_complete, "an outcome for every event")
    await killing

    outcomes = [outcome for run in runs for outcome in ledger.of(run) if outcome is not None]
    assert len(outcomes) == RUNS * RUN
    confirmed = {n for n, outcome in enumerate(outcomes, 1) if outcome.status is Status.DELIVERED}
    failures = {(outcome.fault, outcome.reason) for outcome in outcomes if outcome.is_failure}
    assert RUN <= len(confirmed) < RUNS * RUN, "the broker was to die in the middle"
    assert failures == {(Fault.MEMBER, "connection lost; the event may have been taken")}

    await asyncio.to_thread(node.start)
    await until(lambda: transport.connection.error is None, "connected again by itself", 30)
    run = ledger.run(numbered(RUN, RUNS * RUN + 1), connect_now=False)
    transport.start(run)
    await until(lambda: ledger.is_complete, "an outcome for every event after it")
    assert {outcome.status for outcome in ledger.of(run) if outcome} == {Status.DELIVERED}
    await transport.close(1.0)
    taken = await asyncio.to_thread(in_queue, node)
    assert confirmed <= set(taken)
    assert taken == sorted(set(taken)), "in order, and none twice"
