"""The garbage collector's habits, for a process with an engine, alone or under a console."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

YOUNG = 2_500
"""Objects made since the last look, before the collector looks again. Its default of 700 is passed twice by every run
of 512 events, and what waits in queues or feed is then looked at over and over without finding anything."""

OLDER = (6, 400)
"""How many looks go by before it looks again at what survived one, and how many of those before it looks at everything.
The event loop stands still meanwhile: for some ms with these figures, as no more than 17,500 objects are looked at,
but where it looks at everything."""

_is_steady = Event()


def look_seldom() -> None:
    """Have the collector look less often. Before anything is loaded, this saves a tenth of the time that loading takes.

    Events, runs and records hold no cycles, so what the collector is needed for is rare.
    """
    gc.set_threshold(YOUNG, *OLDER)


@contextmanager
def growing() -> Iterator[None]:
    """Have the collector wait while thousands of subscriptions are made: it would look at all of them in one go. Where
    the heap is steady they are out of its sight afterwards, too."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if _is_steady.is_set():
            gc.freeze()
        if was_enabled:
            gc.enable()


def steady_heap() -> None:
    """Take everything that is loaded by now out of the collector's sight, once an engine has started and its console
    stands.

    Some thousand objects that loading left behind are kept with it: finding them would hold up the first event.
    """
    gc.freeze()
    _is_steady.set()
    look_seldom()
