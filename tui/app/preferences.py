"""What the command line says of the console's looks and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a console is shown, and what it may do."""

    is_read_only: bool = False
    """Commands that change anything are refused, for good."""
    is_ascii: bool = False
    """Only signs that every font has."""
    has_motion: bool = True
    """Whether anything slides or blinks."""
    screen: str | None = None
    """The screen to start on; None is the one that was left."""
    filter_text: str | None = None
    """The filter to start with; None is the one that was left."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by action, as the configuration has them, in place of the usual ones."""
    notices: tuple[str, ...] = ()
    """What the operator is to be told at the start."""


USUAL = Preferences()
