"""The line that shows where in a recording one is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.health import State
from tests.tui.recorded import FAILS_AT, incident
from tests.tui.world import NOW, PIKE, WALL, snapshot
from tui.render.line import plain, width_of
from tui.render.timeline import BAR_AT, bar_width, failures_in, moment_at, place_of, timeline_line

WALLS = [WALL + 2 * step for step in range(61)]


@pytest.mark.parametrize("width", [24, 60, 80, 100, 240])
def test_it_fills_its_width_and_a_cell_leads_back_to_the_moment(width: int) -> None:
    line = timeline_line(WALLS, 30, [10], width)
    assert width_of(line) == width if width >= 60 else width_of(line) <= 25
    cells = bar_width(width)
    for position in (0, 30, 60):
        assert abs(moment_at(WALLS, place_of(WALLS, position, cells), cells) - position) <= len(WALLS) / cells


def test_the_ends_have_their_times_and_the_place_hides_no_failure_beside_it() -> None:
    text = plain(timeline_line(WALLS, 60, [0], 80))
    assert text.startswith(" 07:27:47 ├✖")
    assert "●┤ 07:29:47 " in text
    assert text.index("✖") == BAR_AT


def test_what_lies_beside_the_bar_is_its_end() -> None:
    assert moment_at(WALLS, -5, 40) == 0
    assert moment_at(WALLS, 99, 40) == len(WALLS) - 1
    assert moment_at([WALL], 3, 40) == 0
    assert place_of([WALL], 0, 40) == 0


def test_a_failure_is_the_snapshot_in_which_it_is_new() -> None:
    assert failures_in(incident().past) == [FAILS_AT]
    assert failures_in([]) == []
    up = replace(PIKE.members[0], state=State.UP)
    good = snapshot(replace(PIKE, members=(up, PIKE.members[1])), at=NOW)
    bad = snapshot(PIKE, at=NOW)
    assert failures_in([bad, bad, good, bad]) == [3], "what was out at the beginning is no news"
