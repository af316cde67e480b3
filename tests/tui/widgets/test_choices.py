"""A list to choose from: what is typed filters it, keys and clicks move in it."""

from __future__ import annotations

from tests.tui.hosts import hosted, seen
from tui.render.line import Part
from tui.widgets.choices import Choice, ChoicesView

CHOICES = [Choice(number, (Part(text),), text) for number, text in enumerate(["E_PIKE_BLOCKED", "E_ACC_CDR", "E_ACC"])]


async def test_every_word_that_was_typed_must_be_in_it_whatever_its_case() -> None:
    view = ChoicesView(CHOICES)
    async with hosted(view):
        assert view.line_count() == 3
        view.offer(CHOICES, "acc e_")
        assert [line for line in seen(view) if line] == ["▸ E_ACC_CDR", "  E_ACC"]
        view.offer(CHOICES, "acc pike")
        assert view.line_count() == 0
        assert view.chosen is None


async def test_the_cursor_stays_within_what_is_left() -> None:
    view = ChoicesView(CHOICES)
    async with hosted(view) as shown:
        view.move(99)
        assert view.chosen is CHOICES[2]
        view.offer(CHOICES, "pike")
        assert view.chosen is CHOICES[0]
        view.offer(CHOICES, "")
        view.move(-5)
        assert view.chosen is CHOICES[0]
        await shown.hears(ChoicesView.Moved, 4)


async def test_a_click_goes_there_and_a_second_one_chooses() -> None:
    view = ChoicesView(CHOICES)
    async with hosted(view) as shown:
        await shown.click(view, 4, 1)
        assert view.chosen is CHOICES[1]
        assert not shown.heard(ChoicesView.Chosen)
        await shown.click(view, 4, 1)
        await shown.hears(ChoicesView.Chosen)
        assert view.chosen is CHOICES[1]
