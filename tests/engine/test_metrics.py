"""Latency histograms and counters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.metrics import DeliveryCounters, Latencies, LatencyHistogram


@given(st.lists(st.floats(1e-6, 100.0), min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.99]))
def test_a_percentile_is_right_to_the_width_of_a_bucket(seconds: list[float], share: float) -> None:
    histogram = LatencyHistogram()
    for value in seconds:
        histogram.record(value)
    exact = sorted(seconds)[max(0, -(-len(seconds) * share // 1).__int__() - 1)]
    found = histogram.percentile(share)
    assert found is not None
    assert exact * 0.999 - 2e-6 <= found <= exact * 1.13 + 2e-6


def test_a_run_counts_as_many_and_nothing_is_none() -> None:
    histogram = LatencyHistogram()
    assert histogram.percentile(0.5) is None
    histogram.record(0.001, 99)
    histogram.record(1.0, 1)
    assert histogram.total == 100
    assert (histogram.percentile(0.5) or 0) < 0.0012
    assert (histogram.percentile(1.0) or 0) >= 1.0


def test_the_histogram_is_bounded() -> None:
    histogram = LatencyHistogram()
    for micros in range(200_000):
        histogram.record(micros / 1e6)
    assert len(histogram._counts) < 150


def test_waiting_is_what_has_not_ended() -> None:
    total = DeliveryCounters(taken=10, delivered=3, sent=2, undelivered=1)
    assert total.waiting == 4
    total.add(DeliveryCounters(taken=1, delivered=1))
    assert (total.taken, total.waiting) == (11, 4)


def test_what_was_slow_before_the_last_minute_is_slow_no_more() -> None:
    latencies = Latencies()
    for second in range(200):
        latencies.record(1.0 if second < 100 else 0.001, float(second), 3)
    recent = latencies.recent(199.0)
    assert (recent.p99_s or 1) < 0.0012
    assert 120 <= recent.taken <= 180
    assert (latencies.whole().total, latencies.whole().percentile(0.99)) > (599, 0.9)


def test_what_happens_now_is_told_within_seconds() -> None:
    latencies = Latencies()
    for second in range(40):
        latencies.record(0.001 if second < 36 else 1.0, float(second))
    assert latencies.recent(40.0).now_s[0] >= 1.0
    assert (latencies.recent(40.0).p50_s or 1) < 0.0012


def test_the_seconds_before_count_too_where_one_has_only_begun() -> None:
    latencies = Latencies()
    latencies.record(0.001, 10.0, 100)
    latencies.record(1.0, 12.0)
    assert latencies.recent(12.0).now_s[0] < 0.0012
    latencies.record(1.0, 100.0)
    assert latencies.recent(100.0).now_s[0] >= 1.0


def test_a_quiet_member_keeps_the_latencies_of_its_last_minute_but_took_nothing_lately() -> None:
    latencies = Latencies()
    assert latencies.recent(5.0) == (None, None, (), 0, None)
    latencies.record(0.002, 8.0, 3)
    latencies.record(0.002, 12.0, 4)
    before, after = latencies.recent(13.0), latencies.recent(500.0)
    assert (before.taken, after.taken) == (7, 0)
    assert before[:3] == after[:3]
    latencies.record(0.5, 500.0)
    assert (latencies.recent(500.0).p50_s or 0) >= 0.5


def test_percentiles_of_late_are_bounded_in_size() -> None:
    latencies = Latencies()
    for second in range(5_000):
        latencies.record(second / 1_000, float(second))
    assert len(latencies._slots) <= 4


def test_members_that_take_turns_have_taken_the_same_of_late_whenever_they_began() -> None:
    members = [Latencies() for _ in range(3)]
    for turn in range(1_200):
        at = 1_000.0 + turn / 4
        if at > 1_000 + 7 * (turn % 3):  # they began at different moments
            members[turn % 3].record(0.001, at)
        if turn > 400 and turn % 3 == 0:
            taken = [member.recent(at).taken for member in members]
            assert max(taken) - min(taken) <= 4
