"""Facts about members and subscriptions: marks that run out, and how much a person is needed."""

from __future__ import annotations

from msgspec.structs import replace

from engine.address import PolicyName
from engine.health import State
from tests.tui.world import CDR, NOW, PIKE, failed_member, member, subscription
from tui.model.condition import Concern, concern, state_at


def test_concern_grows_from_a_member_that_is_out_to_events_that_wait() -> None:
    assert concern(CDR, NOW) is Concern.NONE
    assert concern(PIKE, NOW) is Concern.SOME
    assert concern(replace(PIKE, held_since=NOW), NOW) is Concern.GRAVE
    assert concern(subscription("s", "E", PolicyName.FAILOVER, failed_member(0, "udp:a:1", 3)), NOW) is Concern.GRAVE


def test_a_mark_runs_out_without_any_news() -> None:
    failed = PIKE.members[0]
    assert state_at(failed, NOW + 17.5) is State.FAILED
    assert state_at(failed, NOW + 17.7) is State.DUE


def test_only_what_takes_nothing_is_grave_while_no_event_waits() -> None:
    out = {state: subscription("s", "E", None, member(0, "udp:a:1", state)) for state in State}
    assert {state for state, row in out.items() if concern(row, NOW) is Concern.GRAVE} == {State.FAILED, State.PAUSED}
    assert {state for state, row in out.items() if concern(row, NOW) is Concern.SOME} == {State.SLOW, State.DUE}


def test_a_pause_has_no_end_of_its_own() -> None:
    paused = member(0, "udp:a:1", State.PAUSED, skipped_until=NOW - 1)
    assert state_at(paused, NOW) is State.PAUSED
    assert state_at(failed_member(0, "udp:a:1", None), NOW + 1e9) is State.FAILED
