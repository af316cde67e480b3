"""Files of the console's own are written whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.userfiles.state_file import write_whole


def test_a_file_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")
    seen = []
    sync = os.fsync

    def watched(handle: int) -> None:
        sync(handle)
        seen.append((path.read_text(), os.fstat(handle).st_size))

    monkeypatch.setattr(os, "fsync", watched)
    write_whole(path, "new text")
    assert seen == [("old", len("new text"))]
    assert path.read_text() == "new text"
    assert list(tmp_path.iterdir()) == [path]
