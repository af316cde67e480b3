"""The bookkeeping of confirms, against a model that knows every tag by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.event import Event
from engine.run import DELIVERED, Fault, failed
from engine.transports.amqp_confirms import Confirms
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
