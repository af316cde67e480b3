"""The console on a real engine, with real receivers: what a newcomer does within the first minute."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input

from engine.config.model import LabSettings, ReceiverSettings, Settings, SubscriptionSettings
from engine.errors import SwitchboardError
from engine.host.background import BackgroundEngine
from tests.support.sockets import UdpReceiver
from tests.tui.pilots import Console, console
from tui.link.protocol import LocalLink
from tui.screens.forms.add_subscription import AddSubscriptionScreen
from tui.screens.views.inspector import InspectorScreen
from tui.widgets.raise_form import RaiseForm
from tui.widgets.subscriptions import Place, SubscriptionsView

EVENT = "E_PIKE_BLOCKED"


def settings(folder: Path) -> Settings:
    """A FAILOVER from a receiver of the lab, on a port that nobody else has in mind, to a flat file."""
    receiver = UdpReceiver()
    receiver.close()
    return Settings(
        label="TEST",
        lab=LabSettings(receivers=(ReceiverSettings(name="first", socket=receiver.address),)),
        subscriptions=(
            SubscriptionSettings(
                event=EVENT, socket=f"virtual:FAILOVER {receiver.address} flatstore:{folder}/second.log"
            ),
        ),
    )


@asynccontextmanager
async def real_console(
    folder: Path, size: tuple[int, int] = (160, 48), *, may_break: bool = False
) -> AsyncIterator[Console]:
    """A console on an engine in the background."""
    background = BackgroundEngine(settings(folder))
    await asyncio.to_thread(background.start)
    try:
        async with console(LocalLink(background), size, may_break=may_break) as shown:
            yield shown
    finally:
        await asyncio.to_thread(background.stop)


async def raised(shown: Console) -> None:
    """Raise the event of the form's example, and leave the form."""
    await shown.press("r")
    await shown.until(lambda: '"ip"' in shown.said("#raise-preview"), "the form")
    before = shown.app.pump.deliveries.newest
    await shown.press("enter")
    await shown.until(lambda: shown.app.pump.deliveries.newest > before, "the delivery")


async def test_raise_an_event_and_see_it_delivered(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        await raised(shown)
        await shown.until(lambda: "~ sent in" in shown.said("#raise-results"), "the result")
        await shown.until(lambda: "→ 1 sent in" in shown.lines("#feed")[0], "the feed")
        await shown.until(lambda: "delivered, on the 1st choice" in shown.text(), "the sentence")
        assert any("1 subscription heard it" in one for one in shown.toasts)


async def test_stop_a_receiver_and_see_the_countdown_and_the_way_back(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        row = shown.app.pump.snapshot
        assert row is not None
        view.select(Place(row.subscriptions[0].id, 0))
        await shown.press("K")
        await shown.until(lambda: "receiver first stopped" in shown.toasts, "the toast")
        for _ in range(2):  # a refusal shows itself at the latest with the second datagram
            await raised(shown)
            await shown.press("escape")
        await shown.until(lambda: "delivered, on the 2nd choice since " in shown.text(), "the failover")
        text = shown.text()
        assert "✖ FAILED" in text
        assert "next try in" in text
        await shown.until(
            lambda: "skipped 1" in shown.text("#feed") or "→ 2 written" in shown.text("#feed"), "the feed"
        )
        first = countdown(text)
        await shown.until(lambda: countdown(shown.text()) < first, "the countdown going on")
        await shown.press("K")
        await shown.until(lambda: "receiver first runs again" in shown.toasts, "the toast")


def countdown(text: str) -> float:
    """The seconds left that a text shows."""
    return float(text.partition("next try in")[2].split()[0])


async def test_add_and_remove_a_subscription(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.app.screen, AddSubscriptionScreen), "the form")
        socket = shown.app.screen.query_one("#add-socket", Input)
        socket.value = "virtual:FAILOVER rabitmq:127.0.0.1/q"
        await shown.until(lambda: "did you mean rabbitmq:" in shown.said("#add-verdict"), "the hint")
        socket.value = "udp:127.0.0.1:9"
        await shown.until(lambda: "✓ udp:127.0.0.1:9" in shown.said("#add-verdict"), "the normal form")
        await shown.press("enter")
        view = shown.dashboard.query_one(SubscriptionsView)
        await shown.until(lambda: "udp:127.0.0.1:9 " in shown.text(), "the new subscription")
        await shown.until(lambda: view.selected and view.selected[0].policy is None, "the selection")
        await shown.press("x")
        await shown.until(lambda: shown.app.screen.query("#consequences"), "the question")
        await shown.press("y")
        await shown.until(lambda: "udp:127.0.0.1:9 " not in shown.text(), "its end")


async def test_pause_and_resume_a_member(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        await shown.press("down", "p")
        await shown.until(lambda: "‖ PAUSED" in shown.text(), "the pause")
        await raised(shown)
        await shown.until(lambda: "✓ written in" in shown.said("#raise-results"), "the other member")
        assert "· skipped: paused" in shown.said("#raise-results")
        assert shown.dashboard.query_one(RaiseForm).display
        await shown.press("escape", "p")
        await shown.until(lambda: "‖ PAUSED" not in shown.text(), "the resume")


async def test_a_console_outlives_its_engine(tmp_path: Path) -> None:
    background = BackgroundEngine(settings(tmp_path))
    await asyncio.to_thread(background.start)
    link = LocalLink(background)
    async with console(link) as shown:
        await asyncio.to_thread(background.stop)
        await shown.until(lambda: "no answer from the engine since" in shown.text("#header"), "the header")
        with pytest.raises(SwitchboardError, match="not running"):
            await link.command("reopen_files")


async def test_a_delivery_and_its_member_are_inspected_and_the_event_raised_again(tmp_path: Path) -> None:
    async with real_console(tmp_path) as shown:
        await raised(shown)
        await shown.press("escape", "2", "enter")
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")
        await shown.until(lambda: "✓ 1 udp:" in shown.said("#inspection"), "the delivery")
        assert '"method": "E_PIKE_BLOCKED"' in shown.said("#inspection")
        await shown.press("m")
        await shown.until(lambda: "Settings in force" in shown.said("#inspection"), "the member")
        assert "connect_timeout" in shown.said("#inspection")
        await shown.press("escape", "R")
        form = shown.dashboard.query_one(RaiseForm)
        await shown.until(lambda: form.display and '"ip"' in shown.said("#raise-preview"), "the form")
        before = shown.app.pump.deliveries.newest
        await shown.press("enter")
        await shown.until(lambda: shown.app.pump.deliveries.newest > before, "the delivery again")
