"""The lines of the dashboard."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.transports.base import ConnectionState
from tests.tui.world import AOR, CDR, NOW, PIKE, WALL
from tui.render.line import plain, width_of
from tui.render.subscription import member_details, member_line, subscription_line

WIDTHS = [40, 78, 80, 98, 110, 119, 120, 149, 150, 158, 180, 219, 220, 240, 300]


def words(line: str) -> list[str]:
    """The line without its blanks."""
    return line.split()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_line_fills_its_width(width: int) -> None:
    for row in (PIKE, CDR, AOR):
        assert width_of(subscription_line(row, NOW, width, is_folded=False)) == width
        for member in row.members:
            assert width_of(member_line(row, member, NOW, width)) == width
            assert width_of(member_details(row, member, NOW, width)) == width


def test_a_wide_member_line_tells_everything() -> None:
    line = plain(member_line(PIKE, replace(PIKE.members[0], latency_p99_s=0.0084), NOW, 160))
    expected = "✖ FAILED 1 rabbitmq:guest:•••@127.0.0.1:5672/pike connection refused, 12 s ago next try in 17.6 s"
    assert words(line)[: len(words(expected))] == words(expected)
    assert words(line)[-8:] == ["▰▰▰▰▰▱▱▱", "10,311", "✓", "4", "✖", "2.1/8.4", "ms", "✓✓✓✓✓✖···✖"]


def test_a_narrow_member_line_keeps_state_countdown_and_figures() -> None:
    line = plain(member_line(PIKE, PIKE.members[0], NOW, 80))
    assert "✖ FAILED  1" in line
    assert "try in 17.6 s" in line
    assert words(line)[-4:] == ["10,311", "✓", "4", "✖"]


def test_the_second_line_tells_what_a_narrow_one_has_no_room_for() -> None:
    line = plain(member_details(PIKE, PIKE.members[0], NOW, 80))
    assert "connection refused, 12 s ago" in line
    assert line.endswith("✓✓✓✓✓✖···✖")


def test_the_next_one_is_marked() -> None:
    lines = [plain(member_line(CDR, member, NOW, 120)) for member in CDR.members]
    assert ["▶" in line for line in lines] == [False, False, True]


def test_what_cannot_be_confirmed_is_not_shown_as_delivered() -> None:
    line = plain(member_line(AOR, AOR.members[0], NOW, 100))
    assert "5,120 ~" in line


def test_the_expiry_counts_down() -> None:
    assert "57 min left" in plain(subscription_line(CDR, NOW, 120, is_folded=False))
    assert "9 s left" in plain(subscription_line(CDR, NOW + 3_416, 120, is_folded=False))
    assert "permanent" in plain(subscription_line(PIKE, NOW, 120, is_folded=False))


def test_a_folded_subscription_has_another_sign() -> None:
    assert plain(subscription_line(PIKE, NOW, 120, is_folded=True)).startswith(" ▶ E_PIKE_BLOCKED")
    assert plain(subscription_line(PIKE, NOW, 120, is_folded=False)).startswith(" ▼ E_PIKE_BLOCKED")


def test_figures_do_not_jump() -> None:
    first = PIKE.members[0]
    lines = [plain(member_line(PIKE, replace(first, delivered=number), NOW, 130)) for number in (0, 999, 10_311_000)]
    assert len({line.index("✓") for line in lines}) == 1


def test_a_broad_line_has_columns_for_what_waits_and_what_is_in_flight() -> None:
    busy = replace(CDR.members[0], waiting=1_200, in_flight=7)
    line = plain(member_line(CDR, busy, NOW, 240))
    assert words(line)[-8:-2] == ["1,200", "waiting", "7", "in", "flight", "1.1"]
    quiet = plain(member_line(CDR, CDR.members[0], NOW, 240))
    assert "waiting" not in quiet
    assert line.index("✓") == quiet.index("✓")


def test_a_member_that_connects_says_so() -> None:
    connecting = replace(CDR.members[0], connection=ConnectionState.CONNECTING)
    line = plain(member_line(CDR, connecting, NOW, 160))
    assert "◍ CONNECT" in line
    assert "connecting" in line


def test_an_error_that_is_too_long_keeps_its_age() -> None:
    line = plain(member_line(PIKE, replace(PIKE.members[0], error_at=NOW - 298), NOW, 160))
    assert "connection …, 4 min 58 s ago" in line


def test_a_narrow_line_gives_the_sentence_the_room_of_a_word_that_says_little() -> None:
    line = plain(subscription_line(PIKE, NOW, 80, is_folded=False, wall_offset=WALL - NOW))
    assert "delivered, on the 2nd choice since 07:19:27" in line
    assert "57 min left" in plain(subscription_line(CDR, NOW, 80, is_folded=False))
