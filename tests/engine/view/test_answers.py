"""Answers of commands as declared types: they come back as they went out, and what is missing has its default."""

from __future__ import annotations

import pytest

from engine.audit import AuditEntry
from engine.view.answers import Description, Payload, Trail
from engine.view.codec import CodecError, decode, encode, named, typed

TRAIL = Trail((AuditEntry(1, 1.0, "MI 127.0.0.1:5", "unsubscribe", "subscription=a", "done", 3),), 4)


def test_a_trail_comes_back_as_it_went_out() -> None:
    assert decode(encode(TRAIL), Trail) == TRAIL


def test_for_people_each_field_has_its_name_and_bytes_are_digits() -> None:
    assert named(Payload("tcp", (0,), (), b"\xff{")) == {
        "scheme": "tcp", "members": [0], "handed": [], "content": "ff7b", "failure": None,
    }  # fmt: skip


def test_what_a_newer_engine_adds_is_passed_over_and_what_an_older_one_lacks_has_its_default() -> None:
    assert typed({"entries": [], "dropped": 0, "since": 5}, Trail) == Trail() == typed({}, Trail)


@pytest.mark.parametrize("told", [{"id": "a"}, {"entries": 5}, [], None])
def test_what_is_no_description_is_refused(told: object) -> None:
    with pytest.raises(CodecError):
        typed(told, Description)
