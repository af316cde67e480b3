"""The demo: the configuration that comes with Switchboard, on free ports, with its files in a directory of its own."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterable
from importlib.resources import as_file, files

from engine.config import check_config
from engine.config.model import Settings
from engine.errors import ConfigError
from engine.lab import PortChange, prepare_ports
from tui.programs.headless import run_headless

TITLE = "Demo"

Console = Callable[[Settings, str, tuple[str, ...]], int]
"""Shows an engine with these settings under a title, and what the operator is to be told; the exit code."""


def run_demo(console: Console | None, seconds: float, say: Callable[[str], object], mi: str | None = None) -> int:
    """Run the demo in a console, or for some seconds without one; the exit code. `mi`: `HOST:PORT` for MI.

    Raises:
        SwitchboardError: there is no free port.
    """
    with tempfile.TemporaryDirectory(prefix="switchboard-demo-") as directory:
        settings, changes = asyncio.run(prepare_ports(_with_mi(demo_settings(directory), mi)))
        notices = (notice_of(changes),) if changes else ()
        for notice in notices:
            say(notice)
        if console is not None:
            return console(settings, title_with(changes), notices)
        return asyncio.run(run_headless(settings, seconds, say))


def demo_settings(directory: str) -> Settings:
    """The demo's configuration, with its files below `directory`.

    Raises:
        ConfigError: it cannot be used; the tests see to it that this never happens.
    """
    environment = {**os.environ, "SWITCHBOARD_DEMO_DIR": directory}
    with as_file(files("tui.programs").joinpath("demo.yaml")) as path:
        result = check_config(path, environment)
    if result.settings is None:
        raise ConfigError(result.problems)
    return result.settings


def _with_mi(settings: Settings, http: str | None) -> Settings:
    if http is None or settings.mi is None:
        return settings
    return settings.model_copy(update={"mi": settings.mi.model_copy(update={"http": http})})


def notice_of(changes: Iterable[PortChange]) -> str:
    """Which ports are not those of the configuration: one sentence, as it covers a part of the screen at the start."""
    texts = [f"{change.what} {change.used} for {change.wanted}" for change in changes]
    return f"Ports that were taken are replaced: {', '.join(texts)}"


def title_with(changes: Iterable[PortChange]) -> str:
    """The title, and whether ports are not those of the configuration."""
    count = len(list(changes))
    return f"{TITLE} ({count} port{'' if count == 1 else 's'} replaced)" if count else TITLE
