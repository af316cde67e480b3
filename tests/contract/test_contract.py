"""The contract that every transport keeps, whatever its protocol."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from engine.event import Event
from engine.run import Fault, Outcome, Run, Status, failed
from engine.transports.base import Transport, TransportContext
from tests.contract.harness import Harness, numbered
from tests.support.runs import Ledger
from tests.support.waiting import until

MODULES = (
    "tests.contract.harness_datagram",
    "tests.contract.harness_stream",
    "tests.contract.harness_xmlrpc",
    "tests.contract.harness_flatstore",
    "tests.contract.harness_rabbitmq",
)
"""Where the harnesses are; a transport joins the suite with a line here."""


def harness_types() -> tuple[type[Harness], ...]:
    """All harnesses of the modules that are there; `test_every_transport_is_in_the_suite` misses the others."""
    return tuple(kind for name in MODULES if find_spec(name) for kind in import_module(name).HARNESSES)


@dataclass
class Bench:
    """A harness, the transports made for it, and what became of their events."""

    harness: Harness
    context: TransportContext = field(default_factory=TransportContext)
    ledger: Ledger = field(default_factory=Ledger)
    transports: list[Transport] = field(default_factory=list)

    def transport(self, timeout_ms: int = 10_000) -> Transport:
        """A transport to the harness's peer; closed when the test ends."""
        made = self.harness.transport(self.context, timeout_ms=timeout_ms)
        self.transports.append(made)
        return made

    def start(self, transport: Transport, events: list[Event], indices: range | None = None) -> Run:
        """Start a run as a due member's would be, so that the transport may connect for it."""
        run = self.ledger.run(events, indices)
        transport.start(run)
        return run

    async def settled(self, what: str) -> None:
        """Wait until every event has its outcome."""
        await until(lambda: self.ledger.is_complete, f"an outcome for every event ({what})")

    async def arrived(self, count: int) -> None:
        """Wait until the peer took `count` events."""
        await until(lambda: len(self.harness.received()) >= count, f"{count} events at the peer")

    async def deliver(self, transport: Transport, events: list[Event]) -> Run:
        """Start a run and wait for its outcomes."""
        run = self.start(transport, events)
        await self.settled("deliver")
        return run


def succeeded(bench: Bench, run: Run) -> bool:
    """Whether every event of the run ended as this transport's successes do."""
    wanted = Status.DELIVERED if bench.harness.confirms else Status.SENT
    return all(outcome is not None and outcome.status is wanted for outcome in bench.ledger.of(run))


def failures(bench: Bench, run: Run) -> list[Outcome]:
    """The outcomes of a run that are failures."""
    return [outcome for outcome in bench.ledger.of(run) if outcome is not None and outcome.is_failure]


def assert_in_words(outcomes: list[Outcome], fault: Fault) -> None:
    """All of them are this fault, and say why without the numbers of the system."""
    assert outcomes
    for outcome in outcomes:
        assert outcome.fault is fault, outcome
        assert outcome.reason, outcome
        assert "Errno" not in outcome.reason, outcome


async def send_until_failure(bench: Bench, transport: Transport, first: int) -> Run:
    """Send single events until one fails; a transport that cannot confirm may need a moment to notice."""
    for number in range(first, first + 500):
        run = await bench.deliver(transport, numbered([number]))
        if failures(bench, run):
            return run
        await asyncio.sleep(0.01)
    raise AssertionError("500 events to a dead peer, and none failed")


def harness_params() -> list[Any]:
    """Them as parameters; those with the same program beside them are tested in the same process."""
    marks = {kind: (pytest.mark.xdist_group(kind.group),) if kind.group else () for kind in harness_types()}
    return [pytest.param(kind, marks=marks[kind], id=kind.name) for kind in harness_types()]


@pytest.fixture(params=harness_params())
async def bench(
    request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Bench]:
    """A bench with a healthy peer; fails the test for anything that went wrong behind its back."""
    kind: type[Harness] = request.param
    if (reason := kind.unavailable()) is not None:
        pytest.skip(reason)
    problems: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, problem: problems.append(problem))
    made = Bench(kind(tmp_path))
    await made.harness.start()
    try:
        yield made
        for transport in made.transports:
            await transport.close(0.0)
        assert made.ledger.is_complete
    finally:
        await made.harness.close()
    assert not problems
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def ranges_of(count: int, seed: int) -> Iterator[range]:
    """Runs that together are all of `range(count)`, in order: slices of many lengths."""
    chance = random.Random(seed)
    start = 0
    while start < count:
        stop = min(count, start + chance.choice((1, 1, 2, 7, 64, 200)))
        yield range(start, stop)
        start = stop


