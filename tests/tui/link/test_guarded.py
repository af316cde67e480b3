"""The lock of the console: what would change the engine is refused, and says so."""

from __future__ import annotations

import pytest

from engine.errors import CommandError
from engine.options import Colour
from engine.view.records import FeedPage
from tests.tui.pilots import console
from tests.tui.world import AOR, CDR, PIKE, FakeLink, snapshot
from tui.app.application import SwitchboardApp
from tui.app.preferences import Preferences
from tui.link.guarded import GuardedLink
from tui.widgets.header import HeaderLine


async def test_a_locked_link_lets_only_looking_through() -> None:
    link = FakeLink()
    link.answers = {"check_socket": {}, "pause_member": {}}
    guarded = GuardedLink(link)
    assert guarded.turn()
    await guarded.command("check_socket", socket="udp:h:1")
    with pytest.raises(CommandError, match="until you unlock it"):
        await guarded.command("pause_member", subscription="s1", member=0)
    with pytest.raises(CommandError):
        await guarded.command("unheard_of")
    assert link.commands == [("check_socket", {"socket": "udp:h:1"})]
    assert (await guarded.snapshot()) is link.answer
    assert await guarded.feed(1) == FeedPage()
    guarded.turn()
    await guarded.command("pause_member", subscription="s1", member=0)


async def test_the_lock_key_refuses_changes_shows_it_and_unlocks_again() -> None:
    link = FakeLink()
    link.answers["pause_member"] = {}
    async with console(link) as shown:
        await shown.press("L", "down", "p")
        await shown.until(lambda: any("nothing was changed" in toast for toast in shown.toasts), "the refusal")
        await shown.until(lambda: "LOCKED" in shown.text("#header"), "the badge")
        assert link.commands == []
        await shown.press("L", "p")
        await shown.until(lambda: len(link.commands) == 1, "the command")
        await shown.until(lambda: "LOCKED" not in shown.text("#header"), "no badge")


async def test_read_only_cannot_be_unlocked_and_notices_are_shown() -> None:
    preferences = Preferences(is_read_only=True, notices=("clock: port 1 is taken, 2 is used instead",))
    app = SwitchboardApp(FakeLink(), preferences=preferences)
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.press("L")
        await pilot.pause()
        messages = [one.message for one in app._notifications]
        assert "clock: port 1 is taken, 2 is used instead" in messages
        assert "This console was started with --read-only" in messages
        assert app.pump.lock == "READ-ONLY"
        await pilot.press("w")
        header = app.screen.query_one(HeaderLine)
        header.show()
        assert "READ-ONLY" in header.render_line(0).text


async def test_the_header_wears_the_engines_colour() -> None:
    link = FakeLink(snapshot(PIKE, CDR, AOR, label="PRODUCTION", colour=Colour.RED))
    async with console(link) as shown:
        header = shown.app.screen.query_one(HeaderLine)
        label = next(segment for segment in header.render_line(0) if "PRODUCTION" in segment.text)
        assert header.has_class("-red")
        assert label.style is not None
        assert label.style.bgcolor is not None
        assert label.style.bgcolor.get_truecolor().hex == "#b3261e"
        link.answer = snapshot(PIKE, label="LAB")
        await shown.until(lambda: not header.has_class("-red"), "no colour")
