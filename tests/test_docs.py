"""README and docs: what they link to is there, and every picture is one that `make pictures` takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    missing = [target for target in LINK.findall(page.read_text("utf-8")) if not (page.parent / target).exists()]
    assert not missing


def test_every_picture_is_taken_by_the_program_and_shown_somewhere() -> None:
    there = {path.stem for path in (ROOT / "docs" / "pictures").glob("*.svg")}
    program = (ROOT / "docs" / "take_pictures.py").read_text("utf-8")
    assert there == set(re.findall(r'take\("([a-z0-9-]+)"\)', program))
    shown = {name for page in PAGES for name in re.findall(r"pictures/([a-z0-9-]+)\.svg", page.read_text("utf-8"))}
    assert shown == there


def test_pictures_need_nothing_from_elsewhere() -> None:
    for path in (ROOT / "docs" / "pictures").glob("*.svg"):
        assert "url(" not in path.read_text("utf-8").replace("url(#", ""), path.name
