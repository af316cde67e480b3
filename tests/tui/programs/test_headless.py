"""The demo without a screen: what it says, and when it says that something was lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.model import GeneratorSettings, LabSettings, ReceiverSettings, Settings, SubscriptionSettings
from engine.options import WhenAllFailed
from engine.view.snapshot import Figures
from tui.programs.headless import Shortage, is_lossy, run_headless, verdict

GOOD = Figures(accepted=5, unheard=0, refused=0, delivered=3, sent=2, undelivered=0, waiting=0, failed=1)


def lossy(**more: int) -> Figures:
    return Figures(**{name: more.get(name, getattr(GOOD, name)) for name in GOOD.__struct_fields__})


def demo(path: Path, member: str, **more: object) -> Settings:
    receivers = (ReceiverSettings(name="clock", socket=f"unix:{path}"),)
    entry = SubscriptionSettings(event="E_A", socket=member, **more)  # type: ignore[arg-type]
    lab = LabSettings(receivers=receivers, generator=GeneratorSettings(events=("E_A",), rate=100))
    return Settings(events=("E_A",), subscriptions=(entry,), lab=lab, stop_timeout=0.5)


async def test_it_says_who_delivered_how_many_and_ends_well(tmp_path: Path) -> None:
    lines: list[str] = []
    path = tmp_path / "clock.sock"
    assert await run_headless(demo(path, f"unix:{path}"), 0.3, lines.append) == 0
    (row,) = [line for line in lines if f"unix:{path}" in line]
    sent = int(row.split()[3])
    assert sent > 0
    assert f"E_A (plain): 0 confirmed, {sent} sent, 0 undelivered" in lines
    end = f"{sent} events raised; 0 deliveries confirmed, {sent} sent, 0 undelivered, 0 waiting: nothing was lost"
    assert lines[-1] == end


async def test_it_ends_badly_when_nobody_took_an_event(tmp_path: Path) -> None:
    lines: list[str] = []
    nobody = f"virtual:FAILOVER unix:{tmp_path}/nobody"
    settings = demo(tmp_path / "clock.sock", nobody, when_all_failed=WhenAllFailed.DROP)
    assert await run_headless(settings, 0.2, lines.append) == 1
    assert lines[-1].endswith("events were lost")


async def test_what_still_waits_at_the_end_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.programs.headless.SETTLE_LIMIT_S", 0.1)
    settings = demo(tmp_path / "clock.sock", f"virtual:FAILOVER unix:{tmp_path}/nobody")
    assert await run_headless(settings, 0.2, lambda _: None) == 1


async def test_what_keeps_it_from_starting_is_said(tmp_path: Path) -> None:
    lines: list[str] = []
    assert await run_headless(demo(tmp_path / "none" / "clock.sock", "unix:/a"), 0.2, lines.append) == 1
    assert lines[0].startswith("not started: receiver clock cannot listen")


@pytest.mark.parametrize("figures", [lossy(undelivered=1), lossy(waiting=1), lossy(refused=1)])
def test_any_event_without_a_good_end_is_a_loss(figures: Figures) -> None:
    assert is_lossy(figures, ())
    assert "events were lost" in verdict(figures, ())


def test_a_failed_notification_alone_is_no_loss() -> None:
    assert not is_lossy(GOOD, ())


def test_a_receiver_that_got_less_is_a_loss_and_named() -> None:
    shortages = (Shortage("clock", 5, 4),)
    assert is_lossy(GOOD, shortages)
    assert verdict(GOOD, shortages).endswith("events were lost; clock got 4 of 5")
