"""What is wrong with a value, in people's words; secrets and what steers a terminal are never repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.config.document import Entries, Node, read_document
from engine.config.findings import Findings
from engine.config.model import Settings
from engine.config.references import References
from engine.config.wording import QUOTE_MAX, expected, found, meant, quoted, unknown_key, wanted


def node(text: str) -> Node:
    root = read_document(f"a: {text}", References({"PW": "s3cret"}, Path("/")), Findings("a.yaml"))
    assert isinstance(root, Entries)
    return root.entries["a"]


def error(**settings: Any) -> Any:
    """The first error of pydantic's about these settings."""
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(Settings).validate_python(settings)
    return refusal.value.errors()[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "a list"),
        ("{b: 1}", "a mapping"),
        ("~", "nothing"),
        ("yes", "true"),
        ("7.5", "7.5"),
        ("x", "'x'"),
        ("${PW}", "something else in place of the reference"),
        ("rabbitmq:me:hush@h/q", "'rabbitmq:me:•••@h/q'"),
        ("\"a\\e[2J\"", r"'a\x1b[2J'"),
    ],
)  # fmt: skip
def test_what_stands_there_is_told_without_secrets(text: str, words: str) -> None:
    assert found(node(text)) == words


def test_a_long_value_is_cut() -> None:
    assert quoted("x" * 100) == f"'{'x' * QUOTE_MAX}…'"


def test_what_was_meant_is_near_whatever_its_case() -> None:
    assert meant("e_pike_blockd", ["E_PIKE_BLOCKED", "E_ACC_CDR"]) == "did you mean E_PIKE_BLOCKED?"
    assert meant("zzz", ["E_PIKE_BLOCKED"]) is None


def test_an_unknown_key_names_what_is_near_or_what_there_is() -> None:
    assert unknown_key("quue_size", ["queue_size", "label"]).endswith("'quue_size'; did you mean queue_size?")
    assert unknown_key("zzz", ["b", "a"]).endswith("; it takes a, b")
    assert unknown_key("zzz", []).endswith("; nothing is taken here")
    assert unknown_key("queue_siz", ["queue_size"], has_hint=False) == "expected a known key, found 'queue_siz'"


@pytest.mark.parametrize(
    ("settings", "text", "words"),
    [
        ({"queue_size": "x"}, "x", "expected a whole number, found 'x'"),
        ({"queue_size": 0}, "0", "expected a number above 0, found 0"),
        ({"failover_timeout": -1}, "-1", "expected a number from 0 on, found -1"),
        ({"label": 5}, "5", "expected text, found 5; put it in quotes"),
        ({"events": "E_A"}, "E_A", "expected a list, found 'E_A'; begin each item on a line of its own with '- '"),
        ({"events": [""]}, "''", "expected text of at least 1 character(s), found ''"),
        ({"colour": "mauve"}, "mauve", "found 'mauve'"),
        ({"mi": 5}, "5", "expected a mapping of keys to values, found 5"),
    ],
)
def test_a_validators_error_is_told_in_people_s_words(settings: dict[str, Any], text: str, words: str) -> None:
    assert expected(error(**settings), node(text)).endswith(words)


def test_a_choice_names_all_of_them() -> None:
    assert wanted(error(colour="mauve")).startswith("'red', 'orange'")


def test_a_check_of_a_transport_s_own_repeats_no_secret() -> None:
    own = {"type": "value_error", "msg": "", "ctx": {"error": "expected a path, found s3cret"}}
    assert "s3cret" not in expected(own, node("${PW}"))
    assert expected(own, node("x")) == "expected a path, found s3cret"