async def test_events_arrive_in_the_order_of_their_runs(bench: Bench) -> None:
    transport = bench.transport()
    events = numbered(range(3000))
    for indices in ranges_of(len(events), seed=1):
        bench.start(transport, events, indices)
        await bench.arrived(indices.stop - bench.harness.window)
    await bench.settled("order")
    await bench.arrived(len(events))
    assert bench.harness.received() == list(range(len(events)))


async def test_stepped_runs_send_their_own_events_only(bench: Bench) -> None:
    transport = bench.transport()
    events = numbered(range(3 * 40))
    wanted: list[int] = []
    for turn in range(12):
        indices = range(turn % 3, len(events), 3)
        run = bench.start(transport, events, indices)
        wanted += indices
        await bench.arrived(len(wanted) - bench.harness.window)
        await bench.settled("stepped")
        assert succeeded(bench, run)
    await bench.arrived(len(wanted))
    assert bench.harness.received() == wanted


async def test_thousands_in_flight_are_all_settled_and_keep_their_order(bench: Bench) -> None:
    transport = bench.transport(timeout_ms=60_000)
    events = numbered(range(5000))
    runs = [bench.start(transport, events, range(start, start + 500)) for start in range(0, len(events), 500)]
    await bench.settled("thousands in flight")
    assert all(succeeded(bench, run) for run in runs)
    if not bench.harness.is_lossy:
        await bench.arrived(len(events))
    received = bench.harness.received()
    assert received == sorted(set(received))
    assert bench.harness.is_lossy or len(received) == len(events)


async def test_a_dead_peer_fails_every_event_with_a_reason(bench: Bench) -> None:
    await bench.harness.stop()
    transport = bench.transport()
    run = await bench.deliver(transport, numbered(range(50)))
    assert len(failures(bench, run)) == 50
    assert_in_words(failures(bench, run), Fault.MEMBER)


async def test_a_peer_known_to_be_dead_fails_events_without_waiting(bench: Bench) -> None:
    await bench.harness.stop()
    transport = bench.transport()
    await bench.deliver(transport, numbered(range(2)))
    run = bench.ledger.run(numbered(range(2, 4)), connect_now=False)
    transport.start(run)
    await bench.settled("known to be dead")
    assert_in_words(failures(bench, run), Fault.MEMBER)


async def test_a_peer_that_dies_between_events_is_noticed(bench: Bench) -> None:
    transport = bench.transport()
    assert succeeded(bench, await bench.deliver(transport, numbered(range(10))))
    await bench.arrived(10)
    await bench.harness.stop()
    run = await send_until_failure(bench, transport, first=10)
    assert_in_words(failures(bench, run), Fault.MEMBER)


async def test_a_peer_that_dies_in_mid_run_leaves_no_event_without_outcome(bench: Bench) -> None:
    transport = bench.transport()
    events = numbered(range(4000))
    for start in range(0, 2000, 100):
        bench.start(transport, events, range(start, start + 100))
    await bench.arrived(1)
    await bench.harness.stop()
    runs = [bench.start(transport, events, range(start, start + 100)) for start in range(2000, 4000, 100)]
    await bench.settled("death in mid-run")
    assert_in_words([outcome for run in runs for outcome in failures(bench, run)], Fault.MEMBER)


async def test_what_was_confirmed_has_arrived_although_the_peer_died(bench: Bench) -> None:
    if not bench.harness.confirms:
        pytest.skip("this transport cannot confirm")
    transport = bench.transport()
    events = numbered(range(2000))
    runs = [bench.start(transport, events, range(start, start + 50)) for start in range(0, 2000, 50)]
    await bench.arrived(200)
    await bench.harness.stop()
    await bench.settled("confirmed before death")
    outcomes = [outcome for run in runs for outcome in bench.ledger.of(run)]
    confirmed = {number for number, outcome in enumerate(outcomes) if outcome and not outcome.is_failure}
    assert confirmed <= set(bench.harness.received())


async def test_a_hanging_peer_fails_events_at_the_deadline(bench: Bench) -> None:
    if bench.harness.no_hang is not None:
        pytest.skip(bench.harness.no_hang)
    transport = bench.transport(timeout_ms=300)
    await bench.harness.hang()
    run = await bench.deliver(transport, numbered(range(bench.harness.hang_events), bench.harness.hang_padding))
    outcomes = bench.ledger.of(run)
    assert outcomes[-1] is not None
    assert outcomes[-1].is_failure
    assert_in_words(failures(bench, run), Fault.MEMBER)


