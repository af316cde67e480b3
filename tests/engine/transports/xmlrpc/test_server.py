"""xmlrpc targets that share a server, above all one that serves one connection at a time and keeps it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any, ClassVar
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

import pytest

from engine.address import XmlRpcAddress
from engine.event import Event
from engine.run import DELIVERED, Outcome, Run
from engine.transports.base import TransportContext
from engine.transports.xmlrpc import server as xmlrpc_server
from engine.transports.xmlrpc.transport import XmlRpcOptions, XmlRpcTransport
from tests.support.httppeer import HttpPeer, Request, answer
from tests.support.runs import Ledger
from tests.support.waiting import until


class KeepingHandler(SimpleXMLRPCRequestHandler):
    """HTTP/1.1: the connection is kept, and the server's one thread with it."""

    protocol_version: ClassVar[str] = "HTTP/1.1"
    timeout: ClassVar[float] = 30.0

    def setup(self) -> None:
        super().setup()
        assert isinstance(self.server, OneAtATime)
        self.server.visits += 1


class OneAtATime(SimpleXMLRPCServer):
    """Python's own server, which serves one connection at a time."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), KeepingHandler, logRequests=False)
        self.visits = 0
        self.calls: dict[str, list[int]] = {"first": [], "second": []}
        for name in self.calls:
            self.register_function(lambda _event, number, name=name: self._called(name, number), name)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def _called(self, name: str, number: int) -> str:
        self.calls[name].append(number)
        return "OK"

    def stop(self) -> None:
        """End it; the clients have closed their connections."""
        self.shutdown()
        self._thread.join(10)
        self.server_close()


class Bench:
    """Transports to one server, and what became of their events."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.context = TransportContext()
        self.transports: list[XmlRpcTransport] = []

    def transport(self, port: int, method: str = "first", **options: Any) -> XmlRpcTransport:
        """A transport that is closed when the test ends."""
        made = XmlRpcTransport(XmlRpcAddress("127.0.0.1", port, method), XmlRpcOptions(**options), self.context)
        self.transports.append(made)
        return made

    def start(self, transport: XmlRpcTransport, *numbers: int) -> Run:
        """Start a run with one event for each number."""
        run = self.ledger.run([Event("E_A", (("n", number),)) for number in numbers])
        transport.start(run)
        return run

    async def outcomes(self, *runs: Run) -> list[Outcome | None]:
        """How the events of these runs ended."""
        await until(lambda: not any(run.unsettled for run in runs), "outcomes")
        return [outcome for run in runs for outcome in self.ledger.of(run)]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    problems: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, problem: problems.append(problem))
    made = Bench()
    yield made
    for transport in made.transports:
        await transport.close(1.0)
    assert made.ledger.is_complete
    assert not made.context.tasks
    assert not problems


@pytest.fixture
async def server(bench: Bench) -> AsyncIterator[OneAtATime]:
    made = OneAtATime()
    yield made
    for transport in bench.transports:
        await transport.close(1.0)
    await asyncio.to_thread(made.stop)


@pytest.fixture
async def peer(bench: Bench) -> AsyncIterator[HttpPeer]:
    made = HttpPeer()
    await made.start()
    yield made
    for transport in bench.transports:
        await transport.close(1.0)
    await made.stop()


async def test_two_methods_at_a_server_of_one_connection_get_their_events(bench: Bench, server: OneAtATime) -> None:
    """Few events, as those of two members of which each has one now and then."""
    first, second = (bench.transport(server.server_address[1], name) for name in ("first", "second"))
    for number in range(10):
        runs = [bench.start(first, number), bench.start(second, number)]
        assert await bench.outcomes(*runs) == [DELIVERED] * 2
    assert server.calls == {"first": list(range(10)), "second": list(range(10))}


async def test_two_methods_that_never_rest_take_turns(bench: Bench, server: OneAtATime) -> None:
    first, second = (bench.transport(server.server_address[1], name) for name in ("first", "second"))
    runs = [bench.start(one, *range(300)) for one in (first, second)]
    assert await bench.outcomes(*runs) == [DELIVERED] * 600
    assert server.calls == {"first": list(range(300)), "second": list(range(300))}
    assert server.visits < 10
    assert first._callers.server.most == 1


async def test_more_connections_than_are_served_lose_nothing(bench: Bench, server: OneAtATime) -> None:
    transport = bench.transport(server.server_address[1], connections=4)
    assert await bench.outcomes(bench.start(transport, *range(300))) == [DELIVERED] * 300
    assert sorted(server.calls["first"]) == list(range(300))
    assert transport._callers.server.most == 1
    assert server.visits < 10


async def test_a_call_without_an_ear_that_runs_out_of_time_fails_alone(
    bench: Bench, server: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xmlrpc_server.Server, "_look_for_unserved", lambda _server, _now: None)
    transport = bench.transport(server.server_address[1], connections=4, timeout=400)
    runs = [bench.start(transport, *range(20))]
    while runs[0].unsettled:  # somebody is answered all the time
        runs.append(bench.start(transport, 99))
        await asyncio.sleep(0.005)
    outcomes = await bench.outcomes(*runs)
    failures = [outcome for outcome in outcomes if outcome and outcome.is_failure]
    assert 1 <= len(failures) <= 3
    reason = "no answer within 400 ms; the event may have been processed"
    assert {outcome.reason for outcome in failures} == {reason}
    assert transport._callers.server.most == 1
    assert await bench.outcomes(bench.start(transport, *range(100))) == [DELIVERED] * 100


