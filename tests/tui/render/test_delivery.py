"""What the feed tells of one delivery."""

from __future__ import annotations

import pytest

from engine.event import Event
from engine.feed import FeedRecord, Step
from engine.run import DELIVERED, SENT, Attempt, failed
from engine.view.snapshot import SubscriptionRow
from tests.tui.world import AOR, CDR, NOW, PIKE, SKIP, WALL, batch, page, record, story_of_pike
from tui.model.deliveries import Deliveries
from tui.model.event_text import parameters
from tui.render.delivery import delivery_line, hearers, told
from tui.render.line import plain, width_of

ONE = batch("E", 1, {"n": 1})
REFUSED = failed("connection refused")


def tell(row: SubscriptionRow | None, *records: FeedRecord) -> str:
    """What is told of the only delivery in these records."""
    deliveries = Deliveries()
    deliveries.fold(page(records), 1.0)
    (line,) = deliveries.lines
    return plain(told(line, row))


def test_a_skipped_member_and_the_one_that_took_it() -> None:
    deliveries = Deliveries()
    deliveries.fold(page(story_of_pike()), 1.0)
    line = plain(delivery_line(deliveries.lines[-1], PIKE, WALL - NOW, 160))
    told_text = "07:27:46.900 E_PIKE_BLOCKED ip=192.0.2.11 skipped 1 (failed 12.4 s ago) → 2 written in 300 µs"
    assert " ".join(line.split()) == told_text


@pytest.mark.parametrize(
    ("row", "end", "text"),
    [
        (CDR, {"outcome": DELIVERED, "took_s": 0.0012}, "→ 1 answered in 1.2 ms"),
        (PIKE, {"outcome": DELIVERED, "took_s": 0.002}, "→ 1 confirmed in 2.0 ms"),
        (AOR, {"outcome": SENT, "took_s": 0.0001}, "→ 1 sent in 100 µs"),
        (None, {"outcome": DELIVERED, "took_s": 2.0}, "→ 1 delivered in 2.0 s"),
        (CDR, {"outcome": REFUSED}, "1 failed: connection refused"),
    ],
)
def test_how_a_notification_ended(row: SubscriptionRow | None, end: dict[str, object], text: str) -> None:
    assert tell(row, record(1, Step.PLANNED, "s", ONE, 0), record(2, Step.SETTLED, "s", ONE, 0, **end)) == text


def test_a_failure_and_who_took_it_then() -> None:
    told_so_far = tell(
        PIKE,
        record(1, Step.PLANNED, "s", ONE, 0),
        record(2, Step.SETTLED, "s", ONE, 0, outcome=REFUSED),
        record(3, Step.PLANNED, "s", ONE, 1, skipped=(SKIP,), attempts=(Attempt(0, 0.0, REFUSED),)),
        record(4, Step.SETTLED, "s", ONE, 1, skipped=(SKIP,), outcome=DELIVERED, took_s=0.001),
    )
    # A member that failed this very event was not skipped for it.
    assert told_so_far == "1 failed: connection refused → 2 written in 1.0 ms"


def test_what_is_under_way_held_or_undelivered() -> None:
    assert tell(PIKE, record(1, Step.PLANNED, "s", ONE, 1)) == "→ 2 …"
    assert tell(PIKE, record(1, Step.PLANNED, "s", ONE)) == "→ all …"
    held = record(1, Step.HELD, "s", ONE, skipped=(SKIP,))
    assert tell(PIKE, held) == "skipped 1 (failed 12.4 s ago) held: nobody can take it now"
    ended = record(2, Step.ENDED, "s", ONE, outcome=failed("the engine stopped"))
    assert tell(PIKE, held, ended).endswith("undelivered: the engine stopped")


def test_parameters_are_short_and_harmless() -> None:
    event = Event("E", (("ip", "192.0.2.11"), (None, 7), ("x", None), ("long", "a" * 100_000), ("bad", "\x1b[2J")))
    assert parameters(event) == f"ip=192.0.2.11 7 x=null long={'a' * 23}… bad=␣[2J"


@pytest.mark.parametrize("width", [30, 80, 110, 160])
def test_every_line_fills_its_width(width: int) -> None:
    deliveries = Deliveries()
    deliveries.fold(page(story_of_pike()), 1.0)
    assert {width_of(delivery_line(line, PIKE, 0.0, width)) for line in deliveries.lines} == {width}


def test_who_will_hear_an_event() -> None:
    rows = (PIKE, CDR, AOR)
    assert hearers(rows, "E_PIKE_BLOCKED") == "1 subscription will hear it: FAILOVER of 2"
    assert hearers(rows, "E_OTHER") == "nobody is subscribed to it"


def held_for_a_while() -> list[FeedRecord]:
    held = record(1, Step.HELD, "s", ONE, skipped=(SKIP,))
    planned = record(2, Step.PLANNED, "s", ONE, 0)._replace(at=NOW + 12.3)
    settled = record(3, Step.SETTLED, "s", ONE, 0, outcome=DELIVERED, took_s=0.001)._replace(at=NOW + 12.4)
    return [held, planned, settled]


def test_a_held_event_says_when_it_was_raised_and_how_long_it_waits() -> None:
    deliveries = Deliveries()
    deliveries.fold(page(held_for_a_while()[:1]), 1.0)
    assert deliveries.lines[0].is_held
    text = plain(delivery_line(deliveries.lines[0], PIKE, WALL - NOW, 160, NOW + 42))
    assert text.startswith(" 07:27:47.000 E ")
    assert "held 42 s: nobody can take it now" in text


def test_an_event_that_was_held_says_how_long_it_was() -> None:
    deliveries = Deliveries()
    deliveries.fold(page(held_for_a_while()), 1.0)
    assert not deliveries.lines[0].is_held
    told_text = plain(told(deliveries.lines[0], PIKE, NOW + 500))
    assert told_text == "skipped 1 (failed 12.4 s ago) held 12.3 s → 1 confirmed in 1.0 ms"
