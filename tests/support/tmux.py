"""A real terminal: tmux on a socket of its own. Keys go in, the screen comes out as text."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

MISSING = "tmux is not installed; get it with: apt-get install tmux"
"""The one loud line of a run without it."""

_NOT_PASSED_ON = {"TMUX", "COLUMNS", "LINES"}
"""Variables that would tell the program of another terminal than this one."""

LIMIT_S = 30.0
LOOK_S = 0.1


def is_installed() -> bool:
    """Whether there is a tmux to drive."""
    return shutil.which("tmux") is not None


class Tmux:
    """One program in one terminal. `end` ends both; its server is nobody else's."""

    def __init__(self, directory: Path, size: tuple[int, int] = (160, 48)) -> None:
        self._socket = directory / "tmux"
        self._size = size

    def start(self, program: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a program in the terminal, with these variables beside our own."""
        width, height = map(str, self._size)
        own = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
        given = {**own, "LC_ALL": "C.UTF-8", **environment}
        options = ["new-session", "-d", "-s", "console", "-x", width, "-y", height, *program]
        self._run(["set-option", "-g", "remain-on-exit", "on", ";", *options], given)

    def press(self, *keys: str) -> None:
        """Press keys, in tmux' names (`Down`, `Enter`), one after the other."""
        for key in keys:
            self._run(["send-keys", "-t", "console", key])
            time.sleep(LOOK_S)  # a terminal tells `escape` from a key behind it by the time between them

    def type(self, text: str) -> None:
        """Type a text."""
        self._run(["send-keys", "-t", "console", "-l", text])

    def screen(self) -> str:
        """What stands on the screen."""
        return self._run(["capture-pane", "-p", "-t", "console"])

    def wait_for(self, *texts: str, limit_s: float = LIMIT_S) -> str:
        """Wait until a line of the screen has all of the texts; the line.

        Raises:
            AssertionError: none had; it says what stands there.
        """
        deadline = time.monotonic() + limit_s
        while True:
            screen = self.screen()
            found = next((line for line in screen.splitlines() if all(text in line for text in texts)), None)
            if found is not None:
                return found
            assert time.monotonic() < deadline, f"no line with {texts} within {limit_s:g} s:\n{screen}"
            time.sleep(LOOK_S)

    def has_ended(self) -> bool:
        """Whether the program has ended."""
        return self._run(["display-message", "-p", "-t", "console", "#{pane_dead}"]).strip() == "1"

    def end(self) -> None:
        """End the terminal and whatever runs in it."""
        if self._socket.exists():
            self._run(["kill-server"])

    def _run(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
        command = ["tmux", "-u", "-f", os.devnull, "-S", str(self._socket), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"tmux {arguments[0]}: {done.stderr}"
        return done.stdout
