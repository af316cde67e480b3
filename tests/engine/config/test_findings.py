"""What was found wrong in a file, and where: in order, bounded, and harmless to print."""

from __future__ import annotations

import pytest

from engine.config.findings import HINTS_MAX, KEY_MAX, PROBLEMS_MAX, Findings, Mark, Path, where


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ((), "configuration"),
        (("mi", "http"), "mi.http"),
        (("subscriptions", 1, "members", 0), "subscriptions[2].members[1]"),
        (("a\x1b[2J",), r"a\x1b[2J"),
        (("k" * 200,), "k" * KEY_MAX + "…"),
        (("rabbitmq:me:hush@h/q",), "rabbitmq:me:•••@h/q"),
    ],
)
def test_a_path_is_told_as_people_count_and_harmless(path: Path, words: str) -> None:
    assert where(path) == words


def test_problems_are_told_in_the_order_of_the_file_and_once() -> None:
    findings = Findings("a.yaml")
    for line, column in ((3, 1), (1, 9), (1, 2), (3, 1)):
        findings.add(Mark(line, column), ("x",), "wrong")
    assert [str(one) for one in findings.problems()] == [
        "a.yaml:1:2: x: wrong",
        "a.yaml:1:9: x: wrong",
        "a.yaml:3:1: x: wrong",
    ]
    assert findings.warnings() == ()


def test_of_too_many_the_first_are_told_and_how_many_more() -> None:
    findings = Findings("a.yaml")
    for line in range(1, PROBLEMS_MAX + 2):
        findings.warn(Mark(line, 1), ("x",), "mind")
    assert len(findings.warnings()) == PROBLEMS_MAX + 1, "one more line takes no more room than to say so"
    findings.warn(Mark(PROBLEMS_MAX + 2, 1), ("x",), "mind")
    *first, last = findings.warnings()
    assert [one.line for one in first] == list(range(1, PROBLEMS_MAX + 1))
    assert last.message == "and 2 more warnings, the first of them here"
    assert last.line == PROBLEMS_MAX + 1


def test_what_follows_from_a_problem_is_known_to_be_broken() -> None:
    findings = Findings("a.yaml")
    findings.add(Mark(1, 1), ("subscriptions", 0), "no mapping")
    assert findings.is_broken(("subscriptions", 0, "socket"))
    assert not findings.is_broken(("subscriptions", 1, "socket"))
    assert not findings.is_broken(("subscriptions",))
    findings.warn(Mark(1, 1), ("mi",), "mind")
    assert not findings.is_broken(("mi",))


def test_hints_end_where_there_are_too_many_problems() -> None:
    findings = Findings("a.yaml")
    for line in range(HINTS_MAX):
        assert findings.has_hints
        findings.add(Mark(line, 1), (), "wrong")
    assert not findings.has_hints


def test_a_message_prints_harmless() -> None:
    findings = Findings("a.yaml")
    findings.add(Mark(1, 1), (), "found \x1b[2J")
    assert str(findings.problems()[0]).isprintable()
