"""What every part of a service is: something that runs for some settings, and is made anew where these want another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from engine.commands.context import Context
from engine.config.model import Settings


class Part(ABC):
    """One part, made for one start; after a stop another one is made."""

    name: ClassVar[str]
    """What messages call it."""
    can_overlap: ClassVar[bool] = True
    """Whether the next one may start before this one has stopped."""

    def __init__(self, context: Context, settings: Settings) -> None:
        self.context = context
        self.settings = settings

    @staticmethod
    @abstractmethod
    def wanted(settings: Settings) -> object | None:
        """What the settings want of it, to be compared; None where they want none. Another answer, another part."""

    async def start(self) -> None:  # noqa: B027 - some have nothing that may be refused
        """Get hold of everything that may be refused, so that nothing can go wrong later.

        Raises:
            SwitchboardError: it cannot start; the text says why.
        """

    def begin(self) -> None:  # noqa: B027 - some are all there once they have started
        """Begin: every part has started. When it takes another's place, that one is stopped next."""

    def heed(self, settings: Settings) -> None:
        """Go on under other settings, which want the same part."""
        self.settings = settings

    @abstractmethod
    async def stop(self) -> None:
        """Stop, also where it has not begun or its start was refused halfway. Harmless twice."""
