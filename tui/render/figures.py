"""Numbers, times and trends as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

TREND_SIGNS = "▁▂▃▄▅▆▇█"
BAR_FULL, BAR_EMPTY = "▰", "▱"


def count(number: int) -> str:
    """A counter: `10,311`; from ten million on `12.3M`, so that columns keep their width."""
    return f"{number:,}" if number < 10_000_000 else f"{number / 1e6:,.1f}M"


def rate(per_second: float) -> str:
    """A rate: `0/s`, `2.5/s`, `1,204/s`."""
    return f"{per_second:.1f}/s" if 0.05 <= per_second < 9.95 else f"{per_second:,.0f}/s"


def latency(seconds: float | None) -> str:
    """A latency in the unit that reads best; empty where there is none."""
    if seconds is None:
        return ""
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def latencies(low: float | None, high: float | None) -> str:
    """Two latencies, their unit once where it is the same: `2.1/8.4 ms`."""
    if low is None or high is None:
        return latency(low)
    number, _, unit = latency(low).partition(" ")
    return f"{number}/{latency(high)}" if latency(high).endswith(f" {unit}") else f"{number} {unit}/{latency(high)}"


def tenths(seconds: float) -> str:
    """Time left to the tenth of a second; never below nought."""
    return f"{max(seconds, 0.0):.1f} s"


def span(seconds: float) -> str:
    """A length of time in its two largest units: `42 s`, `3 min 5 s`, `3 h 12 min`, `2 d 4 h`."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def bar(share: float, width: int) -> str:
    """A bar of `width` cells; a share above nought shows at least one."""
    bounded = min(max(share, 0.0), 1.0)
    full = max(round(bounded * width), 1 if bounded > 0 else 0)
    return BAR_FULL * full + BAR_EMPTY * (width - full)


def trend(values: Sequence[float], width: int) -> str:
    """The last `width` values as a tiny chart from nought to their largest; blanks where there are none yet."""
    shown = list(values[-width:])
    top = max(shown, default=0.0)
    signs = (TREND_SIGNS[0] if top <= 0 else TREND_SIGNS[min(int(value / top * 7.999), 7)] for value in shown)
    return "".join(signs).rjust(width)


def clock(wall: float) -> str:
    """Local time of day to the second."""
    return datetime.fromtimestamp(wall).astimezone().strftime("%H:%M:%S")


def clock_ms(wall: float) -> str:
    """Local time of day to the millisecond."""
    return datetime.fromtimestamp(wall).astimezone().strftime("%H:%M:%S.%f")[:-3]
