"""One HTTP connection, from request to answer or to its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from engine.transports.xmlrpc.http_answer import Answer
from engine.transports.xmlrpc.http_connection import UNASKED, HttpConnection
from engine.transports.xmlrpc.http_reader import BROKE_OFF, CLOSED_EARLY
from tests.support.httppeer import OK_BODY, answer
from tests.support.waiting import until


class Listener:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str | Answer] = []

    def written(self) -> None:
        self.told.append("written")

    def heard(self, answer: Answer) -> None:
        self.told.append(answer)

    def broke(self, reason: str, *, has_given_up: bool) -> None:
        self.told.append(f"{reason}, and we gave up" if has_given_up else reason)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end, which does not block, and the server's."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(5)
    with ours, theirs:
        yield ours, theirs


Pair = tuple[socket.socket, socket.socket]


async def test_a_request_is_answered_and_another_may_follow(pair: Pair) -> None:
    listener = Listener()
    connection = HttpConnection(pair[0], listener)
    for number in (1, 2):
        connection.send(b"request %d" % number)
        assert pair[1].recv(100) == b"request %d" % number
        pair[1].sendall(answer())
        await until(lambda number=number: len(listener.told) == 2 * number)  # type: ignore[misc]
    assert listener.told == ["written", Answer(200, OK_BODY)] * 2
    assert not connection.is_closed
    connection.close()


async def test_what_the_server_said_before_it_closed_counts_although_the_request_cannot_be_written(pair: Pair) -> None:
    listener = Listener()
    connection = HttpConnection(pair[0], listener)
    pair[1].sendall(answer(b"bye", "503 Service Unavailable", "Connection: close"))
    pair[1].close()
    connection.send(b"request")
    assert listener.told == []
    await until(lambda: listener.told)
    assert listener.told == [Answer(503, b"bye")]
    assert connection.is_closed


@pytest.mark.parametrize(("said", "reason"), [(b"", CLOSED_EARLY), (answer()[:-1], BROKE_OFF)])
async def test_a_connection_that_ends_before_the_answer_is_broken(pair: Pair, said: bytes, reason: str) -> None:
    listener = Listener()
    connection = HttpConnection(pair[0], listener)
    connection.send(b"request")
    pair[1].sendall(said)
    pair[1].shutdown(socket.SHUT_WR)
    await until(lambda: len(listener.told) == 2)
    assert listener.told == ["written", reason]
    assert connection.is_closed


async def test_bytes_that_nobody_asked_for_break_it(pair: Pair) -> None:
    listener = Listener()
    connection = HttpConnection(pair[0], listener)
    pair[1].sendall(answer())
    await until(lambda: listener.told)
    assert listener.told == [f"{UNASKED}, and we gave up"]
    assert connection.is_closed


async def test_a_request_that_the_kernel_takes_in_parts_is_written_once_all_is(pair: Pair) -> None:
    listener = Listener()
    connection = HttpConnection(pair[0], listener)
    connection.send(b"x" * 4_000_000)
    await asyncio.sleep(0)
    assert listener.told == []
    pair[1].setblocking(False)
    left = 4_000_000
    while left:
        left -= len(await asyncio.wait_for(asyncio.get_running_loop().sock_recv(pair[1], 1 << 20), 5))
    await until(lambda: listener.told)
    assert listener.told == ["written"]
    connection.close()


async def test_once_closed_nobody_is_told_anything(pair: Pair) -> None:
    listener = Listener()
    connection = HttpConnection(pair[0], listener)
    connection.send(b"request")
    pair[1].sendall(answer())
    connection.close()
    connection.close()
    await asyncio.sleep(0)
    assert listener.told == ["written"]


async def _time_of_calls(calls: int) -> float:
    """How long calls take to a server that writes its answers in two small pieces, and leaves Nagle's algorithm on."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    ours = socket.create_connection(listening.getsockname())
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    theirs, _ = await loop.sock_accept(listening)
    listener = Listener()
    connection = HttpConnection(ours, listener)
    head, end, body = answer().partition(b"\r\n\r\n")
    began = loop.time()
    for number in range(1, calls + 1):
        connection.send(b"request")
        await loop.sock_recv(theirs, 100)
        await loop.sock_sendall(theirs, head + end)
        await loop.sock_sendall(theirs, body)
        await until(lambda number=number: len(listener.told) == 2 * number)  # type: ignore[misc]
    took = loop.time() - began
    connection.close()
    theirs.close()
    listening.close()
    return took


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="this kernel cannot be told to acknowledge at once")
async def test_an_answer_in_two_small_writes_is_not_held_back_by_a_late_acknowledgement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Perl's and Ruby's servers write so: the body waits for the acknowledgement of the head, some 40 ms."""
    quick = await _time_of_calls(40)
    monkeypatch.setattr("engine.transports.xmlrpc.http_connection.ack_now", lambda _connected: None)
    assert quick < await _time_of_calls(40) / 2
