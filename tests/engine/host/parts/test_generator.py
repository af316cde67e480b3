"""The generator as a part of a service."""

from __future__ import annotations

from engine.commands.context import Context
from engine.config.model import GeneratorSettings, LabSettings, Settings
from engine.host.parts.generator import GeneratorPart
from tests.support.waiting import until


def test_names_and_rate_make_another_one() -> None:
    assert GeneratorPart.wanted(Settings()) is None
    assert GeneratorPart.wanted(Settings(lab=LabSettings())) is None
    made = [Settings(lab=LabSettings(generator=GeneratorSettings(events=("E_A",), rate=rate))) for rate in (1, 1, 2)]
    assert GeneratorPart.wanted(made[0]) == GeneratorPart.wanted(made[1]) != GeneratorPart.wanted(made[2])


async def test_it_raises_from_its_beginning_to_its_stop(context: Context) -> None:
    settings = Settings(lab=LabSettings(generator=GeneratorSettings(events=("E_A",), rate=200)))
    part = GeneratorPart(context, settings)
    await part.start()
    assert not len(context.engine.tasks)
    part.begin()
    await until(lambda: context.engine.dispatcher.accepted >= 3, "three events")
    await part.stop()
    await part.stop()
    assert not len(context.engine.tasks)
