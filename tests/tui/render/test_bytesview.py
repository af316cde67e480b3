"""Bytes as pretty text, raw and in hexadecimal digits; whatever they are, nothing breaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.render.bytesview import SHOWN_BYTES, VIEWS, byte_lines
from tui.render.line import plain


def shown(data: bytes, view: str, width: int = 80) -> list[str]:
    (chosen,) = (one for one in VIEWS if one == view)
    return [plain(line) for line in byte_lines(data, chosen, width)]


def test_json_is_shown_with_its_levels_and_repeated_names() -> None:
    data = b'{"a":[1,{}],"a":"x","b":[]}'
    assert shown(data, "pretty") == ["{", '  "a": [', "    1,", "    {}", "  ],", '  "a": "x",', '  "b": []', "}"]


def test_xml_is_shown_with_its_levels() -> None:
    data = b'<?xml version="1.0"?><call><name>E_A</name><params><param>1</param></params></call>'
    assert shown(data, "pretty") == [
        '<?xml version="1.0"?>',
        "<call>",
        "  <name>E_A</name>",
        "  <params>",
        "    <param>1</param>",
        "  </params>",
        "</call>",
    ]


def test_raw_is_the_text_with_signs_for_what_does_not_print() -> None:
    assert shown(b"E_A,1\x1b[2J\xff\n", "raw") == ["E_A,1␣[2J\ufffd⏎"]


def test_hex_has_offset_digits_and_signs() -> None:
    lines = shown(bytes(range(0x30, 0x42)), "hex")
    assert lines[0] == "00000  30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f  0123456789:;<=>?"
    assert lines[1].startswith("00010  40 41 ")
    assert lines[1].endswith("  @A")


def test_of_much_a_part_is_shown_and_it_says_so() -> None:
    for view in VIEWS:
        assert shown(b"x" * (SHOWN_BYTES + 1_000), view)[-1] == "… and 1,000 bytes more"
        assert shown(b"", view) == ["nothing"]


def test_brackets_without_end_are_survived() -> None:
    for data in (b"[" * 4_000, b"[" * 2_000 + b"]" * 2_000, b"<a>" * 1_000, b"</a>" * 1_000):
        assert shown(data, "pretty")


@given(st.binary(max_size=300) | st.text(alphabet='{}[]",:<>/a1é\u3042\x1b').map(str.encode), st.sampled_from(VIEWS))
def test_every_line_is_safe_and_fits(data: bytes, view: str) -> None:
    for line in shown(data, view, 20):
        assert line.isprintable()
        assert cell_len(line) <= 20 or view == "hex"
