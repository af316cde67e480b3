"""What the parts of the application stand on."""

from __future__ import annotations

from tests.tui.pilots import console
from tests.tui.recorded import incident
from tests.tui.world import PIKE, FakeLink
from tui.app.application import SwitchboardApp
from tui.app.preferences import Preferences
from tui.bundle.link import RecordedLink
from tui.link.guarded import GuardedLink


def test_every_link_is_guarded_once() -> None:
    inner = FakeLink()
    app = SwitchboardApp(inner, preferences=Preferences(is_read_only=True))
    assert app.link.inner is inner
    assert app.link.is_read_only
    guarded = GuardedLink(inner)
    assert SwitchboardApp(guarded).link is guarded


def test_the_clock_of_a_recording_stands_still() -> None:
    app = SwitchboardApp(RecordedLink(incident()))
    assert app.recorded is not None
    assert app.pump.clock() == 0.0
    assert SwitchboardApp(FakeLink()).recorded is None


async def test_what_is_selected_is_known_on_every_screen() -> None:
    async with console() as shown:
        await shown.press("down", "w")
        assert shown.app.screen is not shown.dashboard
        assert shown.app.selected == (PIKE, PIKE.members[0])
