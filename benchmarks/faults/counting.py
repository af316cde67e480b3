"""From what was raised and what arrived to what was lost: pure.

Times are monotonic nanoseconds, the same clock in every process; events are known by their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Arrival(NamedTuple):
    """An event at a receiver."""

    at_ns: int
    number: int
    place: int = 0
    """Of the member, from 0."""


class Tick(NamedTuple):
    """Events that were raised together."""

    at_ns: int
    """Just before the first of them was raised."""
    first: int
    """Number of the first."""
    count: int
    refused: tuple[int, ...] = ()
    """Numbers of those that the door refused."""

    @property
    def accepted(self) -> list[int]:
        """Numbers of those that were taken."""
        refused = set(self.refused)
        return [number for number in range(self.first, self.first + self.count) if number not in refused]


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the events of one run."""

    accepted: int
    refused: int
    """Told "busy" at the door."""
    delivered: int
    """Accepted events that arrived at any of the receivers that count."""
    twice: int
    """Further arrivals of an event that had arrived."""
    undelivered: int | None
    """Events whose end was told as undelivered, with a reason; None where the program does not say."""
    stall_s: float
    """Longest time without an event that had not arrived before, while events were raised."""
    disordered: int
    """Events that arrived for the first time after one with a higher number."""
    elsewhere: int = 0
    """Delivered events that arrived first at another member than the first."""
    first_ms: float | None = None
    """From a receiver being back until an event arrived; None where nothing came back or nothing arrived."""

    @property
    def missing(self) -> int:
        """Accepted events that arrived nowhere, whatever was said of them."""
        return self.accepted - self.delivered

    @property
    def lost(self) -> int:
        """Accepted events that arrived nowhere and of which nothing was said."""
        return max(0, self.missing - (self.undelivered or 0))


def counted(ticks: Sequence[Tick], arrivals: Iterable[Arrival], undelivered: int | None, back: Back | None) -> Count:
    """Count one run; `arrivals` are those of all receivers that count, in any order."""
    accepted = {number for tick in ticks for number in tick.accepted}
    came = sorted(arrival for arrival in arrivals if arrival.number in accepted)
    firsts = first_arrivals(came)
    return Count(
        accepted=len(accepted),
        refused=sum(len(tick.refused) for tick in ticks),
        delivered=len(firsts),
        twice=len(came) - len(firsts),
        undelivered=undelivered,
        stall_s=longest_gap_ns([one.at_ns for one in firsts], ticks[0].at_ns, ticks[-1].at_ns) / 1e9,
        disordered=disordered([one.number for one in firsts]),
        elsewhere=sum(one.place > 0 for one in firsts),
        first_ms=None if back is None else first_after_ms(back, ticks, firsts),
    )


def first_arrivals(came: Iterable[Arrival]) -> list[Arrival]:
    """Without the copies.

    >>> first_arrivals([Arrival(1, 7), Arrival(2, 8), Arrival(3, 7)])
    [Arrival(at_ns=1, number=7, place=0), Arrival(at_ns=2, number=8, place=0)]
    """
    firsts: dict[int, Arrival] = {}
    for one in came:
        firsts.setdefault(one.number, one)
    return list(firsts.values())


def longest_gap_ns(times: Sequence[int], began: int, ended: int) -> int:
    """The longest time between two arrivals, or between one and the beginning or end of the raising.

    >>> longest_gap_ns([12, 15, 40], began=10, ended=20)
    5
    """
    inside = [began, *(at for at in times if began < at < ended), ended]
    return max(after - before for before, after in pairwise(inside))


def disordered(numbers: Iterable[int]) -> int:
    """How many came after a higher one.

    >>> disordered([1, 2, 5, 3, 4, 6])
    2
    """
    highest, count = -1, 0
    for number in numbers:
        count += number < highest
        highest = max(highest, number)
    return count


class Back(NamedTuple):
    """A receiver was there again."""

    at_ns: int
    has_connection: bool
    """Whether somebody who waits can notice it. Where nobody can, the next event that is raised is the first chance."""


def first_after_ms(back: Back, ticks: Sequence[Tick], firsts: Sequence[Arrival]) -> float | None:
    """How long it took from the receiver being back until an event arrived; None when none did."""
    came = next((one for one in firsts if one.at_ns >= back.at_ns), None)
    if came is None:
        return None
    since = back.at_ns
    if not back.has_connection:
        raised = next((tick.at_ns for tick in ticks if tick.at_ns >= back.at_ns), back.at_ns)
        since = min(came.at_ns, raised)
    return (came.at_ns - since) / 1e6
