"""The picture on the policy stage."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine.address import PolicyName
from engine.view.snapshot import SubscriptionRow
from tests.tui.world import AOR, CDR, NOW, PIKE
from tui.render.line import plain, width_of
from tui.render.stage import Scene, captions, stage_lines
from tui.render.stage_play import Kind, Move

PASSED = Move(Kind.PASSES, (0,), "failed 12.4 s ago: connection refused")


def scene(row: SubscriptionRow, *moves: Move, **changes: Any) -> Scene:
    return Scene(row, f"{row.event} 41", moves, 0.5, NOW, 0)._replace(**changes)


def picture(of: Scene, width: int = 120, height: int = 40) -> list[str]:
    lines = stage_lines(of, width, height)
    assert {width_of(line) for line in lines} == {width}
    return [plain(line).rstrip() for line in lines]


def test_a_passed_member_and_the_one_that_took_it_are_told_by_signs_and_words() -> None:
    shown = picture(
        scene(PIKE, Move(Kind.COMES), PASSED, Move(Kind.GOES, (1,)), Move(Kind.TOOK, (1,), "sent in 1.0 ms"))
    )
    (first,) = [line for line in shown if "rabbitmq" in line]
    (second,) = [line for line in shown if "flatstore" in line]
    assert "╳ passed over" in first
    assert "✖ FAILED" in first
    assert "━ took it ━" in second
    assert "▶ next  ● UP" in second
    assert any("next try in 17.6 s ▰▰▰▰▰▰▱▱▱▱" in line for line in shown)


def test_the_token_travels() -> None:
    places = []
    for progress in (0.0, 0.5, 1.0):
        shown = picture(scene(CDR, Move(Kind.COMES), Move(Kind.GOES, (1,)), progress=progress))
        (line,) = [line for line in shown if "●" in line and "10.0.0.12" in line]
        places.append(line.index("●"))
    assert places == sorted(set(places))


def test_everyone_gets_a_token_under_parallel() -> None:
    shown = picture(scene(AOR, Move(Kind.COMES), Move(Kind.GOES, (0, 1, 2)), progress=0.5))
    wires = [line for line in shown if "━●─" in line]
    assert len(wires) == 3


def test_captions_are_made_from_the_runs_own_reasons() -> None:
    said = [text for text, _ in captions(scene(PIKE, Move(Kind.COMES), PASSED, Move(Kind.GOES, (1,))))]
    assert "1 is passed over: failed 12.4 s ago: connection refused." in said[0]
    assert "It goes to 2, the first in the order given that may take it." in said[0]
    assert said[1] == "In 17.6 s the next event will try 1 again. Until then it is passed over."


def test_the_outlook_names_the_next_of_a_round() -> None:
    assert captions(scene(CDR))[1][0] == "The next event goes to 3."
    assert captions(scene(PIKE, now=NOW + 20))[1][0].startswith("The timeout of 1 is over")


@pytest.mark.parametrize("policy", [*PolicyName, None])
@pytest.mark.parametrize("width", [40, 80, 300])
def test_every_policy_fits_every_width(policy: PolicyName | None, width: int) -> None:
    for kind in Kind:
        picture(scene(replace(PIKE, policy=policy), Move(kind, (0,), "words")), width, 24)
