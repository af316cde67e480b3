from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.commands.context import Context
from engine.config.model import MiSettings, Settings
from engine.core import Engine
from engine.errors import CommandError
from engine.event import Event
from engine.mi import commands, methods
from engine.mi.envelope import Request
from engine.mi.jsontext import JsonObject, Pieces
from engine.mi.registry import Caller, call
from tests.support.clock import FakeClock

assert commands
assert methods


class Mi:
    """An engine on a clock that stands still, and MI calls to it without a network."""

    def __init__(self, settings: Settings, mi: MiSettings) -> None:
        self.clock = FakeClock()
        self.engine = Engine(settings, clock=self.clock)
        self.context = Context(self.engine)
        self.settings = mi
        self.host = "127.0.0.1"
        """Where the calls come from."""

    async def __call__(self, method: str, *positional: Any, **named: Any) -> Any:
        """The result of a method; raises CommandError as the method does."""
        params = JsonObject(named.items()) if named else list(positional)
        caller = Caller(self.context, self.settings, "MI test", self.host)
        told = await call(caller, Request(method, params, 1, False))
        return json.loads(told.whole) if isinstance(told, Pieces) else told

    async def sockets(self, event: str) -> list[str]:
        """The sockets that are subscribed to an event, newest first."""
        answer = await self("subscribers_list", event)
        return [entry["socket"] for entry in answer["Event"].get("Subscribers", [])]


@pytest.fixture
async def mi(tmp_path: Any) -> AsyncIterator[Mi]:
    """Events E_A and E_B beside the catalogue's; flat files below `tmp_path/flat`, everything else anywhere."""
    (tmp_path / "flat").mkdir()
    settings = Settings(events=("E_A", "E_B"), stop_timeout=0.1)
    mi = Mi(settings, MiSettings(flatstore_roots=(str(tmp_path / "flat"),), targets=("any",)))
    await mi.engine.start()
    yield mi
    await mi.engine.stop()


async def refusal(mi: Mi, method: str, *positional: Any, **named: Any) -> CommandError:
    with pytest.raises(CommandError) as caught:
        await mi(method, *positional, **named)
    return caught.value


@pytest.fixture
def chunks(mi: Mi, monkeypatch: pytest.MonkeyPatch) -> list[list[Event]]:
    """What the engine is given in one go."""
    given: list[list[Event]] = []

    async def take(events: list[Event], source: str) -> None:
        assert source == "MI test"
        given.append(events)

    monkeypatch.setattr(mi.engine, "raise_many", take)
    return given


UDP = "udp:127.0.0.1:9101"
