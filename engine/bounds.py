"""Bounds of numbers in what leaves the engine: whoever reads it again refuses what lies beyond them.

Whatever is drawn from such numbers counts on them: moments are added to dates, and dates end with the year 9999.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from msgspec import Meta

NUMBER_MAX = 2**63 - 1
"""No whole number is larger, whatever it counts."""

MOMENT_MAX = 1e9
"""Monotonic seconds, on both sides of nought: thirty years."""

WALL_MAX = datetime(9900, 1, 1, tzinfo=UTC).timestamp()
"""Seconds since 1970; time zones and moments are added to this."""

Count: TypeAlias = Annotated[int, Meta(ge=0, le=NUMBER_MAX)]
Number: TypeAlias = Annotated[float, Meta(ge=0, le=float(NUMBER_MAX))]
Moment: TypeAlias = Annotated[float, Meta(ge=-MOMENT_MAX, le=MOMENT_MAX)]
Seconds: TypeAlias = Annotated[float, Meta(ge=0, le=MOMENT_MAX)]
Wall: TypeAlias = Annotated[float, Meta(ge=0, le=WALL_MAX)]
