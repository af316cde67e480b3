"""The rows of the table: the work, who receives, both sides, and the share of the limit that is aimed at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.broker import PublishLimit
from benchmarks.limits import CallLimit, DatagramLimit, FileLimit, PipelineLimit, StreamLimit
from benchmarks.ours import EngineSide
from benchmarks.sides import Side

CONNECTIONS = 8
"""Connections of the xmlrpc row, on both sides."""


@dataclass(frozen=True)
class Row:
    """One kind of work, done by the engine and by a bare loop."""

    name: str
    title: str
    kind: str
    """The kind of receivers: see `benchmarks.receivers.KINDS`, or `file`, or `rabbitmq`."""
    ours: Callable[[], Side]
    limit: Callable[[], Side]
    target: float
    """Share of the limit that is aimed at."""
    policy: str = ""
    """Policy of the virtual subscriber; empty for a plain one."""
    copies: int = 1
    """How often each event is received, over all receivers."""
    receivers: int = 1
    count: int = 100_000
    """Events a round; the warm-up takes a tenth more."""
    target_rate: float | None = None
    """Events a second that are enough, where a figure is aimed at."""


def _over(policy: str, kind: str, limit: type[DatagramLimit], target: float, count: int) -> Row:
    return Row(
        f"{policy.lower()}-{kind}",
        f"{policy}, 3 {kind}" + (", first up" if policy == "FAILOVER" else ""),
        kind,
        lambda: EngineSide(policy),
        lambda: limit(policy),
        target,
        policy,
        copies=3 if policy == "PARALLEL" else 1,
        receivers=3,
        count=count,
    )


ROWS: dict[str, Row] = {
    row.name: row
    for row in (
        _over("PARALLEL", "udp", DatagramLimit, 0.75, 100_000),
        _over("ROUND-ROBIN", "udp", DatagramLimit, 0.65, 100_000),
        _over("FAILOVER", "udp", DatagramLimit, 0.65, 100_000),
        _over("PARALLEL", "tcp", StreamLimit, 0.40, 300_000),
        _over("FAILOVER", "tcp", StreamLimit, 0.40, 300_000),
        _over("ROUND-ROBIN", "tcp", StreamLimit, 0.40, 300_000),
        Row(
            "sync-tcp",
            "tcp, sync_mode, every event answered",
            "answering",
            lambda: EngineSide(sync_mode=True),
            PipelineLimit,
            0.40,
            count=100_000,
            target_rate=60_000,
        ),
        Row("flatstore", "flatstore", "file", EngineSide, FileLimit, 0.45, count=300_000),
        Row(
            "xmlrpc",
            f"xmlrpc, every answer read, {CONNECTIONS} connections",
            "xmlrpc",
            lambda: EngineSide(connections=CONNECTIONS),
            lambda: CallLimit(CONNECTIONS),
            0.50,
            count=20_000,
            target_rate=14_000,
        ),
        Row("rabbitmq", "rabbitmq, every message confirmed", "rabbitmq", EngineSide, PublishLimit, 0.90, count=30_000),
    )
}
