"""The console in a terminal: what it costs at rest and under load, and how soon it is there.

Part of `python -m benchmarks.console`.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks.beside import LABEL
from benchmarks.crowd import crowd
from benchmarks.studies.console import MEMORY_MAX_MIB, beside, open_beside, usage
from benchmarks.studies.finding import Finding
from benchmarks.terminal import Terminal

FEW, MANY = 10, 1_000
"""Members."""
PORT = 9
"""Where nobody listens; at rest nothing is sent to it."""
RATES = (1_000, 20_000)
REST_S = 10.0
KEY_PAUSE_S = 0.06
STARTS = 5
DRAWN, HELPED = "● up ", "On this screen"
"""What a header says that has heard of the engine, and a line of the help screen."""


class Opened(NamedTuple):
    """Seconds from the command."""

    drawn: float
    usable: float
    """When the help screen stood there, whose key was pressed at the first picture."""


def findings() -> list[Finding]:
    """At rest, under load, at the start."""
    return [*_at_rest(), *(_under_load(rate) for rate in RATES), *_at_start()]


def _at_rest() -> list[Finding]:
    with beside(crowd(FEW, PORT), is_open=False) as side:
        alone = usage(side)
    with beside(crowd(FEW, PORT), is_open=True) as side:
        before, begun = usage(side), time.monotonic()
        time.sleep(REST_S)
        after, passed = usage(side), time.monotonic() - begun
    share = 100 * (after["cpu_s"] - before["cpu_s"]) / passed
    return [
        Finding(f"idle, {FEW} members, no keys and no events, engine included", share, "% of a core", 2),
        Finding(
            "memory above that of the engine alone", after["memory_mib"] - alone["memory_mib"], "MiB", MEMORY_MAX_MIB
        ),
    ]


def _under_load(rate: int) -> Finding:
    """Keys pressed, events raised: what the process uses beside the engine's thread."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink,
        Terminal() as terminal,
    ):
        sink.bind(("0.0.0.0", 0))  # noqa: S104 - all of 127/8, so that each member has an address of its own
        with open_beside(crowd(MANY, sink.getsockname()[1]), terminal) as side:
            side.say(f"load {rate}")
            side.hear()
            before, begun = usage(side), time.monotonic()
            while time.monotonic() - begun < REST_S:
                terminal.press("j")
                time.sleep(KEY_PAUSE_S)
            after, passed = usage(side), time.monotonic() - begun
    used = (after["cpu_s"] - before["cpu_s"]) - (after["engine_cpu_s"] - before["engine_cpu_s"])
    return Finding(f"{MANY:,} members, {rate:,} events/s, keys pressed", 100 * used / passed, "% of a core", 20)


def _at_start() -> list[Finding]:
    starts = [_opened(crowd(FEW, PORT)) for _ in range(STARTS)]
    return [
        Finding("first picture after the command", statistics.median(one.drawn for one in starts), "s", 0.7),
        Finding("a key answered after the command", statistics.median(one.usable for one in starts), "s", 0.9),
    ]


def _opened(subscriptions: list[tuple[str, str]]) -> Opened:
    """Start the command in a terminal and press `?` as soon as there is a picture."""
    entries = [{"event": event, "socket": socket} for event, socket in subscriptions]
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as home:
        config = Path(home) / "switchboard.yaml"
        names = [event for event, _ in subscriptions]
        config.write_text(yaml.safe_dump({"label": LABEL, "events": names, "subscriptions": entries}))
        with Terminal() as terminal:
            begun = time.monotonic()
            process = _started(config, terminal)
            try:
                drawn = terminal.wait_for(DRAWN)
                terminal.press("?")
                usable = terminal.wait_for(HELPED)
            finally:
                process.terminate()
                process.wait()
    return Opened(drawn - begun, usable - begun)


def _started(config: Path, terminal: Terminal) -> subprocess.Popen[bytes]:
    names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    environment = {**os.environ, **dict.fromkeys(names, str(config.parent)), "TERM": "xterm-256color"}
    opened = os.open(terminal.path, os.O_RDWR | os.O_NOCTTY)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "tui", "run", str(config)],
            stdin=opened,
            stdout=opened,
            stderr=opened,
            env=environment,
            start_new_session=True,
        )
    finally:
        os.close(opened)
