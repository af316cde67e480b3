"""Other settings exchange a connection: what the former one had under way ends, and what it had not sent goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.lanes.base import Lane
from engine.options import SubscriptionOptions
from engine.transports.base import TransportOptions
from engine.transports.registry import load
from tests.support.sockets import numbered
from tests.support.waiting import until

EVENTS = 4
SOCKETS = {"tcp": "tcp:127.0.0.1:{port}", "xmlrpc": "xmlrpc:127.0.0.1:{port}:take"}
NEVER_SENT = {"tcp": 0, "xmlrpc": EVENTS - 1}
"""Of the events, those that wait behind an answer that never comes."""


class Deaf(asyncio.Protocol):
    """A server that reads and never answers."""

    def __init__(self) -> None:
        self.heard = b""
        self.connections = 0

    def connection_made(self, _transport: asyncio.BaseTransport) -> None:
        self.connections += 1

    def data_received(self, data: bytes) -> None:
        self.heard += data


@asynccontextmanager
async def deaf_server() -> AsyncIterator[tuple[Deaf, int]]:
    deaf = Deaf()
    server = await asyncio.get_running_loop().create_server(lambda: deaf, "127.0.0.1", 0)
    try:
        yield deaf, server.sockets[0].getsockname()[1]
    finally:
        server.close()


def options(kind: str, timeout: int) -> dict[str, TransportOptions]:
    return {kind: load(kind).Options(sync_mode=True, timeout=timeout)}  # type: ignore[call-arg]


async def exchange(kind: str, socket: str, deaf: Deaf) -> tuple[Engine, Lane]:
    """Some events are under way; then the transport gets other settings, and the former connection is closed."""
    engine = Engine(Settings(transports=options(kind, 60_000), stop_timeout=0.1))
    engine._targets.close_deadline_s = 0.2
    lane = engine.subscribe("E_TEST", parse(socket), None, SubscriptionOptions(slow_after=0)).lane
    for event in numbered(EVENTS):
        engine.raise_event(event, "test")
    await until(lambda: lane.in_flight == EVENTS and deaf.heard, "events are under way")
    engine._targets.use_settings(options(kind, 50_000))
    engine.subscribe("E_TEST", parse(socket), None)
    return engine, lane


@pytest.mark.parametrize("kind", SOCKETS)
async def test_failover_tries_them_once_more_and_counts_possible_copies(kind: str) -> None:
    async with deaf_server() as (deaf, port):
        socket = SOCKETS[kind].format(port=port)
        engine, lane = await exchange(kind, f"virtual:FAILOVER {socket} udp:127.0.0.1:9", deaf)
        await until(lambda: deaf.connections == 2, "the new connection")
        await until(lambda: lane.counters.copies, "events are sent once more")
        assert lane.counters.copies == EVENTS - NEVER_SENT[kind]
        assert lane.counters.waiting == EVENTS
        await engine.stop()


@pytest.mark.parametrize("kind", SOCKETS)
async def test_a_plain_one_goes_on_with_what_was_not_sent(kind: str) -> None:
    async with deaf_server() as (deaf, port):
        engine, lane = await exchange(kind, SOCKETS[kind].format(port=port), deaf)
        failed = EVENTS - NEVER_SENT[kind]
        await until(lambda: lane.members[0].counters.failed == failed, "the former connection is closed")
        told = "the connection was given up before an answer came; the event may have been processed"
        assert lane.members[0].health.error is None, "that is not its fault"
        if NEVER_SENT[kind]:
            await until(lambda: deaf.connections == 2, "the rest goes over the new connection")
            assert lane.counters.undelivered + lane.counters.waiting == EVENTS
        else:
            assert lane.last_undelivered == f"1: {told}"
        await engine.stop()
