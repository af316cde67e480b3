"""The JSON-RPC 2.0 envelope of the management interface: bytes to request, result or error to bytes. Pure (EI 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.errors import CommandError
from engine.mi.jsontext import JsonObject, decode, encode, int32, is_number

RequestId: TypeAlias = str | int | None
RequestParams: TypeAlias = JsonObject | list[Any]

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
SERVER_ERROR = -32000


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `params` is empty when there are none. A notification gets no answer."""

    method: str
    params: RequestParams
    id: RequestId
    is_notification: bool


class InvalidRequestError(CommandError):
    """Bytes that are no request. It is answered even where a notification would not be; `id` is what is echoed."""

    def __init__(self, code: int, message: str, request_id: RequestId = None) -> None:
        super().__init__(code, message)
        self.id = request_id


def parse_request(body: bytes) -> Request:
    """The request in `body`. Member names are matched without regard to case, unknown members ignored.

    Raises:
        InvalidRequestError: -32700 for what is no JSON, -32600 for JSON that is no request; arrays are none.
    """
    try:
        value = decode(body)
    except ValueError:
        raise InvalidRequestError(PARSE_ERROR, "Parse error") from None
    if not isinstance(value, JsonObject):
        raise InvalidRequestError(INVALID_REQUEST, "Invalid Request")
    members: dict[str, Any] = {}
    for name, member in value:
        members.setdefault(name.lower(), member)
    return _request(members)


def result_answer(request_id: RequestId, result: Any) -> bytes:
    """The answer to a request that was carried out."""
    return encode({"jsonrpc": "2.0", "result": result, "id": request_id})


def error_answer(request_id: RequestId, error: CommandError) -> bytes:
    """The answer to a request that was refused; `data` only where the error has some."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return encode({"jsonrpc": "2.0", "error": body, "id": request_id})


def _request(members: dict[str, Any]) -> Request:
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
