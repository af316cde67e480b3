"""JSON-RPC 2.0 notifications, the payload of udp, unix, tcp and rabbitmq sockets (docs/event-interface.md, 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import ClassVar

import orjson

from engine.event import Event, Param, Value
from engine.wire.payloads import Payloads
from engine.wire.reasons import no_byte_for

_VERSION_AND_METHOD = '{"jsonrpc":"2.0","method":'


@dataclass(frozen=True, slots=True)
class JsonRpcFormat:
    """One compact JSON object per event: no spaces, no separator unless told, members in the captured order, no `id`.

    `params` is an object when the first parameter has a name and a list when it has none; without parameters there
    is no `params` at all. In an object a parameter without a name has the empty name; repeated names are repeated
    members. Bytes that are not UTF-8 leave as they came.
    """

    name: ClassVar[str] = "JSON-RPC"

    method: str | None = None
    """Stands in place of the event's name as the method (docs/event-interface.md, 2.4)."""

    event_param: str | None = None
    """Name of a first parameter that holds the event's name; it is added also where there is no other.

    See docs/event-interface.md, D26.
    """

    separator: str = ""
    """Stands behind each object: nothing, or white space, for receivers that wait for a line's end."""

    def encode(self, events: Sequence[Event]) -> Payloads:
        """The payloads of `events`, in order; quick when they share one name, as those of a batch do."""
        if not events:
            return Payloads(())
        params = self._params_of(events)
        try:
            return Payloads(self._encode_alike(events, params))
        except (TypeError, UnicodeEncodeError, _UnlikeError):
            return self._encode_each(events, params)

    def _params_of(self, events: Sequence[Event]) -> list[tuple[Param, ...]]:
        if self.event_param is None:
            return [event.params for event in events]
        name = self.event_param
        return [((None if event.is_positional else name, event.name), *event.params) for event in events]

    def _encode_alike(self, events: Sequence[Event], params: list[tuple[Param, ...]]) -> list[bytes]:
        """The quick way, for events of one name, all named or all positional, without repeated names.

        Each result of orjson can hold a kilobyte until it is let go, hence the sums.

        Raises:
            _UnlikeError, TypeError, UnicodeEncodeError: when an event needs the exact way.
        """
        name = events[0].name
        if len({event.name for event in events}) > 1 or not all(params):
            raise _UnlikeError
        head = self._head(name) + b',"params":'
        end = b"}" + self.separator.encode()
        dumps = orjson.dumps
        if params[0][0][0] is None:
            if len({one[0][0] for one in params}) > 1:
                raise _UnlikeError
            return [head + dumps([value for _, value in one]) + end for one in params]
        objects = [dict(one) for one in params]
        if sum(map(len, objects)) != sum(map(len, params)):
            raise _UnlikeError
        return [head + dumps(members) + end for members in objects]

    def _encode_each(self, events: Sequence[Event], params: list[tuple[Param, ...]]) -> Payloads:
        parts: list[bytes] = []
        separator = self.separator.encode()
        failures: dict[int, str] = {}
        for index, (event, one) in enumerate(zip(events, params, strict=True)):
            try:
                parts.append(self._head(event.name) + _tail(one) + separator)
            except UnicodeEncodeError as error:
                failures[index] = f"cannot be written as JSON: {no_byte_for(error)}"
                parts.append(b"")
        return Payloads(parts, failures)

    def _head(self, name: str) -> bytes:
        return (_VERSION_AND_METHOD + _quoted(name if self.method is None else self.method)).encode(
            "utf-8", "surrogateescape"
        )


class _UnlikeError(Exception):
    """The events of a batch are not alike enough for the quick way."""


def with_id(payload: bytes | memoryview, request_id: int) -> bytes:
    """The request that has this payload and expects an answer with `request_id` (captured: the id comes first)."""
    return b"".join((b'{"id":%d,' % request_id, payload[1:]))


def with_ids(payloads: Sequence[memoryview], first_id: int) -> list[bytes]:
    """The same for many, with ids that count up from `first_id`; an empty payload stays empty and has one too."""
    return [
        b"".join((b'{"id":%d,' % number, payload[1:])) if payload else b""
        for number, payload in enumerate(payloads, first_id)
    ]


def _tail(params: tuple[Param, ...]) -> bytes:
    if not params:
        return b"}"
    if params[0][0] is None:
        text = "[" + ",".join([_written(value) for _, value in params]) + "]"
    else:
        text = "{" + ",".join([f"{_quoted(name or '')}:{_written(value)}" for name, value in params]) + "}"
    return f',"params":{text}}}'.encode("utf-8", "surrogateescape")


def _written(value: Value) -> str:
    if value is None:
        return "null"
    return _quoted(value) if isinstance(value, str) else format(value, "d")


def _quoted(text: str) -> str:
    """`text` as a JSON string: short escapes, lower-case hex for other control characters, the rest as it is."""
    quoted: str = encode_basestring(text)
    return quoted
