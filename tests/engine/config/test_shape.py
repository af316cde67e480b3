"""A document is measured before a tree is made of it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from engine.config.shape import DEPTH_MAX, NODES_MAX, check_shape


class Counting(yaml.SafeLoader):
    """Counts the events that are asked for."""

    asked = 0

    def get_event(self) -> yaml.Event | None:
        type(self).asked += 1
        return super().get_event()


def problem(text: str, loader: Any = yaml.SafeLoader) -> tuple[str, int, int]:
    """What is wrong with a text, and where (from 1)."""
    with pytest.raises(yaml.MarkedYAMLError) as refused:
        check_shape(text, loader)
    mark = refused.value.problem_mark
    assert mark is not None
    return str(refused.value.problem), mark.line + 1, mark.column + 1


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "], ids=["list", "mapping", "block", "key"])
def test_depth_is_bounded(opening: str) -> None:
    text, _, column = problem(opening * (DEPTH_MAX + 1))
    assert text == f"lists or mappings nested more than {DEPTH_MAX} deep"
    assert column == len(opening) * DEPTH_MAX + 1


def test_the_greatest_depth_is_taken() -> None:
    check_shape("[" * DEPTH_MAX + "]" * DEPTH_MAX, yaml.SafeLoader)


def test_the_number_of_values_is_bounded_wherever_they_stand() -> None:
    assert problem("[" + "1," * (2 * NODES_MAX) + "]", yaml.CSafeLoader)[0] == f"more than {NODES_MAX} values"
    assert problem("- &a 1\n" + "- *a\n" * (2 * NODES_MAX), yaml.CSafeLoader)[0] == f"more than {NODES_MAX} values"


def test_what_holds_itself_is_refused_where_it_says_so() -> None:
    assert problem("a: 1\nb: &b\n  - c: *b\n") == ("a list or mapping that holds itself", 3, 8)


def test_an_anchor_that_is_used_after_its_end_is_taken() -> None:
    check_shape("a: &a [1]\nb: *a\nc: [*a, *a]\n", yaml.SafeLoader)


def test_the_look_ends_where_it_is_too_much() -> None:
    problem("[" * 2_000, Counting)
    assert Counting.asked < DEPTH_MAX + 10
