"""Flat-file lines: one line each, fields that can be told apart, and the event's own values untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.event import INT_MAX, INT_MIN, Event, Param
from engine.wire.flatline import FlatlineFormat


def line_of(params: tuple[Param, ...], wire_format: FlatlineFormat | None = None) -> bytes:
    payloads = (wire_format or FlatlineFormat()).encode([Event("E_A", params)])
    assert not payloads.failures
    return bytes(payloads[0])


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ((), b"E_A\n"),
        ((("a", "x,y"), ("b", 5), ("c", ""), ("d", "l1\nl2"), ("e", -7)), b"E_A,x y,5,,l1 l2,-7\n"),
        ((("a", "x\r\ny"),), b"E_A,x  y\n"),
        ((("a", None), (None, "z")), b"E_A,,z\n"),
        ((("a", "\udcc3(é"),), b"E_A,\xc3(\xc3\xa9\n"),
    ],
)
def test_default_lines(params: tuple[Param, ...], expected: bytes) -> None:
    assert line_of(params) == expected


def test_a_delimiter_becomes_its_escape_where_one_is_set() -> None:
    assert line_of((("a", "x;y"), ("b", ";;")), FlatlineFormat(";", "_")) == b"E_A;x_y;__\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("p|q", b"p|q"), ("r||s", b"r s"), ("r|||s", b"r |s"), ("a|", b"a "), ("||", b" "), ("|b", b"|b")],
)
def test_only_the_whole_of_a_long_delimiter_counts(value: str, expected: bytes) -> None:
    assert line_of((("a", value), ("b", 1)), FlatlineFormat("||")) == b"E_A||" + expected + b"||1\n"


def test_an_escape_that_would_make_a_new_delimiter_does_not() -> None:
    assert line_of((("a", "abb"),), FlatlineFormat("ab", "xa")) == b"E_Aabx \n"


def test_a_blank_delimiter_is_not_made_inside_values() -> None:
    assert line_of((("a", "x y\nz"),), FlatlineFormat(" ")) == b"E_A x_y_z\n"


@pytest.mark.parametrize(
    ("params", "expected"),
    [((), b"\n"), ((("a", ""), ("b", "x")), b",x\n"), ((("a", ""),), b"\n"), ((("a", 1),), b"1\n")],
)
def test_without_the_event_name_an_empty_first_value_keeps_its_delimiter(
    params: tuple[Param, ...], expected: bytes
) -> None:
    assert line_of(params, FlatlineFormat(suppress_event_name=True)) == expected


def test_the_event_itself_is_not_altered() -> None:
    event = Event("E_A", (("a", "x,y\n"),))
    FlatlineFormat().encode([event])
    assert event.params == (("a", "x,y\n"),)


def test_a_surrogate_that_is_no_byte_fails_that_event_alone() -> None:
    payloads = FlatlineFormat().encode([Event("E"), Event("E", (("a", "\ud83d"),)), Event("E")])
    assert payloads.failures == {1: "cannot be written to a file: a lone surrogate (U+D83D) stands for no byte"}
    assert payloads.buffer == b"E\nE\n"


@pytest.mark.parametrize(("delimiter", "escape"), [("", None), ("\n", None), (",", "\r")])
def test_delimiters_that_cannot_part_fields_are_refused(delimiter: str, escape: str | None) -> None:
    with pytest.raises(ValueError, match="delimiter"):
        FlatlineFormat(delimiter, escape)


fields = st.one_of(st.integers(INT_MIN, INT_MAX), st.text("ab|;, \r\n_-.", max_size=6))


@given(
    st.lists(st.lists(fields, max_size=4), max_size=5),
    st.text("ab|;, _", min_size=1, max_size=3),
    st.none() | st.text("ab|;, ", max_size=3),
)
def test_lines_and_fields_can_always_be_told_apart(
    rows: list[list[str | int]], delimiter: str, escape: str | None
) -> None:
    events = [Event("E", tuple((None, value) for value in row)) for row in rows]
    payloads = FlatlineFormat(delimiter, escape, suppress_event_name=True).encode(events)
    lines = payloads.buffer.decode().split("\n")[:-1]
    assert [len(line.split(delimiter)) for line in lines] == [max(len(row), 1) for row in rows]


@given(
    st.lists(st.lists(st.one_of(st.none(), st.integers(-9, 9), st.text("ab,;|%\n\r\udc80é")), max_size=3), max_size=4),
    st.sampled_from([FlatlineFormat(), FlatlineFormat("%", ";"), FlatlineFormat("|", suppress_event_name=True)]),
)
def test_the_quick_way_writes_the_same_lines_as_the_exact_one(
    rows: list[list[str | int | None]], wire_format: FlatlineFormat
) -> None:
    events = [Event("E_%s", tuple(("p", value) for value in row)) for row in rows]
    unlike = Event("E_OTHER", ((None, 1), (None, 2), (None, 3), (None, 4)))
    exact = wire_format.encode([*events, unlike])
    quick = wire_format.encode(events)
    assert [bytes(quick[index]) for index in range(len(rows))] == [bytes(exact[index]) for index in range(len(rows))]
