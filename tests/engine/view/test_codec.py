"""The one writer and the one reader: nothing is lost, older and newer ones understand each other, damage is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.health import Change, State
from engine.log.handlers import LogLine
from engine.run import Attempt, Outcome, Skip, failed
from engine.sizes import CutText
from engine.view.answers import DeliveryInspection, Description, MemberInspection, Trail
from engine.view.changes import SnapshotChange
from engine.view.codec import CodecError, decode, decode_plain, encode, named, plain, typed
from engine.view.records import FeedPage, RaisedBatch, StepRecord
from engine.view.snapshot import EngineSnapshot, MemberRow, SubscriptionRow
from tests.engine.view.values import any_of, first

WHOLE: tuple[Any, ...] = (
    EngineSnapshot,
    SnapshotChange,
    FeedPage,
    Description,
    MemberInspection,
    DeliveryInspection,
    Trail,
    LogLine,
)
ARRAYS: tuple[type[Struct], ...] = (MemberRow, SubscriptionRow, StepRecord, RaisedBatch, Outcome, Skip, Attempt)
NAMED: tuple[type[Struct], ...] = (EngineSnapshot, FeedPage, Description, MemberInspection, DeliveryInspection, Trail)


@pytest.mark.parametrize("kind", WHOLE, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_is_written_is_read_again(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(any_of(kind))
    content = encode(value)
    assert content.decode("utf-8").count("\n") == 0
    assert decode(content, kind) == value
    assert typed(plain(value), kind) == value
    json.dumps(named(value))


@pytest.mark.parametrize("kind", ARRAYS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_an_array_of_a_newer_or_an_older_program_is_read(kind: type[Struct], data: st.DataObject) -> None:
    value = data.draw(first(kind))
    written = plain(value)
    assert decode(encode([*written, {"unheard": "of"}, 1]), kind) == value
    assert decode(encode(written[: _required(kind)]), kind) == value


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_mapping_of_a_newer_or_an_older_program_is_read(kind: type[Struct], data: st.DataObject) -> None:
    value = data.draw(first(kind))
    written = plain(value)
    needed = kind.__struct_fields__[: _required(kind)]
    assert decode(encode({**written, "unheard_of": [1]}), kind) == value
    assert decode(encode({name: written[name] for name in needed}), kind) == value


def _required(kind: type[Struct]) -> int:
    return len(kind.__struct_fields__) - len(kind.__struct_defaults__)


def test_arrays_have_grown_at_their_ends_only() -> None:
    """What was written before stands at these places for ever; a new field comes behind them."""
    begun = {
        MemberRow: "index socket scheme state since skipped_until connection is_next error error_at delivered sent "
        "failed refused waiting in_flight latency_p50_s latency_p99_s history latency_now_s taken_lately took_at",
        SubscriptionRow: "id version event policy socket expires_at failover_timeout members delivered sent "
        "undelivered waiting held_since last_undelivered copies is_configured asked_until",
        StepRecord: "number at step subscription first_seq indices member skipped attempts outcome took_s",
        RaisedBatch: "name first_seq raised_at source params",
        Outcome: "status reason fault answer is_unsent is_maybe_taken is_cut_off",
        Skip: "member reason",
        Attempt: "member at outcome is_last_resort",
    }
    assert set(begun) == set(ARRAYS)
    for kind, names in begun.items():
        assert " ".join(kind.__struct_fields__).startswith(names), kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"nonsense", "malformed"),
        (b"\xff", "malformed"),
        (b'{"entries":[{"number":1,"wall":1,"who":"\xff"}]}', "utf-8"),
        (b"[5]", "expected"),
        (b'{"entries":[],"dropped":-1}', "dropped: "),
        (b'{"entries":[{"number":1}]}', "entries[0]: "),
        (b'{"x":' + b"[" * 100_000, "too many lists"),
        (b'{"entries":"\\udc80"', "delimiter"),
        (b'{"x":"\\udc80","entries":5}', "entries: "),
        (b'{"x":"\\udc80","y":' + b"[" * 100_000, "too many lists"),
        (b'{"x":"\\udc80","y":1e999}', "too large"),
        (b'{"x":"\\udc80","y":NaN}', "no number"),
    ],
)
def test_bad_bytes_are_one_clear_error(content: bytes, words: str) -> None:
    with pytest.raises(CodecError) as refusal:
        decode(content, Trail)
    assert words in str(refusal.value).casefold()


def test_a_range_that_is_none_is_refused_with_its_place() -> None:
    record = [1, 0.0, "held", "s", 1]
    for indices in ([0, 1], [0, 1, 0], "x", [0, 1.5, 1], [0, True, 1]):
        with pytest.raises(CodecError, match=r"^\[5\]: "):
            decode(encode([*record, indices]), StepRecord)


def test_a_cut_text_leaves_in_words_and_other_kinds_not_at_all() -> None:
    text = CutText("abc")
    text.whole = 70_000
    assert decode(encode([text]), list[str]) == ["abc… (cut, 70,000 bytes)"]
    with pytest.raises(NotImplementedError, match="object has no form"):
        encode([object()])


def test_names_are_for_people_and_bytes_are_digits() -> None:
    told = named((failed("no", answer=b"\x00\xff"), Change(1.0, State.UP), range(1, 3)))
    assert told[0]["answer"] == "00ff"
    assert told[1]["state"] == "up"
    assert list(told[2]) == [1, 3, 1]


@pytest.mark.parametrize("content", [b"NaN", b"1e999", b"9" * 400, b"[", b"[" * 100_000])
def test_a_document_of_which_nothing_is_known_has_only_numbers_that_are_some(content: bytes) -> None:
    with pytest.raises(CodecError):
        decode_plain(content)


async def test_secrets_stay_masked() -> None:
    entry = SubscriptionSettings(event="E_A", socket="virtual:FAILOVER rabbitmq:guest:hush-hush@127.0.0.1/q udp:h:1")
    engine = Engine(Settings(subscriptions=(entry,)))
    await engine.start()
    content = encode(engine.snapshot())
    assert b"hush" not in content
    assert "guest:•••@" in decode(content, EngineSnapshot).subscriptions[0].socket
    await engine.stop()
