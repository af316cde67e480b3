"""The part that listens for the management interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.config.model import Settings
from engine.host.parts.part import Part

if TYPE_CHECKING:
    from engine.mi.http import MiHttp


class MiPart(Part):
    """MI over HTTP. At another address the next one listens before this one is given up; other rules hold at once."""

    name = "MI"
    _http: MiHttp | None = None

    @staticmethod
    def wanted(settings: Settings) -> object | None:
        """Where it is to listen."""
        return None if settings.mi is None else settings.mi.http

    async def start(self) -> None:
        """Listen.

        Raises:
            SwitchboardError: the address cannot be listened on.
        """
        from engine.mi.http import MiHttp  # noqa: PLC0415 - aiohttp takes a while to load

        assert self.settings.mi is not None  # noqa: S101 - it is wanted
        http = MiHttp(self.context, self.settings.mi)
        await http.start()
        self._http = http

    def begin(self) -> None:
        """From now on this is the address."""
        if self._http is not None:
            self.context.mi_url = self._http.url

    def heed(self, settings: Settings) -> None:
        """What is allowed from now on."""
        super().heed(settings)
        if self._http is not None and settings.mi is not None:
            self._http.heed(settings.mi)

    async def stop(self) -> None:
        """Stop listening; requests under way get a second."""
        http, self._http = self._http, None
        if http is None:
            return
        if self.context.mi_url == http.url:
            self.context.mi_url = None
        await http.stop()
