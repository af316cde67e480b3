"""The captured messages, published through a real broker: bodies, exchange, routing key, properties."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from engine.address import RabbitmqAddress, parse
from engine.run import Status
from engine.transports.rabbitmq.transport import RabbitmqOptions, RabbitmqTransport
from tests.conformance.replay import compared, sender
from tests.conformance.vectors import Group, groups
from tests.support.rabbitmq import RabbitmqNode

pytestmark = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq")]

GROUPS = groups("rabbitmq")


@pytest.mark.parametrize("group", GROUPS, ids=[group.variant for group in GROUPS])
async def test_messages_arrive_as_captured(group: Group, rabbitmq_node: RabbitmqNode) -> None:
    address = parse(group.socket.replace("127.0.0.1:5672", f"127.0.0.1:{rabbitmq_node.port}"))
    assert isinstance(address, RabbitmqAddress)
    queue = bound_queue(rabbitmq_node, address)
    vectors = compared(group)
    assert vectors
    async with sender(RabbitmqTransport, address, RabbitmqOptions(connect_timeout=3000)) as sending:
        for vector in vectors:
            assert vector.event is not None
            assert (await sending.send(vector.event)).status is Status.DELIVERED, vector.id
    messages = await asyncio.to_thread(rabbitmq_node.read, queue)
    assert len(messages) == len(vectors)
    for vector, (method, properties, body) in zip(vectors, messages, strict=True):
        (captured,) = vector.received
        assert captured.is_equal(body), (vector.id, captured.head, body[:200])
        found = {"exchange": method.exchange, "routing_key": method.routing_key, "redelivered": method.redelivered}
        assert found == captured.method
        assert set_properties(properties) == captured.props


def bound_queue(node: RabbitmqNode, address: RabbitmqAddress) -> str:
    """An empty queue that gets what is published to the address."""
    queue = address.routing_key if not address.exchange else f"queue-of-{address.routing_key}"
    node.declare(queue)
    if address.exchange:
        with node.channel() as channel:
            channel.exchange_declare(address.exchange, "topic")
            channel.queue_bind(queue, address.exchange, address.routing_key)
    return queue


def set_properties(properties: Any) -> dict[str, Any]:
    """The properties that are set at all."""
    return {name: value for name, value in vars(properties).items() if value is not None}
