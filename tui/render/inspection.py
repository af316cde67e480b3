"""A delivery taken apart: the event, its way through the policy, the bytes that went out, the answers that came."""

from __future__ import annotations

from collections.abc import Iterator

from engine.address import usable_kind
from engine.feed import Step
from engine.run import Fault, Outcome, Status
from engine.view.answers import DeliveryInspection, Payload
from engine.view.records import StepRecord
from tui.render import figures
from tui.render.bytesview import View, byte_lines
from tui.render.delivery import took
from tui.render.line import Line, Part, Role, cell
from tui.terminal.safe_text import clean

MOMENT = 13
"""Cells of the time since the event was raised."""


def delivery_lines(told: DeliveryInspection, wall_offset: float, view: View, width: int) -> list[Line]:
    """All of it. `wall_offset`: wall clock - monotonic."""
    return [
        *_heading(told, wall_offset),
        *section("Parameters", _parameters(told)),
        *section("Its way", _way(told)),
        *section(f"Bytes ─ {view}", _payloads(told, view, width)),
        *section(f"Answers ─ {view}", _answers(told, view, width)),
    ]


def section(title: str, lines: Iterator[Line]) -> list[Line]:
    """A blank line, a title and what belongs below it; nothing when there is nothing."""
    found = list(lines)
    return [(Part(" "),), (Part(title, "strong"),), *found] if found else []


def who(told: DeliveryInspection, member: int) -> str:
    """A member's number and socket."""
    members = told.members
    return f"{member + 1} {clean(members[member].socket)}" if member < len(members) else f"{member + 1}"


def last_member(told: DeliveryInspection) -> int | None:
    """The member that had to do with it last."""
    tried = [step.member for step in told.steps if step.member is not None]
    return tried[-1] if tried and tried[-1] < len(told.members) else None


def has_ended(told: DeliveryInspection) -> bool:
    """Whether nothing more will happen to it, as far as its steps tell."""
    steps = told.steps
    given = sum(len(told.members) if step.member is None else 1 for step in steps if step.step is Step.PLANNED)
    settled = sum(step.step is Step.SETTLED for step in steps)
    last = steps[-1]
    is_taken = settled >= given and last.outcome is not None and not last.outcome.is_failure
    return last.step is Step.ENDED or is_taken


def _heading(told: DeliveryInspection, wall_offset: float) -> Iterator[Line]:
    at = figures.clock_ms(told.raised_at + wall_offset)
    yield (
        Part(f"{clean(told.event)} #{told.seq:,}", "strong"),
        Part(f"   raised {at} by {clean(told.source)}", "faint"),
        Part(f"   {told.policy or 'plain'}", "accent"),
    )


def _parameters(told: DeliveryInspection) -> Iterator[Line]:
    if not told.params:
        yield (Part("  none", "faint"),)
    cut = {place + 1: size for place, size in told.cut}
    for position, (name, value) in enumerate(told.params, 1):
        kind = "null" if value is None else "integer" if isinstance(value, int) else f"text, {len(value)} characters"
        if position in cut:
            kind = f"text, cut, {cut[position]:,} bytes"
        shown = "" if value is None else clean(str(value)[:2_000])
        label = f"{position}" if name is None else clean(name)
        yield (Part("  "), cell(label, 20, "accent"), Part(f"{shown}  "), Part(kind, "faint"))


def _way(told: DeliveryInspection) -> Iterator[Line]:
    failed: set[int] = set()
    for step in told.steps:
        moment = cell(f"+{figures.latency(step.at - told.raised_at)}", MOMENT, "faint", right=True)
        for words, role in _words(told, step, failed):
            yield (moment, Part("  "), Part(words, role))
        if step.outcome is not None and step.outcome.is_failure and step.member is not None:
            failed.add(step.member)


def _words(told: DeliveryInspection, step: StepRecord, failed: set[int]) -> Iterator[tuple[str, Role]]:
    """A step in words; whom a plan passed over because it failed with this very event was told already."""
    if step.step in {Step.PLANNED, Step.HELD}:
        for skip in step.skipped:
            if skip.member not in failed:
                yield f"✖ {who(told, skip.member)}: skipped, {clean(skip.reason)}", "warn"
    match step.step:
        case Step.PLANNED:
            yield f"→ given to {_to(told, step)}", "plain"
        case Step.HELD:
            yield "‖ held: nobody can take it now", "warn"
        case Step.ENDED:
            yield f"✖ undelivered: {'' if step.outcome is None else clean(step.outcome.reason)}", "bad"
        case Step.SETTLED if step.outcome is not None and step.member is not None:
            yield _end(told, step.member, step.outcome, step.took_s)


def _to(told: DeliveryInspection, step: StepRecord) -> str:
    if step.member is not None:
        return who(told, step.member)
    return "all others" if step.skipped else "all members"


def _end(told: DeliveryInspection, member: int, outcome: Outcome, took_s: float) -> tuple[str, Role]:
    if outcome.is_failure:
        fault = "" if outcome.fault is None else _FAULTS.get(outcome.fault, "")
        return f"✖ {who(told, member)}: failed: {clean(outcome.reason)}{fault}", "bad"
    members = told.members
    scheme = members[member].scheme if member < len(members) else None
    return f"✓ {who(told, member)}: {took(scheme, took_s, is_sent=outcome.status is Status.SENT)}", "good"


_FAULTS = {
    Fault.EVENT: " (the event's own fault; nobody is marked)",
    Fault.QUEUE: " (nobody is marked)",
    Fault.ENGINE: " (the engine took it back; nobody is marked)",
}


def _payloads(told: DeliveryInspection, view: View, width: int) -> Iterator[Line]:
    if not told.payloads:
        yield (Part("  the subscription has ended, and its transports with it", "faint"),)
    for payload in told.payloads:
        data = payload.content
        kind = usable_kind(payload.scheme)
        yield (
            Part(f"  {payload.scheme}", "accent"),
            Part(f"  {len(data):,} bytes  {_receivers(payload)}"),
            Part(f"  {kind.around if kind else ''}", "faint"),
        )
        if payload.failure:
            yield (Part(f"    ✖ {clean(payload.failure)}", "bad"),)
            continue
        yield from _indented(byte_lines(data, view, width - 4))


def _receivers(payload: Payload) -> str:
    handed = payload.handed
    numbers = ", ".join(str(index + 1) for index in handed or payload.members)
    return f"{'to' if handed else 'not sent; it would go to'} {numbers}"


def _answers(told: DeliveryInspection, view: View, width: int) -> Iterator[Line]:
    for step in told.steps:
        if step.outcome is not None and step.outcome.answer is not None and step.member is not None:
            data = step.outcome.answer
            yield (Part(f"  {who(told, step.member)}", "accent"), Part(f"  {len(data):,} bytes"))
            yield from _indented(byte_lines(data, view, width - 4))


def _indented(lines: list[Line]) -> Iterator[Line]:
    return ((Part("    "), *line) for line in lines)
