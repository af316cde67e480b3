"""What somebody wanted to write, where one of the known names is near enough to be meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

ALIKE = 0.8
"""Names that are less alike are different names: E_REG_STAT is no E_SIPREC_START."""

SHORT = 4
ALIKE_SHORT = 0.6
"""In a name of so few letters one that is wrong weighs more."""

LONGEST = 64
"""Nobody mistypes a longer name."""

EVENT_PREFIX = "e_"
"""Every event begins with it, so it makes no two of them alike."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is meant by `name`, whatever its case; None when none is near."""
    if len(name) > LONGEST:
        return None
    wanted = _compared(name)
    best = max(((_likeness(wanted, _compared(each)), each) for each in known), default=(0.0, ""))
    return best[1] if best[0] >= (ALIKE_SHORT if len(wanted) <= SHORT else ALIKE) else None


def _compared(name: str) -> str:
    return name.lower().replace("-", "_").removeprefix(EVENT_PREFIX)


def _likeness(wanted: str, known: str) -> float:
    if known.startswith(wanted + "_"):
        return 1.0 - 0.1 * (1 - len(wanted) / len(known))  # the first words of a name, the shortest such name first
    return SequenceMatcher(None, wanted, known).ratio()
