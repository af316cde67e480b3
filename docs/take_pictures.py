"""Take the pictures of README and docs: `make pictures`. The console runs on the demo, and draws itself.

Every picture that is left in `docs/pictures` without being taken is removed.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from engine.host.background import BackgroundEngine
from engine.host.service import Service
from engine.lab import prepare_ports
from engine.view.snapshot import MemberRow
from tui.app.application import SwitchboardApp
from tui.link.protocol import LocalLink
from tui.programs.demo import TITLE, demo_settings

PICTURES = Path(__file__).with_name("pictures")
WIDE, NARROW = (160, 48), (80, 24)
LIMIT_S = 40.0
TRAFFIC_S = 20.0
"""How long the demo runs before the first picture, so that there is something to see."""

_REMOTE_FONT = re.compile(r',?\s*url\("https://[^)]*"\) format\("[a-z0-9]*"\)')


class Photographer:
    """Presses keys and takes pictures."""

    def __init__(self, pilot: Pilot[int], background: BackgroundEngine) -> None:
        self._pilot = pilot
        self._background = background
        self.taken: list[str] = []

    async def press(self, *keys: str) -> None:
        """Press keys and let the console answer."""
        for key in keys:
            await self._pilot.press(key)
        await self._pilot.pause(0.6)

    async def take(self, name: str) -> None:
        """Write what the screen shows."""
        self._pilot.app.clear_notifications()
        await self._pilot.pause(0.3)
        picture = self._pilot.app.export_screenshot(title="Switchboard")
        # The picture is to be whole wherever it is looked at; a machine without the font has another of fixed width.
        (PICTURES / f"{name}.svg").write_text(_REMOTE_FONT.sub("", picture))
        self.taken.append(name)
        sys.stdout.write(f"{name}.svg\n")

    async def until(self, what: str, condition: Callable[[MemberRow], bool]) -> None:
        """Wait until the first member of the FAILOVER subscription is as it should be.

        Raises:
            TimeoutError: it was not.
        """
        deadline = asyncio.get_running_loop().time() + LIMIT_S
        while not condition(self._background.engine.snapshot().subscriptions[1].members[0]):
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"not within {LIMIT_S:g} s: {what}")
            await asyncio.sleep(0.1)


async def looking(camera: Photographer) -> None:
    """What is looked at, while a member is out."""
    await asyncio.sleep(TRAFFIC_S)
    await camera.take("dashboard-well")
    await camera.press(*["down"] * 5, "K")
    await camera.until("the failure", lambda member: member.failed > 0)
    await asyncio.sleep(3.0)
    await camera.take("dashboard")
    await camera.press("4")
    await asyncio.sleep(4.0)
    await camera.take("stage")
    await camera.press("3", "T", "T", "T")  # the last minute; there is no more
    await camera.take("charts")
    await camera.press("5")
    await camera.take("log")
    await camera.press("5", "w")
    await camera.take("wallboard")
    await camera.press("escape", "t")
    await asyncio.sleep(1.5)
    await camera.take("test-member")
    await camera.press("escape", "enter")
    await camera.take("inspector-member")
    await camera.press("escape", "2", "down", "down", "enter")
    await camera.take("inspector-delivery")
    await camera.press("escape", "1")


async def acting(camera: Photographer) -> None:
    """Forms and dialogs, then the member comes back."""
    await camera.press("r", "enter")
    await asyncio.sleep(1.0)
    await camera.take("raise")
    await camera.press("f7")
    await camera.take("pick-event")
    await camera.press("escape", "escape", "ctrl+o")
    await camera.take("jump")
    await camera.press("escape", "y")
    await camera.take("copy")
    await camera.press("escape", "N")
    await camera.take("raise-many")
    await camera.press("escape", "e")
    await camera.take("edit")
    await camera.press("f4")
    await camera.take("socket")
    await camera.press("escape", "escape", "a")
    await camera.take("add")
    await camera.press("escape", "x")
    await camera.take("remove")
    await camera.press("escape", "p", "p", "A")
    await camera.take("audit")
    await camera.press("escape", "E")
    await camera.take("export")
    await camera.press("escape", "question_mark")
    await camera.take("help")
    await camera.press("end")
    await camera.take("help-policies")
    await camera.press("escape", "1", "exclamation_mark", "K")


async def in_the_wide(camera: Photographer) -> None:
    """Every screen, in the order in which an operator might open them."""
    await looking(camera)
    await acting(camera)


async def in_the_narrow(camera: Photographer) -> None:
    """What fits a small terminal."""
    await asyncio.sleep(3.0)
    await camera.press("down", "down")
    await camera.take("dashboard-80x24")
    await camera.press("2")
    await camera.take("feed-80x24")
    await camera.press("1", "4")
    await asyncio.sleep(3.0)
    await camera.take("stage-80x24")


async def in_the_light(camera: Photographer) -> None:
    """The same in a light theme."""
    await asyncio.sleep(2.0)
    await camera.take("dashboard-light")


SESSIONS = ((in_the_wide, WIDE, ""), (in_the_narrow, NARROW, ""), (in_the_light, WIDE, "textual-light"))


@asynccontextmanager
async def console(background: BackgroundEngine, size: tuple[int, int], theme: str) -> AsyncIterator[Photographer]:
    """The console on the demo, and who presses its keys."""
    app = SwitchboardApp(LocalLink(background), title=TITLE)
    async with app.run_test(size=size) as pilot:
        if theme:
            app.theme = theme
        yield Photographer(pilot, background)


async def take_all(background: BackgroundEngine) -> list[str]:
    """All pictures; their names."""
    taken: list[str] = []
    for session, size, theme in SESSIONS:
        async with console(background, size, theme) as camera:
            await session(camera)
            taken += camera.taken
    return taken


def main() -> None:
    """Run the demo, and take its pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="demo-") as directory:
        settings, _ = asyncio.run(prepare_ports(demo_settings(directory)))
        background = BackgroundEngine(settings, Service)
        background.start()
        try:
            taken = asyncio.run(take_all(background))
        finally:
            background.stop()
    for left in PICTURES.glob("*.svg"):
        if left.stem not in taken:
            left.unlink()


if __name__ == "__main__":
    main()
