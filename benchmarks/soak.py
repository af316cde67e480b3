"""Whether the console's memory stays flat: `python -m benchmarks.soak --minutes 60 --rate 1000`.

The console runs in a terminal beside its engine, 100 members, with events at a rate, while somebody walks through its
screens. A line a minute says what the process has in use; the last one, how it grew in the second half. Memory that is
kept on purpose (histories of up to a day, the past of half an hour) fills in the first half of a run of an hour.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import NamedTuple

from benchmarks.crowd import crowd
from benchmarks.processes import Child
from benchmarks.studies.console import open_beside, usage
from benchmarks.terminal import Terminal

MEMBERS = 100
KEY_PAUSE_S = 0.5
WALK = ("j", "j", "2", "2", "3", "]", "3", "4", "n", "4", "5", "5", "w", "\x1b", "?", "\x1b", "r", "\x1b", "\r", "\x1b")
"""Keys, pressed over and over: the cursor moves, every screen is opened and left."""


class Sample(NamedTuple):
    """What was in use at a moment."""

    minutes: float
    mib: float


def growth(samples: Sequence[Sample]) -> float:
    """MiB an hour in the second half, by the line that fits it best; 0 where there is no second half.

    >>> growth([Sample(0, 10), Sample(1, 50), Sample(2, 50), Sample(3, 51)])
    60.0
    """
    late = samples[len(samples) // 2 :]
    if len(late) < 2:
        return 0.0
    return statistics.linear_regression([one.minutes for one in late], [one.mib for one in late]).slope * 60


def measured(minutes: float, rate: int, every_s: float) -> Iterator[Sample]:
    """Let the console run, and look at its memory every so many seconds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink, Terminal() as terminal:
        sink.bind(("0.0.0.0", 0))  # noqa: S104 - all of 127/8, so that each member has an address of its own
        with open_beside(crowd(MEMBERS, sink.getsockname()[1]), terminal) as side:
            side.say(f"load {rate}")
            side.hear()
            yield from _looks(side, terminal, minutes * 60, every_s)


def _looks(side: Child, terminal: Terminal, limit_s: float, every_s: float) -> Iterator[Sample]:
    began = look_at = time.monotonic()
    for key in cycle(WALK):
        now = time.monotonic()
        if now >= look_at:
            yield Sample((now - began) / 60, usage(side)["memory_mib"])
            look_at += every_s
        if now - began > limit_s:
            return
        terminal.press(key)
        time.sleep(KEY_PAUSE_S)


def main(given: Sequence[str] | None = None) -> int:
    """Run, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (%(default)s)")
    parser.add_argument("--rate", type=int, default=1_000, help="events a second (%(default)s)")
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two looks (%(default)s)")
    asked = parser.parse_args(given)
    samples: list[Sample] = []
    for sample in measured(asked.minutes, asked.rate, asked.every):
        samples.append(sample)
        print(f"{sample.minutes:6.1f} min  {sample.mib:6.1f} MiB", flush=True)
    print(f"second half: {growth(samples):+.1f} MiB an hour")
    return 0


if __name__ == "__main__":
    sys.exit(main())
