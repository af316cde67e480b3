"""Ending by signals: the console ends as by a key, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.view.snapshot import EngineSnapshot
from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.model.pump import Pump
from tui.screens.live import LiveScreen

LIMIT_S = 30.0


class Terminal:
    """The demo in a terminal of its own."""

    def __init__(self, home: Path) -> None:
        self.master, slave = pty.openpty()
        names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR")
        environment = {**os.environ, **dict.fromkeys(names, str(home)), "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui", "demo", "--read-only", "--ascii", "--no-motion"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            cwd=Path(__file__).parents[3],
        )
        os.close(slave)
        self.output = b""

    def read_until(self, text: bytes) -> None:
        """Read what is drawn until a text comes."""
        deadline = time.monotonic() + LIMIT_S
        while text not in self.output:
            assert time.monotonic() < deadline, self.output[-2000:]
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    self.output += os.read(self.master, 65_536)
                except OSError:
                    raise AssertionError(f"the demo ended before {text!r}: {self.output[-2000:]!r}") from None

    def end(self) -> int:
        """Drain what is still drawn until the process has ended; its exit code."""
        deadline = time.monotonic() + LIMIT_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.output += os.read(self.master, 65_536)
                except OSError:
                    break  # nobody holds the other end any more
        return self.process.wait(LIMIT_S)


# Demos that start at the same moment would take each other's ports.
pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A demo that is on the screen."""
    made = Terminal(tmp_path)
    try:
        made.read_until(b"READ-ONLY")
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
        os.close(made.master)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_demo_cleanly(terminal: Terminal, tmp_path: Path, number: signal.Signals) -> None:
    assert list(tmp_path.glob("switchboard-demo-*"))
    assert b"\x1b]2;Demo" in terminal.output
    terminal.process.send_signal(number)
    assert terminal.end() == 0
    assert not list(tmp_path.glob("switchboard-demo-*"))
    assert b"\x1b[?1049l" in terminal.output
    assert terminal.output.isascii()


class SlowLink(FakeLink):
    """Answers when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()

    async def snapshot(self) -> EngineSnapshot:
        await self.gate.wait()
        return await super().snapshot()


@pytest.mark.parametrize("keys", [(), ("3",), ("5",)], ids=["dashboard", "charts", "log"])
async def test_a_screen_that_was_closed_while_the_engine_answered_draws_nothing(
    keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = SlowLink()
    async with console(link) as shown:
        await shown.press(*keys)
        screen = shown.app.screen
        assert isinstance(screen, LiveScreen)
        monkeypatch.setattr(Pump, "beat", lambda _: False)  # none comes between
        link.gate.clear()
        answering = asyncio.get_running_loop().create_task(screen.ask_now.__wrapped__(screen))
        await asyncio.sleep(0)
        await screen.remove_children()
        link.gate.set()
        await answering
