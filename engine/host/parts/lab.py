"""The part that receives: the lab of a demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.config.model import Settings
from engine.host.parts.part import Part

if TYPE_CHECKING:
    from engine.lab import Lab


class LabPart(Part):
    """The receivers. The next ones may want the same addresses, so these have to stop before."""

    name = "the lab"
    can_overlap = False
    _lab: Lab | None = None

    @staticmethod
    def wanted(settings: Settings) -> object | None:
        """The receivers that are to be there."""
        return None if settings.lab is None else settings.lab.receivers or None

    async def start(self) -> None:
        """Start all receivers, or none.

        Raises:
            SwitchboardError: one of them cannot listen.
        """
        from engine.lab import Lab  # noqa: PLC0415 - most runs need none

        assert self.settings.lab is not None  # noqa: S101 - it is wanted
        lab = Lab(self.settings.lab)
        await lab.start()
        self._lab = self.context.lab = lab

    async def stop(self) -> None:
        """Stop the receivers."""
        lab, self._lab, self.context.lab = self._lab, None, None
        if lab is not None:
            await lab.stop()
