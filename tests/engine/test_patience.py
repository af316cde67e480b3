"""The fast wait for the slow, but not for long."""

from __future__ import annotations

import pytest

from engine.patience import PATIENCE_MAX_S, SHARE, Patience


def test_it_runs_out_and_comes_back_slowly() -> None:
    patience = Patience(100.0)
    assert patience.is_left(100.0)
    patience.spend(PATIENCE_MAX_S / 2, 100.0)
    assert patience.is_left(100.0)
    patience.spend(PATIENCE_MAX_S / 2 + 0.01, 100.0)
    assert not patience.is_left(100.0)
    assert not patience.is_left(100.0 + 0.009 / SHARE)
    assert patience.is_left(100.0 + 0.011 / SHARE)


@pytest.mark.parametrize("step", [0.001, 0.05])
def test_in_the_long_run_only_a_share_of_the_time_is_spent(step: float) -> None:
    patience, now, waited = Patience(0.0), 0.0, 0.0
    while now < 100.0:
        now += step
        if patience.is_left(now):
            waited += step
            patience.spend(step, now)
    assert waited == pytest.approx(SHARE * 100.0 + PATIENCE_MAX_S, rel=0.05)


def test_it_never_grows_beyond_its_most() -> None:
    patience = Patience(0.0)
    patience.spend(PATIENCE_MAX_S, 1e6)
    assert not patience.is_left(1e6)