async def test_a_server_that_serves_more_by_now_is_found_to_do_so(
    bench: Bench, peer: HttpPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = bench.transport(peer.port, connections=4)
    server = transport._callers.server
    await bench.outcomes(bench.start(transport, 0))
    monkeypatch.setattr("engine.transports.xmlrpc.server.RETRY_S", 0.05)
    server.serves(1, asyncio.get_running_loop().time())
    assert await bench.outcomes(bench.start(transport, *range(20))) == [DELIVERED] * 20
    assert peer.connections == 1
    while server.most is not None:
        assert await bench.outcomes(bench.start(transport, *range(20))) == [DELIVERED] * 20
    assert peer.connections > 1


async def test_a_first_call_that_is_slow_costs_the_others_little_and_teaches_nothing(
    bench: Bench, peer: HttpPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.transports.xmlrpc.server.PATIENCE_S", 0.05)
    monkeypatch.setattr("engine.transports.xmlrpc.server.PROOF_S", 0.05)
    held: list[Request] = []

    def respond(request: Request) -> bytes | None:
        if b"<methodName>second<" in request.body:
            held.append(request)
            return None
        return answer()

    peer.respond = respond
    first, second = (bench.transport(peer.port, name, timeout=60_000) for name in ("first", "second"))
    await bench.outcomes(bench.start(first, 0))
    busy = bench.start(first, 1)
    slow = bench.start(second, 0)
    for number in range(200):
        busy = bench.start(first, number)
        await bench.outcomes(busy)
        await asyncio.sleep(0.002)
    assert slow.unsettled
    peer.visitor(held[0]).transport.write(answer())
    assert await bench.outcomes(slow, busy) == [DELIVERED] * 2
    assert first._callers.server.most is None
    assert peer.connections <= 4


async def test_who_waits_for_a_connection_hears_that_there_is_none(bench: Bench, peer: HttpPeer) -> None:
    first, second = (bench.transport(peer.port, name) for name in ("first", "second"))
    assert await bench.outcomes(bench.start(first, 0), bench.start(second, 0)) == [DELIVERED] * 2
    first._callers.server.serves(1, asyncio.get_running_loop().time())
    await peer.stop()
    await until(lambda: not first._callers.server.has_resting, "the connections are gone")
    outcomes = await bench.outcomes(bench.start(first, 1), bench.start(second, 1, 2))
    assert {outcome.reason for outcome in outcomes if outcome} == {"connection refused"}


async def test_a_short_limit_leaves_time_to_find_that_there_is_no_ear(bench: Bench, server: OneAtATime) -> None:
    first, second = (bench.transport(server.server_address[1], name, timeout=150) for name in ("first", "second"))
    warm = bench.start(first, 0)
    assert await bench.outcomes(warm) == [DELIVERED]
    others = bench.start(second, 0)
    while others.unsettled:
        assert await bench.outcomes(bench.start(first, *range(20))) == [DELIVERED] * 20
    assert await bench.outcomes(others) == [DELIVERED]


async def test_targets_share_a_connection_that_rests(bench: Bench, peer: HttpPeer) -> None:
    first, second = (bench.transport(peer.port, name) for name in ("first", "second"))
    for number in range(5):
        assert await bench.outcomes(bench.start(first, number)) == [DELIVERED]
        assert await bench.outcomes(bench.start(second, number)) == [DELIVERED]
    assert peer.connections == 1
    await first.close(1.0)
    assert await bench.outcomes(bench.start(second, 9)) == [DELIVERED]


async def test_a_busy_target_does_not_keep_another_from_a_server_that_serves_both(bench: Bench, peer: HttpPeer) -> None:
    peer.respond = lambda request: None if b"<methodName>first<" in request.body else answer()
    first, second = (bench.transport(peer.port, name) for name in ("first", "second"))
    slow = bench.start(first, 0)
    assert await bench.outcomes(bench.start(second, *range(50))) == [DELIVERED] * 50
    assert slow.unsettled
    peer.visitor(peer.requests[0]).transport.write(answer())
    assert await bench.outcomes(slow) == [DELIVERED]


async def test_without_keep_alive_each_call_has_a_connection(bench: Bench, server: OneAtATime) -> None:
    first, second = (bench.transport(server.server_address[1], name, keep_alive=False) for name in ("first", "second"))
    assert await bench.outcomes(bench.start(first, *range(20)), bench.start(second, *range(20))) == [DELIVERED] * 40
    await until(lambda: server.visits >= 40, "a connection for each call")


async def test_a_server_that_does_not_heed_connection_close_is_hung_up_on(bench: Bench, peer: HttpPeer) -> None:
    transport = bench.transport(peer.port, keep_alive=False)
    assert await bench.outcomes(bench.start(transport, *range(5))) == [DELIVERED] * 5
    assert peer.connections == 5
    assert all(b"\r\nConnection: close" in request.head for request in peer.requests)
    await until(lambda: not peer.visitors, "no connection is left")


async def test_nothing_is_known_of_a_server_that_nobody_calls_any_more(bench: Bench, peer: HttpPeer) -> None:
    transport = bench.transport(peer.port)
    transport._callers.server.serves(1, 0.0)
    assert xmlrpc_server.shared_server("127.0.0.1", peer.port).most == 1
    await bench.outcomes(bench.start(transport, 1))
    other = bench.transport(peer.port, "second")
    await transport.close(1.0)
    assert xmlrpc_server.shared_server("127.0.0.1", peer.port).most == 1
    await other.close(1.0)
    assert not any(xmlrpc_server._servers[asyncio.get_running_loop()])
