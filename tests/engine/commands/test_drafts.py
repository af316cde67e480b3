"""Drafts of subscriptions: checked, and compared with what there is."""

from __future__ import annotations

from typing import Any

import pytest

from engine.address import parse
from engine.commands.context import Context
from engine.commands.drafts import difference, draft_of, lines_of, options_shown, shape_of
from engine.subscriptions.table import Subscription

A, B = "udp:127.0.0.1:1", "udp:127.0.0.1:2"


@pytest.fixture
def found(context: Context) -> Subscription:
    return context.engine.subscribe("E_A", parse(f"virtual:FAILOVER {A} rabbitmq:u:hunter2@127.0.0.1/q"), 60)


def test_what_was_not_changed_makes_the_same_shape(context: Context, found: Subscription) -> None:
    members = [member.socket for member in found.lane.members]
    draft = draft_of(context.engine, found, "FAILOVER", members, 60, options_shown(found.options))
    assert draft.problems == ()
    assert draft.shape == shape_of(found)
    assert set(difference(shape_of(found), draft.shape)) <= {f"  {line}" for line in lines_of(draft.shape)}


@pytest.mark.parametrize(
    ("policy", "members", "options", "field"),
    [
        ("FAILOVER", [], {}, "members"),
        ("FAILOVER", "udp:h:1", {}, "members"),
        ("FAILOVER", [A, 5], {}, "members"),
        ("SOMEHOW", [A], {}, "policy"),
        (None, [A, B], {}, "policy"),
        ("FAILOVER", [A], {"colour": "red"}, "colour"),
        ("FAILOVER", [A], {"queue_size": 0}, "queue_size"),
        ("FAILOVER", [A], [], "options"),
    ],
)
def test_each_problem_names_its_field(
    context: Context, found: Subscription, policy: Any, members: Any, options: Any, field: str
) -> None:
    draft = draft_of(context.engine, found, policy, members, None, options)
    assert draft.shape is None
    assert field in {problem["field"] for problem in draft.problems}


def test_a_difference_shows_what_goes_and_what_comes_and_no_password(context: Context, found: Subscription) -> None:
    draft = draft_of(context.engine, found, "", [B], None, {"queue_size": 5})
    told = difference(shape_of(found), draft.shape)
    assert f"- member {A}" in told
    assert f"+ member {B}" in told
    assert "+ policy none, one plain socket" in told
    assert "+ expires never" in told
    assert "hunter2" not in str(told)
    assert difference(None, draft.shape) == [f"+ {line}" for line in lines_of(draft.shape)]
