"""What an operator changed: the last changes, to be taken back, and what was ever touched."""

from __future__ import annotations

from engine.address import parse
from engine.options import SubscriptionOptions
from engine.subscriptions.changes import REMEMBERED, TOUCHED_MAX, Change, ChangeLog, Shape

SHAPE = Shape("E_A", parse("udp:h:9"), SubscriptionOptions(), None)


def change(number: int) -> Change:
    return Change(f"s{number}", float(number), None, SHAPE)


def test_the_newest_is_taken_back_first_and_only_so_many_are_remembered() -> None:
    log = ChangeLog()
    assert (log.last, log.take_back()) == (None, None)
    for number in range(REMEMBERED + 5):
        log.add(change(number))
    assert len(log) == REMEMBERED
    assert log.last == change(REMEMBERED + 4)
    taken = [log.take_back() for _ in range(REMEMBERED)]
    assert taken == [change(number) for number in range(REMEMBERED + 4, 4, -1)]
    assert log.take_back() is None


def test_what_comes_back_under_another_id_can_be_taken_back_further() -> None:
    log = ChangeLog()
    log.add(change(1))
    log.add(change(2))
    log.add(change(1))
    log.rename("s1", "s9")
    assert [one.subscription for one in (log.take_back(), log.take_back(), log.take_back()) if one] == [
        "s9",
        "s2",
        "s9",
    ]


def test_what_was_touched_stays_so_also_when_it_was_taken_back() -> None:
    log = ChangeLog()
    log.add(change(1), ("E_A", "udp:h:9"), ("E_A", "udp:h:10"))
    log.take_back()
    assert log.is_touched("E_A", "udp:h:9")
    assert log.is_touched("E_A", "udp:h:10")
    assert not log.is_touched("E_B", "udp:h:9")


def test_the_touched_are_bounded_and_those_touched_again_stay() -> None:
    log = ChangeLog()
    log.add(change(0), ("E_A", "first"))
    log.add(change(0), ("E_A", "second"))
    log.add(change(0), ("E_A", "first"))
    for number in range(TOUCHED_MAX - 1):
        log.add(change(number), ("E_A", str(number)))
    assert log.is_touched("E_A", "first")
    assert not log.is_touched("E_A", "second")
