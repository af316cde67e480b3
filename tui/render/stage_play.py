"""What the policy stage plays: one delivery after another, each taken apart into moves. Pure, driven by beats."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from engine.feed import Step
from engine.run import Status
from engine.view.records import StepRecord
from tui.model.deliveries import Delivery
from tui.render import figures

MOVE_BEATS = 2
"""Each move is shown for at least this many beats in slow motion."""

EVENT_BEATS = 8
"""An event takes at least this many beats in slow motion: a second."""

REST_BEATS = 2
"""How long its end stays before the next event comes."""


class Pace(StrEnum):
    """How fast the stage plays."""

    SLOW = "slow motion"
    LIVE = "live"
    STEPS = "step by step"


class Kind(StrEnum):
    """What a move shows."""

    COMES = "comes"
    PASSES = "passes"
    GOES = "goes"
    TOOK = "took"
    FAILED = "failed"
    HELD = "held"
    LOST = "lost"


class Move(NamedTuple):
    """One thing that happens to the token. `members`: positions from 0; several where it goes to all at once."""

    kind: Kind
    members: tuple[int, ...] = ()
    words: str = ""


def moves_of(delivery: Delivery, members: int) -> tuple[Move, ...]:
    """What happened to an event so far, in the order in which it happened."""
    moves = [Move(Kind.COMES)]
    passed: set[int] = set()
    for step in delivery.steps():
        for skip in step.skipped:
            if skip.member not in passed and step.step is not Step.SETTLED:
                passed.add(skip.member)
                moves.append(Move(Kind.PASSES, (skip.member,), skip.reason))
        move = _move(step, members, passed)
        if move is not None:
            if move.kind is Kind.FAILED:
                passed.update(move.members)  # that it is skipped from now on is no news
            moves.append(move)
    return tuple(moves)


def _move(step: StepRecord, members: int, passed: set[int]) -> Move | None:
    match step.step:
        case Step.PLANNED:
            everyone = tuple(each for each in range(members) if each not in passed)
            return Move(Kind.GOES, everyone if step.member is None else (step.member,))
        case Step.SETTLED if step.outcome is not None and step.member is not None:
            if step.outcome.is_failure:
                return Move(Kind.FAILED, (step.member,), step.outcome.reason)
            word = "sent" if step.outcome.status is Status.SENT else "confirmed"
            return Move(Kind.TOOK, (step.member,), f"{word} in {figures.latency(step.took_s)}")
        case Step.HELD:
            return Move(Kind.HELD)
        case Step.ENDED:
            return Move(Kind.LOST, (), "" if step.outcome is None else step.outcome.reason)
        case _:
            return None


class Play:
    """Which event is on the stage, and how far it has come."""

    def __init__(self) -> None:
        self.pace = Pace.SLOW
        self.delivery: Delivery | None = None
        self.moves: tuple[Move, ...] = ()
        self.shown = 0
        """How many of the moves have begun."""
        self.beats = 0
        """Beats since the event came."""

    @property
    def progress(self) -> float:
        """How far the last move has come, from 0 to 1."""
        if self.pace is Pace.SLOW and self.shown <= len(self.moves):
            return min((self.beats % self._beats_per_move + 1) / self._beats_per_move, 1.0)
        return 0.6 if self.pace is Pace.STEPS else 1.0

    @property
    def is_over(self) -> bool:
        """Whether all that is known of the event was shown."""
        return self.shown >= len(self.moves)

    def clear(self) -> None:
        """An empty stage, for another subscription."""
        self.delivery, self.moves, self.shown, self.beats = None, (), 0, 0

    def change_pace(self) -> Pace:
        """The next pace."""
        paces = list(Pace)
        self.pace = paces[(paces.index(self.pace) + 1) % len(paces)]
        self.beats = 0
        return self.pace

    def beat(self, deliveries: Sequence[Delivery], members: int) -> None:
        """An eighth of a second is over. `deliveries`: those of the subscription, the newest last."""
        newest = deliveries[-1] if deliveries else None
        if self.delivery is not None:
            self.moves = moves_of(self.delivery, members)
        match self.pace:
            case Pace.LIVE:
                if newest is not None:
                    self._take(newest, members)
                    self.shown = len(self.moves)
            case Pace.SLOW:
                self._beat_slowly(newest, members)
            case Pace.STEPS:
                if self.delivery is None and newest is not None:
                    self._take(newest, members)

    def step(self, deliveries: Sequence[Delivery], members: int) -> bool:
        """One move on, or on to the newest event; False where there is no newer one yet."""
        self.pace = Pace.STEPS
        if self.delivery is not None and not self.is_over:
            self.shown += 1
            return True
        newest = deliveries[-1] if deliveries else None
        if newest is None or not self._is_newer(newest):
            return False
        self._take(newest, members)
        return True

    @property
    def _beats_per_move(self) -> int:
        return max(MOVE_BEATS, (EVENT_BEATS - REST_BEATS) // max(len(self.moves), 1))

    def _beat_slowly(self, newest: Delivery | None, members: int) -> None:
        self.beats += 1
        end = max(EVENT_BEATS, len(self.moves) * self._beats_per_move + REST_BEATS)
        if newest is not None and self._is_newer(newest) and (self.delivery is None or self.beats >= end):
            self._take(newest, members)
        elif self.delivery is not None:
            self.shown = max(self.shown, min(1 + self.beats // self._beats_per_move, len(self.moves)))

    def _is_newer(self, other: Delivery) -> bool:
        return self.delivery is None or other.number > self.delivery.number

    def _take(self, delivery: Delivery, members: int) -> None:
        self.delivery, self.moves = delivery, moves_of(delivery, members)
        self.shown, self.beats = 1, 0
