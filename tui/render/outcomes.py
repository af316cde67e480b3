"""What became of the events that were raised in the form: each member by its number, with its outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from engine.feed import Step
from engine.run import Status
from engine.view.records import StepRecord
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.model.deliveries import Delivery
from tui.render import figures
from tui.render.delivery import told, took
from tui.render.line import Line, Part, Role, cell, width_of
from tui.terminal.safe_text import clean

OLDER = 5
"""Deliveries of events raised before that are shown, a line each."""


def outcome_lines(
    own: Sequence[Delivery], rows: Mapping[str, SubscriptionRow], wall_offset: float, width: int, height: int
) -> list[Line]:
    """The deliveries, the newest first. Those of the newest event have a line for each member where there is room."""
    if not own:
        return []
    raised = _number(own[0])
    newest = list(takewhile(lambda delivery: _number(delivery) == raised, own))
    lines = [line for one in newest for line in _in_full(one, rows.get(one.story.subscription), wall_offset)]
    if _height(lines, width) > height:
        lines = [_in_short(one, rows, wall_offset) for one in newest]
    for one in own[len(newest) :][:OLDER]:
        lines.append(_in_short(one, rows, wall_offset))
        if _height(lines, width) > height:
            return lines[:-1]
    return lines


def _number(delivery: Delivery) -> int:
    """The event's sequence number."""
    return delivery.story.first_seq + delivery.index


def _height(lines: Sequence[Line], width: int) -> int:
    """Lines of the screen, as they wrap."""
    return sum(max(-(-width_of(line) // max(width, 1)), 1) for line in lines)


def _in_short(delivery: Delivery, rows: Mapping[str, SubscriptionRow], wall_offset: float) -> Line:
    return (*_head(delivery, wall_offset), *told(delivery, rows.get(delivery.story.subscription)))


def _head(delivery: Delivery, wall_offset: float) -> Line:
    at = figures.clock(delivery.story.raised_at + wall_offset)
    return (Part(f"{at} {clean(delivery.event.name)} ", "faint"),)


def _in_full(delivery: Delivery, row: SubscriptionRow | None, wall_offset: float) -> list[Line]:
    if row is None:
        return [(*_head(delivery, wall_offset), *told(delivery, row))]
    steps = list(delivery.steps())
    head: Line = (*_head(delivery, wall_offset), Part(f"{row.policy or 'plain'} ", "accent"), *_whole(steps))
    return [head, *(_member(member, steps) for member in row.members)]


def _whole(steps: Sequence[StepRecord]) -> Line:
    """What is to be said of the delivery as a whole."""
    last = steps[-1] if steps else None
    if last is not None and last.step is Step.ENDED and last.outcome is not None:
        return (Part(f"✖ undelivered: {clean(last.outcome.reason)}", "bad"),)
    if last is not None and last.step is Step.HELD:
        return (Part("‖ held: nobody can take it now", "warn"),)
    return ()


def _member(member: MemberRow, steps: Sequence[StepRecord]) -> Line:
    words, role = _outcome(member, steps)
    return (Part(f"  {member.index + 1} "), cell(member.scheme, 10, "accent"), Part(words, role))


def _outcome(member: MemberRow, steps: Sequence[StepRecord]) -> tuple[str, Role]:
    """The last that is known of one member."""
    for step in reversed(steps):
        if step.member == member.index and step.outcome is not None and step.step is Step.SETTLED:
            if step.outcome.is_failure:
                return f"✖ failed: {clean(step.outcome.reason)}", "bad"
            is_sent = step.outcome.status is Status.SENT
            return f"{'~' if is_sent else '✓'} {took(member.scheme, step.took_s, is_sent=is_sent)}", "good"
        reasons = [skip.reason for skip in step.skipped if skip.member == member.index]
        if reasons and not _has_failed(member, steps):
            return f"· skipped: {clean(reasons[0])}", "warn"
        if step.step is Step.PLANNED and not reasons and step.member in {None, member.index}:
            return "… under way", "faint"
    return "· not chosen", "faint"


def _has_failed(member: MemberRow, steps: Sequence[StepRecord]) -> bool:
    """Whether it failed with this very event, so that it was passed over afterwards."""
    return any(step.member == member.index and step.outcome is not None for step in steps)
