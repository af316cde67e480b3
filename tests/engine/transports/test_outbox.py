"""The outbox of a transport, handing runs over into a real socket that takes as much as its reader has room for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from engine.event import Event
from engine.run import SENT, Fault, Outcome, Run, failed
from engine.tasks import Tasks
from engine.transports.outbox import Entry, Outbox
from tests.support.runs import Ledger
from tests.support.waiting import until

BACK = failed("taken back", Fault.ENGINE)
LATE = failed("too late")


class Post:
    """Sends each event as a datagram, until there is no room; nobody wakes it but `outbox.pump`."""

    def __init__(self) -> None:
        self.outbox: Outbox[Entry] = Outbox(
            self._hand_over,
            has_in_flight=lambda: bool(self.in_flight),
            next_deadline=lambda: self.deadline,
            expire=self._expire,
            on_empty=lambda: self.emptied.append(len(self.ledger.order)),
        )
        self.ledger = Ledger()
        self.in_flight = 0
        self.deadline: float | None = None
        self.expired: list[float] = []
        self.emptied: list[int] = []
        """How many events had an outcome each time that nothing was left to wait for."""
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ours.setblocking(False)
        self._theirs.setblocking(False)

    def add(self, count: int, handler: Callable[[Run, range, Outcome], None] | None = None) -> Run:
        """A run of `count` events behind those that wait."""
        run = self.ledger.run([Event("E_TEST")] * count)
        if handler is not None:
            run._handler = handler
        self.outbox.entries.append(Entry(run))
        return run

    def fill(self) -> Run:
        """A run that the socket has no room for in full: handed over in part, and waiting with the rest."""
        run = self.add(10_000)
        self.outbox.pump()
        assert 0 < self.outbox.entries[0].position < 10_000
        return run

    def read(self) -> list[int]:
        """The sequence numbers that the other side has got."""
        numbers = []
        while True:
            try:
                numbers.append(int(self._theirs.recv(64)))
            except BlockingIOError:
                return numbers

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()

    def _hand_over(self, entry: Entry) -> bool:
        start = entry.position
        try:
            while entry.position < entry.count:
                self._ours.send(b"%d" % (entry.run.batch.first_seq + entry.position))
                entry.position += 1
        except BlockingIOError:
            entry.end(range(start, entry.position), SENT)
            return False
        self.outbox.entries.popleft()
        entry.end(range(start, entry.count), SENT)
        return True

    def _expire(self, now: float) -> None:
        self.expired.append(now)
        self.deadline = None
        self.outbox.fail(LATE)


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    made = Post()
    yield made
    made.outbox.disarm()
    made.close()


async def test_what_finds_no_room_goes_on_where_it_stopped(post: Post) -> None:
    first, second = post.fill(), post.add(3)
    received = []
    while post.outbox.entries:
        received += post.read()
        post.outbox.pump()
    received += post.read()
    assert received == [
        *range(first.batch.first_seq, first.batch.first_seq + 10_000),
        *range(second.batch.first_seq, second.batch.first_seq + 3),
    ]
    assert post.ledger.is_complete
    assert post.ledger.order == received


async def test_a_run_that_an_outcome_starts_comes_behind_those_that_wait(post: Post) -> None:
    started: list[Run] = []

    def settled(run: Run, positions: range, outcome: Outcome) -> None:
        post.ledger._settled(run, positions, outcome)
        if not started:
            started.append(post.add(2))
            post.outbox.pump()  # as a transport's `start` does

    first = post.add(2, settled)
    second = post.add(2)
    post.outbox.pump()
    runs = (first, second, *started)
    assert post.read() == [run.batch.first_seq + place for run in runs for place in range(2)]


async def test_runs_that_start_while_outcomes_are_told_wait_for_the_next_round(post: Post) -> None:
    def settle() -> str:
        post.add(2)
        post.outbox.pump()
        return f"handed over: {post.read()}"

    assert post.outbox.hold_while(settle) == "handed over: []"
    post.outbox.pump()
    assert len(post.read()) == 2


async def test_an_error_while_outcomes_are_told_holds_nothing_up(post: Post) -> None:
    def settle() -> None:
        raise ValueError("of the engine")

    with pytest.raises(ValueError, match="of the engine"):
        post.outbox.hold_while(settle)
    post.add(2)
    post.outbox.pump()
    assert len(post.read()) == 2


async def test_what_was_not_handed_over_is_taken_back_and_the_others_keep_their_places(post: Post) -> None:
    begun, kept, wanted = post.fill(), post.add(2), post.add(2)
    sent = post.outbox.entries[0].position
    post.outbox.withdraw(lambda run: run is not kept, BACK)
    assert [entry.run for entry in post.outbox.entries] == [kept]
    assert post.ledger.of(begun) == [SENT] * sent + [BACK] * (10_000 - sent)
    assert post.ledger.of(wanted) == [BACK] * 2
    assert not post.emptied
    assert len(post.read()) == sent
    post.outbox.pump()
    assert post.ledger.of(kept) == [SENT] * 2


async def test_nothing_is_waited_for_any_more_before_the_outcomes_of_what_was_taken_back(post: Post) -> None:
    post.fill()
    post.add(2)
    before = len(post.ledger.order)
    post.outbox.withdraw(lambda _run: True, BACK)
    assert post.emptied == [before]
    assert post.ledger.is_complete


async def test_taking_back_from_within_what_is_taken_back_settles_each_event_once(post: Post) -> None:
    def settled(run: Run, positions: range, outcome: Outcome) -> None:
        post.ledger._settled(run, positions, outcome)
        post.outbox.withdraw(lambda _run: True, BACK)

    runs = [post.add(3, settled) for _ in range(4)]
    post.outbox.withdraw(lambda _run: True, BACK)
    assert [post.ledger.of(run) for run in runs] == [[BACK] * 3] * 4


async def test_what_a_failure_starts_belongs_to_another_time(post: Post) -> None:
    started: list[Run] = []

    def settled(run: Run, positions: range, outcome: Outcome) -> None:
        post.ledger._settled(run, positions, outcome)
        started.append(post.add(1))

    failing = [post.add(2, settled), post.add(2, settled)]
    post.outbox.fail(LATE)
    assert [post.ledger.of(run) for run in failing] == [[LATE] * 2] * 2
    assert [entry.run for entry in post.outbox.entries] == started
    assert [post.ledger.of(run) for run in started] == [[None]] * 2


async def test_everyone_who_waits_for_quiet_goes_on_at_once(post: Post) -> None:
    post.add(1)
    post.in_flight = 1
    waiters = [Tasks().spawn(post.outbox.until_quiet(60.0), "wait") for _ in range(3)]
    await asyncio.sleep(0)
    post.outbox.pump()
    await asyncio.sleep(0)
    assert not any(waiter.done() for waiter in waiters), "one is in flight"
    post.in_flight = 0
    post.outbox.notify_if_quiet()
    await asyncio.wait_for(asyncio.gather(*waiters), 10.0)


async def test_who_waits_for_quiet_in_vain_goes_on_after_the_limit_and_holds_up_nobody(post: Post) -> None:
    post.add(1)
    patient = Tasks().spawn(post.outbox.until_quiet(60.0), "wait")
    await post.outbox.until_quiet(0.02)
    assert post.outbox.entries
    assert not patient.done()
    post.outbox.withdraw(lambda _run: True, BACK)
    await asyncio.wait_for(patient, 10.0)


async def test_quiet_needs_no_waiting(post: Post) -> None:
    await asyncio.wait_for(post.outbox.until_quiet(60.0), 10.0)


async def test_a_deadline_that_passes_is_noticed_once(post: Post) -> None:
    loop = asyncio.get_running_loop()
    waiting = post.fill()
    post.deadline = loop.time() + 0.02
    post.outbox.arm()
    post.outbox.arm()
    await until(lambda: post.expired, "the deadline")
    assert post.ledger.of(waiting)[-1] == LATE
    await asyncio.sleep(0.05)
    assert len(post.expired) == 1


async def test_a_deadline_that_moved_is_looked_at_again(post: Post) -> None:
    loop = asyncio.get_running_loop()
    post.deadline = loop.time() + 0.01
    post.outbox.arm()
    moved = post.deadline = loop.time() + 0.1
    await until(lambda: post.expired, "the later deadline")
    assert post.expired[0] >= moved


async def test_an_earlier_deadline_is_noticed_after_disarming(post: Post) -> None:
    loop = asyncio.get_running_loop()
    post.deadline = loop.time() + 60.0
    post.outbox.arm()
    post.outbox.disarm()
    post.deadline = loop.time() + 0.01
    post.outbox.arm()
    await until(lambda: post.expired, "the earlier deadline")


async def test_without_a_deadline_no_timer_runs(post: Post) -> None:
    loop = asyncio.get_running_loop()
    post.deadline = loop.time() + 0.01
    post.outbox.arm()
    post.deadline = None
    await until(lambda: post.outbox._timer is None, "the timer has looked")
    post.outbox.arm()
    assert post.outbox._timer is None
    assert not post.expired
