"""Answers come out of the stream whole, and settle the requests they belong to."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.event import Event
from engine.run import DELIVERED, Fault, Outcome, Run, failed
from engine.transports.tcp.answers import ANSWER_MAX, Answer, AnswerError, AnswerReader, InFlight
from tests.support.runs import Ledger


def answer(number: int, **members: Any) -> str:
    """An answer as a peer writes it."""
    return json.dumps({"jsonrpc": "2.0", "id": number, **(members or {"result": "OK"})}, ensure_ascii=False)


def read(*pieces: bytes) -> list[Answer]:
    """All answers in these pieces of a stream."""
    reader = AnswerReader()
    return [found for piece in pieces for found in reader.feed(piece)]


class TestReader:
    @given(
        st.lists(st.tuples(st.integers(1, 2**31), st.text(max_size=8), st.sampled_from(["", "\n", " \r\n\t"]))),
        st.data(),
    )
    def test_it_does_not_matter_where_the_stream_is_split(self, sent: list[Any], data: st.DataObject) -> None:
        stream = "".join(answer(number, result=text) + space for number, text, space in sent).encode()
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
        pieces = [stream[start:stop] for start, stop in pairwise([0, *cuts, len(stream)])]
        assert read(*pieces) == [Answer(number, DELIVERED) for number, _, _ in sent]

    def test_one_byte_at_a_time(self) -> None:
        stream = (answer(1) + answer(2, result={"a": ["}", "\\", "ü"]}) + answer(3)).encode()
        assert [found.number for found in read(*(bytes([byte]) for byte in stream))] == [1, 2, 3]

    def test_an_error_gives_code_message_and_the_bytes(self) -> None:
        text = answer(7, error={"code": -32601, "message": "Method not found"})
        assert read(text.encode()) == [
            Answer(7, failed("answered with error -32601 Method not found", Fault.ANSWER, text.encode()))
        ]

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            ("nope", "answered with error nope"),
            ({}, "answered with error"),
            ({"code": 5}, "answered with error 5"),
            ({"message": "m" * 500}, "answered with error " + "m" * 200),
            ([1], "answered with error [1]"),
            (False, "answered with error False"),
        ],
    )
    def test_an_error_of_any_shape_is_a_failure(self, error: Any, reason: str) -> None:
        [found] = read(answer(1, error=error).encode())
        assert (found.outcome.fault, found.outcome.reason) == (Fault.ANSWER, reason)

    def test_an_error_that_is_null_is_a_success(self) -> None:
        assert read(answer(1, result=1, error=None).encode()) == [Answer(1, DELIVERED)]

    def test_the_bytes_of_an_answer_that_is_not_utf8_stay_as_they_came(self) -> None:
        [found] = read(b'{"id":1,"error":"\xff\xfe"}')
        assert found.outcome.answer == b'{"id":1,"error":"\xff\xfe"}'

    @pytest.mark.parametrize(
        "garbage",
        [
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "[17]",
            "17",
            '"OK"',
            '{"id":' + "9" * 5000 + "}",
            '{"id":1,"result":' + "[" * 100_000 + "]" * 100_000 + "}",
        ],
    )
    def test_what_is_no_answer_ends_the_stream_after_the_good_ones(self, garbage: str) -> None:
        found: list[Answer] = []
        with pytest.raises(AnswerError):
            found.extend(AnswerReader().feed((answer(1) + garbage).encode()))
        assert [one.number for one in found] == [1]

    @pytest.mark.parametrize("written", ["7", '"7"', "7.0", "70e-1"])
    def test_equal_ids_are_taken(self, written: str) -> None:
        assert read(b'{"jsonrpc":"2.0","result":"OK","id":%b}' % written.encode()) == [Answer(7, DELIVERED)]

    @pytest.mark.parametrize("written", ["null", '"x"', '"07"', '" 7"', "7.5", "true", "[7]", "1e999", '"\u0667"'])
    def test_an_id_that_is_none_of_ours_is_no_number(self, written: str) -> None:
        assert read(b'{"jsonrpc":"2.0","result":"OK","id":%b}' % written.encode()) == [Answer(None, DELIVERED)]

    @pytest.mark.parametrize(
        "said",
        [
            '{"jsonrpc":"2.0","method":"news","params":[1]}',
            '{"jsonrpc":"2.0","method":"ping","id":1}',
            '{"jsonrpc":"2.0","method":"ping","params":{"result":"x"},"id":null}',
            "[]",
            '[{"method":"news"},{"method":"ping","id":2}]',
        ],
    )
    def test_what_the_peer_says_of_its_own_is_passed_over(self, said: str) -> None:
        assert [one.number for one in read((answer(1) + said + "\r\n" + answer(2)).encode())] == [1, 2]

    def test_answers_in_an_array_count_wherever_it_is_split(self) -> None:
        stream = f"[{answer(1)}, {answer(2, error={'code': 5})}] {answer(3)}".encode()
        for pieces in ([stream], [bytes([byte]) for byte in stream]):
            assert [(one.number, one.outcome.is_failure) for one in read(*pieces)] == [
                (1, False),
                (2, True),
                (3, False),
            ]

    def test_a_byte_order_mark_and_record_separators_are_passed_over(self) -> None:
        stream = "\ufeff" + answer(1) + "\n\x1e" + answer(2) + "\n"
        assert [one.number for one in read(stream.encode())] == [1, 2]
        assert [one.number for one in read(*(bytes([byte]) for byte in stream.encode()))] == [1, 2]

    def test_an_answer_that_names_its_method_is_one(self) -> None:
        assert [one.number for one in read(answer(1, method="notify", result="OK").encode())] == [1]

    def test_an_answer_without_an_end_is_not_waited_for(self) -> None:
        reader = AnswerReader()
        list(reader.feed(b'{"id":1,"result":"'))
        for _ in range(ANSWER_MAX // 65536 - 1):
            assert list(reader.feed(b"x" * 65536)) == []
        with pytest.raises(AnswerError, match="no complete answer"):
            list(reader.feed(b"x" * 65536))


def flights(count: int, *runs: tuple[int, int]) -> tuple[Ledger, InFlight, list[Run]]:
    """`runs` of (first id, length) in flight, all of `count` events altogether."""
    ledger, in_flight = Ledger(), InFlight()
    made = []
    for first, length in runs:
        run = ledger.run([Event("E_TEST")] * length)
        in_flight.add(run, range(length), first, 5.0, ())
        made.append(run)
    assert ledger.handed_out == count
    return ledger, in_flight, made


class TestInFlight:
    def test_neighbours_are_settled_with_one_call(self) -> None:
        _, in_flight, [run] = flights(100, (1, 100))
        calls: list[range] = []
        run._handler = lambda _run, positions, _outcome: calls.append(positions)
        in_flight.settle(Answer(number, DELIVERED) for number in range(1, 101))
        assert calls == [range(100)]
        assert not in_flight

    def test_answers_in_any_order_find_their_events(self) -> None:
        ledger, in_flight, runs = flights(12, (1, 4), (5, 1), (10, 7))
        refused = failed("no", Fault.ANSWER)
        wanted: list[list[Outcome]] = [[DELIVERED] * 4, [refused], [DELIVERED] * 3 + [refused] + [DELIVERED] * 3]
        numbers = [13, 16, 1, 15, 2, 5, 4, 3, 10, 11, 14, 12]
        in_flight.settle(Answer(number, refused if number in {5, 13} else DELIVERED) for number in numbers)
        assert [ledger.of(run) for run in runs] == wanted
        assert not in_flight

    def test_an_id_that_nothing_waits_for_is_passed_over(self) -> None:
        ledger, in_flight, [run] = flights(2, (5, 2))
        in_flight.settle(Answer(number, DELIVERED) for number in (1, 4, 7, 99, 5))
        assert ledger.of(run) == [DELIVERED, None]

    def test_an_error_without_an_id_is_about_the_one_that_waits(self) -> None:
        ledger, in_flight, runs = flights(3, (1, 1), (5, 2))
        refused = failed("answered with error -32700 Parse error", Fault.ANSWER)
        in_flight.settle(iter([Answer(None, refused), Answer(6, DELIVERED)]))
        assert [ledger.of(run) for run in runs] == [[None], [None, DELIVERED]]
        assert in_flight.unmatched == "error -32700 Parse error"
        in_flight.settle(iter([Answer(1, DELIVERED), Answer(None, refused)]))
        assert [ledger.of(run) for run in runs] == [[DELIVERED], [refused, DELIVERED]]
        assert not in_flight

    def test_a_success_without_an_id_is_nobodys(self) -> None:
        ledger, in_flight, [run] = flights(1, (1, 1))
        in_flight.settle(iter([Answer(None, DELIVERED)]))
        assert ledger.of(run) == [None]
        assert in_flight.unmatched == "a result without an id of ours"

    def test_a_second_answer_to_a_request_changes_nothing(self) -> None:
        ledger, in_flight, [run] = flights(4, (1, 4))
        in_flight.settle(Answer(number, DELIVERED) for number in (2, 2, 1, 2, 3))
        assert ledger.of(run) == [DELIVERED, DELIVERED, DELIVERED, None]
        in_flight.settle(iter([Answer(2, failed("late", Fault.ANSWER)), Answer(4, DELIVERED)]))
        assert ledger.of(run) == [DELIVERED] * 4

    def test_fail_all_settles_what_has_no_answer_only(self) -> None:
        ledger, in_flight, runs = flights(8, (1, 5), (6, 3))
        in_flight.settle(Answer(number, DELIVERED) for number in (2, 4, 6))
        lost = failed("gone")
        in_flight.fail_all(lost)
        assert [ledger.of(run) for run in runs] == [
            [lost, DELIVERED, lost, DELIVERED, lost],
            [DELIVERED, lost, lost],
        ]
        assert not in_flight
        assert in_flight.next_deadline is None

    def test_events_without_a_payload_wait_for_no_answer(self) -> None:
        ledger, in_flight = Ledger(), InFlight()
        run = ledger.run([Event("E_TEST")] * 3)
        run.settle(range(1, 2), failed("not encodable", Fault.EVENT))
        in_flight.add(run, range(3), 1, 5.0, (1,))
        in_flight.settle(Answer(number, DELIVERED) for number in (1, 2, 3))
        assert not in_flight
        assert ledger.is_complete

    def test_an_answer_before_the_broken_one_counts(self) -> None:
        ledger, in_flight, [run] = flights(2, (1, 2))
        with pytest.raises(AnswerError):
            in_flight.settle(AnswerReader().feed((answer(1) + "oops").encode()))
        assert ledger.of(run) == [DELIVERED, None]
