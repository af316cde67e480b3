from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import CommandError
from engine.event import Param
from engine.mi.event_params import event_params
from engine.mi.jsontext import JsonObject, decode
from tests.conformance.vectors import document


@pytest.mark.parametrize(
    ("given", "params"),
    [
        ([], ()),
        (["x", 2, 3.7, ""], ((None, "x"), (None, "2"), (None, "3"), (None, ""))),
        (JsonObject(), ()),
        ("{}", ()),
        ('{"a":3.7,"b":-0.5,"c":1e3,"d":1000000000000}', (("a", 3), ("b", 0), ("c", 1000), ("d", 2147483647))),
        ('{"x":1,"y":"2","x":"3"} trailing', (("x", 1), ("y", "2"), ("x", "3"))),
        (JsonObject([("n", None), ("s", "42"), ("", "e")]), (("n", None), ("s", "42"), ("", "e"))),
        ('{"n":null,"t":true,"f":false,"":"e"}', (("n", "null"), ("t", "true"), ("f", "false"), ("", "e"))),
        ('{ "a" : [ 1 , 2.5 ] , "b" : { "c" : "\udcc3" } }', (("a", "[1,2.5]"), ("b", '{"c":"\udcc3"}'))),
        ('{"a":"\udcc3("}', (("a", "\udcc3("),)),
    ],
)
def test_every_accepted_form(given: Any, params: tuple[Param, ...]) -> None:
    assert event_params(given) == params


def test_an_object_means_the_same_as_the_string_that_holds_it() -> None:
    text = '{"a":1,"b":"x","a":"","c":-1.5}'
    assert event_params(decode(text)) == event_params(text) == (("a", 1), ("b", "x"), ("a", ""), ("c", -1))


@pytest.mark.parametrize(
    "given", ["", "not json", "[1,2]", '"str"', "5", '{"a":1', 5, [{"a": 1}], [None], [True], [[1]]]
)
def test_bad_params(given: Any) -> None:
    with pytest.raises(CommandError) as caught:
        event_params(given)
    assert (caught.value.code, caught.value.message) == (400, "Bad Params")


@pytest.mark.parametrize("given", [None, True, False])
def test_no_params(given: Any) -> None:
    with pytest.raises(CommandError) as caught:
        event_params(given)
    assert (caught.value.code, caught.value.message) == (400, "No Params")


@pytest.mark.parametrize("text", [r'{"a":"x\u0000y"}', r'{"a":"x\ud83dy"}', r'{"d":"tail\u0000"}'])
def test_escapes_that_no_event_can_carry_are_refused_as_captured(text: str) -> None:
    with pytest.raises(CommandError, match="Bad Params"):
        event_params(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"t":true}', "parameter 't': an event carries strings, integers and null, not true"),
        ('{"o":{"k":1}}', "parameter 'o': an event carries strings, integers and null, not an object"),
        ('{"l":[]}', "parameter 'l': an event carries strings, integers and null, not an array"),
    ],
)
def test_what_an_event_cannot_carry_is_refused_by_name_in_an_object(text: str, words: str) -> None:
    with pytest.raises(CommandError) as caught:
        event_params(decode(text))
    assert caught.value.data == words


@pytest.mark.parametrize("transport", ["udp", "unix", "stream", "rabbitmq"])
def test_nested_values_and_null_reach_receivers_as_captured(transport: str) -> None:
    """Where the peer's value was not damaged, its receivers got the compact JSON text."""
    captured = {
        vector["case"]: vector for group in document(f"wire-{transport}")["groups"] for vector in group["vectors"]
    }
    whole = {"boolnull": {"n"}, "nested": {"obj"}, "nestedstr": {"o"}, "nestedws": {"b"}}
    for case, names in whole.items():
        vector = captured[case]
        received = json.loads(vector["received"][0]["text"])["params"]
        ours = dict(event_params(json.loads(vector["mi_request"])["params"]["params"]))
        assert {name: ours[name] for name in names} == {name: received[name] for name in names}


@pytest.mark.parametrize("depth", [400, 5000])
def test_deep_values_are_taken_or_refused_and_nothing_else(depth: int) -> None:
    value = "[" * depth + "]" * depth
    try:
        params = event_params(f'{{"deep":{value}}}')
    except CommandError as error:
        told = error.message
    else:
        told = params[0][1]
    assert told in {"Bad Params", value}
