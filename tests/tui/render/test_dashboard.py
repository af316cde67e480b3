"""Titles and questions of the dashboard."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.world import AOR, CDR, NOW, PIKE, WALL, batch, delivered, page, pumped, snapshot
from tui.model.arrangement import Arrangement, Sort
from tui.model.deliveries import Deliveries
from tui.model.feed_choice import FeedChoice
from tui.model.filters import FEED_WORDS, SUBSCRIPTION_WORDS, parse_filter
from tui.render.dashboard import (
    arrangement_title,
    choice_title,
    feed_title,
    frozen_badge,
    removal,
    subscriptions_title,
)


def test_the_title_counts_who_needs_a_person() -> None:
    assert subscriptions_title([CDR], NOW) == "Subscriptions 1 ─ all well"
    assert subscriptions_title([CDR, PIKE], NOW) == "Subscriptions 2 ─ 1 needs attention"
    assert subscriptions_title([CDR, PIKE, AOR], NOW) == "Subscriptions 3 ─ 2 need attention"
    assert "press a to add one" in subscriptions_title([], NOW)


def test_order_and_filter_are_told_where_they_are_not_the_usual_ones() -> None:
    assert arrangement_title(Arrangement(), 5, 5) == ""
    chosen = Arrangement(Sort.TROUBLE, parse_filter("state:failed", SUBSCRIPTION_WORDS))
    assert arrangement_title(chosen, 1, 5) == " ─ sort: trouble first ─ filter: state:failed (1 of 5 members)"


@pytest.mark.parametrize(
    ("choice", "title"),
    [
        (FeedChoice(), ""),
        (FeedChoice(subscription="s2"), " ─ following E_ACC_CDR"),
        (FeedChoice(subscription="s2", member=1), " ─ following E_ACC_CDR member 2"),
        (FeedChoice(subscription="gone"), " ─ following gone"),
        (FeedChoice(event="E_A\x1b"), " ─ following E_A␣"),
        (FeedChoice(parse_filter("pike", FEED_WORDS), event="E_A"), " ─ following E_A ─ filter: pike"),
    ],
)
def test_what_the_feed_follows_is_told(choice: FeedChoice, title: str) -> None:
    assert choice_title(choice, [PIKE, CDR]) == title


def test_the_feed_tells_its_rate_and_what_it_does_not_show() -> None:
    deliveries = Deliveries()
    assert feed_title(12.0, deliveries, 0, is_running=True) == "Feed ─ live ─ 12/s"
    assert feed_title(12.0, deliveries, 1_234, is_running=False) == "Feed ─ frozen, 1,234 newer ─ 12/s"
    many = batch("E_A", 1, *[{"n": number} for number in range(1_000)])
    deliveries.fold(page(delivered(1, "s2", many, 0, 0.001)), 1_000.0, NOW)
    title = feed_title(1_000.0, deliveries, 0, is_running=True)
    assert f"1 in {deliveries.one_in} shown" in title
    assert f"{deliveries.more:,} more in this second" in title


async def test_a_frozen_picture_says_since_when_and_how_much_came() -> None:
    pump, link, _ = pumped()
    await pump.ask()
    assert frozen_badge(pump) == ()
    pump.turn_frozen()
    accepted = link.answer.figures.accepted
    figures = replace(link.answer.figures, accepted=accepted + 1_500)
    link.answer = snapshot(PIKE, at=NOW + 5, wall=WALL + 5, figures=figures)
    await pump.ask()
    (badge,) = frozen_badge(pump)
    assert badge.startswith("FROZEN 07:27:47")
    assert "1,500 events since" in badge


def test_a_removal_is_asked_for_with_the_numbers_that_it_hits() -> None:
    assert removal(PIKE) == (
        "FAILOVER of 2 members\n10,623 delivered, 0 sent, 0 undelivered so far; 12 waiting events will end undelivered."
    )
    assert "1 waiting event will end undelivered" in removal(replace(PIKE, waiting=1))
    alone = replace(PIKE, policy=None, members=PIKE.members[1:], waiting=0)
    assert removal(alone).startswith("flatstore:/var/log/pike.log\n")
    assert removal(alone).endswith("no event is waiting.")
