"""The lab's receivers by command: stopped, started, and in trouble."""

from __future__ import annotations

from pathlib import Path

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import LabSettings, ReceiverSettings
from engine.lab import Lab
from tests.engine.commands.refusals import refusal

UDP = "udp:127.0.0.1:9101"
FAILOVER = f"virtual:FAILOVER tcp:127.0.0.1:9201 {UDP} udp:192.0.2.1:9"


async def test_the_receiver_behind_a_member_is_stopped_and_started(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "clock.sock"
    made = await execute(context, "subscribe", event="E_A", socket=f"virtual:PARALLEL {UDP} unix:{path}")
    error = await refusal(context, "toggle_receiver", subscription=made["id"], member=1)
    assert (error.code, error.message) == (404, "No receiver")
    context.lab = Lab(LabSettings(receivers=(ReceiverSettings(name="clock", socket=f"unix:{path}"),)))
    try:
        toggle = {"subscription": made["id"], "member": 1}
        assert await execute(context, "toggle_receiver", **toggle) == {"receiver": "clock", "running": True}
        assert await execute(context, "toggle_receiver", **toggle) == {"receiver": "clock", "running": False}
        assert (await refusal(context, "toggle_receiver", subscription=made["id"], member=0)).code == 404
    finally:
        await context.lab.stop()


async def test_a_receiver_has_trouble_on_demand_and_is_healed(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "clock.sock"
    made = await execute(context, "subscribe", event="E_A", socket=f"virtual:PARALLEL {UDP} unix:{path}")
    behind = {"subscription": made["id"], "member": 1}
    assert (await refusal(context, "set_trouble", **behind, trouble="hang")).code == 404
    assert await execute(context, "lab_receivers") == []
    context.lab = Lab(LabSettings(receivers=(ReceiverSettings(name="clock", socket=f"unix:{path}"),)))
    try:
        hanging = {"receiver": "clock", "trouble": "hang", "running": True}
        behind_us = [{"subscription": made["id"], "member": 1, "receiver": "clock"}]
        assert await execute(context, "lab_receivers") == behind_us
        assert await execute(context, "set_trouble", **behind, trouble="hang") == hanging
        assert (await execute(context, "set_trouble", **behind, trouble="toggle:hang"))["trouble"] == "none"
        assert await execute(context, "set_trouble", **behind, trouble="toggle:hang") == hanging
        assert (await execute(context, "set_trouble", **behind, trouble="refuse"))["running"] is False
        assert "knows hang, none, refuse" in str(await refusal(context, "set_trouble", **behind, trouble="slow"))
        assert "unknown trouble 'sulk'" in str(await refusal(context, "set_trouble", **behind, trouble="sulk"))
    finally:
        await context.lab.stop()


async def test_a_receiver_that_cannot_start_says_why(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "missing" / "clock.sock"
    made = await execute(context, "subscribe", event="E_A", socket=f"unix:{path}")
    context.lab = Lab(LabSettings(receivers=(ReceiverSettings(name="clock", socket=f"unix:{path}"),)))
    error = await refusal(context, "toggle_receiver", subscription=made["id"], member=0)
    assert error.code == 500
    assert "clock cannot listen" in str(error)
