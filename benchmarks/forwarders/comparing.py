"""Measuring the forwarders and the engine in turn, for the rows that a forwarder can do."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.forwarders.arrivals import arrivals_for
from benchmarks.forwarders.program import Forwarder, running
from benchmarks.measuring import Sample, sample
from benchmarks.processes import Child, closing
from benchmarks.rows import Row


@dataclass
class Comparison:
    """One forwarder beside the engine, for one row."""

    program: str
    version: str
    row: Row
    theirs: list[Sample] = field(default_factory=list)
    ours: list[Sample] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Events that were not where they should be, in any round; the comparison is void then."""
        return sum(one.lost for one in (*self.theirs, *self.ours))

    @property
    def ratio(self) -> float:
        """Our rate as a multiple of theirs: the median of the rounds' own ratios."""
        return statistics.median(own.rate / their.rate for own, their in zip(self.ours, self.theirs, strict=True))


def compare(
    row: Row, forwarders: Sequence[Forwarder], rounds: int, count: int, tell: Callable[[str], None]
) -> list[Comparison]:
    """Run each forwarder and then the engine (A B C A B C), `rounds` times.

    Raises:
        RuntimeError: one of them ended early; its words are on standard error.
    """
    able = [one for one in forwarders if not one.cannot(row.policy, row.kind)]
    pairs = [(one, Comparison(one.name, one.version(), row)) for one in able]
    for number in range(rounds if pairs else 0):
        for forwarder, comparison in pairs:
            comparison.theirs.append(_forwarded(forwarder, row, count))
            tell(f"{row.name} round {number + 1}: {forwarder.name} {comparison.theirs[-1].rate:,.0f}/s")
        own = sample(row, "ours", count)
        tell(f"{row.name} round {number + 1}: ours {own.rate:,.0f}/s")
        for _, comparison in pairs:
            comparison.ours.append(own)
    return [comparison for _, comparison in pairs]


def _forwarded(forwarder: Forwarder, row: Row, count: int) -> Sample:
    """One round of a forwarder: from the first line that is written to it, until the last event has arrived."""
    warm_up = count // 10
    with (
        arrivals_for(row) as arrivals,
        running(forwarder, arrivals.work) as instance,
        closing(Feeder(instance.port, row.kind, warm_up, count)) as feeder,
    ):
        before, used = arrivals.wait_for(warm_up * row.copies), instance.cpu_s()
        start_ns = feeder.go()
        after = arrivals.wait_for((warm_up + count) * row.copies)
        user_s, system_s = (now - then for now, then in zip(instance.cpu_s(), used, strict=True))
        elapsed_s = (after.last_ns - start_ns) / 1e9
        return Sample(
            rate=count / elapsed_s,
            user_us=user_s / count * 1e6,
            system_us=system_s / count * 1e6,
            memory_mib=instance.peak_memory_kib() / 1024,
            busy=(after.reader_cpu_s - before.reader_cpu_s) / elapsed_s,
            lost=misplaced(row.policy, after.members, warm_up + count),
        )


class Feeder(Child):
    """The process that writes to a forwarder; the warm-up is written as it is made."""

    def __init__(self, port: int, kind: str, warm_up: int, count: int) -> None:
        super().__init__("benchmarks.forwarders.feeder", str(port), kind, str(warm_up), str(count))
        assert self.hear() == "warm"

    def go(self) -> int:
        """Write the rest; when that began (monotonic nanoseconds)."""
        self.say("go")
        return int(self.hear())


def misplaced(policy: str, members: Sequence[int], count: int) -> int:
    """Events that are missing, or too many, at the members that the policy sends them to."""
    if policy == "ROUND-ROBIN":
        turns = [len(range(place, count, len(members))) for place in range(len(members))]
        # Whose turn it is first is the program's own affair.
        return sum(abs(came - wanted) for came, wanted in zip(sorted(members), sorted(turns), strict=True))
    wanted = [count if policy == "PARALLEL" or place == 0 else 0 for place in range(len(members))]
    return sum(abs(came - due) for came, due in zip(members, wanted, strict=True))
