"""A made-up recording: a minute in which a member fails, in snapshots and records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from engine.event import Event
from engine.feed import FeedRecord
from engine.health import Change, State
from engine.log.handlers import LogLine
from engine.view.answers import Description, Trail
from engine.view.codec import named, plain, typed
from engine.view.records import FeedPage
from engine.view.snapshot import EngineSnapshot
from tests.tui.inspected import MEMBER
from tests.tui.world import AOR, CDR, NOW, PIKE, WALL, batch, delivered, page, snapshot
from tui.bundle.recording import Recording, read_bundle

STEP_S = 2.0
STEPS = 31
FAILS_AT = 10
"""The snapshot in which the first member of the first subscription is failed; it was up before."""

WIRE = {"format": "jsonrpc", "method": None, "event_param": None}
LINE = {"format": "flatline", "delimiter": ",", "escape_delimiter": None, "suppress_event_name": False}


SECOND = [5.0, 0.0, 0.0, 1.0, 0.1, None, 0.2]
"""A sample of the charts: five deliveries, and a latency that nobody knows."""


def at(step: int) -> float:
    """The engine's time of a snapshot; the last is `NOW`."""
    return NOW - (STEPS - 1 - step) * STEP_S


def moment(step: int) -> EngineSnapshot:
    """The engine at a step: ten events a second, one of the subscriptions changes with each."""
    first, second = PIKE.members
    if step < FAILS_AT:
        first = replace(first, state=State.UP, since=at(0) - 99, skipped_until=None, error=None, error_at=None)
    else:
        first = replace(first, since=at(FAILS_AT), error_at=at(FAILS_AT), skipped_until=at(FAILS_AT) + 1_000)
    pike = replace(PIKE, version=100 + step, delivered=20 * step, members=(replace(first, delivered=20 * step), second))
    figures = replace(snapshot().figures, accepted=20 * step, delivered=20 * step, failed=max(step - FAILS_AT, 0))
    wall = WALL - (STEPS - 1 - step) * STEP_S
    return replace(snapshot(pike, CDR, AOR, figures=figures), at=at(step), wall=wall, next_record=1 + 2 * (step + 1))


def incident() -> Recording:
    """One event each two seconds, raised a little before the snapshot that knows of it."""
    records = []
    for step in range(STEPS):
        raised = batch("E_PIKE_BLOCKED", 200 + step, {"ip": f"192.0.2.{step}"}, at=at(step) - 0.5)
        records += [one._replace(at=at(step) - 0.4) for one in delivered(1 + 2 * step, "s1", raised, 1, 0.0003)]
    audit = [
        {
            "number": number,
            "wall": WALL - age,
            "who": "ann",
            "command": name,
            "details": "",
            "result": "done",
            "times": 1,
        }
        for number, (age, name) in enumerate([(1, "resume_member"), (50, "pause_member")], 1)
    ]
    log = [
        {"number": number, "wall": WALL - age, "level": 20, "logger": "engine", "text": text}
        for number, (age, text) in enumerate([(50, "an early line"), (1, "a late line")], 1)
    ]
    first = replace(MEMBER, wire=WIRE, changes=typed([
        {"at": at(0) - 99, "state": "up", "reason": "", "times": 1, "last_at": at(0) - 99},
        {"at": at(FAILS_AT), "state": "failed", "reason": "connection refused", "times": 1, "last_at": at(FAILS_AT)},
    ], tuple[Change, ...]))  # fmt: skip
    second = replace(MEMBER, member=1, socket=PIKE.members[1].socket, scheme="flatstore", wire=LINE)
    return Recording(
        past=tuple(moment(step) for step in range(STEPS)),
        feed=page(records),
        configuration={"label": "LAB", "failover_timeout": 30.0, "queue_size": 10_000},
        audit=typed({"entries": audit, "dropped": 0}, Trail),
        log=typed(log, tuple[LogLine, ...]),
        described={"s1": typed({
            "id": "s1", "event": "E_PIKE_BLOCKED", "policy": "FAILOVER", "expire": None,
            "members": [member.socket for member in PIKE.members],
            "options": {"failover_timeout": 5.0, "when_all_failed": "hold", "hold_max_age": 3600.0,
                        "on_failure": "next", "queue_size": 10_000, "drop": "never", "slow_after": 0.8,
                        "wait_for_member": 3.0},
        }, Description)},
        inspected={"s1": (first, second)},
        charts={"": [[SECOND] * 200, [SECOND] * 20, []], "s1 0": [[SECOND], [], []]},
    )  # fmt: skip


def written(made: Recording, folder: Path) -> Recording:
    """What is read from the file of a recording."""
    path = folder / "incident.json"
    path.write_text(made.text(), encoding="utf-8", errors="backslashreplace")
    return read_bundle(path)


def of_records(*records: FeedRecord) -> Recording:
    """A recording that is about these records alone."""
    return Recording((snapshot(PIKE),), page(records), {}, AUDIT, [])


RECORDED = Path(__file__).parent / "bundle" / "recorded" / "version3.json"
"""A bundle that the third version wrote."""


def events_told(of: FeedPage) -> list[list[Event]]:
    """The events that each record tells of."""
    return [[of.by_seq()[one.first_seq].event(index) for index in one.indices] for one in of.records]


AUDIT = typed({
    "entries": [
        {"number": 2, "wall": 1_700_000_000.5, "who": "MI 127.0.0.1:5", "command": "unsubscribe", "details": "",
         "result": "refused: no", "times": 1},
        {"number": 1, "wall": 1_700_000_000.0, "who": "console ann", "command": "pause_member", "details": "member=0",
         "result": "done", "times": 3},
    ],
    "dropped": 4,
}, Trail)  # fmt: skip

LOG = (LogLine(1, 1_700_000_000.0, 20, "engine", "a line"),)


def first_version() -> dict[str, Any]:
    """A bundle as the first version wrote it."""
    of = batch("E_PIKE_BLOCKED", 150, {"ip": "192.0.2.11"}, at=NOW - 0.1)
    return {
        "switchboard_bundle": 1,
        "snapshot": named(snapshot(PIKE)),
        "configuration": {"label": "LAB"},
        "batches": [{"name": of.name, "first_seq": 150, "raised_at": of.raised_at, "source": "MI",
                     "events": [[["ip", "192.0.2.11"]]]}],
        "records": [{"number": 5, "at": NOW, "step": "settled", "subscription": "s1", "batch": 150,
                     "indices": [0, 1, 1], "member": 1, "skipped": [[0, "failed"]], "attempts": [],
                     "outcome": ["delivered", "", None], "took_s": 0.1}],
        "audit": plain(AUDIT),
        "log": ["a line"],
    }  # fmt: skip
