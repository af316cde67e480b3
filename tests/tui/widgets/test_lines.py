"""Lines in roles, as a form says them."""

from __future__ import annotations

from tests.tui.hosts import hosted, said
from tui.render.line import Part
from tui.widgets.lines import Lines

TEXT = [(Part("✖ refused ", "bad"), Part("[red]no markup[/red]")), (Part("word " * 30, "faint"),)]


async def test_it_is_as_tall_as_its_lines_which_wrap() -> None:
    lines = Lines()
    async with hosted(lines, size=(40, 20)) as shown:
        lines.show(TEXT)
        await shown.pilot.pause()
        assert said(lines) == ["✖ refused [red]no markup[/red]", "word " * 30]
        assert lines.size.height == 1 + 4
        assert lines.render_line(0).text.rstrip() == "✖ refused [red]no markup[/red]", "what looks like markup is text"
        lines.show([])
        await shown.pilot.pause()
        assert lines.size.height <= 1


async def test_roles_have_looks_of_their_own() -> None:
    lines = Lines()
    async with hosted(lines, size=(60, 20)) as shown:
        lines.show(TEXT[:1])
        await shown.pilot.pause()
        bad, plain = [segment.style for segment in lines.render_line(0) if segment.text.strip()][:2]
        assert bad is not None
        assert plain is not None
        assert bad.color != plain.color
