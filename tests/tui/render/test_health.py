"""Sentences about health, made from state alone."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.address import PolicyName
from engine.health import State
from engine.transports.base import ConnectionState
from engine.view.snapshot import MemberRow, SubscriptionRow
from tests.tui.world import AOR, CDR, NOW, PIKE, WALL, failed_member, member, subscription
from tui.model.condition import Concern, concern
from tui.render import health

FAILOVER, PARALLEL, ROUND_ROBIN = PolicyName.FAILOVER, PolicyName.PARALLEL, PolicyName.ROUND_ROBIN
UP = member(1, "udp:b:1")


def sub(policy: PolicyName | None, *members: MemberRow, **changes: object) -> SubscriptionRow:
    """A subscription of which only policy and members matter."""
    return subscription("s", "E", policy, *members, **changes)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (PIKE, "delivered, on the 2nd choice for 8 min 20 s: 1 is failed"),
        (CDR, "3 take turns"),
        (AOR, "2 of 3 get every event for 3 min 5 s: 2 is paused"),
        (sub(None, member(0, "udp:a:1")), "every event is handed over"),
        (sub(None, member(0, "udp:a:1", State.UNTRIED)), "nothing was sent yet"),
        (sub(None, failed_member(0, "udp:a:1", None)), "nobody can take events for 8 min 20 s: 1 is failed"),
        (sub(FAILOVER, failed_member(0, "udp:a:1", -1, is_next=True), UP), "1 is due: the next event tries it"),
        (sub(FAILOVER, member(0, "udp:a:1"), UP), "delivered, on the 1st choice"),
        (
            sub(FAILOVER, failed_member(0, "udp:a:1", 5), held_since=NOW - 9, waiting=1),
            "1 event held for 9 s: nobody can take them",
        ),
        (sub(ROUND_ROBIN, failed_member(0, "udp:a:1", None), UP), "1 of 2 take turns for 8 min 20 s: 1 is failed"),
        (sub(PARALLEL, member(0, "udp:a:1"), UP, undelivered=3), "2 of 2 get every event; 3 undelivered"),
        (
            sub(FAILOVER, member(0, "udp:a:1", State.SLOW, skipped_until=NOW + 9), UP, copies=1),
            "delivered, on the 2nd choice for 8 min 20 s: 1 is slow; 1 possible copy",
        ),
        (
            sub(FAILOVER, member(0, "udp:a:1", State.SLOW, skipped_until=NOW - 1, is_next=True), UP),
            "1 is due: the next event tries it",
        ),
    ],
)
def test_the_sentence_about_a_subscription(row: SubscriptionRow, said: str) -> None:
    assert health.sentence(row, NOW) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (PIKE, "delivered, on the 2nd choice since 07:19:27: 1 is failed"),
        (AOR, "2 of 3 get every event since 07:24:42: 2 is paused"),
        (sub(None, failed_member(0, "udp:a:1", None)), "nobody can take events since 07:19:27: 1 is failed"),
        (replace(PIKE, held_since=NOW - 9), "12 events held since 07:27:38: nobody can take them"),
    ],
)
def test_trouble_says_since_when_by_the_clock(row: SubscriptionRow, said: str) -> None:
    assert health.sentence(row, NOW, WALL - NOW) == said


def shared(*taken: int) -> SubscriptionRow:
    """A round of members, each of which took so many in the last minute."""
    return sub(ROUND_ROBIN, *(member(place, f"udp:a:{place}", taken_lately=each) for place, each in enumerate(taken)))


def test_shares_are_of_what_was_taken_of_late_and_many_of_them_are_put_together() -> None:
    assert health.sentence(shared(334, 333, 333), NOW) == "3 take turns: 33 / 33 / 33 % of the last 1,000"
    assert health.sentence(shared(*[100] * 19, 90), NOW) == "20 take turns: 4.5 to 5.0 % of the last 1,990"
    row = shared(334, 666)
    assert health.remark(row, row.members[0], NOW, 0).words == "33.4 % of the last 1,000"


def test_parallel_members_say_how_far_they_are_apart() -> None:
    members = [member(place, f"udp:a:{place}", latency_p50_s=0.001 * place) for place in (1, 2, 3)]
    assert health.sentence(sub(PARALLEL, *members), NOW) == "3 of 3 up, 2.0 ms apart"
    untried = member(3, "udp:a:4", State.UNTRIED)
    assert health.sentence(sub(PARALLEL, *members, untried), NOW) == "4 of 4 get every event"


def test_connecting_has_a_look_of_its_own_but_trouble_goes_before_it() -> None:
    connecting = {"connection": ConnectionState.CONNECTING}
    assert health.look(member(0, "tcp:a:1", **connecting), NOW) is health.CONNECTING_LOOK
    assert health.look(member(0, "tcp:a:1", State.UNTRIED, **connecting), NOW) is health.CONNECTING_LOOK
    assert health.look(failed_member(0, "tcp:a:1", 5, **connecting), NOW).word == "FAILED"
    assert health.look(member(0, "tcp:a:1", State.PAUSED, **connecting), NOW).word == "PAUSED"
    assert health.CONNECTING_LOOK.sign not in {one.sign for one in health.STATE_LOOKS.values()}


def test_the_countdown_shrinks_with_time() -> None:
    failed = PIKE.members[0]
    assert health.remark(PIKE, failed, NOW, 10).countdown == "next try in 17.6 s ▰▰▰▰▰▰▱▱▱▱"
    assert health.remark(PIKE, failed, NOW + 16, 10).countdown == "next try in  1.6 s ▰▱▱▱▱▱▱▱▱▱"
    assert health.remark(PIKE, failed, NOW + 18, 10).countdown == "due: the next event tries it"


def test_the_error_has_its_age() -> None:
    assert health.remark(PIKE, PIKE.members[0], NOW, 0).words == "connection refused, 12 s ago"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (member(0, "udp:a:1", State.PAUSED, since=NOW - 185), "paused for 3 min 5 s; it takes nothing until resumed"),
        (member(0, "udp:a:1", connection=ConnectionState.DOWN), "connection is down"),
        (member(0, "udp:a:1", connection=ConnectionState.CONNECTING), "connecting"),
        (member(0, "udp:a:1", State.UNTRIED, connection=ConnectionState.CONNECTING), "connecting"),
        (member(0, "udp:a:1", waiting=1_200, in_flight=7), "1,200 waiting, 7 in flight"),
        (member(0, "udp:a:1", error="reset\x1b", error_at=NOW - 60), "last error 1 min 0 s ago: reset␣"),
        (member(0, "udp:a:1"), ""),
    ],
)
def test_what_is_going_on_with_a_member(one: MemberRow, words: str) -> None:
    assert health.remark(sub(PARALLEL, one), one, NOW, 0).words == words


def test_every_state_has_a_sign_and_a_word_of_its_own() -> None:
    looks = [health.STATE_LOOKS[state] for state in State]
    assert len({look.sign for look in looks}) == len({look.word for look in looks}) == len(State)


def test_only_lines_that_show_time_depend_on_it() -> None:
    assert health.moment(PIKE, PIKE.members[0], NOW) == round(NOW, 1)
    assert health.moment(CDR, CDR.members[0], NOW) is None
    assert health.moment(CDR, None, NOW) == int(NOW)
    assert health.moment(AOR, None, NOW) is None
    assert health.moment(AOR, AOR.members[1], NOW) == int(NOW)


def test_a_slow_member_is_looked_at_but_no_alarm() -> None:
    slow = member(0, "udp:a:1", State.SLOW, skipped_until=NOW + 15, error="too slow: 9 wait", error_at=NOW - 15)
    row = sub(FAILOVER, slow, UP)
    assert concern(row, NOW) is Concern.SOME
    assert concern(sub(FAILOVER, slow), NOW) is Concern.SOME, "it takes events, as there is nobody better"
    assert health.look(slow, NOW).word == "SLOW"
    assert health.look(slow, NOW + 16).word == "DUE"
    remark = health.remark(row, slow, NOW, 7)
    assert remark.words == "too slow: 9 wait, 15 s ago"
    assert remark.countdown.startswith("next try in")
