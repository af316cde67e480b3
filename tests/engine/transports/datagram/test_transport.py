"""udp and unix: what leaves, what a refusal fails, what waits, and what is said of it."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from engine.address import UdpAddress, UnixAddress
from engine.event import Event
from engine.run import Fault, Outcome, Run, Status
from engine.transports.base import ConnectionState, TransportContext
from engine.transports.datagram import udp as datagram
from engine.transports.datagram import unix
from engine.transports.datagram.transport import DatagramOptions
from engine.transports.datagram.udp import UdpTransport
from engine.transports.datagram.unix import UnixTransport
from tests.engine.transports.scripted import ScriptedSocket
from tests.support.clock import FakeClock
from tests.support.runs import Ledger
from tests.support.waiting import until

Make = Callable[..., Any]


def events(count: int, text: str = "") -> list[Event]:
    """Numbered events."""
    return [Event("E_TEST", (("n", number), ("text", text))) for number in range(count)]


def told(outcomes: list[Outcome | None]) -> str:
    """One letter an event: s(ent), m(ember failure), e(vent failure), x (engine), - none."""
    letters = {Fault.MEMBER: "m", Fault.EVENT: "e", Fault.ENGINE: "x", None: "s"}
    return "".join("-" if outcome is None else letters[outcome.fault] for outcome in outcomes)


def bound(family: int = socket.AF_INET, address: Any = ("127.0.0.1", 0)) -> socket.socket:
    """A receiver."""
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind(address)
    made.setblocking(False)
    return made


def numbers(receiver: socket.socket) -> list[int]:
    """What a receiver has in its queue."""
    found = []
    while True:
        try:
            found.append(json.loads(receiver.recv(1 << 20))["params"]["n"])
        except BlockingIOError:
            return found


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Makes transports and closes them."""
    made: list[UdpTransport | UnixTransport] = []

    def build(
        address: UdpAddress | UnixAddress, context: TransportContext | None = None, **options: int
    ) -> UdpTransport | UnixTransport:
        context, checked = context or TransportContext(), DatagramOptions(**options)
        if isinstance(address, UdpAddress):
            made.append(UdpTransport(address, checked, context))
        else:
            made.append(UnixTransport(address, checked, context))
        return made[-1]

    yield build
    for transport in made:
        await transport.close(0.0)


@pytest.fixture
def scripted(make: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[UdpTransport, list[ScriptedSocket]]]:
    """A udp transport whose sockets follow a script, one after the other."""

    def build(*sockets: ScriptedSocket) -> tuple[UdpTransport, list[ScriptedSocket]]:
        left = list(sockets)
        monkeypatch.setattr(datagram, "connected_datagram", lambda _endpoint: left.pop(0))
        return make(UdpAddress("127.0.0.1", 9)), left

    return build


