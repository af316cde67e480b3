"""A member taken apart, as text."""

from __future__ import annotations

from tests.tui.inspected import MEMBER
from tests.tui.world import NOW, WALL
from tui.render.line import plain
from tui.render.memberview import histogram, member_lines


def test_a_member_is_told_with_state_changes_figures_and_settings() -> None:
    text = "\n".join(plain(line) for line in member_lines(MEMBER, WALL - NOW))
    assert "✖ FAILED  for 6 min 12 s  connection is down: connection refused" in text
    assert "connection refused, 12 times until " in text
    assert text.index("6 min 12 s ago") < text.index("2 h 30 min ago"), "the newest first"
    assert "p50 2.1 ms   p90 3.0 ms   p99 8.2 ms   p99.9 10.0 ms" in text
    assert "password            •••" in text
    assert "11 of the member, 1 answered with an error" in text
    assert "900              transports: rabbitmq            Limit for a confirmation." in text


def test_a_histogram_has_no_gaps_and_loses_nothing() -> None:
    grouped = histogram(MEMBER.latency.buckets)
    assert [count for _, count in grouped] == [11, 9_300, 0, 1_000]
    assert [round(edge, 6) for edge, _ in grouped] == [0.001, 0.002, 0.005, 0.01]
    assert histogram([]) == []
    assert sum(count for _, count in histogram([[1e9, 5]])) == 5
