"""Options of a subscription: which of them mean something under which policy."""

from __future__ import annotations

from dataclasses import fields

import pytest

from engine.address import PolicyName
from engine.options import SubscriptionOptions, options_heeded

NAMES = {field.name for field in fields(SubscriptionOptions)}


def test_every_option_is_heeded_by_somebody_and_no_other_is_named() -> None:
    heeded = [set(options_heeded(policy)) for policy in (None, *PolicyName)]
    assert set().union(*heeded) == NAMES


@pytest.mark.parametrize(
    ("option", "policies"),
    [
        ("failover_timeout", {PolicyName.FAILOVER}),
        ("when_all_failed", {PolicyName.FAILOVER}),
        ("hold_max_age", {PolicyName.FAILOVER}),
        ("slow_after", {PolicyName.FAILOVER}),
        ("on_failure", {PolicyName.ROUND_ROBIN}),
        ("wait_for_member", {PolicyName.PARALLEL, PolicyName.ROUND_ROBIN, None}),
        ("queue_size", {*PolicyName, None}),
        ("drop", {*PolicyName, None}),
    ],
)
def test_an_option_is_heeded_where_it_is_documented_to_be(option: str, policies: set[PolicyName | None]) -> None:
    assert {policy for policy in (None, *PolicyName) if option in options_heeded(policy)} == policies


def test_a_policy_may_be_given_by_its_name() -> None:
    assert options_heeded("FAILOVER") == options_heeded(PolicyName.FAILOVER)
