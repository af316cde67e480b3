"""The gate: what leaves it is one line that steers nothing and tells no password."""

from __future__ import annotations

import pytest

from engine.log.printable import LINE_MAX, escaped, printable

HOSTILE = {
    "esc": "\x1b[2J",
    "osc 52": "\x1b]52;c;aGFybWxlc3M=\x07",
    "c1 csi": "\x9b2J",
    "line break": "a\nb",
    "carriage return": "a\rb",
    "form feed": "a\x0cb",
    "next line": "a\x85b",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "backspace": "a\x08b",
    "delete": "a\x7fb",
    "right to left": "a\u202eb",
    "isolate": "a\u2066b",
    "mark": "a\u200fb",
    "nothing to see": "a\u200bb",
    "byte order mark": "a\ufeffb",
    "half a pair": "a\udc9bb",
    "tag": "a\U000e0041b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_steers_or_parts_lines_becomes_its_code(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) == 1
    assert "\\" in shown


def test_the_codes_are_those_that_people_know() -> None:
    assert escaped("\x1b\n\t\r\x9b\u202e\U000e0041") == r"\x1b\n\t\r\x9b\u202e\U000e0041"


def test_what_can_be_printed_stays() -> None:
    text = "Zürich → 東京, 100 %, C:\\temp, «quoted»"
    assert printable(text) == text


def test_a_password_is_masked_even_where_signs_are_hidden_in_it() -> None:
    assert printable("cannot reach rabbitmq:me:s3\ncr\x1bet@h/q") == "cannot reach rabbitmq:me:•••@h/q"


def test_a_long_line_is_cut_and_says_so() -> None:
    shown = printable("x" * 1_000_000)
    assert len(shown) < LINE_MAX + 50
    assert shown.endswith("… (1,000,000 characters in all)")


def test_a_password_where_a_line_is_cut_is_masked_as_well() -> None:
    secret = "s3cret" * 10
    for before in range(LINE_MAX - 60, LINE_MAX + 10, 7):
        assert "s3c" not in printable("x" * before + f" rabbitmq:me:{secret}@host/q")
