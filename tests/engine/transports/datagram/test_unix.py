"""unix: room, restarts and limits of a receiver in the file system, over real sockets."""

from __future__ import annotations

import asyncio
import errno
import socket
from pathlib import Path

import pytest

from engine.address import UnixAddress
from engine.run import Fault, Status
from engine.transports.datagram import unix
from engine.transports.datagram.transport import DatagramOptions
from engine.transports.datagram.unix import UnixTransport
from tests.engine.transports.datagram.conftest import Make, bound, events, letters, numbers
from tests.engine.transports.scripted import ScriptedSocket
from tests.support.runs import Ledger
from tests.support.waiting import until


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
            ends = letters(ledger.of(run))
            taken = numbers(receiver)
            assert ends == "s" * len(taken) + "m" * (3000 - len(taken))
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
            assert letters(ledger.of(run)) == "s" * 1000
            assert found + numbers(receiver) == list(range(1000))

    async def test_a_receiver_that_was_restarted_loses_nothing(self, make: Make, tmp_path: Path) -> None:
        path = tmp_path / "peer.sock"
        transport, ledger = make(UnixAddress(str(path))), Ledger()
        for _ in range(3):
            with bound(socket.AF_UNIX, str(path)) as receiver:
                run = ledger.run(events(3))
                transport.start(run)
                assert letters(ledger.of(run)) == "sss"
                assert numbers(receiver) == [0, 1, 2]
            path.unlink()

    async def test_a_receiver_that_died_fails_the_run_from_there(self, make: Make, tmp_path: Path) -> None:
        path = tmp_path / "peer.sock"
        transport, ledger = make(UnixAddress(str(path))), Ledger()
        with bound(socket.AF_UNIX, str(path)):
            transport.start(ledger.run(events(1)))
        run = ledger.run(events(3))
        transport.start(run)
        assert letters(ledger.of(run)) == "mmm"
        assert {outcome.reason for outcome in ledger.of(run) if outcome} == {f"nobody receives at {path}"}

    async def test_a_socket_that_refuses_again_and_again_is_opened_anew_once(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left = [ScriptedSocket({2: errno.ECONNREFUSED}), *[ScriptedSocket({0: errno.ECONNREFUSED})] * 2]
        monkeypatch.setattr(unix, "connected_datagram", lambda _endpoint: left.pop(0))
        ledger = Ledger()
        run = ledger.run(events(5))
        make(UnixAddress("/x")).start(run)
        assert letters(ledger.of(run)) == "ssmmm"
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
            assert letters(ledger.of(run)) == "ses"
            limit = receiver.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) - 32
            assert f"at most {limit} fit" in ledger.outcomes[min(ledger.outcomes) + 1].reason

    def test_it_is_not_blind(self) -> None:
        assert UnixTransport.failure_blindness(UnixAddress("/x"), DatagramOptions()) is None
