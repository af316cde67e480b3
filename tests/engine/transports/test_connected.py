"""What a transport gets from `ConnectedTransport`: the least that one must write, with a real server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest

from engine.event import Event
from engine.run import DELIVERED, Fault, Outcome, Run
from engine.tasks import Tasks
from engine.transports.base import ConnectionState, TransportContext, TransportOptions
from engine.transports.connected import ConnectedTransport
from engine.transports.outbox import Entry
from engine.transports.settlement import CLOSED, CLOSED_UNANSWERED
from engine.wire.jsonrpc import JsonRpcFormat
from tests.support.runs import Ledger
from tests.support.waiting import until

EVENTS = [Event("E_TEST")] * 3


class LineTransport(ConnectedTransport[Entry]):
    """A line for each run, and a byte of the server for each line that it took."""

    Options: ClassVar[type[TransportOptions]] = TransportOptions

    def __init__(self, host: str, port: int, options: TransportOptions, context: TransportContext) -> None:
        super().__init__("line", host, port, options, context)
        self.wire_format = JsonRpcFormat()
        self._in_flight: list[tuple[Run, float]] = []
        self._socket: socket.socket | None = None

    def _entry(self, run: Run) -> Entry:
        return Entry(run)

    async def _connect(self) -> None:
        (endpoint,) = await self._resolver.endpoints()
        made = socket.socket(endpoint.family)
        made.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(made, endpoint.sockaddr)
        except BaseException:
            made.close()
            raise
        self._socket = made
        asyncio.get_running_loop().add_reader(made, self._readable, made)

    def _hand_over(self, entry: Entry) -> bool:
        if self._socket is None:
            return False
        self._outbox.entries.popleft()
        self._in_flight.append((entry.run, asyncio.get_running_loop().time() + self._timeout_s))
        self._socket.send(b"%d\n" % len(entry.run))
        return True

    def _has_in_flight(self) -> bool:
        return bool(self._in_flight)

    def _fail_in_flight(self, outcome: Outcome) -> None:
        in_flight, self._in_flight = self._in_flight, []
        for run, _deadline in in_flight:
            run.settle_all(outcome)

    def _disconnect(self) -> None:
        connected, self._socket = self._socket, None
        if connected is not None:
            asyncio.get_running_loop().remove_reader(connected)
            connected.close()

    def _next_deadline(self) -> float | None:
        return self._in_flight[0][1] if self._in_flight else None

    def _expire(self, now: float) -> None:
        self._lose(f"no answer within {self._timeout_s} s", has_given_up=True)

    def _readable(self, connected: socket.socket) -> None:
        answers = connected.recv(1024)
        if not answers:
            self._lose("connection closed by the peer")
            return
        self._outbox.hold_while(lambda: self._answered(len(answers)))
        self._pump()

    def _answered(self, count: int) -> None:
        for _ in range(count):
            self._in_flight.pop(0)[0].settle_all(DELIVERED)


class Clerk:
    """A server that notes lines; it answers them when it is told to."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.is_answering = True
        self.visits = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self.hang_up()
            await self._server.wait_closed()
            self._server = None

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()

    def answer(self) -> None:
        """Answer one line."""
        for writer in self._writers:
            writer.write(b".")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        self._writers.add(writer)
        while line := await reader.readline():
            self.lines.append(line)
            if self.is_answering:
                writer.write(b".")
        self._writers.discard(writer)
        writer.close()


class Bench:
    def __init__(self) -> None:
        self.clerk = Clerk()
        self.ledger = Ledger()
        self.made: list[LineTransport] = []

    def transport(self, timeout_ms: int = 60_000) -> LineTransport:
        options = TransportOptions(timeout=timeout_ms)
        self.made.append(LineTransport("127.0.0.1", self.clerk.port, options, TransportContext()))
        return self.made[-1]

    def start(self, transport: LineTransport, *, connect_now: bool = True) -> Run:
        run = self.ledger.run(EVENTS, connect_now=connect_now)
        transport.start(run)
        return run

    async def in_flight(self, transport: LineTransport) -> Run:
        """A run that the server has and does not answer."""
        self.clerk.is_answering = False
        before = len(self.clerk.lines)
        run = self.start(transport)
        await until(lambda: len(self.clerk.lines) > before, "the line at the server")
        return run

    def outcome(self, run: Run) -> Outcome:
        """The one that all of its events have."""
        (outcome,) = set(self.ledger.of(run))
        assert outcome is not None
        return outcome


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    await made.clerk.open()
    yield made
    for transport in made.made:
        await transport.close(0.0)
    assert made.ledger.is_complete
    await made.clerk.close()


