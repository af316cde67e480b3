"""Fixtures that cost much and are shared by a whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.rabbitmq import MISSING, RabbitmqNode, command, shared_node

settings.register_profile("any machine", settings(), deadline=None)
settings.load_profile("any machine")  # how long an example takes depends on what else the machine does


def require_rabbitmq() -> None:
    """Skip where there is no RabbitMQ; fail where the run says that it must be there."""
    if command("rabbitmq-server") is None:
        if os.environ.get("SWITCHBOARD_REQUIRE_PROGRAMS") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)


@pytest.fixture(scope="session")
def rabbitmq_node() -> RabbitmqNode:
    """A RabbitMQ node of this run's own. Tests leave it running and use queues of their own."""
    require_rabbitmq()
    return shared_node()


@pytest.fixture
def mortal_rabbitmq_node(rabbitmq_node: RabbitmqNode) -> Iterator[RabbitmqNode]:
    """The same node, for a test that kills it and starts it again: it runs before and after. Only what is durable at it
    outlives that, and no other test counts on that."""
    yield rabbitmq_node
    if not rabbitmq_node.is_running:
        rabbitmq_node.start()
