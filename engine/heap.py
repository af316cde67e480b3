"""The garbage collector's habits, for a process with an engine, alone or under a console."""

from __future__ import annotations

import gc

YOUNG = 10_000
"""Objects made since the last look, before the collector looks again. Its default of 700 is passed twice by every run
of 512 events, and what waits in queues or feed is then looked at over and over without finding anything."""


def look_seldom() -> None:
    """Have the collector look less often. Before anything is loaded, this saves a tenth of the time that loading takes.

    Events, runs and records hold no cycles, so what the collector is needed for is rare.
    """
    gc.set_threshold(YOUNG, 20, 20)


def steady_heap() -> None:
    """Take everything that is loaded by now out of the collector's sight, once an engine has started and its console
    stands.

    Some thousand objects that loading left behind are kept with it: finding them would hold up the first event.
    """
    gc.freeze()
    look_seldom()
