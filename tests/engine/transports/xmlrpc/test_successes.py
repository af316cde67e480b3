"""Outcomes of single events, told together."""

from __future__ import annotations

import asyncio
import itertools

from hypothesis import given
from hypothesis import strategies as st

from engine.event import Event
from engine.run import DELIVERED, SENT, Batch, Outcome, Run, failed
from engine.transports.xmlrpc.successes import Successes, stretches


@given(st.sets(st.integers(0, 40), min_size=1))
def test_stretches_are_the_fewest_ranges(numbers: set[int]) -> None:
    found = list(stretches(list(numbers)))
    assert [number for one in found for number in one] == sorted(numbers)
    assert all(before.stop < after.start for before, after in itertools.pairwise(found))


async def test_neighbours_are_settled_in_one_call_before_the_loop_waits_again() -> None:
    calls: list[tuple[range, Outcome]] = []
    run = Run(
        Batch("E_A", [Event("E_A")] * 8, 1, 0.0, ""),
        range(8),
        0,
        0.0,
        lambda _run, part, end: calls.append((part, end)),
    )
    successes = Successes()
    for position in (2, 0, 1, 5):
        successes.add(run, position, DELIVERED)
    assert calls == []
    await asyncio.sleep(0)
    assert calls == [(range(3), DELIVERED), (range(5, 6), DELIVERED)]


async def test_a_failure_is_told_at_once_behind_the_successes_before_it() -> None:
    calls: list[tuple[range, Outcome]] = []
    run = Run(
        Batch("E_A", [Event("E_A")] * 3, 1, 0.0, ""),
        range(3),
        0,
        0.0,
        lambda _run, part, end: calls.append((part, end)),
    )
    successes = Successes()
    refused = failed("refused")
    successes.add(run, 1, DELIVERED)
    successes.add(run, 0, refused)
    assert calls == [(range(1, 2), DELIVERED), (range(1), refused)]
    await asyncio.sleep(0)
    assert len(calls) == 2


async def test_events_that_went_well_in_different_ways_keep_their_outcomes() -> None:
    calls: list[tuple[range, Outcome]] = []
    run = Run(
        Batch("E_A", [Event("E_A")] * 4, 1, 0.0, ""),
        range(4),
        0,
        0.0,
        lambda _run, part, end: calls.append((part, end)),
    )
    successes = Successes()
    for position, outcome in enumerate((DELIVERED, DELIVERED, SENT, DELIVERED)):
        successes.add(run, position, outcome)
    await asyncio.sleep(0)
    assert calls == [(range(2), DELIVERED), (range(2, 3), SENT), (range(3, 4), DELIVERED)]
