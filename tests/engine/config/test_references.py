"""References in texts: what they put in, and where each character comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config.references import FILE_MAX, BadReferenceError, Expanded, References

ENVIRONMENT = {"USER": "ann", "EMPTY": "", "PW": "s3cret", "NESTED": "${PW}"}


def expanded(text: str, directory: Path = Path("/")) -> Expanded:
    return References(ENVIRONMENT, directory).expand(text)


@pytest.mark.parametrize(
    ("text", "value", "secrets"),
    [
        ("plain", "plain", ()),
        ("a ${USER} b", "a ann b", ("ann",)),
        ("${USER}${PW}", "anns3cret", ("ann", "s3cret")),
        ("${NONE:-fall}", "fall", ("fall",)),
        ("${EMPTY:-fall}", "fall", ("fall",)),
        ("${USER:-fall}", "ann", ("ann",)),
        ("${NONE:-}", "", ()),
        ("${EMPTY}", "", ()),
        ("$${USER}", "${USER}", ()),
        ("${NESTED}", "${PW}", ("${PW}",)),
        ("$USER {x} $", "$USER {x} $", ()),
    ],
)
def test_a_reference_is_replaced_once_wherever_it_stands(text: str, value: str, secrets: tuple[str, ...]) -> None:
    found = expanded(text)
    assert (found.text, found.secrets) == (value, secrets)


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("ab ${USER", 3, "expected }"),
        ("${}", 0, "expected ${NAME}"),
        ("x${1A}", 1, "expected ${NAME}"),
        ("${NONE}", 0, "NONE, found it not set"),
        ("${file:}", 0, "expected a path"),
        ("${file:none}", 0, "a file that can be read"),
        ("${USER} ${NONE}", 8, "not set"),
    ],
)
def test_one_that_leads_nowhere_is_refused_at_its_place(tmp_path: Path, text: str, at: int, words: str) -> None:
    with pytest.raises(BadReferenceError, match=words.replace("$", r"\$").replace("{", r"\{")) as refusal:
        expanded(text, tmp_path)
    assert refusal.value.at == at


def test_a_file_is_read_beside_the_configuration_without_its_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("two\nlines\r\n")
    assert expanded("<${file:password}>", tmp_path).text == "<two\nlines>"
    assert expanded(f"<${{file:{tmp_path}/password}}>").text == "<two\nlines>"


def test_a_file_that_is_no_short_text_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "long").write_text("s3cret" * FILE_MAX)
    (tmp_path / "bytes").write_bytes(b"s3cret\xff")
    for name, words in (("long", f"at most {FILE_MAX} bytes"), ("bytes", "expected UTF-8")):
        with pytest.raises(BadReferenceError, match=words) as refusal:
            expanded(f"${{file:{name}}}", tmp_path)
        assert "s3cret" not in str(refusal.value)


@given(st.lists(st.sampled_from(["ab", "${USER}", "$${", "${EMPTY}", "z"]), max_size=8))
def test_every_literal_character_is_found_again_where_it_was_written(parts: list[str]) -> None:
    text = "".join(parts)
    found = expanded(text)
    for index, sign in enumerate(found.text):
        source = found.source_index(index)
        assert text[source] == sign or text[source : source + 2] in {"${", "$$"}
