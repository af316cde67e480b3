"""What the console costs: `python -m benchmarks.console`. It draws off screen, beside an engine in the same process.

Frames are pictures that were made from news of the engine; the processor share is that of the console's own thread. A
key's latency runs from the key press until the screen with its effect was drawn. What it costs at rest and at its start
is measured in a terminal: see `benchmarks.resting`.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events

from benchmarks import resting
from benchmarks.crowd import crowd
from benchmarks.pace import Load
from benchmarks.report import findings_table
from engine.config.model import Settings, SubscriptionSettings
from engine.host.background import BackgroundEngine
from engine.host.gc_tuning import steady_heap
from tui.app.application import SwitchboardApp
from tui.link.protocol import LocalLink
from tui.widgets.subscriptions import SubscriptionsView

MEMBERS, RATES = (10, 200, 1_000), (0, 1_000, 20_000)
SIZE = (160, 48)
KEY_PAUSE_S = 0.06
LIMIT_S = 5.0


@dataclass(frozen=True)
class Cost:
    """What was measured with so many members and events a second."""

    members: int
    wanted: int
    rate: float
    frames: float
    share: float
    p50_ms: float
    p95_ms: float
    p99_ms: float

    def line(self) -> str:
        """A row of a Markdown table."""
        return (
            f"| {self.members:,} | {self.wanted:,} | {self.rate:,.0f} | {self.frames:.1f} | {self.share:.0%} "
            f"| {self.p50_ms:.0f} ms | {self.p95_ms:.0f} ms | {self.p99_ms:.0f} ms |"
        )


HEAD = (
    "| members | events/s wanted | raised | frames/s | of a core | key p50 | key p95 | key p99 |\n"
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


async def measured(background: BackgroundEngine, load: Load, members: int, wanted: int, seconds: float) -> Cost:
    """Press keys for some seconds, and look how the console does."""
    app = SwitchboardApp(LocalLink(background))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(1.0)
        steady_heap()  # as the console does in a terminal
        view = app.dashboard.query_one(SubscriptionsView)
        frames = 0
        draw = app.dashboard.show_news

        def counted() -> None:
            nonlocal frames
            frames += 1
            draw()

        app.dashboard.show_news = counted  # type: ignore[method-assign]
        began, used, raised = time.monotonic(), time.thread_time(), load.raised
        latencies: list[float] = []
        while time.monotonic() - began < seconds:
            latencies.append(await _key(app, view, "up" if len(latencies) % 2 else "down"))
            await asyncio.sleep(KEY_PAUSE_S)
        passed, used = time.monotonic() - began, time.thread_time() - used
        rate = (load.raised - raised) / passed
    p50, p95, p99 = (1_000 * _percentile(latencies, share) for share in (0.5, 0.95, 0.99))
    return Cost(members, wanted, rate, frames / passed, used / passed, p50, p95, p99)


async def _key(app: SwitchboardApp, view: SubscriptionsView, key: str) -> float:
    """Press a key; the seconds until its effect was drawn."""
    before, drawn = view.selected, asyncio.Event()
    place = None if before is None else (before[0].id, before[1] and before[1].index)
    began = time.perf_counter()
    app.post_message(events.Key(key, None))
    while time.perf_counter() - began < LIMIT_S:
        now = view.selected
        if now is not None and (now[0].id, now[1] and now[1].index) != place:
            break
        await asyncio.sleep(0.001)
    view.call_after_refresh(drawn.set)
    async with asyncio.timeout(LIMIT_S):
        await drawn.wait()
    return time.perf_counter() - began


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def measure(members: int, rate: int, seconds: float) -> Cost:
    """One row: an engine, its load, the console on it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("0.0.0.0", 0))  # noqa: S104 - all of 127/8, so that each member has an address of its own
        entries = crowd(members, sink.getsockname()[1])
        subscriptions = tuple(SubscriptionSettings(event=event, socket=socket) for event, socket in entries)
        background = BackgroundEngine(Settings(label="BENCH", subscriptions=subscriptions, stop_timeout=0.1))
        background.start()
        load = Load(background.engine, rate)
        running = background.submit(load.run())
        try:
            return asyncio.run(measured(background, load, members, rate, seconds))
        finally:
            background.stop()
            running.cancel()


def main() -> None:
    """Every number of members at every rate; then the rest and the start."""
    parser = argparse.ArgumentParser(description="What the console costs.")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each row is measured (default: 5)")
    chosen = parser.parse_args()
    print(HEAD)
    for members in MEMBERS:
        for rate in RATES:
            print(measure(members, rate, chosen.seconds).line(), flush=True)
    print("\n" + findings_table(resting.findings()))


if __name__ == "__main__":
    main()
