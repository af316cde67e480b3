"""The events that every row works with, and their payloads as a bare loop makes them: about 115 bytes as JSON."""

from __future__ import annotations

import orjson

from engine.event import Event

NAME = "E_BENCH_CALL"

RUN = 512
"""Events that are built and raised at a time."""

_FIRST = 1_000_000_000
"""Numbers begin here, so that all payloads have the same length."""


def events(first: int, count: int) -> list[Event]:
    """Events `first` to `first + count - 1`, as a source builds them."""
    return [
        Event(NAME, (("number", n), ("user", "alice"), ("ip", "192.0.2.17"), ("status", "200 OK")))
        for n in range(_FIRST + first, _FIRST + first + count)
    ]


def payloads(first: int, count: int) -> list[bytes]:
    """The same events, built and encoded in the quickest way that is still building and encoding."""
    dumps = orjson.dumps
    return [
        dumps(
            {
                "jsonrpc": "2.0",
                "method": NAME,
                "params": {"number": n, "user": "alice", "ip": "192.0.2.17", "status": "200 OK"},
            }
        )
        for n in range(_FIRST + first, _FIRST + first + count)
    ]


def lines(first: int, count: int) -> bytes:
    """The same events, built in the same way, as lines of a flat file."""
    built = [
        {"number": n, "user": "alice", "ip": "192.0.2.17", "status": "200 OK"}
        for n in range(_FIRST + first, _FIRST + first + count)
    ]
    rows = [",".join([NAME, *map(str, params.values())]) for params in built]
    rows.append("")
    return "\n".join(rows).encode()


def payload_size() -> int:
    """Bytes of one payload; all have the same length."""
    return len(payloads(0, 1)[0])


def parts(first: int, count: int, size: int = RUN) -> list[tuple[int, int]]:
    """`count` events from `first` on, cut into pieces of `size`: (first, count) each."""
    return [(start, min(size, first + count - start)) for start in range(first, first + count, size)]
