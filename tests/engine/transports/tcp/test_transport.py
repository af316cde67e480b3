"""tcp: the bytes on the connection, what counts as success, and what ends a connection."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from engine.address import TcpAddress
from engine.event import Event
from engine.run import Fault, Outcome, Run, Status, failed
from engine.transports.base import ConnectionState, TransportContext
from engine.transports.resolver import Endpoint
from engine.transports.sockets import connected_stream
from engine.transports.tcp import transport as stream
from engine.transports.tcp.transport import StreamOptions, StreamTransport
from tests.support.runs import Ledger
from tests.support.waiting import until


class Peer:
    """A server that keeps what it was sent, connection by connection, and answers when told to."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.is_reading = True
        self.is_sipping = False
        """Whether it reads one piece at a time, and then waits for `resume_reading`."""
        self.host = "127.0.0.1"
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, on the same port as before."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Visit(self), self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more, and break every connection."""
        if self._server is not None:
            self._server.close()
            for visit in self.visits:
                visit.transport.abort()
            await self._server.wait_closed()
            self._server = None

    @property
    def address(self) -> TcpAddress:
        """Where it listens."""
        return TcpAddress(self.host, self.port)

    @property
    def data(self) -> bytes:
        """Everything that the latest connection carried."""
        return bytes(self.visits[-1].data) if self.visits else b""

    def objects(self, visit: int = -1) -> list[Any]:
        """The complete JSON objects of a connection."""
        text = self.visits[visit].data.decode() if self.visits else ""
        decoder, start, found = json.JSONDecoder(), 0, []
        while start < len(text):
            try:
                value, start = decoder.raw_decode(text, start)
            except json.JSONDecodeError:
                break
            found.append(value)
        return found

    def ids(self) -> list[int]:
        """The ids of the requests on the latest connection."""
        return [request["id"] for request in self.objects()]

    def answer(self, *numbers: int, **members: Any) -> None:
        """Answer requests with success, or with these members."""
        answers = [{"jsonrpc": "2.0", **(members or {"result": "OK"}), "id": number} for number in numbers]
        self.say("".join(json.dumps(one) for one in answers).encode())

    def say(self, data: bytes) -> None:
        """Write to the latest connection."""
        self.visits[-1].transport.write(data)


class Visit(asyncio.Protocol):
    """One connection of a peer."""

    def __init__(self, peer: Peer) -> None:
        self.data = bytearray()
        self._peer = peer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._peer.visits.append(self)
        if not self._peer.is_reading:
            transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self.data += data
        if self._peer.is_sipping:
            self.transport.pause_reading()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """A peer that listens."""
    made = Peer()
    await made.start()
    yield made
    await made.stop()


Make = Callable[..., StreamTransport]


@pytest.fixture
async def make(peer: Peer) -> AsyncIterator[Make]:
    """Makes transports to the peer and closes them."""
    made: list[StreamTransport] = []

    def build(address: TcpAddress | None = None, context: TransportContext | None = None, **options: Any) -> Any:
        checked = StreamOptions.model_validate(options)
        made.append(StreamTransport(address or peer.address, checked, context or TransportContext()))
        return made[-1]

    yield build
    for transport in made:
        await transport.close(0.0)


def events(count: int, text: str = "") -> list[Event]:
    """Numbered events."""
    return [Event("E_TEST", (("n", number), ("text", text))) for number in range(count)]


def told(outcomes: list[Outcome | None]) -> str:
    """One letter an event: d(elivered), s(ent), or the fault's first letter (x for the engine's), - for none."""
    letters = {Fault.MEMBER: "m", Fault.EVENT: "e", Fault.ANSWER: "a", Fault.ENGINE: "x"}
    return "".join(
        "-" if outcome is None else letters[outcome.fault] if outcome.fault else outcome.status[0]
        for outcome in outcomes
    )


