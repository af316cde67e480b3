"""The demo without a screen: runs for a while, then says what was delivered by whom, and whether anything was lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from engine.commands.arguments import members_of
from engine.commands.context import Context
from engine.config.model import Settings
from engine.errors import SwitchboardError
from engine.host.service import Service
from engine.view.snapshot import EngineSnapshot, Figures, MemberRow, SubscriptionRow

SETTLE_LIMIT_S = 10.0
"""Longest wait for what is under way when the generator has ended."""

Say = Callable[[str], object]


class Shortage(NamedTuple):
    """A receiver of the lab that got less than was delivered to it."""

    receiver: str
    delivered: int
    received: int


async def run_headless(settings: Settings, seconds: float, say: Say) -> int:
    """Run a demo for some seconds, or until it is interrupted; 0 when nothing was lost, else 1."""
    service = Service(settings)
    try:
        await service.start()
    except SwitchboardError as error:
        say(f"not started: {error}")
        return 1
    if service.context.mi_url is not None:
        say(f"management interface: {service.context.mi_url}")
    await _interruptible(seconds)
    await _quiet(service, settings)
    snapshot = service.engine.snapshot()
    shortages = _shortages(service.context)
    await service.stop()
    for line in report(snapshot):
        say(line)
    end = service.engine.snapshot().figures
    say(verdict(end, shortages))
    return 1 if is_lossy(end, shortages) else 0


async def _interruptible(seconds: float) -> None:
    """Wait; SIGINT and SIGTERM end the wait."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    try:
        async with asyncio.timeout(seconds):
            await over.wait()
    except TimeoutError:
        pass  # the wait was long enough, which is its purpose
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _quiet(service: Service, settings: Settings) -> None:
    """End the generator and wait until everything that it raised has ended."""
    if settings.lab is not None:
        lab = settings.lab.model_copy(update={"generator": None})
        await service.reload(settings.model_copy(update={"lab": lab}))
    clock = service.engine.clock
    deadline = clock.now() + SETTLE_LIMIT_S
    while clock.now() < deadline and not _has_ended(service.context):  # noqa: ASYNC110 - receivers tell nobody
        await asyncio.sleep(0.05)


def _has_ended(context: Context) -> bool:
    return not context.engine.snapshot().figures.waiting and not _shortages(context)


def _shortages(context: Context) -> tuple[Shortage, ...]:
    """What receivers of the lab did not get although it was delivered or sent. They live here, so it can be known."""
    lab, engine = context.lab, context.engine
    if lab is None:
        return ()
    delivered = dict.fromkeys(lab.receivers, 0)
    rows = {row.id: row for row in engine.snapshot().subscriptions}
    for subscription in engine.table:
        for address, member in zip(members_of(subscription.address), rows[subscription.id].members, strict=True):
            receiver = lab.receiver_of(address)
            if receiver is not None:
                delivered[receiver] += member.delivered + member.sent
    return tuple(
        Shortage(receiver.name, count, receiver.counters.received)
        for receiver, count in delivered.items()
        if receiver.counters.received < count
    )


def is_lossy(figures: Figures, shortages: Sequence[Shortage]) -> bool:
    """Whether any event did not arrive."""
    return bool(figures.undelivered or figures.waiting or figures.refused or shortages)


def verdict(figures: Figures, shortages: Sequence[Shortage]) -> str:
    """The last line: the sums, and what was lost."""
    sums = (
        f"{figures.accepted} events raised; {figures.delivered} deliveries confirmed, {figures.sent} sent, "
        f"{figures.undelivered} undelivered, {figures.waiting} waiting"
    )
    lacking = [f"{one.receiver} got {one.received} of {one.delivered}" for one in shortages]
    if not is_lossy(figures, shortages):
        return f"{sums}: nothing was lost"
    return "; ".join([f"{sums}: events were lost", *lacking])


def report(snapshot: EngineSnapshot) -> list[str]:
    """A table for each subscription: who delivered how many."""
    lines = []
    for row in snapshot.subscriptions:
        lines += ["", _heading(row), *_table(row.members)]
    return [*lines, ""]


def _heading(row: SubscriptionRow) -> str:
    kind = f"virtual, {row.policy}" if row.policy is not None else "plain"
    return f"{row.event} ({kind}): {row.delivered} confirmed, {row.sent} sent, {row.undelivered} undelivered"


def _table(members: Iterable[MemberRow]) -> list[str]:
    cells = [("", "member", "delivered", "sent", "failed", "state")]
    cells += [
        (str(one.index + 1), one.socket, str(one.delivered), str(one.sent), str(one.failed), str(one.state))
        for one in members
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return ["  " + _line(row, widths) for row in cells]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Numbers to the right, words to the left."""
    number, socket, *counts, state = row
    places = [number.rjust(widths[0]), socket.ljust(widths[1])]
    places += [count.rjust(width) for count, width in zip(counts, widths[2:5], strict=True)]
    return "  ".join([*places, state]).rstrip()
