"""What the policy stage plays, and when."""

from __future__ import annotations

from engine.feed import Step
from engine.run import DELIVERED, failed
from tests.tui.world import SKIP, batch, delivered, page, record, story_of_pike
from tui.model.deliveries import Deliveries, Delivery
from tui.render.stage_play import Kind, Pace, Play, moves_of


def told(*records: object) -> list[Delivery]:
    """The deliveries that these records tell of."""
    deliveries = Deliveries()
    deliveries.fold(page(records), 1.0)  # type: ignore[arg-type]
    return list(deliveries.lines)


def kinds(delivery: Delivery, members: int = 3) -> list[tuple[Kind, tuple[int, ...]]]:
    return [(move.kind, move.members) for move in moves_of(delivery, members)]


def test_a_skipped_member_is_passed_before_the_event_goes_on() -> None:
    pike = told(*story_of_pike())[-1]
    assert kinds(pike) == [(Kind.COMES, ()), (Kind.PASSES, (0,)), (Kind.GOES, (1,)), (Kind.TOOK, (1,))]
    assert moves_of(pike, 2)[1].words == "failed 12.4 s ago: connection refused"
    assert moves_of(pike, 2)[3].words == "confirmed in 300 µs"


def test_an_event_that_failed_goes_on_to_the_next_member() -> None:
    of = batch("E_A", 1, {})
    (one,) = told(
        record(1, Step.PLANNED, "s1", of, 0),
        record(2, Step.SETTLED, "s1", of, 0, outcome=failed("connection refused")),
        record(3, Step.PLANNED, "s1", of, 1, skipped=(SKIP,)),
        record(4, Step.SETTLED, "s1", of, 1, outcome=DELIVERED),
    )
    assert [kind for kind, _ in kinds(one)] == [
        Kind.COMES,
        Kind.GOES,
        Kind.FAILED,
        Kind.GOES,
        Kind.TOOK,
    ]


def test_an_event_for_everyone_goes_to_all_but_the_passed() -> None:
    of = batch("E_A", 1, {})
    (one,) = told(record(1, Step.PLANNED, "s1", of, None, skipped=(SKIP,)))
    assert kinds(one) == [(Kind.COMES, ()), (Kind.PASSES, (0,)), (Kind.GOES, (1, 2))]


def test_held_and_lost_events_say_so() -> None:
    of = batch("E_A", 1, {})
    (one,) = told(record(1, Step.HELD, "s1", of), record(2, Step.ENDED, "s1", of, outcome=failed("too old")))
    assert kinds(one)[-2:] == [(Kind.HELD, ()), (Kind.LOST, ())]
    assert moves_of(one, 3)[-1].words == "too old"


def test_slow_motion_shows_one_event_a_second_and_all_of_it() -> None:
    first, second = told(
        *delivered(1, "s1", batch("E_A", 1, {}), 0, 0.001), *delivered(3, "s1", batch("E_A", 2, {}), 0, 0.001)
    )
    play = Play()
    play.beat([first], 1)
    assert (play.delivery, play.shown) == (first, 1)
    for _ in range(7):
        play.beat([first, second], 1)
    assert (play.delivery, play.is_over) == (first, True)
    play.beat([first, second], 1)
    assert (play.delivery, play.shown) == (second, 1)


def test_live_shows_the_newest_event_as_it_ended() -> None:
    first, second = told(
        *delivered(1, "s1", batch("E_A", 1, {}), 0, 0.001), *delivered(3, "s1", batch("E_A", 2, {}), 0, 0.001)
    )
    play = Play()
    assert play.change_pace() is Pace.LIVE
    play.beat([first, second], 1)
    assert (play.delivery, play.is_over) == (second, True)


def test_steps_wait_for_the_key() -> None:
    (first,) = told(*delivered(1, "s1", batch("E_A", 1, {}), 0, 0.001))
    play = Play()
    assert play.step([first], 1)
    for _ in range(20):
        play.beat([first], 1)
    assert play.shown == 1
    assert play.step([first], 1)
    assert play.step([first], 1)
    assert play.is_over
    assert not play.step([first], 1)
