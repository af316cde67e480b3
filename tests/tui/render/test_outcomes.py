"""What became of a raised event, member by member."""

from __future__ import annotations

from engine.feed import FeedRecord, Step
from engine.run import DELIVERED, SENT, Attempt, failed
from engine.view.snapshot import SubscriptionRow
from tests.tui.world import AOR, CDR, PIKE, SKIP, batch, page, record
from tui.model.deliveries import Deliveries
from tui.render.line import plain
from tui.render.outcomes import outcome_lines

ONE = batch("E_PIKE_BLOCKED", 1, {"n": 1})
REFUSED = failed("connection refused")


def shown(row: SubscriptionRow, *records: FeedRecord, width: int = 80, height: int = 20) -> list[str]:
    deliveries = Deliveries()
    deliveries.fold(page(records), 1.0)
    own = list(reversed(deliveries.lines))
    rows = {record.subscription: row for record in records}
    return [" ".join(plain(line).split()) for line in outcome_lines(own, rows, 0.0, width, height)]


def test_each_member_is_named_with_its_outcome() -> None:
    lines = shown(
        PIKE,
        record(1, Step.PLANNED, "s1", ONE, 1, skipped=(SKIP,)),
        record(2, Step.SETTLED, "s1", ONE, 1, skipped=(SKIP,), outcome=DELIVERED, took_s=0.0003),
    )
    assert lines[0].endswith("E_PIKE_BLOCKED FAILOVER")
    assert lines[1:] == [
        "1 rabbitmq · skipped: failed 12.4 s ago: connection refused",
        "2 flatstore ✓ written in 300 µs",
    ]


def test_a_member_that_failed_this_event_was_not_skipped_for_it() -> None:
    lines = shown(
        PIKE,
        record(1, Step.PLANNED, "s1", ONE, 0),
        record(2, Step.SETTLED, "s1", ONE, 0, outcome=REFUSED),
        record(3, Step.PLANNED, "s1", ONE, 1, skipped=(SKIP,), attempts=(Attempt(0, 0.0, REFUSED),)),
    )
    assert lines[1:] == ["1 rabbitmq ✖ failed: connection refused", "2 flatstore … under way"]


def test_of_a_round_robin_one_is_chosen_and_of_a_parallel_all() -> None:
    lines = shown(CDR, *(record(1, Step.PLANNED, "s2", ONE, 1), record(2, Step.SETTLED, "s2", ONE, 1, outcome=SENT)))
    assert [line.partition(" in ")[0] for line in lines[1:]] == [
        "1 tcp · not chosen",
        "2 tcp ~ sent",
        "3 tcp · not chosen",
    ]
    parallel = record(1, Step.PLANNED, "s3", ONE)
    lines = shown(AOR, parallel, record(2, Step.SETTLED, "s3", ONE, 0, outcome=SENT, took_s=0.001))
    assert lines[1:] == ["1 udp ~ sent in 1.0 ms", "2 xmlrpc … under way", "3 unix … under way"]


def test_what_is_held_or_undelivered_is_said_of_the_whole() -> None:
    held = record(1, Step.HELD, "s1", ONE, skipped=(SKIP,))
    assert shown(PIKE, held)[0].endswith("FAILOVER ‖ held: nobody can take it now")
    ended = record(2, Step.ENDED, "s1", ONE, outcome=failed("the engine stopped"))
    assert shown(PIKE, held, ended)[0].endswith("✖ undelivered: the engine stopped")


def test_without_room_for_members_a_delivery_has_one_line_and_older_ones_as_well() -> None:
    records = [
        record(number, Step.PLANNED, "s3", batch("E_A", number, {"n": number}), skipped=()) for number in range(1, 12)
    ]
    assert len(shown(AOR, *records, height=20)) == 4 + 5
    assert [line[-7:] for line in shown(AOR, *records, height=3)] == ["→ all …"] * 3
    assert len(shown(AOR, *records, height=5)) == 5
    assert shown(AOR) == []
