"""Titles and questions of the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from engine.view.snapshot import SubscriptionRow
from tui.model.arrangement import Arrangement, Sort
from tui.model.condition import Concern, concern
from tui.model.deliveries import Deliveries
from tui.model.feed_choice import FeedChoice
from tui.model.pump import Pump
from tui.render import figures
from tui.terminal.safe_text import clean


def subscriptions_title(rows: Sequence[SubscriptionRow], now: float) -> str:
    """How many there are, and how many need a person."""
    needy = sum(concern(row, now) > Concern.NONE for row in rows)
    if not rows:
        return "Subscriptions: none yet, press a to add one"
    attention = "all well" if not needy else f"{needy} need{'s' if needy == 1 else ''} attention"
    return f"Subscriptions {len(rows)} ─ {attention}"


def arrangement_title(arrangement: Arrangement, shown_members: int, members: int) -> str:
    """Order and filter, where they are not the usual ones."""
    words = [] if arrangement.sort is Sort.GIVEN else [f"sort: {arrangement.sort}"]
    if arrangement.filter:
        words.append(f"filter: {clean(arrangement.filter.text)} ({shown_members} of {members} members)")
    return "".join(f" ─ {word}" for word in words)


def choice_title(choice: FeedChoice, rows: Sequence[SubscriptionRow]) -> str:
    """Which deliveries are shown, where it is not all of them."""
    words = []
    if choice.subscription is not None:
        event = next((row.event for row in rows if row.id == choice.subscription), choice.subscription)
        member = "" if choice.member is None else f" member {choice.member + 1}"
        words.append(f"following {clean(event)}{member}")
    if choice.event is not None:
        words.append(f"following {clean(choice.event)}")
    if choice.filter:
        words.append(f"filter: {clean(choice.filter.text)}")
    return "".join(f" ─ {word}" for word in words)


def feed_title(rate: float, deliveries: Deliveries, unseen: int, *, is_running: bool, live: str = "live") -> str:
    """Whether the feed runs (`live` is the word for that), how fast, and how much of it is not shown."""
    state = live if is_running else f"frozen, {figures.count(unseen)} newer"
    left_out = ""
    if deliveries.one_in > 1:
        left_out = f", {figures.count(deliveries.more)} more in this second (1 in {deliveries.one_in:,} shown)"
    if deliveries.more_failures:
        left_out += f", {figures.count(deliveries.more_failures)} more failures"
    return f"Feed ─ {state} ─ {figures.rate(rate)}{left_out}"


def frozen_badge(pump: Pump) -> tuple[str, ...]:
    """That the picture stands still, since when, and how much it does not show."""
    if not pump.is_frozen:
        return ()
    return (
        f"FROZEN {figures.clock(pump.picture_now() + pump.wall_offset)}, {figures.count(pump.unseen)} events since",
    )


def removal(row: SubscriptionRow) -> str:
    """What removing a subscription hits, in numbers."""
    kind = f"{row.policy} of {len(row.members)} members" if row.policy else f"{row.members[0].socket}"
    taken = f"{figures.count(row.delivered)} delivered, {figures.count(row.sent)} sent, "
    waiting = "no event is waiting"
    if row.waiting:
        waiting = f"{figures.count(row.waiting)} waiting event{'' if row.waiting == 1 else 's'} will end undelivered"
    return f"{kind}\n{taken}{figures.count(row.undelivered)} undelivered so far; {waiting}."
