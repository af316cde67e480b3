"""The rows: members, policy, what happens to them, and what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.faults.counting import Count
from benchmarks.faults.happenings import (
    all_are_late,
    all_die,
    blocks,
    dies,
    flaps,
    hangs,
    is_forced_out,
    is_late,
    resets,
    restarts,
)
from benchmarks.faults.members import Scene

FAST, BRISK, GENTLE = 5_000, 1_000, 4
"""Events a second."""

SECONDS, FAULT_AT_S, FAULT_S = 16.0, 4.0, 5.0
AWAY_AT_S, AFTER_S = 2.1, 12.0
"""Rows of a member that is away: what comes before (not at the very moment of an event), and after."""

START_S = 15.0
"""What RabbitMQ may take to start."""

QUICK_SECONDS, QUICK_AWAY_S = 4.0, 10.0
"""A quick run: so long are the rows that can be shortened; others are left out when their member is away for longer."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a row is to show. None asks for nothing."""

    missing: int | None = 0
    """Accepted events that may arrive nowhere, said or not."""
    undelivered: int | None = 0
    """Events that may be told as undelivered."""
    stall_s: float | None = None
    first_ms: float | None = None
    elsewhere: int | None = None
    """Events that may arrive at another member than the first."""
    is_ordered: bool = False

    def misses(self, count: Count) -> list[str]:
        """What is not as it should be, in words."""
        found = []
        if self.missing is not None and count.missing > self.missing:
            found.append(f"{count.missing:,} did not arrive")
        if self.undelivered is not None and (count.undelivered or 0) > self.undelivered:
            found.append(f"{count.undelivered:,} undelivered")
        if count.lost and self.missing is not None:
            found.append(f"{count.lost:,} without a word")
        if self.stall_s is not None and count.stall_s > self.stall_s:
            found.append(f"a stall of more than {self.stall_s:g} s")
        if self.first_ms is not None and (count.first_ms is None or count.first_ms > self.first_ms):
            found.append(f"the first event not within {self.first_ms:g} ms")
        if self.elsewhere is not None and count.elsewhere > self.elsewhere:
            found.append(f"{count.elsewhere:,} went elsewhere")
        if self.is_ordered and count.disordered:
            found.append(f"{count.disordered:,} out of order")
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happens to members."""

    name: str
    section: str
    """Of the table that it belongs to."""
    what: str
    policy: str
    """Empty for a plain socket."""
    kinds: tuple[str, ...]
    happens: Callable[[Scene, float], None]
    demand: Demand
    rate: int = FAST
    seconds: float = SECONDS
    fault_at_s: float = FAULT_AT_S
    fault_s: float = FAULT_S
    watched: int | None = None
    """The member that counts; None for all of them together."""
    is_beside: bool = False
    """Whether rsyslog and syslog-ng can do something like it."""
    is_short: bool = False
    """Whether it lasts as long as its happening does, and is not made shorter or longer."""

    @property
    def count(self) -> int:
        """Events that are raised."""
        return round(self.rate * self.seconds)

    @property
    def needs_broker(self) -> bool:
        """Whether one of the members is a queue."""
        return "rabbitmq" in self.kinds

    @property
    def transports(self) -> dict[str, dict[str, Any]]:
        """The transports' settings."""
        return {"tcp": {"sync_mode": True}} if "tcp-sync" in self.kinds else {}

    def socket(self, members: list[str]) -> str:
        """The socket text of the subscription."""
        return f"virtual:{self.policy} {' '.join(members)}" if self.policy else members[0]

    def scaled(self, seconds: float | None, rate: int | None) -> Row:
        """The row with another length and rate, where these are not what it is about."""
        if self.is_short:
            return self
        wanted = seconds or self.seconds
        scale = wanted / self.seconds
        return replace(
            self,
            rate=rate or self.rate,
            seconds=wanted,
            fault_at_s=self.fault_at_s * scale,
            fault_s=self.fault_s * scale,
        )


STEADY = Demand(stall_s=1.5)
ORDERED = Demand(stall_s=1.5, is_ordered=True)
ANSWERED = ("tcp-sync", "tcp-sync")


def _slow(name: str, what: str, kinds: tuple[str, ...], happens: Callable[[Scene, float], None]) -> Row:
    return Row(name, "1", f"FAILOVER, {what}, standby idle", "FAILOVER", kinds, happens, STEADY)


def _broken(name: str, what: str, kinds: tuple[str, ...], happens: Callable[[Scene, float], None]) -> Row:
    return Row(name, "1", f"FAILOVER, {what}, standby idle", "FAILOVER", kinds, happens, ORDERED)