async def test_a_peer_that_comes_back_is_used_again_by_the_same_transport(bench: Bench) -> None:
    transport = bench.transport()
    await bench.deliver(transport, numbered(range(10)))
    await bench.arrived(10)
    await bench.harness.stop()
    await send_until_failure(bench, transport, first=10)
    await bench.harness.start()
    for number in range(1000, 1500):
        if succeeded(bench, await bench.deliver(transport, numbered([number]))):
            break
        await asyncio.sleep(0.02)
    run = await bench.deliver(transport, numbered(range(2000, 2050)))
    assert succeeded(bench, run)
    await until(lambda: bench.harness.received()[-50:] == list(range(2000, 2050)), "the new peer has the events")


async def test_a_peer_that_hung_and_came_back_is_used_again(bench: Bench) -> None:
    if bench.harness.no_hang is not None:
        pytest.skip(bench.harness.no_hang)
    transport = bench.transport(timeout_ms=300)
    await bench.harness.hang()
    await bench.deliver(transport, numbered(range(bench.harness.hang_events), bench.harness.hang_padding))
    await bench.harness.stop()
    await bench.harness.start()
    for number in range(10_000, 10_500):
        if succeeded(bench, await bench.deliver(transport, numbered([number]))):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the peer is healthy again, and still every event fails")


async def test_what_was_not_handed_over_can_be_taken_back(bench: Bench) -> None:
    if bench.harness.no_hang is not None:
        pytest.skip(bench.harness.no_hang)
    transport = bench.transport(timeout_ms=30_000)
    await bench.harness.hang()
    events = numbered(range(bench.harness.hang_events), bench.harness.hang_padding)
    third = len(events) // 3
    first = bench.start(transport, events, range(third))
    await asyncio.sleep(0.1)  # it is on its way, as far as it goes
    kept = bench.start(transport, events, range(third, 2 * third))
    wanted = bench.start(transport, events, range(2 * third, len(events)))
    back = failed("taken back", Fault.ENGINE)
    transport.withdraw(lambda run: run is wanted, back)
    if bench.harness.holds_back:
        assert bench.ledger.of(wanted) == [back] * len(wanted)
    transport.withdraw(lambda run: run is first or run is wanted, back)
    withdrawn = {
        number
        for run in (first, wanted)
        for number, outcome in zip(run.indices, bench.ledger.of(run), strict=True)
        if outcome is back
    }
    last = bench.start(transport, numbered(range(len(events), len(events) + 5)))
    await bench.harness.resume()
    await bench.settled("after taking back")
    expected = [number for number in range(len(events) + 5) if number not in withdrawn]
    await bench.arrived(len(expected))
    assert bench.harness.received() == expected
    assert succeeded(bench, kept)
    assert succeeded(bench, last)
    assert {outcome for outcome in bench.ledger.of(first) if outcome and outcome.is_failure} <= {back}


async def test_taking_back_from_within_an_outcome_settles_each_event_once(bench: Bench) -> None:
    """As when the first event that fails or succeeds lets the engine give the rest to somebody else."""
    transport = bench.transport()
    events = numbered(range(200))
    back = failed("taken back", Fault.ENGINE)
    runs = [bench.ledger.run(events, range(start, start + 50)) for start in range(0, 200, 50)]
    note = bench.ledger._settled

    def settled(run: Run, positions: range, outcome: Outcome) -> None:
        note(run, positions, outcome)
        if outcome is not back:
            transport.withdraw(lambda _run: True, back)

    for run in runs:
        run._handler = settled
        transport.start(run)
    refused = bench.harness.refused_event(200)
    assert refused is not None
    odd = bench.ledger.run([refused, *numbered(range(201, 210))])
    odd._handler = settled
    transport.start(odd)
    await bench.settled("taken back from within")
    outcomes = [outcome for run in (*runs, odd) for outcome in bench.ledger.of(run)]
    arrived = [number for number, outcome in enumerate(outcomes) if outcome and not outcome.is_failure]
    await bench.arrived(len(arrived))
    assert bench.harness.received() == arrived
    again = await bench.deliver(transport, numbered(range(300, 310)))
    assert succeeded(bench, again)


