"""The engine in a thread of its own: it starts, answers, fails to start with the reason, and ends."""

from __future__ import annotations

import threading
import time

import pytest

from engine.config.model import Settings
from engine.errors import SwitchboardError
from engine.host.background import BackgroundEngine
from engine.host.service import Service
from engine.view.snapshot import EngineSnapshot
from tests.support.sockets import numbered, udp_receivers


async def raise_and_look(background: BackgroundEngine) -> EngineSnapshot:
    await background.engine.raise_many(numbered(100))
    return background.engine.snapshot()


def test_it_runs_beside_us_and_stops_cleanly() -> None:
    with udp_receivers(1) as (receiver,):
        settings = Settings(subscriptions=({"event": "E_TEST", "socket": receiver.address},))
        background = BackgroundEngine(settings)
        background.start()
        snapshot = background.submit(raise_and_look(background)).result(10)
        assert snapshot.figures.accepted == 100
        background.stop()
        assert receiver.numbers() == list(range(1, 101))
    assert "engine" not in {thread.name for thread in threading.enumerate()}
    background.stop()


def test_a_member_that_fails_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    socket = "flatstore:/nowhere/events.log"
    background = BackgroundEngine(Settings(subscriptions=({"event": "E_TEST", "socket": socket},)))
    background.start()
    background.submit(raise_and_look(background)).result(10)
    deadline = time.monotonic() + 10
    while f"E_TEST: {socket} failed: " not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.05)
    background.stop()
    assert f"E_TEST: {socket} failed: " in caplog.text


def test_what_keeps_it_from_starting_reaches_who_started_it() -> None:
    class Broken(Service):
        async def start(self) -> None:
            raise SwitchboardError("MI cannot listen on 127.0.0.1:8888")

    background = BackgroundEngine(Settings(), Broken)
    with pytest.raises(SwitchboardError, match="MI cannot listen"):
        background.start()
    background.stop()
    assert "engine" not in {thread.name for thread in threading.enumerate()}


def test_nothing_can_be_submitted_to_an_engine_that_does_not_run() -> None:
    background = BackgroundEngine(Settings())
    with pytest.raises(SwitchboardError, match="not running"):
        background.submit(raise_and_look(background))
    with pytest.raises(SwitchboardError, match="not running"):
        _ = background.engine
