"""Starting the console, and starting it anew on the same engine when it broke as a whole."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from tui.sturdy.survival import SurvivingApp

_log = logging.getLogger(__name__)

STARTS_MAX, WINDOW_S = 3, 60.0
"""So often within so many seconds a console is started anew before it is given up."""

T = TypeVar("T", bound=SurvivingApp)


def run_until_left(start: Callable[[str], T], clock: Callable[[], float] = time.monotonic) -> T:
    """Run consoles one after the other, until one is left on purpose, or they break too often.

    `start` runs one, with something to tell the operator where it is not the first. Returns the last; its exit status
    is 1 when it broke.
    """
    breaks: deque[float] = deque(maxlen=STARTS_MAX)
    notice = ""
    while True:
        app = start(notice)
        if not app.breakage:
            return app
        if len(breaks) == STARTS_MAX and clock() - breaks[0] < WINDOW_S:
            _log.error(
                "the console broke %d times within %g s and is given up: %s", STARTS_MAX + 1, WINDOW_S, app.breakage
            )
            return app
        breaks.append(clock())
        _log.warning("the console starts anew; the engine went on: %s", app.breakage)
        notice = f"The console broke ({app.breakage}) and was started anew. The engine went on; the log tells where."
