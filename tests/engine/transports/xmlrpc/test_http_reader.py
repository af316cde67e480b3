"""Answers of HTTP, however they are cut into pieces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.transports.xmlrpc.http_answer import ANSWER_MAX, Answer, BrokenError
from engine.transports.xmlrpc.http_reader import BROKE_OFF, CLOSED_EARLY, HEAD_MAX, NOT_HTTP, HttpReader, whole_answer

GOOD = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Answer(200, b"hello"), True),
    (b"HTTP/1.1 200\r\ncontent-LENGTH:5 \r\nConnection: Close\r\n\r\nhello", Answer(200, b"hello"), False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", Answer(200, b"hi"), False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi", Answer(200, b"hi"), True),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", Answer(500, b""), True),
    (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b""), True),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        Answer(200, b"abcde"),
        True,
    ),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n", Answer(200, b"a"), True),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", Answer(200, b"a"), True),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi", Answer(200, b"hi"), True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", Answer(200, b"hello"), True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", Answer(200, b"hello"), True),
    (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: TE\r\nContent-Length: 2\r\n\r\nhi",
        Answer(200, b"hi"),
        False,
    ),
    (b"HTTP/1.1 200 OK\r\nConnection: X-Not-close\r\nContent-Length: 2\r\n\r\nhi", Answer(200, b"hi"), True),
    (b"HTTP/1.0 200 OK\r\nConnection: TE , Keep-Alive\r\nContent-Length: 2\r\n\r\nhi", Answer(200, b"hi"), True),
    (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", Answer(200, b"hi"), True),
    (b"\r\nHTTP/1.1 200 OK\r\nX-Long: a\r\n b: c\r\nContent-Length : 2\r\n\r\nhi", Answer(200, b"hi"), True),
    (
        b'HTTP/1.1 200 OK\r\nContent-Type: text/xml; Charset="UTF-8"\r\nContent-Length: 2\r\n\r\nhi',
        Answer(200, b"hi", charset="UTF-8"),
        True,
    ),
]


@pytest.mark.parametrize(("data", "expected", "is_kept"), GOOD)
@given(cuts=st.lists(st.integers(0, 120), max_size=6))
def test_an_answer_is_read_wherever_it_is_cut(data: bytes, expected: Answer, is_kept: bool, cuts: list[int]) -> None:
    reader = HttpReader()
    places = [0, *sorted({min(cut, len(data)) for cut in cuts}), len(data)]
    pieces = [data[start:stop] for start, stop in itertools.pairwise(places) if stop > start]
    answers = [reader.feed(piece) for piece in pieces]
    assert answers[:-1] == [None] * (len(pieces) - 1)
    assert answers[-1] == expected
    assert reader.is_kept is is_kept


@pytest.mark.parametrize(("data", "expected", "is_kept"), GOOD)
def test_an_answer_in_one_piece_is_the_same_and_a_part_of_it_is_none(
    data: bytes, expected: Answer, is_kept: bool
) -> None:
    assert whole_answer(data) == (expected, is_kept)
    assert whole_answer(data[:-1]) is None
    assert whole_answer(data + b"x") == (expected, False)


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    reader = HttpReader()
    assert reader.feed(b"HTTP/1.1 200 OK\r\n\r\nhel") is None
    assert reader.feed(b"lo") is None
    assert reader.end() == Answer(200, b"hello")
    assert not reader.is_kept


def test_bytes_behind_an_answer_make_the_connection_useless() -> None:
    reader = HttpReader()
    assert reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab") == Answer(200, b"a")
    assert not reader.is_kept


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * HEAD_MAX,
    ],
)
def test_what_is_not_http_is_said_so(data: bytes) -> None:
    with pytest.raises(BrokenError, match=NOT_HTTP):
        HttpReader().feed(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", CLOSED_EARLY),
        (b"HTTP/1.1 20", BROKE_OFF),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", BROKE_OFF),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi", BROKE_OFF),
    ],
)
def test_an_answer_that_ends_early_is_broken(data: bytes, reason: str) -> None:
    reader = HttpReader()
    assert reader.feed(data) is None
    with pytest.raises(BrokenError, match=reason):
        reader.end()


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 9999999", b"X: y", b"Transfer-Encoding: chunked\r\n\r\nfffff"],
    ids=["length", "end", "chunk"],
)
def test_a_long_answer_is_cut(head: bytes) -> None:
    reader = HttpReader()
    end = b"\r\n" if b"chunked" in head else b"\r\n\r\n"
    assert reader.feed(b"HTTP/1.1 200 OK\r\n" + head + end + b"x" * ANSWER_MAX) is None
    answer = reader.feed(b"xx")
    assert answer == Answer(200, b"x" * ANSWER_MAX, is_cut=True)
    assert not reader.is_kept
