"""Fixtures that cost much and are shared by a whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.rabbitmq import MISSING, RabbitmqNode, command

settings.register_profile("any machine", settings(), deadline=None)
settings.load_profile("any machine")  # how long an example takes depends on what else the machine does


def require_rabbitmq() -> None:
    """Skip where there is no RabbitMQ; fail where the run says that it must be there."""
    if command("rabbitmq-server") is None:
        if os.environ.get("SWITCHBOARD_REQUIRE_PROGRAMS") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)


@pytest.fixture(scope="session")
def rabbitmq_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitmqNode]:
    """A RabbitMQ node of this run's own. Tests leave it running and use queues of their own."""
    require_rabbitmq()
    node = RabbitmqNode(tmp_path_factory.mktemp("rabbitmq"))
    try:
        node.start()
        yield node
    finally:
        node.stop()


@pytest.fixture
def mortal_rabbitmq_node(tmp_path: Path) -> Iterator[RabbitmqNode]:
    """A node that a test may kill and start again."""
    require_rabbitmq()
    node = RabbitmqNode(tmp_path)
    try:
        node.start()
        yield node
    finally:
        node.stop()
