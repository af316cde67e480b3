"""The wallboard's lines."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.health import State
from tests.tui.world import AOR, CDR, NOW, PIKE, member, snapshot, subscription
from tui.model.rates import Trends
from tui.render.line import plain, width_of
from tui.render.wallboard import ROWS, digits, short, wallboard_lines


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (2.53, "2.5"),
        (7, "7"),
        (1_204, "1204"),
        (9_999, "9999"),
        (12_400, "12k"),
        (999_499, "999k"),
        (1_234_567, "1.2M"),
        (56_000_000, "56M"),
        (5e12, "999M"),
    ],
)
def test_a_figure_has_at_most_four_signs(number: float, text: str) -> None:
    assert short(number) == text
    assert len(text) <= 4


def test_digits_are_five_rows_of_dots() -> None:
    assert digits("1", 1) == [" █  ", "██  ", " █  ", " █  ", "███ "]
    assert [len(row) for row in digits("80k", 2)] == [3 * 8] * ROWS


@pytest.mark.parametrize(("width", "height"), [(20, 5), (80, 23), (160, 47), (300, 79)])
def test_every_line_fills_the_width(width: int, height: int) -> None:
    for line in wallboard_lines(snapshot(PIKE, CDR, AOR), Trends(), NOW, width, height):
        assert width_of(line) == width


def test_it_answers_whether_everything_is_delivered_and_names_the_trouble() -> None:
    text = "\n".join(plain(line) for line in wallboard_lines(snapshot(PIKE, CDR, AOR), Trends(), NOW, 160, 47))
    assert "◔ DELIVERED, BUT 2 OF 3 SUBSCRIPTIONS MISS A MEMBER" in text
    assert "delivered, on the 2nd choice since 07:19:27: 1 is failed" in text
    assert "E_ACC_CDR" not in text


def test_all_well_and_nobody_able_look_different() -> None:
    well = wallboard_lines(snapshot(CDR), Trends(), NOW, 80, 23)
    assert "✓ EVERYTHING IS BEING DELIVERED" in plain(well[1])
    lost = subscription("s9", "E_LOST", None, member(0, "udp:127.0.0.1:9", State.FAILED))
    grave = wallboard_lines(snapshot(CDR, lost), Trends(), NOW, 80, 23)
    assert "✖ NOT EVERYTHING IS BEING DELIVERED: 1 OF 2 SUBSCRIPTIONS" in plain(grave[1])
    assert "NOBODY IS SUBSCRIBED" in plain(wallboard_lines(snapshot(), Trends(), NOW, 80, 23)[1])


def test_what_does_not_fit_is_counted() -> None:
    rows = tuple(replace(PIKE, id=f"p{number}") for number in range(40))
    lines = [plain(line).rstrip() for line in wallboard_lines(snapshot(*rows), Trends(), NOW, 80, 20)]
    assert len(lines) == 20
    assert lines[-1] == "  and 32 more"
