"""What commands act on: an engine, and what stands beside it. Whoever runs an engine makes one of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.audit import AuditTrail
from engine.commands.event_series import Series
from engine.core import Engine
from engine.log.handlers import LogRing
from engine.view.snapshot import EngineSnapshot

if TYPE_CHECKING:  # most engines have no lab, and are to start without loading it
    from engine.lab import Lab


@dataclass(slots=True)
class Context:
    """One engine with its surroundings. What comes and goes is None while it is not there."""

    engine: Engine
    config_file: Path | None = None
    """Where its configuration stands, if that is a file of the user's own, so that changes can be saved."""
    audit: AuditTrail = field(default_factory=AuditTrail)
    log: LogRing = field(default_factory=LogRing)
    """The last lines of the log; whoever runs the engine has it listen."""
    series: Series | None = None
    """What is, or was last, being raised many times."""
    lab: Lab | None = None
    """The receivers of a demo."""
    mi_url: str | None = None
    """Where MI listens."""

    async def look(self) -> EngineSnapshot:
        """What the engine looks like now, with the address of MI, of which the engine itself knows nothing."""
        return replace(await self.engine.look(), mi_url=self.mi_url)
