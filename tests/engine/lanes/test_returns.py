"""What failed under FAILOVER goes back in the order raised, and waits for nobody who was left."""

from __future__ import annotations

from engine.event import Event
from engine.lanes.returns import Returns
from engine.lanes.waiting import Pending, WaitingLine
from engine.run import Batch


def pending(first: int, count: int = 1) -> Pending:
    return Pending(Batch("E_X", [Event("E_X")] * count, first, 0.0, "test"), range(count), 0.0)


def order(line: WaitingLine) -> list[int]:
    return [waiting.first_seq for waiting in line.take_all()]


def test_what_failed_goes_back_in_the_order_raised_when_it_is_told_to() -> None:
    line = WaitingLine()
    returns = Returns(line)
    line.append(pending(7))
    returns.add(0, pending(4, 3))
    returns.add(0, pending(1, 2))
    assert returns
    assert returns.count == 5
    assert line.count == 1
    returns.put_back()
    assert not returns
    assert order(line) == [1, 4, 7]


def test_what_fails_at_a_member_that_was_left_is_waited_for_by_nobody() -> None:
    line = WaitingLine()
    returns = Returns(line)
    returns.leave(0)
    assert returns.is_any_left
    returns.add(0, pending(1))
    returns.add(1, pending(2))
    assert returns.count == 1
    returns.put_back()
    assert order(line) == [2]
    assert returns.put_back_late()
    assert not returns.put_back_late()
    assert order(line) == [1]


def test_a_member_that_is_given_events_again_is_waited_for_again() -> None:
    returns = Returns(WaitingLine())
    returns.leave(0)
    assert (returns.is_left(0), returns.is_left(1)) == (True, False)
    returns.rejoin(0)
    assert not returns.is_left(0)
    assert not returns.is_any_left
    returns.add(0, pending(1))
    assert returns.count == 1
