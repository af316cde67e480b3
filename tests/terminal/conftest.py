from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tmux import MISSING, Tmux, is_installed


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """A terminal that ends with the test. Skipped where there is no tmux, unless the run says that it must be there."""
    if not is_installed():
        if os.environ.get("SWITCHBOARD_REQUIRE_PROGRAMS") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    terminal = Tmux(tmp_path)
    try:
        yield terminal
    finally:
        terminal.end()


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Variables for a console that finds no configuration and no memory of the person who runs the tests."""
    names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR")
    places = {name: tmp_path / name for name in names}
    for place in places.values():
        place.mkdir()
    return {name: str(place) for name, place in places.items()}
