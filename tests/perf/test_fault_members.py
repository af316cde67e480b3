"""The members of `benchmarks.faults` fail as they are told to, and write down what came."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.events import payloads
from benchmarks.faults.happenings import all_die
from benchmarks.faults.members import Receiver, Scene, scene
from benchmarks.faults.records import recorded

LIMIT_S = 15.0
FIRST = 1_000_000_000
"""The number of the first of `payloads`."""


@pytest.fixture
def answering() -> Iterator[Receiver]:
    with scene(["tcp-sync"]) as made:
        yield made.receiver(0)


def connected(receiver: Receiver) -> socket.socket:
    return socket.create_connection(("127.0.0.1", receiver.port), LIMIT_S)


def request(number: int) -> bytes:
    return b'{"id":%d,%b' % (number + 1, payloads(number, 1)[0][1:])


def numbers(receiver: Receiver) -> list[int]:
    return [one.number - FIRST for one in recorded(receiver.record) if one.number >= 0]


def marks(receiver: Receiver) -> int:
    return sum(one.number < 0 for one in recorded(receiver.record))


def test_an_event_is_written_down_before_it_is_answered(answering: Receiver) -> None:
    with connected(answering) as peer:
        peer.sendall(request(3))
        assert json.loads(peer.recv(4096)) == {"jsonrpc": "2.0", "result": "OK", "id": 4}
        assert numbers(answering) == [3]


def test_answers_come_late_and_in_order(answering: Receiver) -> None:
    with connected(answering) as peer:
        answering.tell("late 0.2")
        began = time.monotonic()
        peer.sendall(request(0))
        assert b'"id":1' in peer.recv(4096)
        assert time.monotonic() - began >= 0.2
        peer.sendall(request(1))
        while len(numbers(answering)) < 2 and time.monotonic() - began < LIMIT_S:
            time.sleep(0.005)
        answering.tell("late 0")
        peer.sendall(request(2))
        answers = b""
        while answers.count(b'"id"') < 2:
            answers += peer.recv(4096)
        assert answers.index(b'"id":2') < answers.index(b'"id":3')


def test_a_hanging_member_reads_when_it_goes_on(answering: Receiver) -> None:
    with connected(answering) as peer:
        peer.sendall(request(0))
        peer.recv(4096)
        answering.hang()
        peer.sendall(request(1))
        peer.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.recv(4096)
        assert numbers(answering) == [0]
        answering.go_on()
        peer.settimeout(LIMIT_S)
        assert b'"id":2' in peer.recv(4096)
        assert numbers(answering) == [0, 1]


def test_a_resetting_member_resets_whoever_says_something_and_takes_nothing(answering: Receiver) -> None:
    answering.tell("reset on")
    with connected(answering) as peer:
        peer.sendall(request(0))
        with pytest.raises(ConnectionResetError):
            peer.recv(4096)
    answering.tell("reset off")
    with connected(answering) as peer:
        peer.sendall(request(1))
        peer.recv(4096)
    assert numbers(answering) == [1]


def test_a_member_that_is_down_refuses_and_comes_back_on_its_port(answering: Receiver) -> None:
    port = answering.port
    with connected(answering) as peer:
        peer.sendall(request(0))
        peer.recv(4096)
        answering.tell("down")
        with pytest.raises(ConnectionResetError):
            peer.recv(4096)
    with pytest.raises(ConnectionRefusedError):
        connected(answering)
    answering.come_back()
    assert answering.port == port
    assert marks(answering) == 2
    with connected(answering) as peer:
        peer.sendall(request(1))
        peer.recv(4096)
    assert numbers(answering) == [0, 1]


def test_of_all_that_died_the_last_comes_back_and_goes_on_with_its_record() -> None:
    with scene(["udp", "unix"]) as made:
        datagrams, local = made.receiver(0), made.receiver(1)
        all_die(made, 0.0)
        assert (marks(datagrams), marks(local)) == (1, 2)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(payloads(5, 1)[0], local.socket.removeprefix("unix:"))
        deadline = time.monotonic() + LIMIT_S
        while not numbers(local) and time.monotonic() < deadline:
            time.sleep(0.005)
        assert numbers(local) == [5]


def test_members_can_share_a_port_at_different_addresses() -> None:
    with scene(["tcp", "tcp"], has_one_port=True) as made:
        assert [member.socket.split(":")[1] for member in made.members] == ["127.0.0.1", "127.0.0.2"]
        assert made.receiver(0).port == made.receiver(1).port


def test_the_files_of_a_scene_go_with_it() -> None:
    with scene(["unix"]) as made:
        directory = Path(made.members[0].record).parent
        assert directory.exists()
    assert not directory.exists()


def test_a_row_without_a_broker_cannot_use_one() -> None:
    with pytest.raises(AssertionError, match="no broker"):
        _ = Scene([]).broker