def reasons(ledger: Ledger) -> set[str]:
    """Every reason that was given."""
    return {outcome.reason for outcome in ledger.outcomes.values() if outcome.is_failure}


async def complete(ledger: Ledger) -> None:
    """Wait for all outcomes."""
    await until(lambda: ledger.is_complete, "an outcome for every event")


class TestBytes:
    @pytest.mark.parametrize("sync_mode", [False, True])
    async def test_a_line_feed_stands_behind_each_object_where_it_is_asked_for(
        self, peer: Peer, make: Make, sync_mode: bool
    ) -> None:
        ledger, transport = Ledger(), make(separator="newline", sync_mode=sync_mode)
        transport.start(ledger.run(events(2)))
        transport.start(ledger.run([Event("E_A", (("text", "\udcff"),)), Event("E_B")]))
        await until(lambda: peer.data.count(b"\n") == 4, "four lines")
        lines = peer.data.split(b"\n")
        assert lines.pop() == b""
        assert [json.loads(line.decode(errors="replace"))["method"] for line in lines] == ["E_TEST"] * 2 + [
            "E_A",
            "E_B",
        ]
        if sync_mode:
            peer.answer(*(json.loads(line.decode(errors="replace"))["id"] for line in lines))
        await complete(ledger)
        assert transport.wire_format.encode([Event("E_A")]).buffer == b'{"jsonrpc":"2.0","method":"E_A"}\n'

    async def test_objects_stand_back_to_back(self, peer: Peer, make: Make) -> None:
        ledger = Ledger()
        run = ledger.run([Event("E_PEER_A"), Event("E_PEER_A", (("ip", "192.0.2.1"),))])
        make().start(run)
        wanted = (
            b'{"jsonrpc":"2.0","method":"E_PEER_A"}{"jsonrpc":"2.0","method":"E_PEER_A","params":{"ip":"192.0.2.1"}}'
        )
        await until(lambda: peer.data == wanted, "the bytes")
        assert told(ledger.of(run)) == "ss"

    async def test_the_method_and_the_event_parameter_are_the_sockets(self, peer: Peer, make: Make) -> None:
        address = TcpAddress(peer.host, peer.port, "handle")
        make(address, event_param="evname").start(Ledger().run([Event("E_PEER_A", (("n", 1),))]))
        wanted = b'{"jsonrpc":"2.0","method":"handle","params":{"evname":"E_PEER_A","n":1}}'
        await until(lambda: peer.data == wanted, "the bytes")

    async def test_a_request_has_its_id_first(self, peer: Peer, make: Make) -> None:
        make(sync_mode=True).start(Ledger().run([Event("E_PEER_A")] * 2))
        await until(lambda: len(peer.ids()) == 2, "both requests")
        one, two = peer.ids()
        assert one != two
        wanted = f'{{"id":{one},"jsonrpc":"2.0","method":"E_PEER_A"}}{{"id":{two},"jsonrpc":"2.0","method":"E_PEER_A"}}'
        assert peer.data == wanted.encode()

    async def test_an_event_that_cannot_be_encoded_fails_alone_in_sync_mode_too(self, peer: Peer, make: Make) -> None:
        ledger = Ledger()
        good, bad = Event("E_TEST", (("n", 1),)), Event("E_TEST", (("n", "\ud800"),))
        run = ledger.run([good, bad, bad, good, bad])
        make(sync_mode=True).start(run)
        await until(lambda: len(peer.ids()) == 2, "the good ones")
        peer.answer(*peer.ids())
        await complete(ledger)
        assert told(ledger.of(run)) == "deede"

    async def test_a_run_started_by_an_outcome_before_its_cause_is_written_comes_behind_it(
        self, peer: Peer, make: Make
    ) -> None:
        ledger, transport = Ledger(), make()
        first = ledger.run([Event("E_TEST", (("n", "\ud800"),)), Event("E_TEST", (("n", 1),))])
        second = ledger.run([Event("E_TEST", (("n", 2),))])
        note = first._handler

        def settled(run: Run, positions: range, outcome: Outcome) -> None:
            note(run, positions, outcome)
            if outcome.fault is Fault.EVENT:
                transport.start(second)

        first._handler = settled
        transport.start(first)
        await until(lambda: len(peer.objects()) == 2, "both runs")
        assert [one["params"]["n"] for one in peer.objects()] == [1, 2]
        assert told(ledger.of(first)) == "es"

    async def test_it_reaches_an_ipv6_peer(self, make: Make) -> None:
        other = Peer()
        other.host = "::1"
        try:
            await other.start()
        except OSError:
            pytest.skip("this machine has no IPv6")
        ledger = Ledger()
        make(other.address).start(ledger.run(events(3)))
        await until(lambda: len(other.objects()) == 3, "the events")
        await other.stop()

    async def test_a_large_run_that_the_kernel_takes_in_parts_arrives_whole(self, peer: Peer, make: Make) -> None:
        ledger = Ledger()
        all_events = events(200, text="x" * 60_000)
        transport = make()
        for start in range(0, 200, 50):
            transport.start(ledger.run(all_events, range(start, start + 50)))
        await complete(ledger)
        await until(lambda: len(peer.objects()) == 200, "all of it")
        assert [one["params"]["n"] for one in peer.objects()] == list(range(200))


