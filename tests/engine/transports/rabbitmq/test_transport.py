"""The rabbitmq transport against a real broker: what only RabbitMQ does. The contract suite has the rest."""

from __future__ import annotations

import asyncio
import logging

import pytest

from engine.address import RabbitmqAddress, parse
from engine.errors import SwitchboardError
from engine.run import Fault
from engine.transports.base import ConnectionState, TransportContext
from engine.transports.rabbitmq.tls import TlsDomain
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from tests.engine.transports.conftest import Make, send, statuses
from tests.support.proxy import TcpProxy
from tests.support.rabbitmq import RabbitmqNode
from tests.support.runs import Ledger
from tests.support.sockets import numbered
from tests.support.waiting import until

pytestmark = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq")]


async def test_thousands_are_confirmed_and_in_the_queue_in_order(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    rabbitmq_node.declare("confirmed")
    outcomes = await send(make(rabbitmq_node.socket_text("confirmed")), numbered(3000))
    assert statuses(outcomes) == {"delivered": 3000}
    bodies = [body for _, _, body in await asyncio.to_thread(rabbitmq_node.read, "confirmed")]
    assert bodies[0] == b'{"jsonrpc":"2.0","method":"E_TEST","params":{"n":1}}'
    assert [int(body.split(b":")[-1].rstrip(b"}")) for body in bodies] == list(range(1, 3001))


async def test_a_message_that_no_queue_takes_has_failed_and_says_so(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    outcomes = await send(make(rabbitmq_node.socket_text("no_such_queue")), numbered(50))
    assert {(o.fault, o.reason, o.is_maybe_taken) for o in outcomes} == {
        (Fault.ANSWER, "no queue is bound to the default exchange for routing key 'no_such_queue'", False)
    }


async def test_an_unknown_exchange_fails_what_is_in_flight_and_the_channel_is_opened_again(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    transport = make(rabbitmq_node.socket_text("exchange=late.exchange?key"))
    outcomes = await send(transport, numbered(10))
    said = "the broker closed the channel: 404 NOT_FOUND - no exchange 'late.exchange' in vhost '/'"
    assert {(o.reason, o.is_maybe_taken) for o in outcomes} == {(f"{said}; the event may have been taken", True)}
    with rabbitmq_node.channel() as channel:
        channel.exchange_declare("late.exchange", "fanout")
        channel.queue_declare("late.queue")
        channel.queue_bind("late.queue", "late.exchange")
    assert statuses(await send(transport, numbered(5))) == {"delivered": 5}


@pytest.mark.parametrize(
    ("login", "key", "reason"),
    [
        ("guest:wrong", "q", "login refused for user guest"),
        (
            "guest:guest",
            "vhost=nowhere?q",
            "user guest may not use the virtual host nowhere, or there is none of that name",
        ),
    ],
)
async def test_a_refused_login_says_who_and_never_the_password(
    rabbitmq_node: RabbitmqNode, make: Make, login: str, key: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    outcomes = await send(make(rabbitmq_node.socket_text(key, login)), numbered(2))
    assert {(o.fault, o.reason) for o in outcomes} == {(Fault.MEMBER, reason)}
    assert "wrong" not in caplog.text


async def test_persistent_messages_are_marked_as_such(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    rabbitmq_node.declare("modes")
    await send(make(rabbitmq_node.socket_text("persistent?modes")), numbered(1))
    await send(make(rabbitmq_node.socket_text("modes")), numbered(1))
    messages = await asyncio.to_thread(rabbitmq_node.read, "modes")
    assert [properties.delivery_mode for _, properties, _ in messages] == [2, None]


async def test_without_sync_mode_messages_are_only_sent(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    rabbitmq_node.declare("unconfirmed")
    transport = make(rabbitmq_node.socket_text("unconfirmed"), sync_mode=False)
    assert statuses(await send(transport, numbered(100))) == {"sent": 100}
    await transport.close(1.0)
    assert len(await asyncio.to_thread(rabbitmq_node.read, "unconfirmed")) == 100


async def test_one_connection_serves_all_targets_of_a_broker_and_login(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    proxy = TcpProxy(rabbitmq_node.port)
    await proxy.start()
    for queue in ("shared1", "shared2", "shared3"):
        rabbitmq_node.declare(queue)
        await send(make(f"rabbitmq:guest:guest@127.0.0.1:{proxy.port}/{queue}"), numbered(1))
    assert len(proxy._visits) == 1
    await proxy.stop()


async def test_a_lost_connection_fails_everything_open_at_once_and_comes_back_by_itself(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    rabbitmq_node.declare("broken")
    proxy = TcpProxy(rabbitmq_node.port)
    await proxy.start()
    transport = make(f"rabbitmq:127.0.0.1:{proxy.port}/broken")
    await send(transport, numbered(1))
    proxy.hang()
    ledger = Ledger()
    for first in range(0, 1000, 100):
        transport.start(ledger.run(numbered(100, first)))
    await proxy.stop()
    await until(lambda: ledger.is_complete)
    assert {(o.reason, o.is_maybe_taken, o.is_unsent) for o in ledger.outcomes.values()} == {
        ("connection lost; the event may have been taken", True, False)
    }
    down = await send(transport, numbered(3), connect_now=False)
    assert {(o.fault, o.is_maybe_taken, o.is_unsent) for o in down} == {(Fault.MEMBER, False, True)}
    await proxy.start()
    await until(lambda: transport.connection.state is ConnectionState.UP, "connected again")
    assert statuses(await send(transport, numbered(3))) == {"delivered": 3}
    await transport.close(1.0)
    await proxy.stop()


async def test_a_target_that_leaves_takes_nothing_from_its_neighbours(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    rabbitmq_node.declare("leaving")
    rabbitmq_node.declare("staying")
    staying, leaving = make(rabbitmq_node.socket_text("staying")), make(rabbitmq_node.socket_text("leaving"))
    await send(staying, numbered(1))
    await send(leaving, numbered(1))
    await leaving.close(1.0)
    await leaving.close(1.0)
    assert statuses(await send(staying, numbered(3), connect_now=False)) == {"delivered": 3}


async def test_a_channel_that_is_closed_harms_no_other_on_the_connection(
    rabbitmq_node: RabbitmqNode, make: Make
) -> None:
    rabbitmq_node.declare("neighbour")
    good = make(rabbitmq_node.socket_text("neighbour"))
    bad = make(rabbitmq_node.socket_text("exchange=no.such.exchange?key"))
    ledger = Ledger()
    for first in range(0, 1000, 100):
        good.start(ledger.run(numbered(100, first)))
    await send(bad, numbered(3))
    await until(lambda: ledger.is_complete, "every outcome of the neighbour")
    assert statuses(list(ledger.outcomes.values())) == {"delivered": 1000}


async def test_a_broker_that_hangs_is_left_and_found_again(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    """A TCP connection that nobody answers on any more must not be taken for the broker."""
    rabbitmq_node.declare("silent")
    proxy = TcpProxy(rabbitmq_node.port)
    await proxy.start()
    transport = make(f"rabbitmq:127.0.0.1:{proxy.port}/silent", timeout=300, connect_timeout=400)
    await send(transport, numbered(1))
    assert transport._shared is not None
    link = transport._shared._link
    assert link is not None
    proxy.hang()
    assert {outcome.reason for outcome in await send(transport, numbered(5, 2))} == {
        "no confirmation within 300 ms; the event may have been taken"
    }
    waited = await send(transport, numbered(5, 7))
    assert {(o.reason, o.is_maybe_taken, o.is_unsent) for o in waited} == {("no connection within 400 ms", False, True)}
    await until(lambda: link.is_closed, "the silent connection is left")
    await proxy.stop()
    await proxy.start()
    await until(lambda: transport.connection.state is ConnectionState.UP, "connected again")
    assert statuses(await send(transport, numbered(2, 12))) == {"delivered": 2}
    await transport.close(1.0)
    await proxy.stop()


@pytest.mark.parametrize(("options", "seconds"), [({}, "30"), ({"heartbeat": 7}, "7"), ({"heartbeat": 0}, "0")])
async def test_heartbeats_are_agreed_upon_with_the_broker(
    rabbitmq_node: RabbitmqNode, make: Make, options: dict[str, int], seconds: str
) -> None:
    rabbitmq_node.declare("beats")
    await send(make(rabbitmq_node.socket_text("beats"), **options), numbered(1))
    listed = await asyncio.to_thread(rabbitmq_node.control, "-q", "list_connections", "timeout")
    assert seconds in listed.split()


async def test_no_password_shows_even_in_all_that_pika_tells(
    rabbitmq_node: RabbitmqNode, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "pika")
    rabbitmq_node.declare("secret")
    rabbitmq_node.control("add_user", "teller", "sesame-open")
    rabbitmq_node.control("set_permissions", "teller", ".*", ".*", ".*")
    transport = make(rabbitmq_node.socket_text("secret", "teller:sesame-open"))
    assert statuses(await send(transport, numbered(1))) == {"delivered": 1}
    outcomes = await send(make(rabbitmq_node.socket_text("secret", "teller:sesame-shut")), numbered(1))
    assert "teller" in outcomes[0].reason
    assert "sesame" not in outcomes[0].reason
    assert caplog.records
    assert "sesame" not in caplog.text
    assert "sesame" not in repr(transport._broker)


async def test_tls_checks_the_broker_unless_told_not_to(rabbitmq_node: RabbitmqNode, make: Make) -> None:
    node = rabbitmq_node
    await asyncio.to_thread(node.declare, "secret")
    domains = {
        "checked": TlsDomain(ca=str(node.authority)),
        "strange": TlsDomain(),
        "trusting": TlsDomain(verify=False),
    }

    def transport(domain: str) -> RabbitmqTransport:
        return make(f"rabbitmq:127.0.0.1:{node.tls_port}/tls_domain={domain}?secret", tls_domains=domains)

    assert statuses(await send(transport("checked"), numbered(3))) == {"delivered": 3}
    assert statuses(await send(transport("trusting"), numbered(3))) == {"delivered": 3}
    refused = await send(transport("strange"), numbered(3))
    assert all("CERTIFICATE_VERIFY_FAILED" in outcome.reason for outcome in refused), refused


def test_an_unknown_tls_domain_is_refused_with_those_there_are() -> None:
    async def attempt() -> None:
        address = parse("rabbitmq:127.0.0.1/tls_domain=typo?q")
        RabbitmqTransport(address, RabbitmqOptions(tls_domains={"main": TlsDomain()}), TransportContext())  # type: ignore[arg-type]

    with pytest.raises(SwitchboardError, match=r"'typo' is not in .* \(there: main\)"):
        asyncio.run(attempt())


def test_blindness_is_told() -> None:
    address = RabbitmqAddress("127.0.0.1", "q")
    assert RabbitmqTransport.failure_blindness(address, RabbitmqOptions()) is None
    assert "cannot tell" in (RabbitmqTransport.failure_blindness(address, RabbitmqOptions(sync_mode=False)) or "")