async def test_runs_wait_for_the_connection_and_go_in_order(bench: Bench) -> None:
    transport = bench.transport()
    runs = [bench.start(transport) for _ in range(3)]
    assert transport.connection.state is ConnectionState.CONNECTING
    assert not bench.ledger.outcomes
    await until(lambda: bench.ledger.is_complete, "every outcome")
    assert [bench.outcome(run) for run in runs] == [DELIVERED] * 3
    assert (bench.clerk.lines, bench.clerk.visits) == ([b"3\n"] * 3, 1)


async def test_a_loss_fails_what_is_in_flight_as_doubtful_and_is_made_good(bench: Bench) -> None:
    transport = bench.transport()
    run = await bench.in_flight(transport)
    bench.clerk.hang_up()
    await until(lambda: bench.ledger.is_complete, "the loss is noticed")
    outcome = bench.outcome(run)
    assert outcome.reason == "connection closed by the peer; the event may have been processed"
    assert (outcome.is_maybe_taken, outcome.is_cut_off, outcome.is_unsent) == (True, True, False)
    await until(lambda: bench.clerk.visits == 2, "another connection")


async def test_without_a_connection_runs_fail_at_once_but_for_those_that_connect_now(bench: Bench) -> None:
    await bench.clerk.close()
    transport = bench.transport()
    first = bench.start(transport)
    await until(lambda: bench.ledger.is_complete, "the refusal")
    second = bench.start(transport, connect_now=False)
    assert bench.outcome(first) == bench.outcome(second)
    assert bench.outcome(second).reason == "connection refused"
    assert bench.outcome(second).is_unsent
    bench.start(transport)
    assert transport.connection.state is ConnectionState.CONNECTING


async def test_an_event_that_cannot_be_encoded_fails_for_that_while_there_is_no_connection(bench: Bench) -> None:
    await bench.clerk.close()
    transport = bench.transport()
    bench.start(transport)
    await until(lambda: bench.ledger.is_complete, "the refusal")
    run = bench.ledger.run([*EVENTS, Event("E_TEST", (("text", "\ud800"),))], connect_now=False)
    transport.start(run)
    assert [outcome and outcome.fault for outcome in bench.ledger.of(run)] == [Fault.MEMBER] * 3 + [Fault.EVENT]


async def test_a_deadline_gives_the_connection_up(bench: Bench) -> None:
    transport = bench.transport(timeout_ms=50)
    run = await bench.in_flight(transport)
    await until(lambda: bench.ledger.is_complete, "the deadline")
    outcome = bench.outcome(run)
    assert outcome.reason == "no answer within 0.05 s; the event may have been processed"
    assert (outcome.is_maybe_taken, outcome.is_cut_off) == (True, False)


async def test_all_that_are_to_connect_anew_do_so_as_soon_as_nothing_is_on_its_way(bench: Bench) -> None:
    transport = bench.transport()
    run = await bench.in_flight(transport)
    reopenings = [Tasks().spawn(transport.reopen(), "reopen") for _ in range(3)]
    await asyncio.sleep(0)
    assert transport.connection.state is ConnectionState.UP
    bench.clerk.answer()
    await asyncio.wait_for(asyncio.gather(*reopenings), 10.0)
    assert bench.outcome(run) is DELIVERED
    await until(lambda: transport.connection.state is ConnectionState.UP, "another connection")
    assert bench.clerk.visits == 2


async def test_close_waits_for_answers_and_then_says_what_became_of_the_rest(bench: Bench) -> None:
    transport = bench.transport()
    run = await bench.in_flight(transport)
    closing = Tasks().spawn(transport.close(60.0), "close")
    await asyncio.sleep(0)
    assert bench.outcome(bench.start(transport)) == CLOSED
    bench.clerk.answer()
    await asyncio.wait_for(closing, 10.0)
    assert bench.outcome(run) is DELIVERED
    hasty = bench.transport()
    left = await bench.in_flight(hasty)
    await hasty.close(0.0)
    assert bench.outcome(left) == CLOSED_UNANSWERED
