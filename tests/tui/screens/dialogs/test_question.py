"""Questions that are answered with yes or no."""

from __future__ import annotations

import pytest

from tests.tui.pilots import console
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.difference import DifferenceScreen
from tui.screens.dialogs.question import QuestionScreen


def confirm() -> QuestionScreen:
    return ConfirmScreen("Remove it?", "It is gone then.", "Remove")


def difference() -> QuestionScreen:
    return DifferenceScreen("Write it?", ["+ x"], "Write")


@pytest.mark.parametrize("make", [confirm, difference])
@pytest.mark.parametrize(
    ("keys", "answer"),
    [(("y",), True), (("n",), False), (("escape",), False), (("enter",), False), (("tab", "enter"), True)],
)
async def test_keys_and_buttons_answer_the_harmless_one_first(
    make: type[QuestionScreen], keys: tuple[str, ...], *, answer: bool
) -> None:
    answers: list[bool | None] = []
    async with console() as shown:
        await shown.app.push_screen(make(), answers.append)
        await shown.pilot.pause()
        await shown.press(*keys)
        await shown.until(lambda: answers, "the answer")
        assert answers == [answer]