class TestWithoutAnswers:
    async def test_what_a_peer_says_is_ignored(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make()
        transport.start(ledger.run(events(1)))
        await until(peer.objects, "the first event")
        peer.say(b"hello, who is there?" * 10_000)
        transport.start(ledger.run(events(1)))
        await until(lambda: len(peer.objects()) == 2, "the second event, on the same connection")
        assert transport.connection.state is ConnectionState.UP

    async def test_a_close_is_noticed_while_idle(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make()
        transport.start(ledger.run(events(1)))
        await until(peer.objects, "the event")
        await peer.stop()
        await until(lambda: transport.connection.state is not ConnectionState.UP, "the loss")
        run = ledger.run(events(2))
        transport.start(run)
        await complete(ledger)
        assert told(ledger.of(run)) == "mm"

    async def test_it_connects_again_by_itself(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make()
        transport.start(ledger.run(events(1)))
        await until(peer.objects, "the event")
        peer.visits[0].transport.close()
        await until(lambda: len(peer.visits) == 2, "a second connection")

    async def test_a_peer_that_reads_nothing_fails_what_was_not_written_and_gets_no_half_message(
        self, peer: Peer, make: Make
    ) -> None:
        peer.is_reading = False
        ledger, transport = Ledger(), make(timeout=100)
        run = ledger.run(events(400, text="x" * 64_000))
        transport.start(run)
        await complete(ledger)
        letters = told(ledger.of(run))
        sent = letters.count("s")
        assert 0 < sent < 400
        assert letters == "s" * sent + "m" * (400 - sent)
        assert reasons(ledger) == {"the peer read nothing for 100 ms"}
        peer.is_reading = True
        peer.visits[0].transport.resume_reading()
        after = ledger.run(events(2))
        transport.start(after)
        await until(lambda: len(peer.visits) > 1 and len(peer.objects()) == 2, "a new connection with whole messages")
        await until(lambda: len(peer.objects(0)) >= sent, "what was sent is all there")
        assert len(peer.objects(0)) == sent

    async def test_a_peer_that_reads_slowly_keeps_its_connection(self, peer: Peer, make: Make) -> None:
        """The limit is for a peer that reads nothing, not for the length of the queue before it."""
        peer.is_sipping = True
        loop = asyncio.get_running_loop()
        ledger, transport = Ledger(), make(timeout=600)
        transport.start(ledger.run(events(400, text="x" * 64_000)))
        await until(lambda: peer.visits, "the connection")
        began = loop.time()
        while not ledger.is_complete:
            peer.visits[0].transport.resume_reading()
            await asyncio.sleep(0.02)
        assert loop.time() - began > 0.6, "the peer was too quick for this test"
        assert not reasons(ledger)
        assert transport.connection.state is ConnectionState.UP


class TestAnswers:
    async def test_many_are_in_flight_before_the_first_answer(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        runs = [ledger.run(events(50)) for _ in range(20)]
        for run in runs:
            transport.start(run)
        await until(lambda: len(peer.ids()) == 1000, "a thousand requests")
        assert len(set(peer.ids())) == 1000
        assert not ledger.outcomes
        peer.answer(*reversed(peer.ids()))
        await complete(ledger)
        assert {outcome.status for outcome in ledger.outcomes.values()} == {Status.DELIVERED}

    async def test_an_error_fails_its_own_event_with_the_answer(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        run = ledger.run(events(3))
        transport.start(run)
        await until(lambda: len(peer.ids()) == 3, "the requests")
        one, two, three = peer.ids()
        peer.answer(two, error={"code": -32000, "message": "not now"})
        peer.answer(one, three)
        await complete(ledger)
        assert told(ledger.of(run)) == "dad"
        refused = ledger.of(run)[1]
        assert refused is not None
        assert refused.reason == "answered with error -32000 not now"
        assert json.loads(refused.answer or b"")["id"] == two
        assert transport.connection.state is ConnectionState.UP

    async def test_no_answer_in_time_fails_all_in_flight_and_closes_the_connection(
        self, peer: Peer, make: Make
    ) -> None:
        ledger, transport = Ledger(), make(sync_mode=True, timeout=100)
        run = ledger.run(events(3))
        transport.start(run)
        await until(lambda: len(peer.ids()) == 3, "the requests")
        peer.answer(peer.ids()[1])
        await complete(ledger)
        assert told(ledger.of(run)) == "mdm"
        assert reasons(ledger) == {"no answer within 100 ms; the event may have been processed"}
        await until(peer.visits[0].transport.is_closing, "the connection is closed")

    async def test_a_late_answer_is_never_taken_for_anothers(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make(sync_mode=True, timeout=100)
        transport.start(ledger.run(events(2)))
        await complete(ledger)
        late = {request["id"] for request in peer.objects(0)}
        run = ledger.run(events(2))
        transport.start(run)
        await until(lambda: len(peer.visits) > 1 and len(peer.ids()) == 2, "requests on a new connection")
        assert not late & set(peer.ids())
        peer.answer(*late)
        await complete(ledger)
        assert told(ledger.of(run)) == "mm"

    async def test_a_break_fails_what_is_in_flight_and_says_that_it_may_have_been_processed(
        self, peer: Peer, make: Make
    ) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        run = ledger.run(events(4))
        transport.start(run)
        await until(lambda: len(peer.ids()) == 4, "the requests")
        peer.answer(*peer.ids()[:2])
        peer.visits[0].transport.close()
        await complete(ledger)
        assert told(ledger.of(run)) == "ddmm"
        assert reasons(ledger) == {"connection closed by the peer; the event may have been processed"}

    @pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="this kernel cannot be told to acknowledge at once")
    async def test_answers_one_by_one_are_not_held_back_by_late_acknowledgements(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nagle's algorithm holds a peer's second answer back until its first is acknowledged, some 40 ms."""

        async def time_of_bursts() -> float:
            listening = socket.create_server(("127.0.0.1", 0))
            listening.setblocking(False)
            ledger, transport = Ledger(), make(TcpAddress(*listening.getsockname()), sync_mode=True)
            loop = asyncio.get_running_loop()
            began, accepted = loop.time(), None
            for burst in range(20):
                run = ledger.run(events(3))
                transport.start(run)
                accepted = accepted or (await loop.sock_accept(listening))[0]
                await loop.sock_recv(accepted, 10_000)
                for number in range(3 * burst + 1, 3 * burst + 4):
                    await loop.sock_sendall(accepted, b'{"jsonrpc":"2.0","result":"OK","id":%d}' % number)
                await until(lambda run=run: not run.unsettled, "answers")  # type: ignore[misc]
            assert accepted is not None
            accepted.close()
            listening.close()
            return loop.time() - began

        quick = await time_of_bursts()
        monkeypatch.setattr("engine.transports.tcp.transport.ack_now", lambda _connected: None)
        assert quick < await time_of_bursts() / 2

    async def test_what_a_peer_says_of_its_own_ends_nothing(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        run = ledger.run(events(400))
        transport.start(run)
        await until(lambda: len(peer.ids()) == 400, "the requests")
        for number in peer.ids():
            peer.say(b'{"jsonrpc":"2.0","method":"news"}{"method":"ping","id":%d}' % number)
            peer.say(b'{"jsonrpc":"2.0","result":"OK","id":"%d"}{"result":1,"id":"x"}' % number)
        await complete(ledger)
        assert told(ledger.of(run)) == "d" * 400
        assert len(peer.visits) == 1

    async def test_an_error_that_names_no_request_is_told_at_the_deadline(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make(sync_mode=True, timeout=300)
        run = ledger.run(events(3))
        transport.start(run)
        await until(lambda: len(peer.ids()) == 3, "the requests")
        peer.say(b'{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}')
        peer.answer(peer.ids()[0])
        await complete(ledger)
        assert told(ledger.of(run)) == "dmm"
        said = "the peer said, to no event in flight: error -32700 Parse error"
        assert reasons(ledger) == {f"no answer within 300 ms; {said}; the event may have been processed"}
        again = ledger.run(events(2))
        transport.start(again)
        await complete(ledger)
        last = ledger.of(again)[0]
        assert last is not None
        assert "Parse error" not in last.reason  # that was another connection

    @pytest.mark.parametrize("nonsense", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b'"OK"', b"{}}"])
    async def test_nonsense_closes_the_connection(self, peer: Peer, make: Make, nonsense: bytes) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        run = ledger.run(events(2))
        transport.start(run)
        await until(lambda: len(peer.ids()) == 2, "the requests")
        peer.answer(peer.ids()[0])
        peer.say(nonsense)
        await complete(ledger)
        assert told(ledger.of(run)) == "dm"
        assert "the peer sent" in reasons(ledger).pop()
        await until(peer.visits[0].transport.is_closing, "the connection is closed")

    async def test_a_peer_that_reads_nothing_has_its_unwritten_requests_failed_too(
        self, peer: Peer, make: Make
    ) -> None:
        peer.is_reading = False
        ledger, transport = Ledger(), make(sync_mode=True, timeout=100)
        run = ledger.run(events(400, text="x" * 64_000))
        transport.start(run)
        await complete(ledger)
        assert told(ledger.of(run)) == "m" * 400
        assert reasons(ledger) == {
            "no answer within 100 ms; the event may have been processed",
            "no answer within 100 ms",
        }

    @pytest.mark.parametrize("sync_mode", [False, True])
    async def test_events_behind_half_an_object_can_be_taken_back(
        self, peer: Peer, make: Make, sync_mode: bool
    ) -> None:
        peer.is_reading = False
        ledger, transport = Ledger(), make(sync_mode=sync_mode)
        run = ledger.run(events(400, text="x" * 64_000))
        transport.start(run)
        await until(lambda: transport._stalled_since is not None, "the kernel takes no more")
        back = failed("taken back", Fault.ENGINE)
        transport.withdraw(lambda _run: True, back)
        kept = ledger.of(run).index(back)
        assert ledger.of(run)[kept:] == [back] * (400 - kept)
        next_run = ledger.run(events(3))
        transport.start(next_run)
        peer.visits[0].transport.resume_reading()
        await until(lambda: len(peer.objects()) == kept + 3, "what was left, whole")
        assert [one["params"]["n"] for one in peer.objects()] == [*range(kept), 0, 1, 2]
        if sync_mode:
            peer.answer(*peer.ids())
        await complete(ledger)
        assert told([*ledger.of(run)[:kept], *ledger.of(next_run)]) == ("d" if sync_mode else "s") * (kept + 3)
        assert len(peer.visits) == 1

    async def test_half_an_answer_does_not_outlive_its_connection(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        transport.start(ledger.run(events(1)))
        await until(peer.ids, "the request")
        peer.say(b'{"jsonrpc":"2.0","id":')
        peer.visits[0].transport.close()
        await complete(ledger)
        run = ledger.run(events(1))
        transport.start(run)
        await until(lambda: len(peer.visits) > 1 and peer.ids(), "the request on a new connection")
        peer.answer(*peer.ids())
        await complete(ledger)
        assert told(ledger.of(run)) == "d"

    async def test_answers_that_were_read_count_although_the_connection_breaks_meanwhile(
        self, peer: Peer, make: Make
    ) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        first, second, third = (ledger.run(events(1)) for _ in range(3))
        note = first._handler

        def settled(run: Run, positions: range, outcome: Outcome) -> None:
            note(run, positions, outcome)
            assert transport._socket is not None
            transport._socket.shutdown(socket.SHUT_WR)
            transport.start(third)

        first._handler = settled
        transport.start(first)
        transport.start(second)
        await until(lambda: len(peer.ids()) == 2, "the requests")
        peer.answer(*peer.ids())
        await complete(ledger)
        assert [told(ledger.of(run)) for run in (first, second, third)] == ["d", "d", "m"]
        assert reasons(ledger) == {"connection closed by the peer"}

    async def test_answers_that_lie_unread_count_although_a_write_failed(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        first = ledger.run(events(1))
        transport.start(first)
        await until(peer.ids, "the request")
        assert transport._socket is not None
        asyncio.get_running_loop().remove_reader(transport._socket)
        peer.answer(*peer.ids())
        transport._socket.shutdown(socket.SHUT_WR)
        second = ledger.run(events(1))
        transport.start(second)
        await complete(ledger)
        assert [told(ledger.of(run)) for run in (first, second)] == ["d", "m"]

    async def test_close_waits_for_answers(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make(sync_mode=True)
        run = ledger.run(events(2))
        transport.start(run)
        await until(lambda: len(peer.ids()) == 2, "the requests")
        closing = asyncio.gather(transport.close(10.0))
        await asyncio.sleep(0)
        assert not ledger.outcomes
        peer.answer(*peer.ids())
        await closing
        assert told(ledger.of(run)) == "dd"


class TestConnecting:
    async def test_a_connection_known_to_be_down_fails_events_at_once_unless_they_are_a_trial(
        self, peer: Peer, make: Make
    ) -> None:
        await peer.stop()
        ledger, transport = Ledger(), make()
        transport.start(ledger.run(events(1)))
        await complete(ledger)
        assert transport.connection.error == "connection refused"
        run = ledger.run(events(2), connect_now=False)
        transport.start(run)
        assert told(ledger.of(run)) == "mm"
        assert reasons(ledger) == {"connection refused"}
        await peer.start()
        trial = ledger.run(events(1))
        transport.start(trial)
        await complete(ledger)
        assert told(ledger.of(trial)) == "s"

    async def test_runs_wait_while_a_connect_is_under_way_and_fail_at_its_deadline(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def hangs(_endpoint: Endpoint, _timeout_ms: int) -> socket.socket:
            await asyncio.Event().wait()
            raise AssertionError

        monkeypatch.setattr(stream, "connected_stream", hangs)
        ledger, transport = Ledger(), make(connect_timeout=50)
        runs = [ledger.run(events(2), connect_now=connect_now) for connect_now in (True, False)]
        for run in runs:
            transport.start(run)
        assert transport.connection.state is ConnectionState.CONNECTING
        assert not ledger.outcomes
        await complete(ledger)
        assert reasons(ledger) == {"no connection within 50 ms"}

    async def test_every_address_of_a_name_is_tried(
        self, peer: Peer, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.socket() as unheard:
            unheard.bind(("127.0.0.1", 0))
            dead = unheard.getsockname()
            found = [(socket.AF_INET, 1, 6, "", dead), (socket.AF_INET, 1, 6, "", (peer.host, peer.port))]

            async def look_up(_host: str, _port: int, **_kind: Any) -> Any:
                return found

            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
            ledger = Ledger()
            make(TcpAddress("peer.test", peer.port)).start(ledger.run(events(1)))
            await until(peer.objects, "the event, at the second address")

    async def test_an_address_that_says_nothing_leaves_time_for_the_next(
        self, peer: Peer, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def connected(endpoint: Endpoint, timeout_ms: int) -> socket.socket:
            if endpoint.sockaddr[0] == "192.0.2.1":
                await asyncio.Event().wait()
            return await connected_stream(endpoint, timeout_ms)

        async def look_up(_host: str, _port: int, **_kind: Any) -> Any:
            addresses = (("192.0.2.1", 9), (peer.host, peer.port))
            return [(socket.AF_INET, 1, 6, "", address) for address in addresses]

        monkeypatch.setattr(stream, "connected_stream", connected)
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
        ledger = Ledger()
        run = ledger.run(events(1))
        make(TcpAddress("peer.test", peer.port), connect_timeout=1000).start(run)
        await complete(ledger)
        assert told(ledger.of(run)) == "s"

    async def test_reopen_connects_anew_without_a_failure(self, peer: Peer, make: Make) -> None:
        ledger, transport = Ledger(), make()
        transport.start(ledger.run(events(1)))
        await until(peer.objects, "the event")
        await transport.reopen()
        transport.start(ledger.run(events(1), connect_now=False))
        await until(lambda: len(peer.visits) == 2 and peer.objects(), "the event on a new connection")
        assert not reasons(ledger)

    async def test_changes_of_the_connection_are_announced(self, peer: Peer, make: Make) -> None:
        seen: list[ConnectionState] = []
        context = TransportContext(changed=lambda: seen.append(transport.connection.state))
        transport = make(context=context)
        transport.start(Ledger().run(events(1)))
        await until(peer.objects, "the event")
        assert seen == [ConnectionState.CONNECTING, ConnectionState.UP]

    async def test_a_socket_that_reached_itself_has_reached_nobody(self) -> None:
        """A free port of this machine may be given to the very socket that calls it."""

        class Loop:
            @staticmethod
            async def sock_connect(made: socket.socket, address: Any) -> None:
                made.bind(address)
                made.setblocking(True)
                made.connect(made.getsockname())

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio, "get_running_loop", Loop)
            with pytest.raises(ConnectionRefusedError):
                await connected_stream(Endpoint(socket.AF_INET, ("127.0.0.1", 0)), 1000)


class TestOptions:
    def test_reliable_mode_is_another_word_for_sync_mode(self) -> None:
        assert StreamOptions.model_validate({"reliable_mode": True}).sync_mode
        assert StreamOptions.model_validate({"sync_mode": True}).sync_mode
        assert not StreamOptions().sync_mode
        assert "sync_mode" in StreamOptions.model_json_schema()["properties"]

    def test_it_is_blind_without_sync_mode_only(self) -> None:
        address = TcpAddress("127.0.0.1", 9)
        assert StreamTransport.failure_blindness(address, StreamOptions(sync_mode=True)) is None
        assert "set transports.tcp.sync_mode" in (StreamTransport.failure_blindness(address, StreamOptions()) or "")
