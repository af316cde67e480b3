"""What an operator can do with an engine, one function a command. `engine.commands` is the way to call them."""

from engine.operations import (
    auditing,
    changing,
    inspecting,
    looking,
    previewing,
    probing,
    raising,
    receiving,
    recording,
    repeating,
    saving,
    subscribing,
)

__all__ = [
    "auditing",
    "changing",
    "inspecting",
    "looking",
    "previewing",
    "probing",
    "raising",
    "receiving",
    "recording",
    "repeating",
    "saving",
    "subscribing",
]
