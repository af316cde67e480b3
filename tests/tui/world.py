"""A made-up engine for tests of the console: rows, records and a link whose answers the test decides."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from engine.address import PolicyName
from engine.commands.gate import COMMANDS
from engine.errors import CommandError
from engine.event import Event
from engine.feed import FeedRecord, Step
from engine.health import State
from engine.log.handlers import LogLine
from engine.run import DELIVERED, Batch, Outcome, Skip
from engine.slices import at_once
from engine.transports.base import ConnectionState
from engine.view.codec import typed
from engine.view.records import FeedPage, page_of
from engine.view.snapshot import EngineSnapshot, Figures, MemberRow, SubscriptionRow
from tui.model.pump import Pump

NOW = 11_527.4
"""The engine's monotonic time in every snapshot."""

WALL = 1_700_033_267.0

NOTHING = Figures(accepted=0, unheard=0, refused=0, delivered=0, sent=0, undelivered=0, waiting=0, failed=0)


def member(index: int, socket: str, state: State = State.UP, **changes: Any) -> MemberRow:
    """A member that does well unless said otherwise."""
    row = MemberRow(
        index=index,
        socket=socket,
        scheme=socket.partition(":")[0],
        state=state,
        since=NOW - 500,
        skipped_until=None,
        connection=ConnectionState.IDLE,
        is_next=False,
        error=None,
        error_at=None,
        delivered=0,
        sent=0,
        failed=0,
        refused=0,
        waiting=0,
        in_flight=0,
        latency_p50_s=None,
        latency_p99_s=None,
        history="",
    )
    return replace(row, **changes)


def failed_member(index: int, socket: str, left_s: float | None, **changes: Any) -> MemberRow:
    """A member that failed 12.4 s ago; under FAILOVER it may be tried again in `left_s` seconds."""
    until = None if left_s is None else NOW + left_s
    state = State.DUE if left_s is not None and left_s <= 0 else State.FAILED
    facts = {"skipped_until": until, "error": "connection refused", "error_at": NOW - 12.4, **changes}
    return member(index, socket, state, **facts)


def subscription(
    name: str, event: str, policy: PolicyName | None, *members: MemberRow, **changes: Any
) -> SubscriptionRow:
    """A permanent subscription without deliveries unless said otherwise."""
    row = SubscriptionRow(
        id=name,
        version=1,
        event=event,
        policy=policy,
        socket="",
        expires_at=None,
        failover_timeout=30.0 if policy is PolicyName.FAILOVER else None,
        members=members,
        delivered=0,
        sent=0,
        undelivered=0,
        waiting=0,
        held_since=None,
        last_undelivered=None,
    )
    return replace(row, **changes)


PIKE = subscription(
    "s1",
    "E_PIKE_BLOCKED",
    PolicyName.FAILOVER,
    failed_member(
        0,
        "rabbitmq:guest:•••@127.0.0.1:5672/pike",
        17.6,
        delivered=10_311,
        failed=4,
        latency_p50_s=0.0021,
        history="✓✓✓✓✓✖···✖",
    ),
    member(1, "flatstore:/var/log/pike.log", is_next=True, delivered=312, latency_p50_s=0.0003, history="······✓✓✓✓"),
    delivered=10_623,
    waiting=12,
)

CDR = subscription(
    "s2",
    "E_ACC_CDR",
    PolicyName.ROUND_ROBIN,
    member(0, "tcp:10.0.0.11:9000/cdr", delivered=8_204, latency_p50_s=0.0011, history="✓··✓··✓··✓"),
    member(1, "tcp:10.0.0.12:9000/cdr", delivered=8_203, latency_p50_s=0.001, history="·✓··✓··✓··"),
    member(2, "tcp:10.0.0.13:9000/cdr", is_next=True, delivered=8_203, latency_p50_s=0.0012, history="··✓··✓··✓·"),
    expires_at=NOW + 3_425,
    delivered=24_610,
)

AOR = subscription(
    "s3",
    "E_UL_AOR_INSERT",
    PolicyName.PARALLEL,
    member(0, "udp:127.0.0.1:9001", sent=5_120, latency_p50_s=0.00004, history="~~~~~~~~~~"),
    member(1, "xmlrpc:127.0.0.1:9002:aor", State.PAUSED, since=NOW - 185, delivered=4_982, history="✓✓✓✓✓✓✓···"),
    member(2, "unix:/run/switchboard/aor.sock", State.UNTRIED),
    delivered=5_120,
)


def batch(name: str, first_seq: int, *params: dict[str, Any], at: float = NOW, source: str = "MI") -> Batch:
    """A batch with one event for each mapping of parameters."""
    return Batch(name, [Event(name, tuple(one.items())) for one in params], first_seq, at, source)


def record(
    number: int, step: Step, subscription_id: str, of: Batch, member_index: int | None = None, **facts: Any
) -> FeedRecord:
    """A record about the whole batch."""
    return FeedRecord(number, of.raised_at, step, subscription_id, of, range(len(of)), member_index, **facts)


def delivered(
    number: int, subscription_id: str, of: Batch, member_index: int, took_s: float, outcome: Outcome = DELIVERED
) -> tuple[FeedRecord, FeedRecord]:
    """The two records of a delivery without trouble."""
    return (
        record(number, Step.PLANNED, subscription_id, of, member_index),
        record(number + 1, Step.SETTLED, subscription_id, of, member_index, outcome=outcome, took_s=took_s),
    )


