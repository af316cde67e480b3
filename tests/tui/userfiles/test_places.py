"""Where the user's own files are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.userfiles.places import export_folder, log_file, own_configuration, state_folder


def test_all_are_below_the_users_own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    assert own_configuration() == tmp_path / "config" / "switchboard" / "switchboard.yaml"
    assert state_folder() == tmp_path / "state" / "switchboard"
    assert export_folder() == state_folder() / "exports"
    assert log_file().is_relative_to(tmp_path)
    assert log_file().name == "switchboard.log"
    assert not any(tmp_path.iterdir()), "asking makes nothing"
