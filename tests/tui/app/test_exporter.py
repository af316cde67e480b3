"""Exports, by their keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.anywhere import answering
from tests.tui.pilots import console
from tests.tui.world import FakeLink
from tui.screens.dialogs.export import CHOICES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tui.userfiles.places.export_folder", lambda: tmp_path)
    return tmp_path


def contents(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.parametrize("place", range(len(CHOICES)), ids=[f"{one.what}-{one.form}-{one.minutes}" for one in CHOICES])
async def test_each_choice_is_written_in_its_form(place: int, folder: Path) -> None:
    async with console(answering()) as shown:
        await shown.press("E", *["down"] * place, "enter")
        await shown.until(lambda: any(str(folder) in toast for toast in shown.toasts), "the toast")
    (path,) = contents(folder)
    text = path.read_text(encoding="utf-8")
    assert CHOICES[place].what in path.name
    assert path.suffix == f".{CHOICES[place].form}"
    if CHOICES[place].form == "json":
        assert json.loads(text)
    else:
        assert len(text.splitlines()) > 1


async def test_what_the_engine_does_not_tell_is_said_and_not_written(folder: Path) -> None:
    async with console(FakeLink()) as shown:
        await shown.press("E", *["down"] * 4, "enter")
        await shown.until(lambda: any("no answer to audit" in toast for toast in shown.toasts), "the trail's reason")
        await shown.press("E", *["down"] * 7, "enter")
        await shown.until(lambda: any("no answer to configuration" in toast for toast in shown.toasts), "the bundle's")
    assert contents(folder) == []


async def test_a_folder_that_cannot_be_written_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setattr("tui.userfiles.places.export_folder", lambda: folder / "file")
    async with console() as shown:
        await shown.press("E", "enter")
        await shown.until(lambda: any(toast.startswith("Not exported") for toast in shown.toasts), "the reason")
