"""PARALLEL: all of it to everyone who is not paused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.health import Health
from engine.policies import parallel
from engine.policies.base import Standing


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(1, 600))
def test_everyone_but_the_paused_gets_everything(paused: list[bool], count: int) -> None:
    indices = range(count)
    shares, skipped, end = parallel.plan(indices, [Standing(Health(paused=p)) for p in paused])
    assert [(share.member, share.indices) for share in shares] == [
        (member, indices) for member, is_paused in enumerate(paused) if not is_paused
    ]
    assert [skip.member for skip in skipped] == [member for member, is_paused in enumerate(paused) if is_paused]
    assert (end is not None) == all(paused)


def test_marks_and_lost_connections_skip_nobody() -> None:
    standings = [Standing(Health(tried=True, failed_at=5.0, error="refused")), Standing(Health(), down="refused")]
    shares, skipped, end = parallel.plan(range(3), standings)
    assert [share.member for share in shares] == [0, 1]
    assert skipped == ()
    assert end is None
