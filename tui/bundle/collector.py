"""Collecting what an incident bundle holds, from a running engine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from copy import deepcopy
from typing import NamedTuple

from engine.log.handlers import LogLine
from engine.view.answers import Description, MemberInspection
from engine.view.snapshot import EngineSnapshot, SubscriptionRow
from tui.bundle.link import RecordedLink
from tui.bundle.recording import Recording
from tui.link.answers import Answer, ask
from tui.link.protocol import Link
from tui.model.pump import Pump
from tui.model.time_series import History, Levels

RECORDS = 10_000
"""Records of the feed that are asked for."""

LOG_LINES = 2_000

INSPECTED_MAX = 1_000
"""Members that are asked for, one by one."""


class Incident(NamedTuple):
    """What was collected; `failure` says why there is nothing."""

    recording: Recording | None
    failure: str = ""


async def collect(link: Link, pump: Pump, snapshot: EngineSnapshot, recorded: RecordedLink | None) -> Incident:
    """All that can be had. What one member or the log does not tell is missing; without the rest there is no bundle."""
    if recorded is not None:
        return Incident(recorded.recording)
    answers = [await ask(link, name) for name in ("configuration", "audit")]
    failure = next((answer.failure for answer in answers if answer.failure), "")
    if failure:
        return Incident(None, failure)
    configuration, audit = (answer.value for answer in answers)
    try:
        feed = await link.feed(0, RECORDS)
    except Exception as error:  # noqa: BLE001 - whatever a link raises is shown to the operator
        return Incident(None, str(error) or type(error).__name__)
    rows = list(snapshot.subscriptions)
    inspected = await _inspected(link, rows)
    recording = Recording(
        past=(*(one for one in pump.past.snapshots if one.at < snapshot.at), snapshot),
        feed=feed,
        configuration=configuration,
        audit=audit,
        log=_log(await ask(link, "log_since", limit=LOG_LINES), snapshot.wall),
        described=await _described(link, rows),
        inspected=inspected,
        charts=await _charts(pump.history, snapshot.at),
        left_out={
            "snapshots": pump.past.thinned,
            "subscriptions whose members can be inspected": len(rows) - len(inspected),
        },
    )
    return Incident(recording)


async def _inspected(link: Link, rows: list[SubscriptionRow]) -> dict[str, list[MemberInspection]]:
    """Every member of as many subscriptions as are to be asked for; one that went away meanwhile is left out."""
    told: dict[str, list[MemberInspection]] = {}
    left = INSPECTED_MAX
    for row in rows:
        left -= len(row.members)
        if left < 0:
            break
        answers = [await ask(link, "inspect_member", subscription=row.id, member=one.index) for one in row.members]
        if not any(answer.failure for answer in answers):
            told[row.id] = [answer.value for answer in answers]
    return told


async def _described(link: Link, rows: list[SubscriptionRow]) -> dict[str, Description]:
    answers = {row.id: await ask(link, "describe_subscription", subscription=row.id) for row in rows[:INSPECTED_MAX]}
    return {name: answer.value for name, answer in answers.items() if not answer.failure}


async def _charts(history: History, at: float) -> dict[str, Levels]:
    """The tracks up to a moment; what came while the operator chose what to export is not of it.

    Made plain in a thread: it takes long, and of a copy, as the history goes on meanwhile.
    """
    copied, since_s = deepcopy(history), max(round(history.at - at), 0)
    return await asyncio.to_thread(lambda: History.of(copied.levels(), since_s).levels())


def _log(answer: Answer, wall: float) -> Sequence[LogLine]:
    """The lines, or one that says why there are none."""
    if not answer.failure:
        return tuple(answer.value)
    return (LogLine(1, wall, logging.ERROR, "tui", f"the log could not be had: {answer.failure}"),)
