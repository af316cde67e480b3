"""Bounds of what leaves the engine: what lies beyond them is refused by whoever reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from engine.bounds import MOMENT_MAX, NUMBER_MAX, WALL_MAX, Count, Moment, Number, Seconds, Wall


@pytest.mark.parametrize(
    ("kind", "within", "beyond"),
    [
        (Count, (0, NUMBER_MAX), (-1, NUMBER_MAX + 1)),
        (Number, (0.0, float(NUMBER_MAX)), (-0.5, 1e20)),
        (Moment, (-MOMENT_MAX, MOMENT_MAX), (-1.1 * MOMENT_MAX, 1.1 * MOMENT_MAX)),
        (Seconds, (0.0, MOMENT_MAX), (-0.1, 1.1 * MOMENT_MAX)),
        (Wall, (0.0, WALL_MAX), (-1.0, WALL_MAX + 1)),
    ],
)
def test_what_lies_within_is_taken_and_what_lies_beyond_is_refused(
    kind: Any, within: tuple[float, float], beyond: tuple[float, float]
) -> None:
    for value in within:
        assert msgspec.convert(value, kind) == value
    for value in beyond:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(value, kind)


def test_a_moment_can_be_added_to_any_time_of_the_clock() -> None:
    assert datetime.fromtimestamp(WALL_MAX, UTC) + timedelta(seconds=MOMENT_MAX) < datetime.max.replace(tzinfo=UTC)
