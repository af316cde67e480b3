"""The bookkeeping of confirms, against a model that knows every tag by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.event import Event
from engine.run import DELIVERED, Batch, Fault, Run, failed
from engine.transports.rabbitmq.confirms import Confirms
from engine.wire.jsonrpc import JsonRpcFormat
from tests.support.runs import Ledger
from tests.support.sockets import numbered

FORMAT = JsonRpcFormat()
RETURNED = failed("no queue is bound", Fault.ANSWER)


def publish(confirms: Confirms, ledger: Ledger, events: list[Event], deadline: float = 1.0) -> list[bytes]:
    run = ledger.run(events)
    payloads = run.batch.payloads(FORMAT)
    confirms.add(run, range(len(run)), payloads, deadline)
    return [bytes(payloads[index]) for index in run.indices]


def outcomes(ledger: Ledger) -> list[str]:
    return [ledger.outcomes[number].reason or "delivered" for number in sorted(ledger.outcomes)]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.data())
def test_any_mixture_of_single_and_multiple_confirms_settles_each_tag_once(
    sizes: list[int], data: st.DataObject
) -> None:
    confirms, ledger = Confirms(), Ledger()
    for size in sizes:
        publish(confirms, ledger, numbered(size))
    open_tags = set(range(1, sum(sizes) + 1))
    while open_tags:
        tag = data.draw(st.sampled_from(sorted(open_tags)))
        if data.draw(st.booleans()):
            confirms.answered(tag, is_multiple=True, outcome=DELIVERED)
            open_tags = {other for other in open_tags if other > tag}
        else:
            confirms.answered(tag, is_multiple=False, outcome=DELIVERED)
            open_tags.discard(tag)
        if data.draw(st.booleans()):
            continue
        confirms.flush()
        assert len(ledger.outcomes) == sum(sizes) - len(open_tags)
    confirms.flush()
    assert ledger.is_complete
    assert len(confirms) == 0
    assert confirms.next_deadline is None


@given(st.integers(2, 12), st.data())
def test_returned_messages_fail_and_their_neighbours_do_not(size: int, data: st.DataObject) -> None:
    confirms, ledger = Confirms(), Ledger()
    bodies = publish(confirms, ledger, numbered(size))
    returned = data.draw(st.sets(st.integers(0, size - 1)))
    for index in sorted(returned):
        assert confirms.returned(bodies[index], RETURNED)
    confirms.answered(size, is_multiple=True, outcome=DELIVERED)
    confirms.flush()
    assert outcomes(ledger) == ["no queue is bound" if index in returned else "delivered" for index in range(size)]


def test_of_equal_messages_as_many_fail_as_came_back() -> None:
    confirms, ledger = Confirms(), Ledger()
    bodies = publish(confirms, ledger, [Event("E_X")] * 4)
    assert confirms.returned(bodies[0], RETURNED)
    assert confirms.returned(bodies[0], RETURNED)
    confirms.answered(4, is_multiple=True, outcome=DELIVERED)
    confirms.flush()
    assert outcomes(ledger).count("no queue is bound") == 2


def test_a_message_that_is_not_ours_is_not_taken_for_one() -> None:
    confirms, ledger = Confirms(), Ledger()
    publish(confirms, ledger, numbered(2))
    assert not confirms.returned(b"{}", RETURNED)


def test_a_lost_channel_fails_what_is_open_and_forgets_it() -> None:
    confirms, ledger = Confirms(), Ledger()
    publish(confirms, ledger, numbered(5), deadline=7.0)
    assert confirms.next_deadline == 7.0
    confirms.answered(2, is_multiple=False, outcome=DELIVERED)
    confirms.fail_all(failed("connection lost"))
    assert outcomes(ledger) == ["connection lost", "delivered", *["connection lost"] * 3]
    assert confirms.next_deadline is None


def test_tags_count_only_what_was_published() -> None:
    """Events without a payload leave gaps in the run, and none in the tags."""
    confirms, ledger = Confirms(), Ledger()
    run = ledger.run(numbered(5))
    payloads = run.batch.payloads(FORMAT)
    run.settle(range(2, 3), failed("not encodable", Fault.EVENT))
    for positions in run.open_stretches():
        confirms.add(run, positions, payloads, 1.0)
    assert confirms.returned(bytes(payloads[3]), RETURNED)
    confirms.answered(3, is_multiple=True, outcome=DELIVERED)
    confirms.flush()
    assert outcomes(ledger) == ["delivered", "delivered", "not encodable", "no queue is bound"]
    confirms.answered(4, is_multiple=False, outcome=DELIVERED)
    confirms.flush()
    assert ledger.is_complete
    assert len(confirms) == 0


def test_a_refusal_among_confirms_stays_its_own() -> None:
    confirms, ledger = Confirms(), Ledger()
    publish(confirms, ledger, numbered(5))
    assert confirms.answered(1, is_multiple=False, outcome=DELIVERED)
    assert not confirms.answered(3, is_multiple=False, outcome=failed("nack", Fault.ANSWER))
    confirms.answered(0, is_multiple=True, outcome=DELIVERED)
    confirms.flush()
    assert outcomes(ledger) == ["delivered", "delivered", "nack", "delivered", "delivered"]


def test_confirms_that_come_together_are_settled_in_one_call() -> None:
    calls: list[range] = []
    run = Run(
        Batch("E_X", numbered(6), 1, 0.0, "test"), range(6), 0, 0.0, lambda _run, part, _outcome: calls.append(part)
    )
    confirms = Confirms()
    confirms.add(run, range(6), run.batch.payloads(FORMAT), 1.0)
    for tag in (1, 2, 3):
        confirms.answered(tag, is_multiple=False, outcome=DELIVERED)
    confirms.answered(5, is_multiple=True, outcome=DELIVERED)
    confirms.flush()
    assert calls == [range(5)]


def test_what_was_answered_before_the_channel_was_lost_counts() -> None:
    confirms, ledger = Confirms(), Ledger()
    publish(confirms, ledger, numbered(3))
    confirms.answered(2, is_multiple=True, outcome=DELIVERED)
    confirms.fail_all(failed("connection lost"))
    assert outcomes(ledger) == ["delivered", "delivered", "connection lost"]


def test_what_is_overdue_ends_alone_and_late_answers_to_it_are_ignored() -> None:
    confirms, ledger = Confirms(), Ledger()
    early = publish(confirms, ledger, numbered(3), deadline=1.0)
    publish(confirms, ledger, numbered(2, 4), deadline=2.0)
    confirms.answered(1, is_multiple=False, outcome=DELIVERED)
    confirms.fail_overdue(1.5, failed("late"))
    assert outcomes(ledger) == ["delivered", "late", "late"]
    assert confirms.next_deadline == 2.0
    assert confirms.returned(early[1], RETURNED), "given up, and no sign of a broker that makes things up"
    confirms.answered(0, is_multiple=True, outcome=DELIVERED)
    confirms.flush()
    assert outcomes(ledger) == ["delivered", "late", "late", "delivered", "delivered"]
    assert ledger.is_complete
