"""Who tries when: in turn, as often as is harmless, and all at once when somebody got through."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from random import Random

import pytest

from engine.transports.peers import (
    ATTEMPTS_PER_S,
    BACKOFF_FIRST_S,
    BACKOFF_MAX_S,
    LOCAL_PAUSE_S,
    TRIED_AT_A_TIME,
    Peer,
    Peers,
    is_on_this_machine,
)
from tests.support.waiting import until


class Visitor:
    """A target that fails until the peer is there."""

    def __init__(self, peer: Peer, log: list[tuple[float, Visitor]], *, is_refused: bool = True) -> None:
        self.peer = peer
        self.log = log
        self.is_refused = is_refused
        self.is_up = False
        self.hope = False
        """Whether the next attempt succeeds."""

    def attempt(self) -> None:
        self.peer.began(self.attempt)
        self.log.append((asyncio.get_running_loop().time(), self))
        if self.hope:
            self.is_up = True
            self.peer.reached(self.attempt)
        else:
            self.peer.failed(self.attempt, is_refused=self.is_refused)


def visitors(count: int, *, is_local: bool = True, is_refused: bool = True) -> tuple[Peer, list[Visitor]]:
    """Some targets of one endpoint."""
    peer = Peers(Random(1)).named("there", is_local=is_local)
    log: list[tuple[float, Visitor]] = []
    return peer, [Visitor(peer, log, is_refused=is_refused) for _ in range(count)]


def gaps(log: list[tuple[float, Visitor]]) -> list[float]:
    """Seconds from each attempt to the next."""
    return [later - earlier for (earlier, _), (later, _) in pairwise(log)]


async def test_the_same_host_and_port_is_the_same_peer_as_long_as_somebody_has_it() -> None:
    peers = Peers()
    first = peers.at("LOCALHOST", 80)
    assert peers.at("localhost", 80) is first
    assert peers.at("localhost", 81) is not first
    assert peers.at("localhost", 80, "udp") is not first
    del first
    assert len(peers._peers) == 0


async def test_a_refusal_on_this_machine_is_followed_by_attempts_at_a_constant_distance() -> None:
    peer, (visitor,) = visitors(1)
    visitor.attempt()
    await until(lambda: len(visitor.log) == 8, "eight attempts")
    assert min(gaps(visitor.log)) >= 0.9 * LOCAL_PAUSE_S
    peer.leave(visitor.attempt)


@pytest.mark.parametrize(("is_local", "is_refused"), [(False, True), (True, False)])
async def test_what_is_dear_is_tried_less_and_less_often_up_to_a_limit(is_local: bool, is_refused: bool) -> None:
    peer, (visitor,) = visitors(1, is_local=is_local, is_refused=is_refused)
    found = [peer.failed(visitor.attempt, is_refused=is_refused) for _ in range(8)]
    shares = [wait / min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2**number) for number, wait in enumerate(found, 1)]
    assert min(shares) >= 0.499
    assert max(shares) <= 1.001
    assert len(set(shares)) > 4, "no jitter"
    peer.leave(visitor.attempt)


async def test_the_targets_of_one_endpoint_try_in_turn_and_together_no_more_often_than_one() -> None:
    peer, three = visitors(3)
    for visitor in three:
        visitor.attempt()
    log = three[0].log
    del log[:]
    await until(lambda: len(log) == 7, "seven attempts")
    assert [who for _, who in log] == [three[number % 3] for number in range(7)]
    assert min(gaps(log)) >= 0.9 * LOCAL_PAUSE_S
    for visitor in three:
        peer.leave(visitor.attempt)


async def test_who_gets_through_wakes_all_others_at_once() -> None:
    _, many = visitors(200)
    for visitor in many:
        visitor.attempt()
    log = many[0].log
    del log[:]
    for visitor in many:
        visitor.hope = True
    await until(lambda: log, "the first")
    began = log[0][0]
    await until(lambda: all(visitor.is_up for visitor in many), "the others")
    assert len(log) == 200
    assert log[-1][0] - began < 200 * LOCAL_PAUSE_S / 4, "they did not wait for their turns"
    assert many[0].peer._peers.waiting == 0


async def test_a_success_that_does_not_last_for_the_others_is_no_endless_round() -> None:
    peer, (first, *others) = visitors(5)
    for visitor in (first, *others):
        visitor.attempt()
    del first.log[:]
    first.hope = True
    first.attempt()
    assert len(first.log) == 5
    for visitor in others:
        peer.leave(visitor.attempt)


async def test_hurry_is_at_once_when_the_last_attempt_is_long_ago_and_keeps_its_distance_else() -> None:
    peer, (visitor,) = visitors(1, is_local=False)
    peer.failed(visitor.attempt, is_refused=True)
    peer.hurry(visitor.attempt)
    await until(lambda: visitor.log, "the first since the loss")
    for _ in range(5):
        peer.hurry(visitor.attempt)
        await asyncio.sleep(0.01)
    assert len(visitor.log) == 1
    peer.leave(visitor.attempt)


async def test_who_hurries_is_next() -> None:
    peer, three = visitors(3)
    for visitor in three:
        visitor.attempt()
    log = three[0].log
    del log[:]
    peer.hurry(three[2].attempt)
    await until(lambda: log, "an attempt")
    assert log[0][1] is three[2]
    for visitor in three:
        peer.leave(visitor.attempt)


async def test_the_turn_of_one_that_left_goes_to_the_next() -> None:
    peer, (first, second) = visitors(2)
    first.attempt()
    second.attempt()
    del first.log[:]
    peer.leave(first.attempt)
    await until(lambda: first.log, "the second's attempt")
    assert first.log[0][1] is second
    peer.leave(second.attempt)


async def test_one_that_leaves_while_it_tries_holds_up_nobody() -> None:
    peer, (first, second) = visitors(2)
    peer.began(first.attempt)
    peer.failed(second.attempt, is_refused=True)
    peer.leave(first.attempt)
    await until(lambda: second.log, "the other's attempt")
    peer.leave(second.attempt)


async def test_a_thousand_dead_endpoints_are_tried_no_more_often_together_than_allowed() -> None:
    peers = Peers(Random(1))
    log: list[tuple[float, Visitor]] = []
    many = [Visitor(peers.named(str(number), is_local=True), log) for number in range(1000)]
    for visitor in many:
        visitor.attempt()
        visitor.peer.hurry(visitor.attempt)
    assert peers.waiting == 1000
    waits = [visitor.peer._turn_at - visitor.peer._tried_at for visitor in many[-100:]]
    assert min(waits) >= 900 / ATTEMPTS_PER_S
    for visitor in many:
        visitor.peer.leave(visitor.attempt)
    assert peers.waiting == 0


async def test_many_whose_turns_come_together_try_a_few_in_each_turn_of_the_loop() -> None:
    peers = Peers(Random(1))
    log: list[tuple[float, Visitor]] = []
    many = [Visitor(peers.named(str(number), is_local=True), log) for number in range(10 * TRIED_AT_A_TIME)]
    for visitor in many:
        visitor.attempt()
        visitor.peer._arm(0.0)  # as if the loop had been held until long after
    log.clear()
    known = [0]
    while known[-1] < len(many):
        await asyncio.sleep(0)
        known.append(len(log))
    assert max(after - before for before, after in pairwise(known)) <= TRIED_AT_A_TIME
    assert {visitor for _, visitor in log} == set(many)
    for visitor in many:
        visitor.peer.leave(visitor.attempt)


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        *((local, True) for local in ("127.0.0.1", "127.8.0.1", "::1", "localhost", "a.localhost.")),
        *((other, False) for other in ("192.0.2.1", "example.org", "localhost.example.org")),
    ],
)
def test_what_is_on_this_machine(host: str, is_local: bool) -> None:
    assert is_on_this_machine(host) is is_local
