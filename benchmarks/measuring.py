"""Measuring a row: the limit and the engine in turn, each round with fresh processes and fresh receivers."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.broker import QUEUE, private_broker
from benchmarks.events import payload_size
from benchmarks.limits import lines_in, sockets_of
from benchmarks.processes import Child, Receivers, closing
from benchmarks.rows import Row
from tests.support.rabbitmq import RabbitmqNode

BUSY_MAX = 0.95
"""A receiver that is busy for more of the time than this may be the limit itself; the table says so."""


@dataclass(frozen=True)
class Sample:
    """One round of one side."""

    rate: float
    """Events a second, until the last receiver had read the last one."""
    user_us: float
    """Processor time of the sending process, microseconds an event."""
    system_us: float
    memory_mib: float
    busy: float
    """Share of the time for which the receivers' process was at work; 0 for files and brokers."""
    lost: int
    """Notifications that never came."""


@dataclass
class Result:
    """A row: the rounds of both sides."""

    row: Row
    ours: list[Sample] = field(default_factory=list)
    limit: list[Sample] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Notifications that were lost in any round; the row is void then."""
        return sum(sample.lost for sample in (*self.ours, *self.limit))

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: each round stands beside its own limit."""
        return statistics.median(own.rate / bare.rate for own, bare in zip(self.ours, self.limit, strict=True))

    @property
    def is_met(self) -> bool:
        """Whether the target is reached, by share or by the figure that is enough."""
        if self.lost:
            return False
        enough = self.row.target_rate
        return self.ratio >= self.row.target or (enough is not None and median(self.ours, "rate") >= enough)


def median(samples: list[Sample], what: str) -> float:
    """The median of one figure over the rounds."""
    return float(statistics.median(getattr(sample, what) for sample in samples))


def measure(row: Row, rounds: int, count: int, tell: Callable[[str], None]) -> Result:
    """Run the limit and the engine in turn (A B A B), `rounds` times.

    Raises:
        RuntimeError: a side ended early; its words are on standard error.
    """
    result = Result(row)
    with _broker_for(row) as broker:
        for number in range(rounds):
            for which, samples in (("limit", result.limit), ("ours", result.ours)):
                samples.append(sample(row, which, count, broker))
                tell(f"{row.name} round {number + 1}: {which} {samples[-1].rate:,.0f}/s")
    return result


@contextmanager
def _broker_for(row: Row) -> Iterator[RabbitmqNode | None]:
    if row.kind != "rabbitmq":
        yield None
        return
    with private_broker() as broker:
        yield broker


def sample(row: Row, which: str, count: int, broker: RabbitmqNode | None = None) -> Sample:
    """One round of one side, `ours` or `limit`, with fresh processes and receivers."""
    if row.kind == "file":
        return _file_sample(row, which, count)
    if broker is not None:
        return _broker_sample(row, which, count, broker)
    with closing(Receivers(row.kind, row.receivers)) as receivers:
        warm_up = count // 10
        copies = row.copies
        measure = "bytes" if row.kind == "tcp" else "messages"
        each = payload_size() if measure == "bytes" else 1
        peers = [row.kind, sockets_of(row.kind, receivers.ports, ""), receivers.ports, ""]
        with _started(row, which, warm_up, count, peers) as side:
            before = receivers.wait_for(measure, warm_up * copies * each)
            side.say("go")
            work = json.loads(side.hear())
            after = receivers.wait_for(measure, (warm_up + count) * copies * each)
        lost = (warm_up + count) * copies - sum(after[measure]) // each
        elapsed_s = (max(after["last_ns"], work["end_ns"]) - work["start_ns"]) / 1e9
        return _made(work, count, elapsed_s, lost, (after["cpu_s"] - before["cpu_s"]) / elapsed_s)


def _file_sample(row: Row, which: str, count: int) -> Sample:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
        path = str(Path(directory) / "events.csv")
        warm_up = count // 10
        with _started(row, which, warm_up, count, ["file", sockets_of("file", (), path), [], path]) as side:
            side.say("go")
            work = json.loads(side.hear())
        lost = warm_up + count - lines_in(path)
        return _made(work, count, (work["end_ns"] - work["start_ns"]) / 1e9, lost, 0.0)


def _broker_sample(row: Row, which: str, count: int, broker: RabbitmqNode) -> Sample:
    warm_up = count // 10
    broker.declare(QUEUE)
    with _started(row, which, warm_up, count, ["rabbitmq", [broker.socket_text(QUEUE)], [broker.port], ""]) as side:
        side.say("go")
        work = json.loads(side.hear())
    lost = warm_up + count - broker.depth(QUEUE)
    return _made(work, count, (work["end_ns"] - work["start_ns"]) / 1e9, lost, 0.0)


@contextmanager
def _started(row: Row, which: str, warm_up: int, count: int, peers: list[Any]) -> Iterator[Child]:
    with closing(Child("benchmarks.side", row.name, which, str(warm_up), str(count), json.dumps(peers))) as side:
        assert side.hear() == "warm"
        yield side


def _made(work: dict[str, Any], count: int, elapsed_s: float, lost: int, busy: float) -> Sample:
    return Sample(
        rate=count / elapsed_s,
        user_us=work["user_s"] / count * 1e6,
        system_us=work["system_s"] / count * 1e6,
        memory_mib=work["memory_kib"] / 1024,
        busy=busy,
        lost=lost,
    )
