"""The JSON-RPC 2.0 envelope of the management interface: bytes to request, result or error to bytes. Pure.

See docs/event-interface.md, 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.errors import CommandError
from engine.mi.jsontext import JsonObject, Pieces, decode, encode, int32, is_number

RequestId: TypeAlias = str | int | None
RequestParams: TypeAlias = JsonObject | list[Any]

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
SERVER_ERROR = -32000

CALLS_MAX = 10_000
"""Calls in one array, or events in one call: what is looked at in one go, before anybody else has a turn."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `params` is empty when there are none. A notification gets no answer."""

    method: str
    params: RequestParams
    id: RequestId
    is_notification: bool


class InvalidRequestError(CommandError):
    """Bytes that are no request. It is answered even where a notification would not be; `id` is what is echoed."""

    def __init__(self, code: int, message: str, request_id: RequestId = None, data: str | None = None) -> None:
        super().__init__(code, message, data)
        self.id = request_id


def parse_calls(body: bytes) -> Request | list[Request | InvalidRequestError]:
    """The request in `body`, or those in an array of requests (JSON-RPC 2.0, section 6), each with its own fate.

    Member names are matched without regard to case, unknown members ignored.

    Raises:
        InvalidRequestError: -32700 for what is no JSON, -32600 for JSON that is no request, for an empty array
            (captured) and for one that is too long.
    """
    try:
        value = decode(body)
    except ValueError:
        raise InvalidRequestError(PARSE_ERROR, "Parse error") from None
    if not isinstance(value, list):
        return _request(value)
    if len(value) > CALLS_MAX:
        raise InvalidRequestError(
            INVALID_REQUEST, "Invalid Request", data=f"an array holds at most {CALLS_MAX} calls, this one {len(value)}"
        )
    if not value:
        raise InvalidRequestError(INVALID_REQUEST, "Invalid Request")
    return [_request_or_error(item) for item in value]


def result_answer(request_id: RequestId, result: Any) -> bytes:
    """The answer to a request that was carried out."""
    if result == "OK" and isinstance(request_id, int):
        return b'{"jsonrpc":"2.0","result":"OK","id":%d}' % request_id
    return encode({"jsonrpc": "2.0", "result": result, "id": request_id})


def long_answer(request_id: RequestId, result: Pieces) -> Pieces:
    """The answer to a request whose result is JSON already."""
    return Pieces((b'{"jsonrpc":"2.0","result":', *result, b',"id":%b}' % encode(request_id)))


def error_answer(request_id: RequestId, error: CommandError) -> bytes:
    """The answer to a request that was refused; `data` only where the error has some."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return encode({"jsonrpc": "2.0", "error": body, "id": request_id})


def _request_or_error(value: Any) -> Request | InvalidRequestError:
    try:
        return _request(value)
    except InvalidRequestError as error:
        return error


def _request(value: Any) -> Request:
    if not isinstance(value, JsonObject):
        raise InvalidRequestError(INVALID_REQUEST, "Invalid Request")
    members = {name.lower(): member for name, member in reversed(value)}  # of equal names the first counts
    request_id = _echoed(members.get("id"))
    method, params = members.get("method"), members.get("params", JsonObject())
    if members.get("jsonrpc") != "2.0" or not isinstance(method, str):
        raise InvalidRequestError(INVALID_REQUEST, "Invalid Request", request_id)
    if not isinstance(params, JsonObject | list):
        raise InvalidRequestError(INVALID_REQUEST, "Invalid Request", request_id)
    return Request(method, params, request_id, "id" not in members)


def _echoed(request_id: object) -> RequestId:
    """The id as it is echoed: numbers as a 32-bit integer. Other types than string, number and null are no ids."""
    if request_id is None or isinstance(request_id, str):
        return request_id
    if isinstance(request_id, int | float) and is_number(request_id):
        return int32(request_id)
    raise InvalidRequestError(INVALID_REQUEST, "Invalid Request")
