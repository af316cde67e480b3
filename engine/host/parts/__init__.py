"""What a service runs, a part a file, in the order in which the parts are started; they are stopped in reverse."""

from __future__ import annotations

from engine.host.parts.engine import EnginePart
from engine.host.parts.generator import GeneratorPart
from engine.host.parts.lab import LabPart
from engine.host.parts.log import LogPart
from engine.host.parts.mi import MiPart
from engine.host.parts.part import Part
from engine.host.parts.watch import WatchPart

__all__ = ["PARTS", "Part"]

PARTS: tuple[type[Part], ...] = (LogPart, LabPart, EnginePart, MiPart, GeneratorPart, WatchPart)
