"""README and docs: what they link to and what code cites is there, and `make pictures` takes every picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
NUMBER = r"D?\d+(?:\.\d+)?"
CITED = re.compile(rf"docs/event-interface\.md,\s+(?:#\s+)?({NUMBER}(?:(?:-|,\s+|\s+and\s+){NUMBER})*)")
"""What is cited of that page: a section, a defect, or several of them."""
ELSEWHERE = re.compile(r"\bEI(?:\s+section)?\s+D?\d|\bdesign[:]")
"""Citations of texts that are not in this repository."""
SOURCES = [path for room in ("engine", "tui", "tests", "benchmarks") for path in sorted((ROOT / room).rglob("*.py"))]


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


def test_what_code_cites_of_the_event_interface_is_there() -> None:
    page = (ROOT / "docs" / "event-interface.md").read_text("utf-8")
    there = set(re.findall(r"^#+ (\d+(?:\.\d+)?)", page, re.MULTILINE))
    there |= set(re.findall(r"^\| (D\d+) \|", page, re.MULTILINE))
    cited = {path: CITED.findall(path.read_text("utf-8")) for path in SOURCES}
    assert sum(map(len, cited.values())) > 50  # the pattern finds them
    missing = [
        f"{path.relative_to(ROOT)}: {number}"
        for path, lists in cited.items()
        for numbers in lists
        for number in re.findall(NUMBER, numbers)
        if number not in there
    ]
    assert not missing


def test_nothing_is_cited_that_is_not_in_the_repository() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {text}" for path in SOURCES for text in ELSEWHERE.findall(path.read_text("utf-8"))
    ]
    assert not found
