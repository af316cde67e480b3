"""What every test of the console needs: times of day that are the same everywhere, and keys that are soon done."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import textual._wait

GRANULARITY_S = 0.005
"""Between two looks whether the console has come to rest after a key. Textual's own 20 ms are waited for twice a key
and once a pause: in thousands of keys that is minutes in which nothing happens."""

BUSY_S = 0.001
"""Of the processor's time between two looks: less is rest. It is as much as Textual takes for it."""


@pytest.fixture(autouse=True)
def _quick_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textual._wait, "SLEEP_GRANULARITY", GRANULARITY_S)
    monkeypatch.setattr(textual._wait, "SLEEP_IDLE", BUSY_S)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
