"""Running one row with the engine, or with a forwarder in its place, and counting what came of it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from benchmarks.faults.counting import Arrival, Back, Count, Tick, counted
from benchmarks.faults.members import Member, Scene, scene
from benchmarks.faults.pacing import heard
from benchmarks.faults.records import LISTENING, recorded
from benchmarks.faults.rows import Row
from benchmarks.forwarders.program import Forwarder, Work, running
from benchmarks.processes import Child
from tests.support.rabbitmq import RabbitmqNode

START_LIMIT_S = 20.0
WARM_LIMIT_S = 5.0
STARTS = 5
"""An engine whose first connect took too long has marked the member, and another one is started."""

RAISE_LIMIT_S = 90.0
"""How much longer than planned raising may take, where the door lets it wait."""

SETTLE_LIMIT_S = 45.0
"""Longest wait for every event to have an end: held events wait for a mark of 30 s."""

QUIET_S = 0.5
"""Everything has arrived when nothing has for so long, and the engine says that nothing waits."""

THEIR_QUIET_S = 12.0
"""A forwarder does not say whether something waits: it has so long to try again."""

LOOK_S = 0.05
LAST_WORDS = 2_000
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Result:
    """One run of one row."""

    row: Row
    program: str
    """What did the work."""
    count: Count
    misses: tuple[str, ...] | None
    """What is not as the row demands; None where it demands nothing of this program."""
    reason: str | None = None
    """Of the last undelivered event."""


def run_ours(row: Row, broker: RabbitmqNode | None) -> Result:
    """The engine at work.

    Raises:
        RuntimeError: a process ended that was not to end.
        TimeoutError: a process does not answer.
    """
    with scene(row.kinds, broker) as members:
        for _ in range(STARTS):
            with _ending(_raiser(row, [member.socket for member in members.members])) as engine:
                if _is_warm(engine, row, members):
                    return _measured(engine, row, members)
    raise TimeoutError(f"{row.name}: the first member does not take the first event; the machine may be too busy")


def _measured(engine: Child, row: Row, members: Scene) -> Result:
    ticks = _raised(engine, row, members)
    status = _settled(engine)
    _wait_until_quiet(members, QUIET_S, lambda _count: False)
    undelivered = status["undelivered"] if row.watched is None else status["failed"][row.watched]
    count = _counted(row, members, ticks, undelivered)
    return Result(row, "switchboard", count, tuple(row.demand.misses(count)), status["reason"])


def run_theirs(row: Row, forwarder: Forwarder) -> Result:
    """A forwarder at work: it is fed lines of syslog, refuses nothing and tells nothing of what it drops.

    Raises:
        RuntimeError: a process ended that was not to end.
        TimeoutError: a process does not answer.
    """
    with scene(row.kinds, has_one_port=forwarder.has_one_port) as members:
        ports = tuple(members.receiver(place).port for place in range(len(row.kinds)))
        work = Work(row.policy, "tcp", ports, retries=True)
        with (
            _words() as words,
            running(forwarder, work, words) as instance,
            _ending(Child("benchmarks.faults.feeder", str(instance.port))) as feeder,
        ):
            if not _is_warm(feeder, row, members):
                raise TimeoutError(f"{row.name}: {forwarder.name} does not forward the first line")
            ticks = _raised(feeder, row, members)
            _wait_until_quiet(members, THEIR_QUIET_S, lambda count: count > row.count)
            return Result(row, forwarder.name, _counted(row, members, ticks, None), None)


@contextmanager
def _ending(raiser: Child) -> Iterator[Child]:
    """Ends what raises, in the middle of it where the run is interrupted."""
    try:
        yield raiser
    except BaseException:
        raiser.kill()
        raise
    finally:
        raiser.close()


@contextmanager
def _words() -> Iterator[IO[bytes]]:
    """What a forwarder says, which is much about a dead member. Its last words are told where it fails itself."""
    with tempfile.TemporaryFile() as words:
        try:
            yield words
        except (RuntimeError, OSError):
            words.seek(max(0, words.seek(0, os.SEEK_END) - LAST_WORDS))
            sys.stderr.write(words.read().decode(errors="replace"))
            raise


def _raiser(row: Row, sockets: list[str]) -> Child:
    return Child("benchmarks.faults.raiser", row.socket(sockets), json.dumps(row.transports))


def _is_warm(raiser: Child, row: Row, members: Scene) -> bool:
    """Have an event raised that does not count; whether the first member, which it is for, gets it."""
    raiser.hear(START_LIMIT_S)
    raiser.say(f"raise {row.rate} 1 {row.count}")
    (tick,) = heard(raiser.hear(START_LIMIT_S))
    deadline = time.monotonic() + WARM_LIMIT_S
    while not (has_come := any(one.at_ns > tick.at_ns for one in _arrivals(members.members[:1]))):
        if time.monotonic() > deadline:
            break
        time.sleep(LOOK_S)
    return has_come


def _raised(raiser: Child, row: Row, members: Scene) -> list[Tick]:
    """Raise, and have it happen meanwhile."""
    began = time.monotonic()
    raiser.say(f"raise {row.rate} {row.count} 0")
    time.sleep(row.fault_at_s)
    row.happens(members, row.fault_s)
    left = max(0.0, began + row.seconds - time.monotonic())
    return heard(raiser.hear(left + RAISE_LIMIT_S))


def _settled(engine: Child) -> dict[str, Any]:
    """What the engine says when nothing waits any more, or when it has waited for too long."""
    deadline = time.monotonic() + SETTLE_LIMIT_S
    while True:
        engine.say("status")
        status: dict[str, Any] = json.loads(engine.hear(START_LIMIT_S))
        if not status["waiting"] or time.monotonic() > deadline:
            return status
        time.sleep(LOOK_S)


def _wait_until_quiet(members: Scene, quiet_s: float, is_enough: Callable[[int], bool]) -> None:
    """Return when nothing has arrived for a while, or enough has."""
    deadline = time.monotonic() + SETTLE_LIMIT_S
    sizes, since = _sizes(members), time.monotonic()
    while time.monotonic() < min(deadline, since + quiet_s):
        if is_enough(len({one.number for one in _arrivals(members.members) if one.number >= 0})):
            return
        time.sleep(LOOK_S * 4)
        now = _sizes(members)
        if now != sizes:
            sizes, since = now, time.monotonic()


def _sizes(members: Scene) -> list[int]:
    return [member.record.stat().st_size for member in members.members]


def _arrivals(members: Sequence[Member]) -> list[Arrival]:
    return [one for place, member in enumerate(members) for one in recorded(member.record, place)]


def _counted(row: Row, members: Scene, ticks: list[Tick], undelivered: int | None) -> Count:
    watched = list(members.members) if row.watched is None else [members.members[row.watched]]
    arrivals = _arrivals(watched)
    back = None
    if row.demand.first_ms is not None:
        back = Back(max(one.at_ns for one in arrivals if one.number == LISTENING), watched[-1].has_connection)
    return counted(ticks, arrivals, undelivered, back)
