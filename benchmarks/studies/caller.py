"""A client of HTTP in a process of its own, one call after the other.

It is started as `python -m benchmarks.studies.caller PORT COUNT FORM`. The form is how events are raised: `single`
calls, an `array` of calls, or `many` with one call; the latter two carry `TOGETHER` events each. It prints how many
events a second were taken and answered.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

TOGETHER = 1_000
"""Events of one request, where it carries several."""

EVENT = "E_PIKE_BLOCKED"


def single() -> Any:
    """One call that raises one event."""
    return _call("raise_event", [EVENT, _params(5)], 1)


def array() -> Any:
    """An array of calls."""
    return [_call("raise_event", [EVENT, _params(number)], number) for number in range(TOGETHER)]


def many() -> Any:
    """One call that raises many events."""
    return _call("sb:raise_many", [EVENT, [_params(number) for number in range(TOGETHER)]], 1)


FORMS: dict[str, Callable[[], Any]] = {form.__name__: form for form in (single, array, many)}


def events_in(form: str) -> int:
    """How many events one request of a form carries."""
    return 1 if form == "single" else TOGETHER


def _call(method: str, params: list[Any], number: int) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params, "id": number}


def _params(number: int) -> dict[str, Any]:
    return {"ip": "192.0.2.17", "unix": number}


def main(port: int, count: int, form: str) -> None:
    """Warm up, call and print."""
    body = json.dumps(FORMS[form](), separators=(",", ":")).encode()
    head = (
        f"POST /mi HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    )
    request = head.encode() + b"\r\n\r\n" + body
    with socket.create_connection(("127.0.0.1", port)) as connected:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for events in (count // 10, count):
            begun = time.perf_counter()
            for _ in range(events // events_in(form)):
                connected.sendall(request)
                _read_answer(connected)
            took = time.perf_counter() - begun
    print(count / took, flush=True)


def _read_answer(connected: socket.socket) -> None:
    """Read one whole answer.

    Raises:
        RuntimeError: it is no success.
    """
    data = connected.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    parts, missing = [body], length - len(body)
    while missing > 0:
        parts.append(connected.recv(65536))
        missing -= len(parts[-1])
    if not head.startswith(b"HTTP/1.1 200 ") or b'"error"' in b"".join(parts):
        raise RuntimeError(f"refused: {data[:300]!r}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