async def test_taking_back_from_within_the_failure_of_an_event_settles_each_event_once(bench: Bench) -> None:
    """As when the first event that cannot be sent has the run taken back, with another of that kind in it."""
    transport = bench.transport()
    back = failed("taken back", Fault.ENGINE)
    refused = [bench.harness.refused_event(number) for number in (1, 3, 5)]
    assert None not in refused
    events = [event for pair in zip(numbered((0, 2, 4)), refused, strict=True) for event in pair if event is not None]
    run = bench.ledger.run(events)
    note = run._handler

    def settled(run: Run, positions: range, outcome: Outcome) -> None:
        note(run, positions, outcome)
        if outcome.fault is Fault.EVENT:
            transport.withdraw(lambda _run: True, back)

    run._handler = settled
    transport.start(run)
    await bench.settled("taken back from within")
    again = await bench.deliver(transport, numbered(range(300, 310)))
    assert succeeded(bench, again)


async def test_an_event_that_cannot_be_sent_fails_alone(bench: Bench) -> None:
    refused = bench.harness.refused_event(2)
    if refused is None:
        pytest.skip("this transport takes every event")
    transport = bench.transport()
    first, second, fourth, fifth = numbered((0, 1, 3, 4))
    run = await bench.deliver(transport, [first, second, refused, fourth, fifth])
    outcomes = bench.ledger.of(run)
    assert_in_words([outcome for outcome in outcomes if outcome and outcome.is_failure], Fault.EVENT)
    assert [outcome is not None and outcome.is_failure for outcome in outcomes] == [False, False, True, False, False]
    await bench.arrived(4)
    assert bench.harness.received() == [0, 1, 3, 4]


async def test_close_lets_what_is_in_flight_end(bench: Bench) -> None:
    transport = bench.transport()
    await bench.deliver(transport, numbered([0]))
    run = bench.start(transport, numbered(range(1, 51)))
    await transport.close(10.0)
    assert bench.ledger.is_complete
    assert succeeded(bench, run)
    await bench.arrived(51)


async def test_close_while_busy_settles_everything_and_leaves_nothing_running(bench: Bench) -> None:
    before = asyncio.all_tasks()
    transport = bench.transport()
    if bench.harness.no_hang is None:
        await bench.harness.hang()
    padding = bench.harness.hang_padding
    run = bench.start(transport, numbered(range(bench.harness.hang_events), padding))
    await asyncio.sleep(0)
    await asyncio.wait_for(transport.close(0.05), 10.0)
    assert bench.ledger.is_complete
    assert {outcome.fault for outcome in failures(bench, run)} <= {Fault.ENGINE}
    if bench.harness.no_hang is None:
        assert failures(bench, run)
    await bench.harness.stop()
    await until(lambda: not bench.context.tasks, "no task of the transport is left")
    await until(lambda: not asyncio.all_tasks() - before, f"no task is left: {asyncio.all_tasks() - before}")


async def test_a_closed_transport_refuses_events(bench: Bench) -> None:
    transport = bench.transport()
    await transport.close(0.0)
    run = bench.start(transport, numbered(range(3)))
    await bench.settled("closed")
    assert_in_words(failures(bench, run), Fault.ENGINE)
    assert len(failures(bench, run)) == 3


async def test_closing_twice_is_harmless(bench: Bench) -> None:
    transport = bench.transport()
    await bench.deliver(transport, numbered(range(3)))
    await transport.close(1.0)
    await transport.close(1.0)


async def test_a_run_started_by_an_outcome_comes_after_the_run_that_settled(bench: Bench) -> None:
    """The engine hands a member its next run from within the outcome of the one before."""
    transport = bench.transport()
    events = numbered(range(60))
    left = [range(start, start + 20) for start in range(0, 60, 20)]
    ledger = bench.ledger
    note = ledger._settled

    def settled(run: Run, positions: range, outcome: Outcome) -> None:
        note(run, positions, outcome)
        if left and run.unsettled == 0:
            transport.start(next_run())

    def next_run() -> Run:
        run = ledger.run(events, left.pop(0))
        run._handler = settled
        return run

    transport.start(next_run())
    await until(lambda: not left and ledger.is_complete, "three runs, each started by the one before")
    await bench.arrived(60)
    assert bench.harness.received() == list(range(60))


def test_every_transport_is_in_the_suite() -> None:
    assert [name for name in MODULES if find_spec(name) is None] == []
    assert {"udp", "unix", "tcp", "tcp-sync", "xmlrpc", "flatstore", "rabbitmq"} <= {
        kind.name for kind in harness_types()
    }
