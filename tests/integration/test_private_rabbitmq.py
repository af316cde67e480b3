"""The node that tests start for themselves: another program on one of its ports costs an attempt, not the run."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import require_rabbitmq
from tests.support.rabbitmq import LISTENING_PORTS, RabbitmqNode, free_port

pytestmark = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq"), pytest.mark.timeout(180)]

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Somebody else listens on a port."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


def test_a_node_whose_port_was_taken_since_it_was_chosen_starts_on_another(tmp_path: Path) -> None:
    require_rabbitmq()
    node = RabbitmqNode(tmp_path)
    with taken(port := node._dist_port):
        try:
            node.start()
            assert node._dist_port != port
            node.declare("there")
        finally:
            node.stop()


def test_a_port_mapper_of_somebody_else_is_not_taken_for_our_own(tmp_path: Path) -> None:
    require_rabbitmq()
    node = RabbitmqNode(tmp_path)
    with taken(node._epmd_port):
        assert not node._start_once()
    assert node._epmd is None


def test_no_port_is_chosen_that_an_outgoing_connection_may_be_given() -> None:
    first, last = map(int, OUTGOING.read_text().split())
    chosen = {free_port() for _ in range(50)}
    assert len(chosen) > 40, "not the same ones for everybody"
    assert all(port in LISTENING_PORTS and not first <= port <= last for port in chosen)
