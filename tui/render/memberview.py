"""A member taken apart: its socket, how it became what it is, its latencies and failures, its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.health import State
from engine.run import Fault
from engine.transports.base import ConnectionState
from engine.view.answers import Field, LatencyFacts, MemberFigures, MemberInspection, Setting
from tui.render import figures
from tui.render.health import STATE_LOOKS
from tui.render.inspection import section
from tui.render.line import Line, Part, cell
from tui.terminal.safe_text import clean

BAR = 30
"""Cells of the longest bar of a histogram."""

_CONNECTIONS = {
    ConnectionState.IDLE: "",
    ConnectionState.CONNECTING: "connecting",
    ConnectionState.UP: "connected",
    ConnectionState.DOWN: "connection is down",
}

_KINDS: Mapping[str, str] = {
    Fault.MEMBER: "of the member",
    Fault.EVENT: "of the event itself",
    Fault.ANSWER: "answered with an error",
    Fault.QUEUE: "queue full",
    Fault.ENGINE: "taken back by the engine",
}

_SOURCES = {
    "subscription": "its entry in the configuration",
    "command": "given by a command",
    "configuration": "the configuration, for all",
}


def member_lines(told: MemberInspection, wall_offset: float) -> list[Line]:
    """All of it. `wall_offset`: wall clock - monotonic."""
    return [
        *_heading(told),
        *section("Socket", _fields(told.fields)),
        *section("Changes of state, the newest first", _changes(told, wall_offset)),
        *section("Latency", _latency(told.latency)),
        *section("Notifications", _figures(told.figures)),
        *section("Settings in force", _settings(told.settings)),
    ]


def _heading(told: MemberInspection) -> Iterator[Line]:
    look = STATE_LOOKS[told.state]
    since = figures.span(told.at - told.since)
    yield (
        Part(f"{told.member + 1} {clean(told.socket)}", "strong"),
        Part(f"   {clean(told.event)} {told.policy or 'plain'}", "accent"),
    )
    connection = told.connection
    error = f": {clean(connection.error)}" if connection.error else ""
    yield (
        Part(f"{look.sign} {look.word}", look.role),
        Part(f"  for {since}"),
        Part(f"  {_CONNECTIONS[connection.state]}{error}", "faint"),
    )
    if told.error is not None and told.error_at is not None:
        ago = figures.span(told.at - told.error_at)
        yield (Part(f"last error {ago} ago: {clean(told.error)}", "bad" if told.state is State.FAILED else "faint"),)


def _fields(fields: Sequence[Field]) -> Iterator[Line]:
    for field in fields:
        value = _shown(field.value)
        end = (Part("  default", "faint"),) if field.is_default else ()
        yield (Part("  "), cell(field.name.replace("_", " "), 20, "accent"), Part(value), *end)


def _changes(told: MemberInspection, wall_offset: float) -> Iterator[Line]:
    if not told.changes:
        yield (Part("  none yet", "faint"),)
    for change in reversed(told.changes):
        look = STATE_LOOKS[change.state]
        again = ""
        if change.times > 1:
            again = f", {change.times:,} times until {figures.clock(change.last_at + wall_offset)}"
        yield (
            Part(f"  {figures.clock_ms(change.at + wall_offset)}  "),
            cell(f"{look.sign} {look.word}", 10, look.role),
            Part(f"{clean(change.reason)}{again}  "),
            Part(f"{figures.span(told.at - change.at)} ago", "faint"),
        )


def _latency(latency: LatencyFacts) -> Iterator[Line]:
    if not latency.count:
        yield (Part("  nothing was taken yet", "faint"),)
        return
    known = [(percent, seconds) for percent, seconds in latency.percentiles if seconds is not None]
    shown = "   ".join(f"p{percent:g} {figures.latency(seconds)}" for percent, seconds in known)
    yield (Part(f"  {shown}"),)
    grouped = histogram(latency.buckets)
    most = max((count for _, count in grouped), default=0)
    for edge, count in grouped:
        bar = "█" * max(round(count / most * BAR), 1 if count else 0)
        yield (
            cell(f"to {figures.latency(edge)}", 12, "faint", right=True),
            cell(figures.count(count), 12, right=True),
            Part(f" {bar}", "accent"),
        )


def histogram(buckets: Sequence[Sequence[Any]]) -> list[tuple[float, int]]:
    """Buckets (upper edge in seconds, count) put together to edges of 1, 2, 5, 10, ..., without gaps between."""
    edges = [1e-6 * factor * 10**power for power in range(9) for factor in (1, 2, 5)]
    counts = [0] * len(edges)
    for upper, count in buckets:
        # An edge of the engine's own lies a little above one of these at times, and belongs below it.
        place = next((index for index, edge in enumerate(edges) if upper <= edge * 1.13), len(edges) - 1)
        counts[place] += count
    used = [index for index, number in enumerate(counts) if number]
    return [(edges[index], counts[index]) for index in range(used[0], used[-1] + 1)] if used else []


def _figures(told: MemberFigures) -> Iterator[Line]:
    for name in ("delivered", "sent", "failed", "refused", "waiting", "in_flight"):
        number = getattr(told, name)
        note = _kinds(told.failed_by_kind) if name == "failed" else ""
        note = "because its queue was full" if name == "refused" and number else note
        label = cell(name.replace("_", " "), 20, "accent")
        role = "bad" if name == "failed" and number else "plain"
        shown = cell(figures.count(number), 12, "bad" if role == "bad" else "plain", right=True)
        yield (Part("  "), label, shown, Part(f"  {note}", "faint"))


def _kinds(kinds: Mapping[str, int]) -> str:
    """Failures by what they were the fault of."""
    return ", ".join(f"{figures.count(count)} {_KINDS.get(kind, kind)}" for kind, count in kinds.items())


def _settings(settings: Sequence[Setting]) -> Iterator[Line]:
    for setting in settings:
        source = _SOURCES.get(setting.source, setting.source)
        yield (
            Part("  "),
            cell(setting.name, 20, "accent"),
            cell(_shown(setting.value), 16),
            Part(" "),
            cell(source, 32, "faint" if source == "default" else "warn"),
            Part(clean(setting.help), "faint"),
        )


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(str(value)) or "empty"
