"""What is declared of each option of a subscription."""

from __future__ import annotations

from dataclasses import fields

import pytest

from engine.address import PolicyName
from engine.options import OPTIONS, SubscriptionOptions, options_heeded


def test_every_option_is_declared_with_its_words() -> None:
    assert list(OPTIONS) == [one.name for one in fields(SubscriptionOptions)]
    assert all(option.label and option.entry and option.policies for option in OPTIONS.values())


def test_options_of_few_values_offer_all_of_them() -> None:
    for one in fields(SubscriptionOptions):
        choices = [value for _, value in OPTIONS[one.name].choices]
        assert choices == (list(type(one.default)) if isinstance(one.default, str) else []), one.name


@pytest.mark.parametrize(
    ("policy", "names"),
    [
        ("FAILOVER", ("failover_timeout", "when_all_failed", "hold_max_age", "slow_after", "queue_size", "drop")),
        (PolicyName.ROUND_ROBIN, ("on_failure", "wait_for_member", "queue_size", "drop")),
        (PolicyName.PARALLEL, ("wait_for_member", "queue_size", "drop")),
        (None, ("wait_for_member", "queue_size", "drop")),
    ],
)
def test_each_policy_heeds_its_own(policy: PolicyName | str | None, names: tuple[str, ...]) -> None:
    assert options_heeded(policy) == names
