"""Of which failures a broker may have the event all the same, and of which it surely has not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pika.spec import Connection as AmqpConnection

from engine.run import Fault, Outcome, failed
from engine.transports.base import ConnectionState
from engine.transports.rabbitmq.transport import RabbitmqTransport
from tests.engine.transports.conftest import Make, send, statuses
from tests.support.amqp import ScriptedBroker
from tests.support.rabbitmq import RabbitmqNode
from tests.support.runs import Ledger
from tests.support.sockets import numbered
from tests.support.waiting import until

FORCED = "the broker closed the connection: 320 CONNECTION_FORCED - "
DOUBT = "; the event may have been taken"
TAKEN_BACK = failed("goes to the next", Fault.ENGINE)


def numbers_in(node: RabbitmqNode, queue: str) -> list[int]:
    return [json.loads(body)["params"]["n"] for _, _, body in node.read(queue)]


def facts(outcomes: list[Outcome | None]) -> set[tuple[str, bool, bool]]:
    """Reason, maybe taken, surely unsent."""
    return {(one.reason, one.is_maybe_taken, one.is_unsent) for one in outcomes if one is not None and one.is_failure}


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_a_nack_of_an_exchange_does_not_say_that_nobody_has_the_event(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    """A fanout to a queue that is full and refuses, and to one that is not: RabbitMQ nacks, and the other has it."""
    with rabbitmq_node.channel() as channel:
        channel.exchange_declare("doubt", "fanout")
        channel.queue_declare("doubt.full", arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
        channel.queue_declare("doubt.roomy")
        for queue in ("doubt.full", "doubt.roomy"):
            channel.queue_purge(queue)
            channel.queue_bind(queue, "doubt")
    transport = make(rabbitmq_node.socket_text("exchange=doubt?key"))
    assert statuses(await send(transport, numbered(1))) == {"delivered": 1}
    outcomes = await send(transport, numbered(3, 2))
    said = "a queue refused the message (nack); it may have been taken by another queue that is bound to the exchange"
    assert {(one.fault, one.reason, one.is_maybe_taken) for one in outcomes} == {(Fault.ANSWER, said, True)}
    assert await asyncio.to_thread(numbers_in, rabbitmq_node, "doubt.roomy") == [1, 2, 3, 4]
    assert await asyncio.to_thread(numbers_in, rabbitmq_node, "doubt.full") == [1]


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_a_nack_of_the_default_exchange_is_a_refusal(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    with rabbitmq_node.channel() as channel:
        channel.queue_declare("doubt.alone", arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
        channel.queue_purge("doubt.alone")
    transport = make(rabbitmq_node.socket_text("doubt.alone"))
    assert statuses(await send(transport, numbered(1))) == {"delivered": 1}
    outcomes = await send(transport, numbered(3, 2))
    assert {(one.fault, *fact) for one in outcomes for fact in facts([one])} == {
        (Fault.ANSWER, "the broker refused the message (nack)", False, False)
    }
    assert await asyncio.to_thread(numbers_in, rabbitmq_node, "doubt.alone") == [1]


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_a_broker_that_stands_still_leaves_doubt_of_what_was_published_alone(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    rabbitmq_node.declare("doubt.frozen")
    transport = make(rabbitmq_node.socket_text("doubt.frozen"), timeout=800, connect_timeout=400)
    await send(transport, numbered(1))
    ledger = Ledger()
    with rabbitmq_node.frozen():
        published = ledger.run(numbered(100, 2))
        transport.start(published)
        await until(lambda: ledger.is_complete, "the end of waiting for a confirmation")
        assert facts(ledger.of(published)) == {(f"no confirmation within 800 ms{DOUBT}", True, False)}
        waiting = ledger.run(numbered(10, 200))
        transport.start(waiting)
        transport.withdraw(lambda run: run is waiting, TAKEN_BACK)
        assert set(ledger.of(waiting)) == {TAKEN_BACK}
        refused = ledger.run(numbered(10, 300))
        transport.start(refused)
        await until(lambda: ledger.is_complete, "the end of connecting")
        assert facts(ledger.of(refused)) == {("no connection within 400 ms", False, True)}
    transport.demand()
    await until(lambda: transport.connection.state is ConnectionState.UP, "connected again")
    assert statuses(await send(transport, numbered(2, 400), connect_now=False)) == {"delivered": 2}
    taken = await asyncio.to_thread(numbers_in, rabbitmq_node, "doubt.frozen")
    assert sorted(set(taken) - set(range(2, 102))) == [1, 400, 401], "nothing that was surely unsent or taken back"
    assert len(taken) == len(set(taken))


def _close_all(node: RabbitmqNode) -> asyncio.Future[Any]:
    """Have the broker close every connection; done when it has."""
    return asyncio.get_running_loop().run_in_executor(None, node.force_out)


async def _connected(transport: RabbitmqTransport) -> None:
    """Have it log in, and wait for that."""
    transport.demand()
    await until(lambda: transport.connection.state is ConnectionState.UP, "connected")


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_a_broker_that_closes_the_connection_is_quoted_and_found_again(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    rabbitmq_node.declare("doubt.forced")
    transport = make(rabbitmq_node.socket_text("doubt.forced"))
    ledger = Ledger()
    first = 1
    await _connected(transport)
    closing = _close_all(rabbitmq_node)
    while not any(outcome.is_failure for outcome in ledger.outcomes.values()):
        if closing.done():  # it closed the connection between two runs, when nothing was there to fail
            closing.result()
            await _connected(transport)
            closing = _close_all(rabbitmq_node)
        transport.start(ledger.run(numbered(50, first)))
        first += 50
        await until(lambda: ledger.handed_out - len(ledger.outcomes) <= 100, "room for more")
    await closing
    await until(lambda: ledger.is_complete, "an outcome for everything")
    said = f"{FORCED}forced out"
    assert facts([*ledger.outcomes.values()]) <= {(f"{said}{DOUBT}", True, False), (said, False, True)}
    await _connected(transport)
    delivered = sum(not outcome.is_failure for outcome in ledger.outcomes.values())
    doubtful = sum(outcome.is_maybe_taken for outcome in ledger.outcomes.values())
    taken = await asyncio.to_thread(numbers_in, rabbitmq_node, "doubt.forced")
    assert delivered <= len(taken) <= delivered + doubtful


async def test_what_is_in_flight_when_the_broker_closes_the_connection_is_in_doubt(make: Make) -> None:
    async with ScriptedBroker().running() as broker:
        transport = make(f"rabbitmq:127.0.0.1:{broker.port}/q")
        neighbour = make(f"rabbitmq:127.0.0.1:{broker.port}/neighbour")
        await send(transport, numbered(1))
        await send(neighbour, numbered(1))
        broker.deaf = True
        ledger = Ledger()
        runs = [ledger.run(numbered(4)), ledger.run(numbered(2))]
        transport.start(runs[0])
        neighbour.start(runs[1])
        await until(lambda: broker.published == 8, "all of it reached the broker")
        broker.say(AmqpConnection.Close(320, "CONNECTION_FORCED - shutdown", 0, 0))
        await until(lambda: ledger.is_complete, "an outcome for everything")
        assert facts([*ledger.outcomes.values()]) == {(f"{FORCED}shutdown{DOUBT}", True, False)}


async def test_the_end_of_the_engine_leaves_doubt_of_what_was_published_alone(make: Make) -> None:
    async with ScriptedBroker().running() as broker:
        transport = make(f"rabbitmq:127.0.0.1:{broker.port}/q")
        await send(transport, numbered(1))
        broker.deaf = True
        ledger = Ledger()
        published, waiting = ledger.run(numbered(3)), ledger.run(numbered(2))
        transport.start(published)
        broker.say(AmqpConnection.Blocked("low on memory"))
        await until(lambda: transport.connection.blocked is not None, "the broker blocks")
        transport.start(waiting)
        await transport.close(0.1)
    unconfirmed, unsent = "before a confirmation came", "before the event was sent"
    assert facts(ledger.of(published)) == {(f"the connection was given up {unconfirmed}{DOUBT}", True, False)}
    assert facts(ledger.of(waiting)) == {(f"the connection was given up {unsent}", False, True)}
