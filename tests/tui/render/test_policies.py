"""The small pictures of the policies."""

from __future__ import annotations

import pytest

from engine.address import PolicyName
from tui.render.line import plain, width_of
from tui.render.policies import HOLD, LESSONS, TRAVEL, Lesson, lesson_lines, policy_lines
from tui.terminal.ascii import ascii_only

FRAME = TRAVEL + HOLD


def seen(lesson: Lesson, beat: int | None) -> list[str]:
    return [plain(line) for line in lesson_lines(lesson, beat)]


def lesson_of(policy: PolicyName) -> Lesson:
    return next(one for one in LESSONS if one.policy is policy)


def test_every_policy_has_a_picture() -> None:
    assert {one.policy for one in LESSONS} == set(PolicyName)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: str(one.policy))
def test_the_event_travels_to_its_takers_and_comes_back_round(lesson: Lesson) -> None:
    beats = FRAME * len(lesson.moves)
    for beat in range(beats):
        move = lesson.moves[beat // FRAME]
        assert sum("●" in line for line in seen(lesson, beat)) == len(move.takers)
    at = [seen(lesson, beat)[lesson.moves[0].takers[0]].index("●") for beat in range(TRAVEL)]
    assert at == sorted(set(at))
    assert seen(lesson, 0) == seen(lesson, beats)


def test_failover_passes_over_who_failed_and_tries_it_again() -> None:
    lesson = lesson_of(PolicyName.FAILOVER)
    ends = [seen(lesson, FRAME * number + TRAVEL) for number in range(len(lesson.moves))]
    assert "✖ event 2 failed" in ends[1][0]
    assert "passed over" in ends[2][0]
    assert "✓ event 2" in ends[2][1]
    assert "✓ event 4" in ends[-1][0]


def test_the_picture_that_stands_still_is_the_telling_one() -> None:
    assert "passed over" in seen(lesson_of(PolicyName.FAILOVER), None)[0]
    assert "✖" in seen(lesson_of(PolicyName.PARALLEL), None)[1]


def test_it_is_narrow_and_has_an_ascii_form() -> None:
    for beat in range(FRAME * 5):
        for lesson in LESSONS:
            assert all(width_of(line) <= 76 for line in lesson_lines(lesson, beat))
        assert "?" not in "".join(ascii_only(plain(line)) for line in policy_lines(beat))
