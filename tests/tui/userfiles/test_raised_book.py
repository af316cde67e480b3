"""What the console remembers of the events that it raised, and templates of them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine.errors import EventError
from engine.event import Event
from tui.userfiles.raised_book import EVENT_BYTES, HISTORY_MAX, TEMPLATES_MAX, Kept, RaisedBook, Template

PIKE = Event("E_PIKE_BLOCKED", (("ip", "192.0.2.1"),))
ODD = Event("E_ODD", ((None, 42), ("x", None), ("x", "\udcff\n•")))


def test_what_was_raised_last_comes_first_and_nothing_comes_twice() -> None:
    kept = Kept().with_raised(PIKE).with_raised(ODD).with_raised(PIKE)
    assert kept.history == (PIKE, ODD)
    assert kept.without_raised(PIKE).history == (ODD,)


def test_only_so_much_is_remembered() -> None:
    kept = Kept()
    for number in range(HISTORY_MAX + 10):
        kept = kept.with_raised(Event("E_A", (("n", number),)))
    assert len(kept.history) == HISTORY_MAX
    assert kept.history[0].values == [HISTORY_MAX + 9]
    large = Event("E_A", (("v", "x" * EVENT_BYTES),))
    assert kept.with_raised(large) == kept
    with pytest.raises(EventError, match="10,000 bytes"):
        kept.with_template("large", large)
    for number in range(TEMPLATES_MAX):
        kept = kept.with_template(f"t{number}", PIKE)
    with pytest.raises(EventError, match=r"remove one first \(f5, f8\)"):
        kept.with_template("one more", PIKE)
    assert Template("t7", ODD) in kept.with_template("t7", ODD).templates
    with pytest.raises(EventError, match="1 to 40"):
        kept.with_template("", PIKE)


def test_it_is_there_the_next_time_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "raised.json"
    book = RaisedBook(path)
    book.change(lambda kept: kept.with_raised(ODD).with_template("blocked", PIKE))
    assert RaisedBook(path).load() == Kept((ODD,), (Template("blocked", PIKE),))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert book.take_trouble() == ""


def test_consoles_beside_each_other_lose_nothing_of_each_others(tmp_path: Path) -> None:
    first, second = RaisedBook(tmp_path / "raised.json"), RaisedBook(tmp_path / "raised.json")
    first.change(lambda kept: kept.with_template("a", PIKE))
    second.change(lambda kept: kept.with_raised(ODD))
    assert first.load() == Kept((ODD,), (Template("a", PIKE),))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 1, "history": [7], "templates": []}',
        '{"version": 1, "history": [{"event": "", "params": []}], "templates": []}',
        '{"version": 1, "history": [{"event": "E", "params": [["a", 1, 2]]}], "templates": []}',
        '{"version": 1, "history": [], "templates": [{"name": 1, "event": "E", "params": []}]}',
        '{"version": 1, "history": [], "templates": 5}',
    ],
)
def test_a_damaged_file_is_kept_aside_and_told_once(tmp_path: Path, content: str) -> None:
    path = tmp_path / "raised.json"
    path.write_text(content)
    book = RaisedBook(path)
    assert book.load() == Kept()
    assert "begin anew" in book.take_trouble()
    assert book.take_trouble() == ""
    assert (tmp_path / "raised.damaged").read_text() == content
    book.change(lambda kept: kept.with_raised(PIKE))
    assert RaisedBook(path).load().history == (PIKE,)


def test_a_file_of_another_version_is_left_alone_and_this_time_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "raised.json"
    path.write_text('{"version": 9}')
    book = RaisedBook(path)
    book.change(lambda kept: kept.with_raised(PIKE))
    assert book.load().history == (PIKE,)
    assert "version 9" in book.take_trouble()
    assert path.read_text() == '{"version": 9}'


def test_a_place_that_cannot_be_written_is_told_and_this_time_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    book = RaisedBook(tmp_path / "file" / "raised.json")
    book.change(lambda kept: kept.with_raised(PIKE))
    assert book.load().history == (PIKE,)
    assert "cannot be" in book.take_trouble()


def test_what_may_not_be_kept_changes_nothing(tmp_path: Path) -> None:
    book = RaisedBook(tmp_path / "raised.json")
    with pytest.raises(EventError):
        book.change(lambda kept: kept.with_template("", PIKE))
    assert book.load() == Kept()
    assert not (tmp_path / "raised.json").exists()