class TestUdp:
    async def test_an_event_is_one_datagram_of_json(self, make: Make) -> None:
        with bound() as receiver:
            ledger = Ledger()
            run = ledger.run([Event("E_PEER_A", (("ip", "192.168.2.11"),))])
            make(UdpAddress(*receiver.getsockname())).start(run)
            assert receiver.recv(1000) == b'{"jsonrpc":"2.0","method":"E_PEER_A","params":{"ip":"192.168.2.11"}}'
            assert [outcome and outcome.status for outcome in ledger.of(run)] == [Status.SENT]

    async def test_it_reaches_an_ipv6_receiver(self, make: Make) -> None:
        try:
            receiver = bound(socket.AF_INET6, ("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        with receiver:
            ledger = Ledger()
            make(UdpAddress("::1", receiver.getsockname()[1])).start(ledger.run(events(2)))
            assert numbers(receiver) == [0, 1]

    async def test_every_lone_event_to_a_closed_port_fails(self, make: Make) -> None:
        """Refusals alternate with sends that look well: the pending error makes the difference."""
        with bound() as receiver:
            address = UdpAddress(*receiver.getsockname())
        transport, ledger = make(address), Ledger()
        runs = [ledger.run(events(1)) for _ in range(10)]
        for run in runs:
            transport.start(run)
        assert [told(ledger.of(run)) for run in runs] == ["m"] * 10
        assert {outcome.reason for outcome in ledger.outcomes.values()} == {"connection refused"}

    async def test_a_refusal_fails_that_event_the_one_before_and_the_rest(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({4: errno.ECONNREFUSED}))
        ledger = Ledger()
        run = ledger.run(events(8))
        transport.start(run)
        assert told(ledger.of(run)) == "sssmmmmm"

    async def test_a_refusal_at_the_first_send_fails_the_whole_run(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({0: errno.ECONNREFUSED}))
        ledger = Ledger()
        run = ledger.run(events(3))
        transport.start(run)
        assert told(ledger.of(run)) == "mmm"

    async def test_a_pending_error_fails_the_last_event_of_the_run(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({}, pending=(errno.ECONNREFUSED,)))
        ledger = Ledger()
        run = ledger.run(events(4))
        transport.start(run)
        assert told(ledger.of(run)) == "sssm"

    async def test_an_event_that_cannot_be_encoded_fails_alone_and_sends_nothing(self, scripted: Make) -> None:
        taken = ScriptedSocket({})
        transport, _ = scripted(taken)
        ledger = Ledger()
        bad = Event("E_TEST", (("n", 2), ("text", "\ud800")))
        one, two = events(2)
        run = ledger.run([bad, one, bad, two])
        transport.start(run)
        assert told(ledger.of(run)) == "eses"
        assert [json.loads(sent)["params"]["n"] for sent in taken.sent] == [0, 1]

    async def test_the_event_before_is_the_one_that_was_sent(self, scripted: Make) -> None:
        """An event that could not be encoded was not sent; the refusal belongs to the one before it."""
        transport, _ = scripted(ScriptedSocket({2: errno.ECONNREFUSED}))
        ledger = Ledger()
        bad = Event("E_TEST", (("n", 2), ("text", "\ud800")))
        one, two, three = events(3)
        run = ledger.run([one, two, bad, three])
        transport.start(run)
        assert told(ledger.of(run)) == "smem"

    async def test_an_oversize_event_fails_alone_and_says_how_much_fits(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({1: errno.EMSGSIZE}))
        ledger = Ledger()
        run = ledger.run(events(3))
        transport.start(run)
        assert told(ledger.of(run)) == "ses"
        outcome = ledger.of(run)[1]
        assert outcome is not None
        assert "65507" in outcome.reason
        assert str(len('{"jsonrpc":"2.0","method":"E_TEST","params":{"n":1,"text":""}}')) in outcome.reason

    async def test_a_refusal_pending_behind_an_oversize_event_is_seen(self, scripted: Make) -> None:
        transport, _ = scripted(ScriptedSocket({2: errno.EMSGSIZE}, pending=(errno.ECONNREFUSED,)))
        ledger = Ledger()
        run = ledger.run(events(4))
        transport.start(run)
        assert told(ledger.of(run)) == "smmm"

    async def test_the_socket_is_opened_anew_after_a_failure(self, scripted: Make) -> None:
        second = ScriptedSocket({})
        transport, left = scripted(ScriptedSocket({0: errno.ENETUNREACH}), second)
        ledger = Ledger()
        transport.start(ledger.run(events(1)))
        run = ledger.run(events(2))
        transport.start(run)
        assert told(ledger.of(run)) == "ss"
        assert len(second.sent) == 2
        assert not left

    async def test_reopen_takes_a_new_socket(self, scripted: Make) -> None:
        transport, left = scripted(ScriptedSocket({}), ScriptedSocket({}))
        ledger = Ledger()
        transport.start(ledger.run(events(1)))
        await transport.reopen()
        transport.start(ledger.run(events(1)))
        assert not left
        assert ledger.is_complete

    async def test_a_run_started_by_an_outcome_in_mid_run_comes_behind_that_run(self, scripted: Make) -> None:
        taken = ScriptedSocket({1: errno.EMSGSIZE})
        transport, _ = scripted(taken)
        ledger = Ledger()
        first, second = ledger.run(events(3)), ledger.run(events(5), range(3, 5))
        note = first._handler

        def settled(run: Run, positions: range, outcome: Outcome) -> None:
            note(run, positions, outcome)
            if outcome.fault is Fault.EVENT:
                transport.start(second)

        first._handler = settled
        transport.start(first)
        assert [json.loads(one)["params"]["n"] for one in taken.sent] == [0, 2, 3, 4]
        assert ledger.is_complete

    async def test_a_long_chain_of_runs_started_by_outcomes_needs_no_deep_stack(self, scripted: Make) -> None:
        taken = ScriptedSocket({})
        transport, _ = scripted(taken)
        ledger = Ledger()
        note = ledger._settled

        def settled(run: Run, positions: range, outcome: Outcome) -> None:
            note(run, positions, outcome)
            if len(ledger.outcomes) < 5000:
                start()

        def start() -> None:
            run = ledger.run(events(1))
            run._handler = settled
            transport.start(run)

        start()
        assert len(taken.sent) == 5000

    def test_the_connection_is_idle_because_there_is_none(self) -> None:
        transport = UdpTransport(UdpAddress("127.0.0.1", 9), DatagramOptions(), TransportContext())
        assert transport.connection.state is ConnectionState.IDLE

    @pytest.mark.parametrize(
        ("host", "is_blind"),
        [
            ("127.0.0.1", False),
            ("127.8.9.10", False),
            ("::1", False),
            ("localhost", False),
            ("Localhost.", False),
            ("192.0.2.1", True),
            ("2001:db8::1", True),
            ("example.org", True),
            ("notlocalhost", True),
        ],
    )
    def test_it_warns_of_receivers_on_other_machines(self, host: str, is_blind: bool) -> None:
        warning = UdpTransport.failure_blindness(UdpAddress(host, 9), DatagramOptions())
        assert (warning == "udp cannot tell that a receiver on another machine is gone") is is_blind
        assert (warning is None) is not is_blind


class Names:
    """Stands in for the name service."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, address: Any) -> None:
        self.asked = 0
        self.error: OSError | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self._address = address
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self._look_up)

    async def _look_up(self, _host: str, _port: int, **_kind: Any) -> list[Any]:
        self.asked += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return [
            (socket.AF_INET6, socket.SOCK_DGRAM, 17, "", ("::1", 9, 0, 0)),
            (socket.AF_INET, socket.SOCK_DGRAM, 17, "", self._address),
        ]


class TestHostNames:
    async def test_runs_wait_for_the_lookup_and_keep_their_order(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with bound() as receiver:
            names = Names(monkeypatch, receiver.getsockname())
            transport, ledger, all_events = make(UdpAddress("receiver.test", 9)), Ledger(), events(6)
            for start in range(0, 6, 2):
                transport.start(ledger.run(all_events, range(start, start + 2)))
            assert not ledger.outcomes
            await until(lambda: ledger.is_complete, "the events are sent")
            assert numbers(receiver) == list(range(6))
            assert names.asked == 1

    async def test_a_failure_has_the_name_looked_up_again(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        with bound() as receiver:
            address = receiver.getsockname()
        names = Names(monkeypatch, address)
        transport, ledger = make(UdpAddress("receiver.test", 9)), Ledger()
        for asked in (1, 2):
            run = ledger.run(events(1))
            transport.start(run)
            await until(lambda: ledger.is_complete, "the event fails")
            assert told(ledger.of(run)) == "m"
            assert names.asked == asked

    async def test_a_lookup_that_hangs_fails_events_at_the_deadline_and_is_not_repeated(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with bound() as receiver:
            names = Names(monkeypatch, receiver.getsockname())
            names.gate.clear()
            transport, ledger = make(UdpAddress("receiver.test", 9), connect_timeout=20), Ledger()
            for _ in range(2):
                run = ledger.run(events(2))
                transport.start(run)
                await until(lambda: ledger.is_complete, "the deadline")
                assert told(ledger.of(run)) == "mm"
            assert names.asked == 1
            assert ledger.outcomes[min(ledger.outcomes)].reason == "the host name was not found within 20 ms"
            names.gate.set()
            run = ledger.run(events(1))
            transport.start(run)
            await until(lambda: ledger.is_complete, "the late lookup is used")
            assert told(ledger.of(run)) == "s"
            assert names.asked == 1

    async def test_an_unknown_name_is_asked_for_again_after_a_pause_only(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = Names(monkeypatch, None)
        names.error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        clock, ledger = FakeClock(), Ledger()
        transport = make(UdpAddress("receiver.test", 9), TransportContext(clock=clock))

        async def fails(*, connect_now: bool) -> None:
            run = ledger.run(events(2), connect_now=connect_now)
            transport.start(run)
            await until(lambda: ledger.is_complete, "the name is unknown")
            assert told(ledger.of(run)) == "mm"

        await fails(connect_now=True)
        await fails(connect_now=False)
        assert names.asked == 1
        await fails(connect_now=True)
        assert names.asked == 2
        clock.advance(datagram.LOOKUP_PAUSE_S)
        await fails(connect_now=False)
        assert names.asked == 3
        reasons = {outcome.reason for outcome in ledger.outcomes.values()}
        assert reasons == {"host name not found (Name or service not known)"}

    async def test_close_gives_a_lookup_up(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        names = Names(monkeypatch, None)
        names.gate.clear()
        context = TransportContext()
        transport, ledger = make(UdpAddress("receiver.test", 9), context), Ledger()
        run = ledger.run(events(2))
        transport.start(run)
        await transport.close(0.0)
        assert told(ledger.of(run)) == "xx"
        await until(lambda: not context.tasks, "the lookup has ended")


class TestUnix:
    async def test_events_wait_for_room_in_order(self, make: Make, tmp_path: Path) -> None:
        path = str(tmp_path / "peer.sock")
        with bound(socket.AF_UNIX, path) as receiver:
            transport, ledger, all_events = make(UnixAddress(path)), Ledger(), events(3000)
            for start in range(0, 3000, 500):
                transport.start(ledger.run(all_events, range(start, start + 500)))
            assert not ledger.is_complete
            found = numbers(receiver)
            while len(found) < 3000:
                await asyncio.sleep(0)
                found += numbers(receiver)
            assert found == list(range(3000))
            await until(lambda: ledger.is_complete, "the last event is settled")
            assert {outcome.status for outcome in ledger.outcomes.values()} == {Status.SENT}

    async def test_a_receiver_that_does_not_read_fails_what_found_no_room(self, make: Make, tmp_path: Path) -> None:
        path = str(tmp_path / "peer.sock")
        with bound(socket.AF_UNIX, path) as receiver:
            transport, ledger = make(UnixAddress(path), timeout=50), Ledger()
            run = ledger.run(events(3000))
            transport.start(run)
            await until(lambda: ledger.is_complete, "the deadline")
            letters = told(ledger.of(run))
            taken = numbers(receiver)
            assert letters == "s" * len(taken) + "m" * (3000 - len(taken))
            last = ledger.of(run)[-1]
            assert last is not None
            assert last.reason == "the receiver made no room within 50 ms"

    async def test_close_waits_for_room(self, make: Make, tmp_path: Path) -> None:
        path = str(tmp_path / "peer.sock")
        with bound(socket.AF_UNIX, path) as receiver:
            transport, ledger = make(UnixAddress(path)), Ledger()
            run = ledger.run(events(1000))
            transport.start(run)
            found: list[int] = []
            asyncio.get_running_loop().add_reader(receiver, lambda: found.extend(numbers(receiver)))
            await transport.close(10.0)
            asyncio.get_running_loop().remove_reader(receiver)
            assert told(ledger.of(run)) == "s" * 1000
            assert found + numbers(receiver) == list(range(1000))

    async def test_a_receiver_that_was_restarted_loses_nothing(self, make: Make, tmp_path: Path) -> None:
        path = tmp_path / "peer.sock"
        transport, ledger = make(UnixAddress(str(path))), Ledger()
        for _ in range(3):
            with bound(socket.AF_UNIX, str(path)) as receiver:
                run = ledger.run(events(3))
                transport.start(run)
                assert told(ledger.of(run)) == "sss"
                assert numbers(receiver) == [0, 1, 2]
            path.unlink()

    async def test_a_receiver_that_died_fails_the_run_from_there(self, make: Make, tmp_path: Path) -> None:
        path = tmp_path / "peer.sock"
        transport, ledger = make(UnixAddress(str(path))), Ledger()
        with bound(socket.AF_UNIX, str(path)):
            transport.start(ledger.run(events(1)))
        run = ledger.run(events(3))
        transport.start(run)
        assert told(ledger.of(run)) == "mmm"
        assert {outcome.reason for outcome in ledger.of(run) if outcome} == {f"nobody receives at {path}"}

    async def test_a_socket_that_refuses_again_and_again_is_opened_anew_once(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left = [ScriptedSocket({2: errno.ECONNREFUSED}), *[ScriptedSocket({0: errno.ECONNREFUSED})] * 2]
        monkeypatch.setattr(unix, "connected_datagram", lambda _endpoint: left.pop(0))
        ledger = Ledger()
        run = ledger.run(events(5))
        make(UnixAddress("/x")).start(run)
        assert told(ledger.of(run)) == "ssmmm"
        assert len(left) == 1

    async def test_the_reason_names_the_path(self, make: Make, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(tmp_path / "stream"))
            listener.listen()
            expected = {
                tmp_path / "none": f"no socket at {tmp_path}/none",
                tmp_path / "file": f"nobody receives at {tmp_path}/file",
                tmp_path / "stream": f"not a datagram socket: {tmp_path}/stream",
                tmp_path / ("x" * 200): f"AF_UNIX path too long: {tmp_path}/{'x' * 200}",
            }
            for path, reason in expected.items():
                ledger = Ledger()
                run = ledger.run(events(1))
                make(UnixAddress(str(path))).start(run)
                assert [(outcome.fault, outcome.reason) for outcome in ledger.of(run) if outcome] == [
                    (Fault.MEMBER, reason)
                ]

    async def test_an_oversize_event_says_the_limit_of_the_buffer(self, make: Make, tmp_path: Path) -> None:
        path = str(tmp_path / "peer.sock")
        with bound(socket.AF_UNIX, path) as receiver:
            transport, ledger = make(UnixAddress(path)), Ledger()
            small, large = events(1)[0], events(1, text="x" * 4_000_000)[0]
            run = ledger.run([small, large, small])
            transport.start(run)
            assert told(ledger.of(run)) == "ses"
            limit = receiver.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) - 32
            assert f"at most {limit} fit" in ledger.outcomes[min(ledger.outcomes) + 1].reason

    def test_it_is_not_blind(self) -> None:
        assert UnixTransport.failure_blindness(UnixAddress("/x"), DatagramOptions()) is None
