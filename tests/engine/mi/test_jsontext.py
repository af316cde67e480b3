from __future__ import annotations

import json
from typing import Any

import pytest

from engine.mi.jsontext import JsonObject, compact, decode, decode_whole, encode, int32, kind, text_of


def test_objects_keep_order_and_repeated_names() -> None:
    assert decode(b'{"x":1,"y":{"x":"2"},"x":null}') == (("x", 1), ("y", (("x", "2"),)), ("x", None))


@pytest.mark.parametrize("data", [b'{"a":1} trailing', b'{"a":1}}', b' \r\n{"a":1}\0{', '{"a":1}\n'])
def test_only_the_first_value_counts(data: bytes | str) -> None:
    assert decode(data) == JsonObject([("a", 1)])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  ",
        b"hello",
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1',
        b"NaN",
        b"[-Infinity]",
        b"{'a':1}",
        b"\0{}",
        b"[" * 200_000,
        b"1" * 5000,
        b'"a\0b"',
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever json says
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        rb'"x\u0000y"',
        rb'"\ud83d"',
        rb'"x\ud83dy"',
        rb'"\udc80"',
        rb'"\ud83d\n\ude00"',
        rb'"\ud83dx\ude00"',
        rb'"\ud83d\ud83d\ude00"',
        rb'{"\u0000":1}',
    ],
)
def test_what_no_event_can_carry_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"unusable escape|half of a surrogate pair"):
        decode(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\uD83D\uDE00\ud83d\ude00"', "\U0001f600\U0001f600"),
        (rb'"\\u0000"', "\\u0000"),
        (rb'"\\\\ud83d"', "\\\\ud83d"),
        (rb'"a\u0001" \u0000', "a\x01"),
    ],
)
def test_whole_pairs_and_escaped_backslashes_pass(data: bytes, value: str) -> None:
    assert decode(data) == value


@pytest.mark.parametrize(
    "raw", [b"\xc3(\xf0\x9f", b"\xed\xa0\x80", bytes(range(0x20, 0x22)) + bytes(range(0x80, 0x100))]
)
def test_bytes_that_are_not_utf8_stay_in_a_text_and_are_replaced_in_an_answer(raw: bytes) -> None:
    escaped = raw.replace(b'"', b'\\"')
    value = decode(b'"' + escaped + b'"')
    assert text_of(value).encode("utf-8", "surrogateescape") == b'"' + escaped + b'"'
    assert len(json.loads(encode(value).decode())) == len(value)
    assert "\ufffd" in encode({"a": [value]}).decode()


def test_encoding_is_compact_and_escapes_only_what_it_must() -> None:
    assert encode({"a": [1, None], "b": 'é/"\\\n\x1b\x7f'}) == '{"a":[1,null],"b":"é/\\"\\\\\\n\\u001b\x7f"}'.encode()


def test_a_string_that_has_no_bytes_does_not_stop_an_answer() -> None:
    assert encode("x\ud800") == '"x\ufffd"'.encode()


def test_a_number_that_json_cannot_have_does_not_stop_an_answer() -> None:
    assert (
        encode({"a": [1.5, float("nan"), (float("-inf"),)], "b": "\udcff"})
        == '{"a":[1.5,null,[null]],"b":"\ufffd"}'.encode()
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"q":"a\\"b","u":"é","s":"x/y"}',
        '{"k":"v","n":[]}',
        '[1,2,"x",null,true,false,{}]',
        '{"x":1,"x":{"x":-2}}',
        "[0.1,1.5,-2.25,1e+300,99999999999,1e+20]",
    ],
)
def test_a_value_has_one_compact_text(text: str) -> None:
    loose = text.replace(",", " , ").replace(":", " : ")
    assert compact(decode(text)) == compact(decode(loose)) == text


@pytest.mark.parametrize(
    ("text", "written"), [("[1.0]", "[1]"), ("[0.30000000000000004]", "[0.30000000000000004]"), ("[1e999]", "[null]")]
)
def test_numbers_in_a_text_are_written_as_c_writes_them(text: str, written: str) -> None:
    assert compact(decode(text)) == written


def test_a_value_that_is_nested_too_deeply_has_no_text() -> None:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(ValueError, match="nested too deeply"):
        compact(value)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1.5, 1), (-0.5, 0), (3.7, 3), (1e3, 1000), (2**31, 2**31 - 1), (-(2**31) - 1, -(2**31)), (1e400, 2**31 - 1)],
)
def test_numbers_become_32_bit_integers(number: float, expected: int) -> None:
    assert int32(number) == expected


def test_kinds_are_json_words() -> None:
    assert [kind(value) for value in (None, True, False, JsonObject(), [], "x", 1, 1.5)] == [
        "null", "true", "false", "an object", "an array", "a string", "a number", "a number",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ('{"a":1,}', 7, "property name"),
        ('  {"a" 1}', 7, "':' delimiter"),
        ('{"a":1} x', 8, "nothing more"),
        ("", 0, "Expecting value"),
        (' {"a":"\\u0000"}', 7, "unusable escape"),
        ('{"a":"\\ud83d"}', 12, "half of a surrogate pair"),
        pytest.param("[" * 100_000, 0, "nested too deeply", id="deep"),
    ],
)
def test_what_a_person_typed_is_wrong_at_a_position(text: str, position: int, words: str) -> None:
    with pytest.raises(json.JSONDecodeError, match=words) as caught:
        decode_whole(text)
    assert caught.value.pos == position


def test_what_a_person_typed_is_read_as_mi_reads_it() -> None:
    text = ' {"x": 1, "y": [2], "x": "\\u00e9"}\n'
    assert decode_whole(text) == decode(text)
