"""Views whose lines are made together, for the room that there is."""

from __future__ import annotations

from collections.abc import Sequence

from tests.tui.hosts import hosted, seen
from tui.render.line import Line, Part
from tui.widgets.picture import DrawnView, PictureView


class Square(DrawnView):
    """A picture that tells its size."""

    def picture(self, width: int, height: int) -> Sequence[Line]:
        return [(Part(f"{width}x{height}"),)] * height


async def test_a_picture_is_drawn_for_each_size() -> None:
    view = Square()
    async with hosted(view, size=(40, 6)) as shown:
        assert seen(view) == ["40x6"] * 6
        await shown.pilot.resize_terminal(60, 9)
        await shown.pilot.pause()
        assert seen(view) == ["60x9"] * 9


async def test_lines_that_somebody_else_made_are_cut_to_the_view() -> None:
    view = PictureView()
    async with hosted(view, size=(8, 4)):
        view.show_lines([(Part("0123456789", "bad"),), (Part("ab"),)])
        assert [view.render_line(y).text for y in range(3)] == ["0123456…", "ab      ", " " * 8]
        view.show_lines([(Part("c"),)])
        assert view.line_count() == 1
        assert seen(view)[0] == "c"