def _away(kind: str, away_s: float, policy: str = "") -> Row:
    confirms = kind not in ("udp", "unix")
    waits = away_s <= 1.5 and kind != "udp"
    demand = Demand(missing=0 if waits else None, undelivered=0 if waits else None, first_ms=100)
    name, words = (f"{policy.lower()}-{kind}", f"{policy}, {kind}") if policy else (kind, kind)
    return Row(
        f"{name}-away-{away_s:g}",
        "2",
        f"{words} away for {away_s:g} s" + ("" if confirms else ", from the next raise on"),
        policy,
        (kind, kind) if policy else (kind,),
        dies,
        demand,
        rate=GENTLE,
        seconds=AWAY_AT_S + away_s + AFTER_S + (START_S if kind == "rabbitmq" else 0),
        fault_at_s=AWAY_AT_S,
        fault_s=away_s,
        watched=0 if policy else None,
        is_short=True,
    )


def _restart(kind: str, demand: Demand, *, is_beside: bool = False) -> Row:
    return Row(
        f"{kind}-restart",
        "2",
        f"{kind} restarts within 1.2 s",
        "",
        (kind,),
        restarts,
        demand,
        rate=BRISK,
        seconds=10.0,
        fault_at_s=3.0,
        fault_s=1.2,
        is_beside=is_beside,
        is_short=True,
    )


def _all_dead(dead_s: float) -> Row:
    return Row(
        f"failover-dead-{dead_s:g}",
        "2",
        f"FAILOVER, all members dead for {dead_s:g} s, the last comes back",
        "FAILOVER",
        ANSWERED,
        all_die,
        Demand(first_ms=1_000),
        rate=GENTLE,
        seconds=AWAY_AT_S + dead_s + AFTER_S,
        fault_at_s=AWAY_AT_S,
        fault_s=dead_s,
        is_short=True,
    )


def _forced(policy: str, kinds: tuple[str, ...]) -> Row:
    return Row(
        "failover-rabbitmq-forced" if policy else "rabbitmq-forced",
        "2",
        f"{policy + ', ' if policy else ''}rabbitmq, CONNECTION_FORCED on a healthy broker",
        policy,
        kinds,
        is_forced_out,
        # A reconnect succeeds at once, so that a second's events are many for the standby.
        replace(STEADY, elsewhere=20) if policy else STEADY,
        rate=20,
        seconds=10.0,
        fault_at_s=2.0,
        is_short=True,
    )


ROWS: dict[str, Row] = {
    row.name: row
    for row in (
        _slow("tcp-sync-hang", "tcp sync hangs", ANSWERED, hangs),
        _slow("tcp-sync-late", "tcp sync answers 500 ms late", ANSWERED, is_late),
        replace(
            _slow("tcp-hang", "tcp hangs", ("tcp", "tcp"), hangs),
            # Nobody can notice: the kernels' buffers take all of it, and give it to the receiver when it goes on.
            demand=Demand(),
            is_beside=True,
        ),
        _slow("xmlrpc-hang", "xmlrpc hangs", ("xmlrpc", "xmlrpc"), hangs),
        _slow("xmlrpc-late", "xmlrpc answers 500 ms late", ("xmlrpc", "xmlrpc"), is_late),
        _slow("rabbitmq-hang", "rabbitmq hangs", ("rabbitmq", "tcp-sync"), hangs),
        _slow("rabbitmq-alarm", "rabbitmq blocks for want of memory", ("rabbitmq", "tcp-sync"), blocks),
        _broken("tcp-sync-killed", "tcp sync is killed", ANSWERED, dies),
        _broken("tcp-sync-reset", "tcp sync resets", ANSWERED, resets),
        _broken("tcp-sync-flapping", "tcp sync flaps", ANSWERED, flaps),
        replace(
            _slow("tcp-killed", "tcp is killed", ("tcp", "tcp"), dies),
            # Nobody confirms: what the kernel had taken for the dead is gone.
            demand=Demand(missing=None, undelivered=0, stall_s=1.5),
            is_beside=True,
        ),
        Row(
            "all-late",
            "1",
            "FAILOVER, both tcp sync answer 1 s late",
            "FAILOVER",
            ANSWERED,
            all_are_late,
            STEADY,
        ),
        *(_away("tcp", away_s) for away_s in (1.5, 5, 20, 60)),
        *(_away("tcp", away_s, "PARALLEL") for away_s in (1.5, 5, 20, 60)),
        *(_away(kind, away_s) for kind in ("tcp-sync", "xmlrpc", "unix", "udp", "rabbitmq") for away_s in (5, 60)),
        _restart("tcp-sync", Demand(undelivered=0)),
        _restart("xmlrpc", Demand(undelivered=0)),
        _restart("tcp", Demand(missing=None, undelivered=0), is_beside=True),
        # Not when a mark of 30 s happens to end.
        *(_all_dead(dead_s) for dead_s in (6, 65)),
        _forced("", ("rabbitmq",)),
        _forced("FAILOVER", ("rabbitmq", "tcp-sync")),
        Row(
            "rabbitmq-blocking",
            "3.9",
            "FAILOVER, rabbitmq announces that it is blocking",
            "FAILOVER",
            ("rabbitmq", "tcp-sync"),
            blocks,
            STEADY,
            rate=5,
            fault_s=8.0,  # longer than the engine waits for a confirmation
            is_short=True,
        ),
    )
}
