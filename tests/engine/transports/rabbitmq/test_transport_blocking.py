"""A broker that announces that it takes no publishes (memory, disk): who hears of it, what waits, what is given back.

RabbitMQ announces it at the first publish after its alarm, and confirms nothing from that one on until the alarm ends.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

import pytest
from pika.spec import Basic
from pika.spec import Connection as AmqpConnection

from engine.event import Event
from engine.run import Fault, Outcome, Run, Status, failed
from engine.transports.base import ConnectionState, TransportContext
from engine.transports.rabbitmq.transport import RabbitmqTransport
from tests.engine.transports.conftest import Make, send, statuses
from tests.support.amqp import ScriptedBroker
from tests.support.rabbitmq import RabbitmqNode
from tests.support.runs import Ledger
from tests.support.sockets import numbered
from tests.support.waiting import until

WORDS = "the broker is blocking publishers: low on memory"
TAKEN_BACK = failed("goes to the next", Fault.ENGINE)


@dataclass
class Told:
    """What somebody who looks at a connection whenever it changes sees of its blocking."""

    seen: list[str | None] = field(default_factory=list)
    context: TransportContext = field(default_factory=TransportContext)

    def watch(self, transport: RabbitmqTransport) -> None:
        """Look from now on."""
        self.context.changed = lambda: self.seen.append(transport.connection.blocked)


async def until_blocked(transport: RabbitmqTransport) -> None:
    await until(lambda: transport.connection.blocked is not None, "the broker blocks")


def numbers_in(node: RabbitmqNode, queue: str) -> list[int]:
    return [json.loads(body)["params"]["n"] for _, _, body in node.read(queue)]


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_every_target_hears_of_it_and_what_waits_goes_out_in_order_when_it_ends(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    told = {queue: Told() for queue in ("blocked.1", "blocked.2")}
    transports = {}
    for queue, one in told.items():
        rabbitmq_node.declare(queue)
        transports[queue] = make(rabbitmq_node.socket_text(queue), one.context, timeout=60_000)
        await send(transports[queue], numbered(1))
        one.watch(transports[queue])
    first, second = transports.values()
    ledger = Ledger()
    with rabbitmq_node.blocking():
        first.start(ledger.run(numbered(2, 2)))
        await until_blocked(first)
        assert [one.seen for one in told.values()] == [[WORDS], [WORDS]]
        first.start(ledger.run(numbered(5, 4)))
        second.start(ledger.run(numbered(3, 2)))
        assert [len(waiting.run) for waiting in first._outbox.entries] == [5], (
            "held, not written into the blocked connection"
        )
        assert [entry.count for entry in second._outbox.entries] == [3]
        assert not ledger.outcomes
    await until(lambda: ledger.is_complete, "what waited is published")
    assert statuses(list(ledger.outcomes.values())) == {"delivered": 10}
    assert [one.seen for one in told.values()] == [[WORDS, None], [WORDS, None]]
    assert await asyncio.to_thread(numbers_in, rabbitmq_node, "blocked.1") == list(range(1, 9))
    assert await asyncio.to_thread(numbers_in, rabbitmq_node, "blocked.2") == list(range(1, 5))


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_exactly_what_was_not_published_is_given_back(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    rabbitmq_node.declare("blocked.back")
    transport = make(rabbitmq_node.socket_text("blocked.back"), timeout=60_000)
    await send(transport, numbered(1))
    ledger = Ledger()
    with rabbitmq_node.blocking():
        published = ledger.run(numbered(100, 2))
        transport.start(published)
        await until_blocked(transport)
        wanted, kept, too = (ledger.run(numbered(10, first)) for first in (200, 300, 400))
        for run in (wanted, kept, too):
            transport.start(run)
        transport.withdraw(lambda run: run is not kept, TAKEN_BACK)
        assert set(ledger.of(wanted) + ledger.of(too)) == {TAKEN_BACK}
        assert set(ledger.of(published) + ledger.of(kept)) == {None}
        transport.withdraw(lambda run: run is not kept, TAKEN_BACK)
    await until(lambda: ledger.is_complete, "an outcome for everything")
    assert statuses([one for one in ledger.of(published) + ledger.of(kept) if one]) == {"delivered": 110}
    taken = await asyncio.to_thread(numbers_in, rabbitmq_node, "blocked.back")
    assert taken == [*range(1, 102), *range(300, 310)]


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_a_connection_that_is_opened_while_the_broker_blocks_hears_of_it_with_its_first_event(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    rabbitmq_node.declare("blocked.new")
    transport = make(rabbitmq_node.socket_text("blocked.new"), timeout=60_000)
    ledger = Ledger()
    with rabbitmq_node.blocking():
        transport.demand()
        await until(lambda: transport.connection.state is ConnectionState.UP, "connected as if all was well")
        assert transport.connection.blocked is None
        transport.start(ledger.run(numbered(1)))
        await until_blocked(transport)
        transport.start(ledger.run(numbered(1, 2)))
        assert not ledger.outcomes
    await until(lambda: ledger.is_complete, "published, confirmed")
    assert await asyncio.to_thread(numbers_in, rabbitmq_node, "blocked.new") == [1, 2]


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
async def test_what_waits_too_long_fails_by_itself_and_the_channel_stays(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    rabbitmq_node.declare("blocked.long")
    transport = make(rabbitmq_node.socket_text("blocked.long"), timeout=700)
    await send(transport, numbered(1))
    channel = transport._channel
    ledger = Ledger()
    with rabbitmq_node.blocking():
        published, waiting = ledger.run(numbered(1, 2)), ledger.run(numbered(5, 3))
        transport.start(published)
        await until_blocked(transport)
        transport.start(waiting)
        await until(lambda: ledger.is_complete, "an outcome for everything")
        assert transport.connection.blocked == WORDS
    late = f"no confirmation within 700 ms: {WORDS}; the event may have been taken"
    assert facts(ledger.of(published)) == {(Fault.MEMBER, late, True)}
    assert facts(ledger.of(waiting)) == {(Fault.MEMBER, WORDS, False)}
    await until(lambda: transport.connection.blocked is None, "the broker takes publishes again")
    assert statuses(await send(transport, numbered(2, 8), connect_now=False)) == {"delivered": 2}
    assert transport._channel is channel
    taken = await asyncio.to_thread(numbers_in, rabbitmq_node, "blocked.long")
    assert taken == [1, 2, 8, 9], "the second was taken after all, as was said"


def facts(outcomes: list[Outcome | None]) -> set[tuple[Fault | None, str, bool]]:
    return {(one.fault, one.reason, one.is_maybe_taken) for one in outcomes if one is not None}


# The same with a broker that blocks to the moment


async def test_what_is_unconfirmed_when_blocking_ends_breaks_no_channel(make: Make) -> None:
    async with ScriptedBroker().running() as broker:
        transport = make(f"rabbitmq:127.0.0.1:{broker.port}/q", timeout=300)
        await send(transport, numbered(1))
        channel = transport._channel
        broker.say(AmqpConnection.Blocked("low on memory"))
        broker.deaf = True
        ledger = Ledger()
        transport.start(ledger.run(numbered(2)))
        await until_blocked(transport)
        broker.say(AmqpConnection.Unblocked())
        await until(lambda: transport.connection.blocked is None, "unblocked")
        await until(lambda: ledger.is_complete, "an outcome for everything")
        said = "no confirmation within 300 ms: the broker was blocking publishers; the event may have been taken"
        assert facts([*ledger.outcomes.values()]) == {(Fault.MEMBER, said, True)}
        broker.deaf = False
        assert transport._channel is channel
        broker.say(Basic.Ack(3, multiple=True), 1)
        assert statuses(await send(transport, numbered(3), connect_now=False)) == {"delivered": 3}


async def test_a_run_that_starts_another_when_it_is_given_back_does_not_get_it_back(make: Make) -> None:
    """The engine hands on from within the outcome; what it starts then is new, and stays."""
    async with ScriptedBroker().running() as broker:
        transport = make(f"rabbitmq:127.0.0.1:{broker.port}/q", timeout=60_000)
        await send(transport, numbered(1))
        broker.say(AmqpConnection.Blocked("low on disk"))
        await until_blocked(transport)
        ledger = Ledger()
        again = ledger.run(numbered(2, 4))
        run = ledger.run(numbered(2, 2))
        note = run._handler

        def settled(run: Run, positions: range, outcome: Outcome) -> None:
            note(run, positions, outcome)
            transport.start(again)

        run._handler = settled
        transport.start(run)
        transport.withdraw(lambda _run: True, TAKEN_BACK)
        assert ledger.of(run) == [TAKEN_BACK] * 2
        assert ledger.of(again) == [None] * 2
        broker.say(AmqpConnection.Unblocked())
        await until(lambda: ledger.is_complete, "the second run is published")
        assert {one.status for one in ledger.of(again) if one} == {Status.DELIVERED}


async def test_a_target_without_a_channel_comes_up_as_soon_as_the_broker_reads_again(make: Make) -> None:
    async with ScriptedBroker().running() as broker:
        first = make(f"rabbitmq:127.0.0.1:{broker.port}/q")
        await send(first, numbered(1))
        broker.say(AmqpConnection.Blocked("low on memory"))
        await until_blocked(first)
        told = Told()
        second = make(f"rabbitmq:127.0.0.1:{broker.port}/other", told.context)
        outcomes = [outcome for _ in range(6) for outcome in await send(second, numbered(1))]
        assert {(one.reason, one.is_unsent) for one in outcomes} == {(WORDS, True)}
        assert second.connection.error == WORDS
        states: list[ConnectionState] = []
        told.context.changed = lambda: states.append(second.connection.state)
        broker.say(AmqpConnection.Unblocked())
        await until(lambda: second.connection.state is ConnectionState.UP, "a channel was opened")
        assert states == [ConnectionState.DOWN, ConnectionState.CONNECTING, ConnectionState.UP], (
            "told of the end of blocking, and connecting at once"
        )
        assert statuses(await send(second, [Event("E_TEST")], connect_now=False)) == {"delivered": 1}


async def test_a_blocked_connection_that_breaks_is_no_sign_of_a_broker_that_takes_publishes(make: Make) -> None:
    async with ScriptedBroker().running() as broker:
        told = Told()
        transport = make(f"rabbitmq:127.0.0.1:{broker.port}/q", told.context)
        await send(transport, numbered(1))
        broker.say(AmqpConnection.Blocked("low on memory"))
        await until_blocked(transport)
        ledger = Ledger()
        run = ledger.run(numbered(3))
        transport.start(run)
        published = broker.published
        broker.connections[-1].transport.abort()
        await until(lambda: ledger.is_complete, "an outcome for everything")
        assert {(one.reason, one.is_unsent, one.is_maybe_taken) for one in ledger.of(run) if one} == {
            ("connection lost", True, False)
        }
        assert broker.published == published
        assert transport.connection.blocked is None
