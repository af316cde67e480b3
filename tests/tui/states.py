"""The engine of the console's pictures in four states: nothing there, all well, some trouble, too much of it all."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from engine.feed import FeedRecord, Step
from engine.health import State
from engine.run import Fault, failed
from engine.view.snapshot import EngineSnapshot, Figures, MemberRow
from tests.tui.world import (
    AOR,
    CDR,
    NOTHING,
    NOW,
    PIKE,
    batch,
    delivered,
    failed_member,
    member,
    record,
    snapshot,
    story_of_pike,
    subscription,
)
from tui.model.pump import Pump

REFUSED = failed("connection refused")
FULL = "1: queue full: 10000 notifications wait; 2: queue full: 10000 notifications wait"


def empty() -> tuple[EngineSnapshot, tuple[FeedRecord, ...]]:
    """An engine to which nobody has subscribed yet."""
    return snapshot(figures=NOTHING, started_at=NOW - 4), ()


def normal() -> tuple[EngineSnapshot, tuple[FeedRecord, ...]]:
    """Everybody takes everything."""
    first = member(0, PIKE.members[0].socket, is_next=True, delivered=10_623, latency_p50_s=0.0021, history="✓" * 16)
    second = member(1, PIKE.members[1].socket, State.UNTRIED, history="·" * 16)
    pike = replace(PIKE, members=(first, second), waiting=0)
    aor = replace(AOR, members=(AOR.members[0], replace(AOR.members[1], state=State.UP), _up(AOR.members[2].socket)))
    insert = batch("E_UL_AOR_INSERT", 50, {"domain": "location", "aor": "alice"}, at=NOW - 0.9)
    cdr = batch("E_ACC_CDR", 100, {"callid": "7f3a99e1", "duration": 61}, at=NOW - 0.5)
    blocked = batch("E_PIKE_BLOCKED", 150, {"ip": "192.0.2.11"}, at=NOW - 0.1)
    records = (
        *delivered(1, "s3", insert, 1, 0.0019),
        *delivered(3, "s2", cdr, 2, 0.0012),
        *delivered(5, "s1", blocked, 0, 0.0021),
    )
    return snapshot(pike, CDR, aor, figures=Figures(72_240, 0, 0, 72_240, 18_060, 0, 0, 0)), records


def degraded() -> tuple[EngineSnapshot, tuple[FeedRecord, ...]]:
    """One member failed and was failed over from, one is paused, one was never tried."""
    return snapshot(PIKE, CDR, AOR), story_of_pike()


def overloaded() -> tuple[EngineSnapshot, tuple[FeedRecord, ...]]:
    """Nobody takes the one event, queues overflow with the other, and there are forty subscriptions more."""
    both = (
        failed_member(0, PIKE.members[0].socket, 3.1, delivered=10_311, failed=1_204, history="✖·✖·✖·✖·✖·"),
        failed_member(1, PIKE.members[1].socket, 21.9, failed=980, error="no space left on the device", history="✖✖"),
    )
    pike = replace(PIKE, members=both, waiting=10_000, undelivered=812, held_since=NOW - 41, last_undelivered=FULL)
    slow = tuple(
        replace(one, waiting=10_000, in_flight=1_024, refused=7_002, latency_p50_s=4.2, latency_p99_s=4.9)
        for one in CDR.members
    )
    cdr = replace(CDR, members=slow, waiting=30_000, undelivered=7_002, last_undelivered=FULL)
    many = [
        subscription(f"m{number}", f"E_MANY_{number}", None, member(0, f"udp:127.0.0.1:{9_100 + number}", sent=number))
        for number in range(40)
    ]
    lost = batch("E_PIKE_BLOCKED", 150, {"ip": "192.0.2.11"}, at=NOW - 0.1)
    records = (
        record(1, Step.PLANNED, "s1", lost, 0),
        record(2, Step.SETTLED, "s1", lost, 0, outcome=REFUSED, took_s=0.0003),
        record(3, Step.ENDED, "s1", lost, outcome=failed(FULL, Fault.ENGINE)),
    )
    figures = Figures(1_204_338, 12, 4_400, 1_190_120, 310_042, 7_814, 40_000, 2_184)
    return snapshot(pike, cdr, AOR, *many, figures=figures), records


STATES: dict[str, Callable[[], tuple[EngineSnapshot, tuple[FeedRecord, ...]]]] = {
    state.__name__: state for state in (empty, normal, degraded, overloaded)
}


def rush(pump: Pump) -> None:
    """Give a pump a past with much more than can be shown line by line."""
    for second in range(60, 0, -1):
        done = (60 - second) * 20_000
        figures = replace(NOTHING, accepted=done, delivered=done // 2, undelivered=done // 200, failed=done // 10)
        pump.trends.note(snapshot(at=NOW - second, figures=figures))


def _up(socket: str) -> MemberRow:
    return member(2, socket, sent=5_120, history="~" * 16)