def page(records: Iterable[FeedRecord]) -> FeedPage:
    """Records as they leave the engine."""
    return at_once(page_of(records))


SKIP = Skip(0, "failed 12.4 s ago: connection refused")


def story_of_pike() -> tuple[FeedRecord, ...]:
    """An event that passed over the first member, after some that had no trouble."""
    insert = batch("E_UL_AOR_INSERT", 50, {"domain": "location", "aor": "alice"}, at=NOW - 0.9)
    cdr = batch("E_ACC_CDR", 100, {"callid": "7f3a99e1", "duration": 61}, at=NOW - 0.5)
    pike = batch("E_PIKE_BLOCKED", 150, {"ip": "192.0.2.11"}, at=NOW - 0.1)
    return (
        *delivered(1, "s3", insert, 1, 0.0019),
        *delivered(3, "s2", cdr, 2, 0.0012),
        record(5, Step.PLANNED, "s1", pike, 1, skipped=(SKIP,)),
        record(6, Step.SETTLED, "s1", pike, 1, skipped=(SKIP,), outcome=DELIVERED, took_s=0.0003),
    )


def snapshot(*rows: SubscriptionRow, **changes: Any) -> EngineSnapshot:
    """A snapshot at `NOW`."""
    made = EngineSnapshot(
        version="1",
        label="LAB",
        at=NOW,
        wall=WALL,
        started_at=NOW - 11_520,
        is_stopping=False,
        figures=Figures(72_240, 0, 0, 72_240, 18_060, 0, 12, 7),
        subscriptions=rows,
        events=("E_ACC_CDR", "E_PIKE_BLOCKED", "E_UL_AOR_INSERT"),
        mi_url=None,
        next_record=100,
    )
    return replace(made, **changes)


class FakeLink:
    """Answers what the test says, and writes down every command."""

    def __init__(self, answer: EngineSnapshot | None = None, records: tuple[FeedRecord, ...] = ()) -> None:
        self.answer = answer or snapshot(PIKE, CDR, AOR)
        self.records = records
        self.commands: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}
        self.failure: Exception | None = None
        self.asked = 0

    @property
    def name(self) -> str:
        """The source of the test's own events."""
        return "console"

    async def snapshot(self) -> EngineSnapshot:
        """The test's snapshot, or its failure."""
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.answer

    async def feed(self, since: int, limit: int = 1_000) -> FeedPage:
        """The test's records."""
        return page(tuple(one for one in self.records if one.number >= since)[-limit:])

    async def command(self, name: str, /, **parameters: Any) -> Any:
        """The test's answer; unknown commands are refused."""
        if name != "lab_receivers":  # asked by itself, and no test's business
            self.commands.append((name, parameters))
        if self.failure is not None:
            raise self.failure
        if name not in self.answers:
            raise CommandError(404, f"no answer to {name}")
        return as_answered(name, self.answers[name])


def as_answered(name: str, answer: Any) -> Any:
    """What a test wrote down in plain values, as the command answers it."""
    if name not in COMMANDS or not isinstance(answer, dict | list):
        return answer
    function = COMMANDS[name].function
    declared = eval(function.__annotations__["return"], function.__globals__)  # noqa: S307 - our own annotation
    return typed(answer, declared)


class FakeTime:
    """The console's own clock, which stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def busy(pump: Pump) -> None:
    """Give a pump a past: a minute with traffic, the last of it a little before `NOW`."""
    for second in range(60, 0, -1):
        done = (60 - second) * 1_204 + 300 * (second % 7)
        figures = replace(NOTHING, accepted=done, delivered=done, sent=done // 4, failed=(60 - second) // 9)
        pump.trends.note(snapshot(at=NOW - second, figures=figures))


def waves(pump: Pump) -> None:
    """Give a pump's charts a past: four minutes in which the first member's figures rise and fall."""
    done = failed = 0
    for second in range(240, -1, -1):
        height = 1 + math.sin(second / 15)
        done, failed = done + round(600 * height), failed + (second % 40 == 0)
        latencies = tuple(height * seconds for seconds in (0.001, 0.002, 0.004))
        took_at = NOW - second if second % 100 > 20 else None
        counts = {"delivered": done, "failed": failed, "waiting": round(40 * height), "in_flight": round(15 * height)}
        first = replace(PIKE.members[0], latency_now_s=latencies, took_at=took_at, **counts)
        row = replace(PIKE, members=(first, *PIKE.members[1:]))
        pump.history.note(snapshot(row, at=NOW - second, figures=replace(NOTHING, delivered=0)))


def log_entry(number: int, level: int, text: str) -> LogLine:
    return LogLine(number, WALL, level, "engine.core", text)


LOG_ENTRIES = [log_entry(1, 20, "started"), log_entry(2, 30, "unix:/a: no listener"), log_entry(3, 40, "disk\x1b full")]


def pumped(link: FakeLink | None = None) -> tuple[Pump, FakeLink, FakeTime]:
    """A pump whose time stands still."""
    link, time = link or FakeLink(records=story_of_pike()), FakeTime()
    return Pump(link, time), link, time
