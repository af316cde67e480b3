"""Which deliveries the feed shows."""

from __future__ import annotations

import pytest

from engine.feed import Step
from engine.run import DELIVERED, SENT
from tests.tui.world import AOR, CDR, PIKE, batch, delivered, page, record, story_of_pike
from tui.model.deliveries import Deliveries
from tui.model.feed_choice import Chosen, FeedChoice, facts
from tui.model.filters import FEED_WORDS, parse_filter

ROWS = {row.id: row for row in (PIKE, CDR, AOR)}


def told(*records: object) -> Deliveries:
    """Deliveries made of the story of pike, or of these records."""
    made = Deliveries()
    made.fold(page(records or story_of_pike()), 1.0)  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("", ["E_UL_AOR_INSERT", "E_ACC_CDR", "E_PIKE_BLOCKED"]),
        ("state:skipped", ["E_PIKE_BLOCKED"]),
        ("state:delivered transport:tcp", ["E_ACC_CDR"]),
        ("transport:flatstore", ["E_PIKE_BLOCKED"]),
        ("policy:parallel,failover", ["E_UL_AOR_INSERT", "E_PIKE_BLOCKED"]),
        ("param:aor=alice", ["E_UL_AOR_INSERT"]),
        ("192.0.2.11", ["E_PIKE_BLOCKED"]),
        ("member:3", ["E_ACC_CDR"]),
        ("source:mi -event:E_ACC*", ["E_UL_AOR_INSERT", "E_PIKE_BLOCKED"]),
        ("state:undelivered", []),
    ],
)
def test_a_filter_chooses_deliveries(text: str, events: list[str]) -> None:
    chosen = Chosen(FeedChoice(parse_filter(text, FEED_WORDS)))
    assert [one.event.name for one in chosen.of(told().lines, ROWS)] == events


def test_a_followed_member_shows_what_it_was_given_only() -> None:
    lines = told().lines
    assert len(Chosen(FeedChoice(subscription="s1", member=1)).of(lines, ROWS)) == 1
    assert not Chosen(FeedChoice(subscription="s1", member=0)).of(lines, ROWS)
    assert not Chosen(FeedChoice(subscription="gone")).of(lines, ROWS)


def test_a_delivery_is_looked_at_again_when_more_is_known_of_it() -> None:
    cdr = batch("E_ACC_CDR", 1, {"a": 1})
    planned, settled = delivered(1, "s2", cdr, 0, 0.001)
    made = told(planned)
    chosen = Chosen(FeedChoice(parse_filter("state:delivered", FEED_WORDS)))
    assert not chosen.of(made.lines, ROWS)
    made.fold(page([settled]), 1.0)
    assert len(chosen.of(made.lines, ROWS)) == 1


def test_what_became_of_a_delivery_has_words() -> None:
    aor = batch("E_UL_AOR_INSERT", 1, {"a": 1})
    made = told(
        record(1, Step.PLANNED, "s3", aor),
        record(2, Step.SETTLED, "s3", aor, 0, outcome=SENT),
        record(3, Step.SETTLED, "s3", aor, 1, outcome=DELIVERED),
    )
    found = facts(made.lines[0], ROWS["s3"])
    assert found["state"] == ("sent", "delivered")
    assert found["transport"] == ("udp", "xmlrpc", "unix")
    assert facts(made.lines[0], None)["transport"] == ()
