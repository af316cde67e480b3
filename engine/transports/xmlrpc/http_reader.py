"""Takes the answer to one HTTP/1.x request out of a byte stream (RFC 9112). Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from engine.transports.xmlrpc.http_answer import ANSWER_MAX, Answer, BrokenError

HEAD_MAX = 64 * 1024
"""Longest head of an answer, or line of a chunk, in bytes."""

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n]*)?")
_HEADER = re.compile(rb"([^\s:]+)[ \t]*:[ \t]*(.*?)[ \t]*")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_CHARSET = re.compile(rb"""(?i);[ \t]*charset[ \t]*=[ \t]*["']?([^\s"';]+)""")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")

BROKE_OFF = "the answer broke off"
CLOSED_EARLY = "connection closed by the peer before it answered"
NOT_HTTP = "the answer is not HTTP"


class HttpReader:
    """The bytes of one answer, taken as they come. A body has a length, is in chunks, or ends with the connection."""

    __slots__ = ("_body", "_charset", "_data", "_is_chunked", "_left", "_status", "is_kept")

    def __init__(self) -> None:
        self._data = b""
        self._status = 0
        self._left: int | None = 0
        """Bytes of the body, or of the present chunk, that are still to come; None until the connection ends."""
        self._is_chunked = False
        self._body = b""
        self._charset: str | None = None
        self.is_kept = True
        """Whether the connection may be used again, once there is an answer."""

    def feed(self, data: bytes) -> Answer | None:
        """Take more bytes; the answer when it is complete.

        Raises:
            BrokenError: this is not HTTP.
        """
        self._data += data
        while not self._status:
            self._data = self._data.lstrip(b"\r\n")  # a server may end the answer before with a line feed too much
            end = _HEAD_END.search(self._data)
            if end is None:
                self._check_start()
                return None
            head, self._data = self._data[: end.start()], self._data[end.end() :]
            self._read_head(head)
        return self._read_chunks() if self._is_chunked else self._read_body()

    def end(self) -> Answer:
        """The connection has ended: the answer, where that is how its body ends.

        Raises:
            BrokenError: it ended too early.
        """
        if self._status and self._left is None:
            return Answer(self._status, self._data, charset=self._charset)
        raise BrokenError(BROKE_OFF if self._status or self._data else CLOSED_EARLY)

    def _check_start(self) -> None:
        if len(self._data) > HEAD_MAX or not b"HTTP/1.".startswith(self._data[:7]):
            raise BrokenError(NOT_HTTP)

    def _read_head(self, head: bytes) -> None:
        parts = _head(head)
        if parts is not None:
            self._status, self._left, self._is_chunked, self.is_kept, self._charset = parts

    def _read_body(self) -> Answer | None:
        if self._left is not None and len(self._data) >= self._left <= ANSWER_MAX:
            body, rest = self._data[: self._left], self._data[self._left :]
            return self._complete(body, rest)
        return self._cut(self._data) if len(self._data) > ANSWER_MAX else None

    def _read_chunks(self) -> Answer | None:
        """Chunks behind each other: a line with the size, the bytes, a line feed; the last one is empty."""
        while True:
            line, end, rest = self._data.partition(b"\r\n")
            if not end:
                if len(line) > HEAD_MAX:
                    raise BrokenError(NOT_HTTP)
                return None
            match = _CHUNK.fullmatch(line)
            if match is None:
                raise BrokenError(NOT_HTTP)
            size = int(match[1], 16)
            if not size:
                return self._read_trailer(rest)
            if len(self._body) + min(size, len(rest)) > ANSWER_MAX:
                return self._cut(self._body + rest[:size])
            if len(rest) < size + 2:
                return None
            if rest[size : size + 2] != b"\r\n":
                raise BrokenError(NOT_HTTP)
            self._body += rest[:size]
            self._data = rest[size + 2 :]

    def _read_trailer(self, rest: bytes) -> Answer | None:
        """What stands behind the last chunk: headers that nobody wants, and an empty line."""
        if rest.startswith(b"\r\n"):
            return self._complete(self._body, rest[2:])
        _, end, rest = rest.partition(b"\r\n\r\n")
        return self._complete(self._body, rest) if end else None

    def _complete(self, body: bytes, rest: bytes) -> Answer:
        self.is_kept = self.is_kept and not rest
        return Answer(self._status, body, charset=self._charset)

    def _cut(self, body: bytes) -> Answer:
        self.is_kept = False
        return Answer(self._status, body[:ANSWER_MAX], is_cut=True, charset=self._charset)


@lru_cache(maxsize=8)
def whole_answer(data: bytes) -> tuple[Answer, bool] | None:
    """The answer that came in one piece, and whether the connection may be used again; None for a part of one.

    The last few are remembered: most answers of one server are equal for a second at least.

    Raises:
        BrokenError: this is not HTTP.
    """
    reader = HttpReader()
    answer = reader.feed(data)
    return None if answer is None else (answer, reader.is_kept)


class _Head(NamedTuple):
    status: int
    length: int | None
    is_chunked: bool
    is_kept: bool
    charset: str | None


@lru_cache(maxsize=8)
def _head(text: bytes) -> _Head | None:
    """What the head of an answer says; None for "100 Continue" and the like, which the answer itself follows.

    The last few are remembered: most heads of one server are equal for a second at least.
    """
    status, *lines = _LINE_END.split(_FOLD.sub(b" ", text))
    match = _STATUS.fullmatch(status)
    if match is None:
        raise BrokenError(NOT_HTTP)
    headers = _headers(lines)
    number = int(match[2])
    if number < 200 and number != 101:
        return None
    connection = _list(headers, b"connection")
    is_kept = b"keep-alive" in connection if match[1] == b"0" else b"close" not in connection
    length, is_chunked = _length(number, headers)
    charset = _CHARSET.search(headers.get(b"content-type", b""))
    return _Head(number, length, is_chunked, is_kept and length is not None, charset and charset[1].decode("latin-1"))


def _headers(lines: list[bytes]) -> dict[bytes, bytes]:
    """The fields by their names in lower case; the values of equal names become a list (RFC 9110, 5.3)."""
    headers: dict[bytes, bytes] = {}
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise BrokenError(NOT_HTTP)
        name, value = match[1].lower(), match[2]
        headers[name] = headers[name] + b"," + value if name in headers else value
    return headers


def _list(headers: dict[bytes, bytes], name: bytes) -> list[bytes]:
    """The elements of a field that is a list, in lower case."""
    elements = (element.strip(b" \t").lower() for element in headers.get(name, b"").split(b","))
    return [element for element in elements if element]


def _length(status: int, headers: dict[bytes, bytes]) -> tuple[int | None, bool]:
    """How long the body is, None when it ends with the connection; and whether it comes in chunks (RFC 9112, 6.3)."""
    if status in {204, 304}:
        return 0, False
    codings = [coding for coding in _list(headers, b"transfer-encoding") if coding != b"identity"]
    if codings:
        is_chunked = codings[-1] == b"chunked"
        return 0 if is_chunked else None, is_chunked
    lengths = set(_list(headers, b"content-length"))
    if not lengths:
        return None, False
    length = lengths.pop()
    if lengths or not length.isdigit():  # equal ones are one (RFC 9110, 8.6)
        raise BrokenError(NOT_HTTP)
    return int(length), False
