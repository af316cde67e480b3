"""Parameters as JSON: read as MI reads them, and what is wrong with them at its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.event import Param
from engine.mi.event_params import event_params
from engine.mi.jsontext import decode
from tui.render.jsonparams import JsonParamsError, json_of, params_in, wrong_lines
from tui.render.line import plain


@pytest.mark.parametrize(
    "text", ['{"a": 1, "b": "x", "a": null, "c": 3.7}', '["x", 2, ""]', "{}", "[]", ' {"n":-0.5}\n']
)
def test_json_means_what_it_means_over_mi(text: str) -> None:
    assert params_in(text) == event_params(decode(text))


def test_nothing_is_no_parameters() -> None:
    assert params_in(" \n") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": }', "column 7: expecting value"),
        ('{"a": 1} x', "column 10: nothing more is expected"),
        ('{\n "a": 1,\n "b" 2}', "line 3, column 6: expecting ':' delimiter"),
        ('{"a": "\\u0000"}', "column 8: unusable escape \\u0000"),
        ('{"a": true}', "parameter 'a': an event carries strings, integers and null, not true"),
        ("[null]", "item 1: an array of parameters holds strings and numbers, not null"),
        ("7", "expected an object, an array or a string with a JSON object, found a number"),
        ('"{}"', "expected an object or a list, found a string"),
        ("null", "expected an object, an array or a string, found null"),
        ("NaN", "NaN is not JSON"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(JsonParamsError) as caught:
        params_in(text)
    assert str(caught.value) == said


def test_the_place_is_marked_below_its_line() -> None:
    with pytest.raises(JsonParamsError) as caught:
        params_in('{"ip": "192.0.2.1",\n "n" 7}')
    assert [plain(line) for line in wrong_lines(caught.value, 60)] == [
        ' "n" 7}',
        "     ▲",
        "✖ line 2, column 6: expecting ':' delimiter",
    ]


SIGNS = st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.just("\udcff")
VALUES = st.none() | st.integers(-(2**31), 2**31 - 1) | st.text(SIGNS)
NAMED = st.lists(st.tuples(st.text(SIGNS), VALUES))


@given(NAMED)
def test_named_parameters_come_back_as_they_were(params: list[Param]) -> None:
    assert params_in(json_of(params)) == tuple(params)


def test_parameters_by_position_are_a_list() -> None:
    assert json.loads(json_of([(None, "x"), ("n", 2)])) == ["x", 2]
