"""udp: refusals, addresses and host names, over real sockets."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from engine.address import UdpAddress
from engine.event import Event
from engine.run import Status
from engine.transports.base import ConnectionState, TransportContext
from engine.transports.datagram import udp
from engine.transports.datagram.transport import DatagramOptions
from engine.transports.datagram.udp import UdpTransport
from tests.engine.transports.datagram.conftest import Make, bound, events, letters, numbers
from tests.support.clock import FakeClock
from tests.support.runs import Ledger
from tests.support.waiting import until


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
        assert [letters(ledger.of(run)) for run in runs] == ["m"] * 10
        assert {outcome.reason for outcome in ledger.outcomes.values()} == {"connection refused"}

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
            assert letters(ledger.of(run)) == "m"
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
                assert letters(ledger.of(run)) == "mm"
            assert names.asked == 1
            assert ledger.outcomes[min(ledger.outcomes)].reason == "the host name was not found within 20 ms"
            names.gate.set()
            run = ledger.run(events(1))
            transport.start(run)
            await until(lambda: ledger.is_complete, "the late lookup is used")
            assert letters(ledger.of(run)) == "s"
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
            assert letters(ledger.of(run)) == "mm"

        await fails(connect_now=True)
        await fails(connect_now=False)
        assert names.asked == 1
        await fails(connect_now=True)
        assert names.asked == 2
        clock.advance(udp.LOOKUP_PAUSE_S)
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
        assert letters(ledger.of(run)) == "xx"
        await until(lambda: not context.tasks, "the lookup has ended")
