"""Trouble told as stories: the beginning at once, then sums, then the end; and of too many only how many."""

from __future__ import annotations

from itertools import pairwise

from engine.log.rate import Allowance
from engine.view.stories import GAP_MAX_S, GAP_S, Crowd, Stories, Told


class Words:
    """Short ones."""

    def begins(self, name: str, reason: str, times: int) -> str:
        return f"{name} begins: {reason}"

    def goes_on(self, name: str, reason: str, times: int, seconds: int, *, is_over: bool) -> str:
        return f"{name}: {reason}, {times} in {seconds} s" + (", over" if is_over else "")

    def ends(self, name: str) -> str | None:
        return f"{name} ends"

    def others(self, crowd: Crowd, seconds: int) -> str:
        return f"others: {crowd.joined} joined, {crowd.left} left, {crowd.size} now, {crowd.times} in {seconds} s"


class EndlessWords(Words):
    """Their end is nothing to tell."""

    def ends(self, name: str) -> str | None:
        return None


class Teller:
    """Looks once a second."""

    def __init__(self, words: Words | None = None, burst: int = 50, per_s: float = 1.0) -> None:
        self.now = 1000.0
        self.stories = Stories(words or Words(), Allowance(burst, per_s))
        self.lines: list[Told] = []

    def look(self, *noted: tuple[str, str | None, int], seconds: float = 1.0) -> list[str]:
        """The lines of one look."""
        self.now += seconds
        found = [self.stories.note(name, self.now, name, reason, times) for name, reason, times in noted]
        lines = [*(one for one in found if one is not None), *self.stories.turn(self.now)]
        self.lines += lines
        return [line.text for line in lines]


def test_the_first_is_told_at_once_then_sums_with_growing_gaps() -> None:
    teller = Teller()
    assert teller.look(("a", "refused", 1)) == ["a begins: refused"]
    told = [(at, line) for at in range(1, 700) for line in teller.look(("a", "refused", 5))]
    assert told == [
        (60, "a: refused, 300 in 60 s"),
        (180, "a: refused, 600 in 120 s"),
        (420, "a: refused, 1200 in 240 s"),
    ]


def test_the_gaps_stop_growing() -> None:
    teller = Teller()
    times = [at for at in range(100_000) if teller.look(("a", "refused", 1))]
    gaps = [later - before for before, later in pairwise(times)]
    assert max(gaps) == GAP_MAX_S
    assert len(times) < 40


def test_the_end_is_told_at_once_and_nothing_after_it() -> None:
    teller = Teller()
    teller.look(("a", "refused", 1))
    assert teller.look(("a", None, 0)) == ["a ends"]
    assert teller.lines[-1].is_end
    assert not any(teller.look(("a", None, 0)) for _ in range(200))


def test_trouble_without_anything_that_failed_again_is_told_once() -> None:
    teller = Teller()
    teller.look(("a", "refused", 1))
    assert not any(teller.look(("a", "refused", 0)) for _ in range(1_000))
    assert teller.look(("a", None, 0)) == ["a ends"]


def test_one_that_comes_and_goes_is_two_lines_a_minute_at_most_and_all_of_it_is_counted() -> None:
    teller = Teller()
    lines = []
    for at in range(600):
        lines += teller.look(("a", "refused" if at % 2 == 0 else None, 1 if at % 2 == 0 else 0))
    assert len(lines) <= 2 * 600 / GAP_S + 2
    for _ in range(70):
        lines += teller.look(("a", None, 0))
    counted = sum(int(line.split(", ")[1].split()[0]) for line in lines if " in " in line)
    assert counted + 1 == 300
    assert lines[-1].endswith(("ends", "over"))


def test_what_fails_again_after_its_end_waits_a_minute_at_most_whatever_the_gap_was() -> None:
    teller = Teller()
    for _ in range(5_000):
        teller.look(("a", "refused", 1))
    assert teller.look(("a", None, 0)) == ["a ends"]
    told = [at for at in range(1, 200) if teller.look(("a", "refused", 1))]
    assert told[0] <= GAP_S


def test_of_thousands_at_once_some_are_named_and_the_others_counted() -> None:
    teller = Teller(burst=50)
    dead = [(f"m{index}", "refused", 2) for index in range(9_999)]
    lines = teller.look(*dead)
    assert len(lines) == 51
    assert lines[-1] == "others: 9949 joined, 0 left, 9949 now, 19898 in 1 s"
    more = [line for _ in range(60) for line in teller.look(*dead)]
    assert len(more) <= 60 + 2
    assert any(line.startswith("others: 0 joined, 0 left, 9949 now, ") for line in more)


def test_every_end_of_what_was_named_is_told_and_of_the_others_how_many() -> None:
    teller = Teller(burst=50)
    dead = [(f"m{index}", "refused", 1) for index in range(200)]
    fine = [(name, None, 0) for name, _, _ in dead]
    named = {line.split()[0] for line in teller.look(*dead) if line.endswith("begins: refused")}
    assert len(named) == 50
    lines = [line for _ in range(130) for line in teller.look(*fine)]
    assert {line.split()[0] for line in lines if line.endswith(" ends")} == named
    assert sum(int(line.split()[3]) for line in lines if line.startswith("others")) == 150
    assert lines[-1].startswith("others: ") or " 0 now, " in "".join(lines)
    assert len(lines) <= 50 + 3


def test_what_has_no_end_to_tell_is_told_in_sums_and_begins_anew_after_a_quiet_minute() -> None:
    teller = Teller(EndlessWords())
    assert teller.look(("a", "gone", 3)) == ["a begins: gone"]
    lines = [line for at in range(1, 60) for line in teller.look(("a", "gone" if at % 10 == 0 else None, at % 10 == 0))]
    assert lines == []
    assert teller.look(("a", None, 0)) == ["a: gone, 5 in 60 s, over"]
    assert not any(teller.look(("a", None, 0)) for _ in range(100))
    assert teller.look(("a", "gone", 1)) == ["a begins: gone"]


def test_what_is_removed_is_told_what_was_counted_of_it() -> None:
    teller = Teller()
    teller.look(("a", "refused", 1))
    teller.look(("a", "refused", 4))
    assert teller.look() == ["a: refused, 4 in 2 s"]
    assert teller.look() == []


def test_what_is_kept_stays_as_it_was() -> None:
    teller = Teller()
    teller.look(("a", "refused", 1))
    teller.stories.keep("a")
    assert teller.look() == []
    assert teller.look(("a", "refused", 0)) == []
    assert teller.look(("a", None, 0)) == ["a ends"]


def test_nothing_is_remembered_of_what_is_fine() -> None:
    teller = Teller(burst=10)
    names = [f"m{index}" for index in range(100)]
    for reason in ("refused", None):
        teller.look(*((name, reason, int(reason is not None)) for name in names))
    for _ in range(200):
        teller.look(*((name, None, 0) for name in names))
    assert not teller.stories._stories
