"""ROUND-ROBIN against a model that deals one event at a time."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from engine.health import Health
from engine.policies import round_robin
from engine.policies.base import End, Share, Standing
from engine.run import Attempt, failed


def standing(kind: str) -> Standing:
    if kind == "down":
        return Standing(Health(), down="connection refused")
    return Standing(Health(paused=kind == "paused"))


kinds = st.lists(st.sampled_from(["up", "up", "up", "down", "paused"]), min_size=1, max_size=7)


@dataclass
class Model:
    """The manual's round-robin, one event at a time, with a member that can take nothing passed over."""

    pointer: int
    kinds: list[str]

    def deal(self) -> int | None:
        for step in range(len(self.kinds)):
            member = (self.pointer + step) % len(self.kinds)
            if self.kinds[member] == "up":
                self.pointer = (member + 1) % len(self.kinds)
                return member
        return None


@given(kinds, st.integers(0, 6), st.integers(1, 100))
def test_a_batch_is_dealt_like_its_events_one_by_one(states: list[str], pointer: int, count: int) -> None:
    pointer %= len(states)
    model = Model(pointer, states)
    expected = [model.deal() for _ in range(count)]
    planned = round_robin.plan(pointer, range(count), [standing(kind) for kind in states])
    dealt: list[int | None] = [None] * count
    for share in planned.shares:
        for index in share.indices:
            assert dealt[index] is None, "an event was dealt twice"
            dealt[index] = share.member
    assert dealt == expected
    assert planned.pointer == model.pointer
    assert (planned.end is not None) == ("up" not in states)


@given(kinds, st.integers(0, 6), st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_the_turn_is_kept_from_batch_to_batch(states: list[str], pointer: int, counts: list[int]) -> None:
    standings = [standing(kind) for kind in states]
    pointer %= len(states)
    model = Model(pointer, states)
    for count in counts:
        planned = round_robin.plan(pointer, range(count), standings)
        owners = {index: share.member for share in planned.shares for index in share.indices}
        assert [owners.get(index) for index in range(count)] == [model.deal() for _ in range(count)]
        pointer = planned.pointer


def test_shares_say_who_was_passed_over_for_them() -> None:
    planned = round_robin.plan(1, range(4), [standing("up"), standing("down"), standing("paused"), standing("up")])
    passed_over = [(share.member, [skip.member for skip in share.skipped]) for share in planned.shares]
    assert passed_over == [(3, [1, 2]), (0, [])]


def test_the_next_member_is_the_first_that_can_take_an_event() -> None:
    assert round_robin.next_member(1, [standing("up"), standing("down"), standing("paused")]) == 0
    assert round_robin.next_member(0, [standing("down"), standing("paused")]) is None


@given(kinds, st.data())
def test_what_failed_is_passed_on_at_most_one_lap(states: list[str], data: st.DataObject) -> None:
    standings = [standing(kind) for kind in states]
    first = data.draw(st.integers(0, len(states) - 1))
    attempts = [Attempt(first, 0.0, failed("refused"))]
    while isinstance(share := round_robin.pass_on(range(3), attempts, standings), Share):
        assert states[share.member] == "up"
        assert share.member not in {attempt.member for attempt in attempts}
        assert share.indices == range(3)
        attempts.append(Attempt(share.member, 0.0, failed("refused")))
    assert isinstance(share, End)
    tried = {attempt.member for attempt in attempts}
    assert tried >= {member for member, kind in enumerate(states) if kind == "up"}
    assert all(f"{member + 1}: " in share.reason for member in range(len(states)))


def test_passing_on_goes_in_the_order_given() -> None:
    share = round_robin.pass_on(range(1), [Attempt(1, 0.0, failed("x"))], [standing("up")] * 3)
    assert isinstance(share, Share)
    assert share.member == 2
