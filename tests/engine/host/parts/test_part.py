"""Parts of a service: started in order, stopped in reverse, exchanged, and rolled back."""

from __future__ import annotations

import pytest

from engine.commands.context import Context
from engine.config.model import Settings
from engine.host.parts import PARTS
from engine.host.parts.part import Part


class Clockwork(Part):
    name = "the clockwork"

    @staticmethod
    def wanted(settings: Settings) -> object | None:
        return settings.label or None

    async def stop(self) -> None:
        self.context.mi_url = None


async def test_a_part_needs_no_more_than_what_is_wanted_and_how_it_stops(context: Context) -> None:
    part = Clockwork(context, Settings(label="a"))
    await part.start()
    part.begin()
    part.heed(Settings(label="a", queue_size=5))
    assert part.settings.queue_size == 5
    await part.stop()
    with pytest.raises(TypeError):
        Part(context, Settings())  # type: ignore[abstract]


def test_the_engine_starts_after_what_receives_and_before_what_brings_events() -> None:
    assert [kind.name for kind in PARTS] == ["the log", "the lab", "the engine", "MI", "the generator", "the watch"]
