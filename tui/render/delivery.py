"""The line of one delivery: when, which event, and who skipped, failed or took it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.address import PolicyName, usable_kind
from engine.feed import Step
from engine.run import Skip, Status
from engine.view.records import StepRecord
from engine.view.snapshot import SubscriptionRow
from tui.model.deliveries import Delivery
from tui.model.event_text import parameters
from tui.render import figures
from tui.render.line import Line, Part, cell, fitted
from tui.terminal.safe_text import clean


def delivery_line(
    delivery: Delivery, row: SubscriptionRow | None, wall_offset: float, width: int, now: float | None = None
) -> Line:
    """A whole line of the feed. `row`: its subscription while there is one. `wall_offset`: wall clock - monotonic."""
    is_wide = width >= 110
    time = figures.clock_ms if is_wide else figures.clock
    event = delivery.event
    return fitted(
        (
            Part(f" {time(delivery.story.raised_at + wall_offset)} ", "faint"),
            cell(clean(event.name), 26 if is_wide else 19, "strong"),
            Part(" "),
            *((cell(parameters(event), width * 28 // 100), Part(" ")) if is_wide else ()),
            *told(delivery, row, now),
        ),
        width,
    )


def told(delivery: Delivery, row: SubscriptionRow | None, now: float | None = None) -> Line:
    """What happened to it, in the order in which it happened. `now` (monotonic) tells how long it has been held."""
    steps = list(delivery.steps())
    parts: list[Part] = []
    failed_here = {step.member for step in steps if step.outcome is not None and step.outcome.is_failure}
    skipped = next((step.skipped for step in reversed(steps) if step.skipped), ())
    parts += _skips(skip for skip in skipped if skip.member not in failed_here)
    ends = [part for step in steps for part in _end(step, row)]
    for part in (*_holds(steps, now), *(ends or _open(steps, now))):
        if parts:
            parts.append(Part(" "))
        parts.append(part)
    return tuple(parts)


def _skips(skipped: Iterable[Skip]) -> Iterator[Part]:
    words = ", ".join(f"{skip.member + 1} ({clean(skip.reason.partition(': ')[0])})" for skip in skipped)
    if words:
        yield Part(f"skipped {words}", "warn")


def _holds(steps: list[StepRecord], now: float | None) -> Iterator[Part]:
    """How long it was held in all, or has been held until now."""
    held_s, since = 0.0, None
    for step in steps:
        if step.step is Step.HELD:
            since = step.at if since is None else since
        elif since is not None:
            held_s, since = held_s + step.at - since, None
    if since is not None and now is not None:
        yield Part(f"held {figures.span(held_s + now - since)}:", "warn")
    elif held_s:
        yield Part(f"held {figures.tenths(held_s) if held_s < 60 else figures.span(held_s)}", "warn")


def _end(step: StepRecord, row: SubscriptionRow | None) -> Iterator[Part]:
    """What a record says of an end; nothing for records that only say what was planned."""
    if step.outcome is None:
        return
    if step.step is Step.ENDED:
        yield Part(f"undelivered: {clean(step.outcome.reason)}", "bad")
    elif step.outcome.is_failure:
        yield Part(f"{_number(step)} failed: {clean(step.outcome.reason)}", "bad")
    else:
        yield Part(f"→ {_number(step)} {_took(step, row)}", "good")


def _took(step: StepRecord, row: SubscriptionRow | None) -> str:
    is_sent = step.outcome is not None and step.outcome.status is Status.SENT
    return took(_scheme(step, row), step.took_s, is_sent=is_sent)


def took(scheme: str | None, took_s: float, *, is_sent: bool) -> str:
    """How a member of a kind of transport took an event: `confirmed in 1.8 ms`."""
    kind = None if scheme is None else usable_kind(scheme)
    return f"{'sent' if is_sent else 'delivered' if kind is None else kind.confirmed} in {figures.latency(took_s)}"


def _scheme(step: StepRecord, row: SubscriptionRow | None) -> str | None:
    if row is None or step.member is None or step.member >= len(row.members):
        return None
    return row.members[step.member].scheme


def _number(step: StepRecord) -> str:
    return "?" if step.member is None else str(step.member + 1)


def _open(steps: list[StepRecord], now: float | None) -> Iterator[Part]:
    """What is under way, when nothing has ended yet."""
    if not steps:
        return
    last = steps[-1]
    if last.step is Step.HELD:
        yield Part(f"{'held: ' if now is None else ''}nobody can take it now", "warn")
    elif last.member is None:
        yield Part("→ all …", "faint")
    else:
        yield Part(f"→ {last.member + 1} …", "faint")


def hearers(rows: Iterable[SubscriptionRow], event: str) -> str:
    """Who will hear an event: `2 subscriptions will hear it: FAILOVER of 2, PARALLEL of 3`."""
    heard = [row for row in rows if row.event == event]
    if not heard:
        return "nobody is subscribed to it"
    kinds = ", ".join(_kind(row) for row in heard[:4])
    return f"{len(heard)} subscription{'s' if len(heard) > 1 else ''} will hear it: {kinds}"


def _kind(row: SubscriptionRow) -> str:
    policy: PolicyName | None = row.policy
    return row.members[0].scheme if policy is None else f"{policy} of {len(row.members)}"
