"""Exporting by key: what is written, and what is said when it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.pilots import console
from tests.tui.recorded import AUDIT
from tests.tui.world import FakeLink, story_of_pike
from tui.bundle.recording import read_bundle
from tui.screens.dialogs.export import CHOICES


@pytest.mark.parametrize("position", range(len(CHOICES)))
async def test_everything_can_be_exported_by_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    monkeypatch.setattr("tui.userfiles.places.export_folder", lambda: tmp_path)
    link = FakeLink(records=story_of_pike())
    link.answers = {"audit": AUDIT, "configuration": {"label": "LAB"}}
    async with console(link) as shown:
        await shown.press("E", *["down"] * position, "enter")
        await shown.until(lambda: any(str(tmp_path) in toast for toast in shown.toasts), "the toast")
        (path,) = map(Path, shown.toasts)
    assert path.name.startswith(CHOICES[position].what)
    assert path.suffix == f".{CHOICES[position].form}"
    assert "PIKE" in path.read_text() or CHOICES[position].what == "audit"
    if CHOICES[position].what == "incident":
        bundle = read_bundle(path)
        assert bundle.configuration == {"label": "LAB"}
        assert "could not be had" in bundle.log[0].text


async def test_what_cannot_be_exported_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tui.userfiles.places.export_folder", lambda: tmp_path / "file")
    async with console() as shown:
        await shown.press("E", "enter")
        await shown.until(lambda: any("Not exported" in toast for toast in shown.toasts), "the reason")
        await shown.press("E", *["down"] * 4, "enter")
        await shown.until(lambda: any("no answer to audit" in toast for toast in shown.toasts), "the refusal")
