"""YAML with positions: every value knows where it stands, and what is no value of ours is refused there."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.document import NUMBER_MAX, TEXT_MAX, Entries, Items, Node, Scalar, read_document
from engine.config.findings import Findings
from engine.config.references import References


def read(text: str) -> tuple[Node | None, list[str]]:
    findings = Findings("a.yaml")
    references = References({"HOST": "example.org", "N": "12"}, Path("/"))
    root = read_document(text, references, findings)
    return root, [str(one).removeprefix("a.yaml:") for one in findings.problems()]


def value(text: str) -> Scalar:
    """The value of the key `a`."""
    root, problems = read(text)
    assert problems == []
    assert isinstance(root, Entries)
    found = root.entries["a"]
    assert isinstance(found, Scalar)
    return found


def test_keys_values_and_items_have_their_places() -> None:
    root, problems = read("a: 1\nb:\n  - x\n  - {c: true}\n")
    assert problems == []
    assert isinstance(root, Entries)
    assert root.keys == {"a": (1, 1), "b": (2, 1)}
    listed = root.entries["b"]
    assert isinstance(listed, Items)
    assert [item.mark for item in listed.items] == [(3, 5), (4, 5)]
    inner = listed.items[1]
    assert isinstance(inner, Entries)
    assert inner.keys["c"] == (4, 6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a: 7", 7), ("a: 0.5", 0.5), ("a: yes", True), ("a: '7'", "7"), ("a: ~", None), ("a:", None), ("a: x y", "x y"),
     ("a: ${N}", 12), ("a: '${N}'", "12")],
)  # fmt: skip
def test_values_are_what_yaml_says_also_where_a_reference_put_them(text: str, expected: object) -> None:
    assert value(text).value == expected


@pytest.mark.parametrize(
    ("text", "index", "column"),
    [
        ("a: udp:h:9", 4, 8),
        ("a: 'udp:h:9'", 4, 9),
        ("a: udp:${HOST}:9", 16, 16),
        ("a: udp:${HOST}:9", 6, 8),
    ],
)
def test_a_character_of_a_text_is_found_in_the_file_also_behind_a_reference(text: str, index: int, column: int) -> None:
    assert value(text).mark_at(index) == (1, column)


def test_in_a_text_of_several_lines_only_its_beginning_is_known() -> None:
    folded = value("a: >\n  udp:h\n  more\n")
    assert folded.mark_at(5) == folded.mark == (1, 4)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", "2:1: a: expected each key once, found it on line 1 already"),
        ("a: 2024-01-01", "1:4: a: expected text, found a date; put it in quotes"),
        ("a: !!binary aGk=", "1:4: a: expected text, found binary data; put it in quotes"),
        ("a: !mine x", "1:4: a: expected a plain value, found the tag !mine"),
        ("a: .inf", "1:4: a: expected a number that is finite, found .inf"),
        ("a: " + "9" * (NUMBER_MAX + 1), "1:4: a: expected a number of at most 100 characters, found more"),
        ("? [x]\n: 1", "1:3: configuration: expected a name as key, found a list or a mapping"),
        ("a: b\n c: d", "2:3: configuration: expected YAML: mapping values are not allowed in this context"),
        ("a:\n\t- b", "2:1: configuration: expected YAML: "),
        ("a: x\x01", "1:5: configuration: expected YAML, found the character U+0001, which it does not allow"),
        ("a: ${NONE}/x", "1:4: a: expected the environment variable NONE, found it not set"),
    ],
)
def test_what_cannot_be_is_a_problem_at_its_place(text: str, problem: str) -> None:
    _, problems = read(text)
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_tabs_are_named_as_the_cause() -> None:
    _, (problem,) = read("a:\n\t- b")
    assert problem.endswith("; indent with blanks, not with tabs")


def test_other_values_are_read_beside_a_problem() -> None:
    root, problems = read("a: .inf\nb: 2\n")
    assert len(problems) == 1
    assert isinstance(root, Entries)
    assert [node.value for node in root.entries.values() if isinstance(node, Scalar)] == [None, 2]


def test_more_text_than_may_be_is_not_looked_at() -> None:
    root, problems = read("#" * (TEXT_MAX + 1))
    assert root is None
    assert problems == [f"1:1: configuration: expected at most {TEXT_MAX} characters, found {TEXT_MAX + 1}"]


def test_an_empty_text_is_an_empty_mapping() -> None:
    root, problems = read("# nothing\n")
    assert problems == []
    assert isinstance(root, Entries)
    assert root.entries == {}
