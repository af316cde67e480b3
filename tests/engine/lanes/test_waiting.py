"""The line in front of FAILOVER's policy: order and counts, against a plain list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.event import Event
from engine.lanes.waiting import Pending, WaitingLine
from engine.run import Batch


def pending(first: int, count: int) -> Pending:
    batch = Batch("E_TEST", [Event("E_TEST", ()) for _ in range(count)], first, 0.0, "")
    return Pending(batch, range(count), 0.0)


def numbers(line: WaitingLine) -> list[int]:
    taken = line.take_all()
    return [one.first_seq + number for one in taken for number in range(len(one.indices))]


def filled(*sizes: int) -> WaitingLine:
    line, first = WaitingLine(), 1
    for size in sizes:
        line.append(pending(first, size))
        first += size
    return line


def test_the_front_is_taken_in_parts() -> None:
    line = filled(5, 3)
    assert line.take_front(2).indices == range(2)
    assert line.front.first_seq == 3
    assert line.take_front().indices == range(2, 5)
    assert line.count == 3
    assert numbers(line) == [6, 7, 8]


def test_the_newest_is_taken_in_parts() -> None:
    line = filled(5, 3)
    assert line.take_newest(2).indices == range(1, 3)
    assert line.count == 6
    assert numbers(line) == [1, 2, 3, 4, 5, 6]


def test_what_stands_aside_is_counted_bounded_and_comes_back_in_order() -> None:
    line = filled(4, 4, 2)
    assert line.set_front_aside(6) is None
    refused = line.set_front_aside(6)
    assert refused is not None
    assert refused.indices == range(2, 4)
    assert (line.aside_count, line.count) == (6, 8)
    assert line.front.first_seq == 9
    line.call_back()
    assert (line.aside_count, line.count) == (0, 8)
    assert numbers(line) == [1, 2, 3, 4, 5, 6, 9, 10]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.data())
def test_whatever_comes_back_stands_in_the_order_raised(sizes: list[int], data: st.DataObject) -> None:
    line = filled(*sizes)
    taken = [line.take_front(data.draw(st.integers(1, 6))) for _ in range(data.draw(st.integers(0, len(sizes))))]
    line.put_back(data.draw(st.permutations(taken)))
    assert line.count == sum(sizes)
    assert numbers(line) == list(range(1, sum(sizes) + 1))
    assert line.is_empty
