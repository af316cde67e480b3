"""The lab as a part of a service."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.commands.context import Context
from engine.config.model import LabSettings, ReceiverSettings, Settings
from engine.errors import SwitchboardError
from engine.host.parts.lab import LabPart


def with_receivers(*sockets: str) -> Settings:
    receivers = tuple(ReceiverSettings(name=f"r{number}", socket=socket) for number, socket in enumerate(sockets))
    return Settings(lab=LabSettings(receivers=receivers))


def test_it_is_wanted_where_there_are_receivers() -> None:
    assert LabPart.wanted(Settings()) is None
    assert LabPart.wanted(with_receivers()) is None
    assert LabPart.wanted(with_receivers("udp:127.0.0.1:9")) == LabPart.wanted(with_receivers("udp:127.0.0.1:9"))
    assert LabPart.wanted(with_receivers("udp:127.0.0.1:9")) != LabPart.wanted(with_receivers("udp:127.0.0.1:8"))


async def test_commands_know_the_lab_while_it_runs(context: Context, tmp_path: Path) -> None:
    part = LabPart(context, with_receivers(f"unix:{tmp_path}/a.sock"))
    await part.start()
    assert context.lab is not None
    assert context.lab.receivers[0].is_running
    await part.stop()
    await part.stop()
    assert context.lab is None
    assert not (tmp_path / "a.sock").exists()


async def test_a_start_that_is_refused_leaves_no_receiver(context: Context, tmp_path: Path) -> None:
    part = LabPart(context, with_receivers(f"unix:{tmp_path}/a.sock", f"unix:{tmp_path}/none/b.sock"))
    with pytest.raises(SwitchboardError, match="r1"):
        await part.start()
    await part.stop()
    assert context.lab is None
    assert not (tmp_path / "a.sock").exists()
