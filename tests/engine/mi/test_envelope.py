from __future__ import annotations

import pytest

from engine.errors import CommandError
from engine.mi.envelope import (
    CALLS_MAX,
    InvalidRequestError,
    Request,
    RequestId,
    error_answer,
    parse_calls,
    result_answer,
)
from engine.mi.jsontext import JsonObject


def test_a_request_is_its_method_params_and_id() -> None:
    body = b'{"jsonrpc":"2.0","id":7,"method":"which","params":{"command":"x"},"more":[]}'
    assert parse_calls(body) == Request("which", JsonObject([("command", "x")]), 7, is_notification=False)


def test_member_names_are_matched_without_regard_to_case_and_the_first_of_equals_counts() -> None:
    request = parse_calls(b'{"JsonRpc":"2.0","ID":"a","id":"b","METHOD":"which","Params":["x"]}')
    assert request == Request("which", ["x"], "a", is_notification=False)


def test_no_id_is_a_notification_and_a_null_id_is_none() -> None:
    assert request_in(b'{"jsonrpc":"2.0","method":"m"}').is_notification
    assert not request_in(b'{"jsonrpc":"2.0","method":"m","id":null}').is_notification


@pytest.mark.parametrize(
    ("text", "echoed"),
    [("1", 1), ("1.5", 1), ("99999999999", 2147483647), ("-1e99", -2147483648), ('"abc"', "abc"), ("null", None)],
)
def test_the_id_is_echoed_as_string_null_or_32_bit_integer(text: str, echoed: RequestId) -> None:
    assert request_in(b'{"jsonrpc":"2.0","method":"m","id":%s}' % text.encode()).id == echoed


@pytest.mark.parametrize(
    ("body", "code", "request_id"),
    [
        (b"hello", -32700, None),
        (b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"which"}', -32700, None),
        (b'{"jsonrpc":"2.0","id":2,"method":"m"', -32700, None),
        (rb'{"jsonrpc":"2.0","id":2,"method":"m","params":["\u0000"]}', -32700, None),
        (b"[]", -32600, None),
        (b"5", -32600, None),
        (b'{"jsonrpc":"1.0","id":5,"method":"m"}', -32600, 5),
        (b'{"jsonrpc":2.0,"id":5,"method":"m"}', -32600, 5),
        (b'{"id":6,"method":"m"}', -32600, 6),
        (b'{"jsonrpc":"2.0","id":7}', -32600, 7),
        (b'{"jsonrpc":"2.0","id":8,"method":5}', -32600, 8),
        (b'{"jsonrpc":"2.0","id":12,"method":"m","params":"x"}', -32600, 12),
        (b'{"jsonrpc":"2.0","id":12,"method":"m","params":null}', -32600, 12),
        (b'{"jsonrpc":"2.0","method":"m","params":5}', -32600, None),
        (b'{"jsonrpc":"2.0","id":{"a":1},"method":"m"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":true,"method":"m"}', -32600, None),
    ],
)
def test_what_is_no_request_is_refused_with_its_id_where_it_has_one(
    body: bytes, code: int, request_id: RequestId
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_calls(body)
    assert (caught.value.code, caught.value.id) == (code, request_id)


def test_answers_have_their_members_in_order() -> None:
    assert result_answer("a", {"x": []}) == b'{"jsonrpc":"2.0","result":{"x":[]},"id":"a"}'
    assert (
        error_answer(None, CommandError(400, "No"))
        == b'{"jsonrpc":"2.0","error":{"code":400,"message":"No"},"id":null}'
    )
    assert error_answer(1, CommandError(400, "No", "why")).endswith(b'"message":"No","data":"why"},"id":1}')


def test_an_array_holds_requests_and_what_is_none() -> None:
    first, second, third = parsed(b'[{"jsonrpc":"2.0","id":1,"method":"m"},5,{"jsonrpc":"1.0","id":3,"method":"m"}]')
    assert first == Request("m", JsonObject(), 1, is_notification=False)
    assert isinstance(second, InvalidRequestError)
    assert isinstance(third, InvalidRequestError)
    assert (second.code, second.id, third.code, third.id) == (-32600, None, -32600, 3)


def test_an_array_holds_so_many_calls_and_no_more() -> None:
    assert len(parsed(b"[%s]" % b",".join([b"1"] * CALLS_MAX))) == CALLS_MAX
    with pytest.raises(InvalidRequestError, match=f"at most {CALLS_MAX} calls"):
        parse_calls(b"[%s]" % b",".join([b"1"] * (CALLS_MAX + 1)))


def parsed(body: bytes) -> list[Request | InvalidRequestError]:
    calls = parse_calls(body)
    assert isinstance(calls, list)
    return calls


def request_in(body: bytes) -> Request:
    request = parse_calls(body)
    assert isinstance(request, Request)
    return request
