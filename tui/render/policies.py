"""What each policy does, as a small picture that moves: events that travel to whom the policy chose."""

from __future__ import annotations

from typing import NamedTuple

from engine.address import PolicyName
from tui.render.line import Line, Part

WAY = 12
"""Cells from the fork to a member."""

CELLS_PER_BEAT = 2
TRAVEL = WAY // CELLS_PER_BEAT + 1
HOLD = 9
"""Beats that a picture stands still, so that its words can be read."""

MEMBERS = 3


class Move(NamedTuple):
    """An event and what becomes of it."""

    event: int
    takers: tuple[int, ...]
    """Members that it goes to, from 0."""
    said: str
    failing: tuple[int, ...] = ()
    """Those of them that fail it."""
    passed_over: tuple[int, ...] = ()


class Lesson(NamedTuple):
    """A policy, what it does in a sentence, and what the picture shows. `telling` is the move that says most."""

    policy: PolicyName
    words: str
    moves: tuple[Move, ...]
    telling: int


LESSONS = (
    Lesson(
        PolicyName.PARALLEL,
        "Every member gets every event. One that fails costs the others nothing.",
        (
            Move(1, (0, 1, 2), "event 1 goes to all three"),
            Move(2, (0, 1, 2), "2 fails; 1 and 3 have the event all the same", failing=(1,)),
        ),
        telling=1,
    ),
    Lesson(
        PolicyName.FAILOVER,
        "The first member that works gets every event. One that failed is passed over for failover_timeout seconds.",
        (
            Move(1, (0,), "1 is first in the order, and takes it"),
            Move(2, (0,), "1 fails it: it is marked, and its time runs", failing=(0,)),
            Move(2, (1,), "so the same event goes on to 2", passed_over=(0,)),
            Move(3, (1,), "1 is passed over while its time runs", passed_over=(0,)),
            Move(4, (0,), "its time has passed: the next event tries 1, which is first again"),
        ),
        telling=3,
    ),
    Lesson(
        PolicyName.ROUND_ROBIN,
        "The members take turns. An event that one of them failed goes on to the next.",
        (
            Move(1, (0,), "1 has its turn"),
            Move(2, (1,), "2 has its turn"),
            Move(3, (2,), "3 has its turn, then 1 again"),
        ),
        telling=1,
    ),
)


def lesson_lines(lesson: Lesson, beat: int | None) -> list[Line]:
    """The picture at a beat, over its words; None is the picture that stands still."""
    move, steps = _at(lesson, beat)
    has_arrived = steps >= WAY
    lines: list[Line] = [_row(move, member, steps) for member in range(MEMBERS)]
    said = move.said if has_arrived else f"event {move.event} comes"
    return [*lines, (Part(f"    {said}", "faint"),)]


def policy_lines(beat: int | None) -> list[Line]:
    """All policies: name, sentence, picture."""
    lines: list[Line] = []
    for lesson in LESSONS:
        lines += [
            (Part(f"  {lesson.policy}  ", "accent"), Part(lesson.words)),
            *lesson_lines(lesson, beat),
            (Part(" "),),
        ]
    return lines[:-1]


def _at(lesson: Lesson, beat: int | None) -> tuple[Move, int]:
    """The move that is shown at a beat, and how far its event has come."""
    if beat is None:
        return lesson.moves[lesson.telling], WAY
    number, into = divmod(beat, TRAVEL + HOLD)
    return lesson.moves[number % len(lesson.moves)], min(into * CELLS_PER_BEAT, WAY)


def _row(move: Move, member: int, steps: int) -> Line:
    fork = Part(("  event ─┬", "         ├", "         └")[member], "faint")
    if member in move.takers:
        way = "─" * min(steps, WAY - 1) + "●" + "─" * max(WAY - 1 - steps, 0)
        return fork, Part(way[:WAY], "accent"), Part(f"▶ {member + 1}  "), *_end(move, member, steps)
    if member in move.passed_over:
        return fork, Part("─╳" + "·" * (WAY - 2), "warn"), Part(f"  {member + 1}  "), Part("passed over", "warn")
    return fork, Part("·" * WAY, "faint"), Part(f"  {member + 1}  ")


def _end(move: Move, member: int, steps: int) -> Line:
    if steps < WAY:
        return ()
    if member in move.failing:
        return (Part(f"✖ event {move.event} failed", "bad"),)
    return (Part(f"✓ event {move.event}", "good"),)
