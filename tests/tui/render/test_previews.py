"""What an event would be on the wire, as the form shows it."""

from __future__ import annotations

from typing import Any

import pytest

from tui.render.line import plain, width_of
from tui.render.previews import numbers, preview_lines

JSON = b'{"jsonrpc":"2.0","method":"E_A","params":{"ip":"192.0.2.1"}}'


def receiver(member: int, scheme: str, subscription: str = "s1", longest: int | None = None) -> dict[str, Any]:
    policy = "FAILOVER" if subscription == "s1" else None
    of = {"subscription": subscription, "policy": policy, "member": member, "socket": f"{scheme}:x", "scheme": scheme}
    return of | {"payload_max": longest, "fits": longest is None}


def payload(data: bytes, *members: dict[str, Any], failure: str | None = None) -> dict[str, Any]:
    return {"format": "f", "bytes": data.hex(), "size": len(data), "failure": failure, "members": list(members)}


def shown(*payloads: dict[str, Any], width: int = 100, rows: int = 4) -> list[str]:
    lines = preview_lines({"event": "E_A", "payloads": payloads}, width, rows)
    assert all(width_of(line) <= width for line in lines if "✖" not in plain(line))
    return [plain(line) for line in lines]


def test_a_line_says_who_gets_what() -> None:
    lines = shown(payload(JSON, receiver(0, "udp"), receiver(2, "tcp")), payload(b"E_A,1\n", receiver(1, "flatstore")))
    assert lines == [f"1, 3  udp, tcp  60 bytes  {JSON.decode()}", "2  flatstore  6 bytes  E_A,1⏎"]


def test_with_several_subscriptions_it_says_whose_members() -> None:
    (line,) = shown(payload(b"E_A\n", receiver(0, "flatstore"), receiver(0, "flatstore", "s2")))
    assert line.startswith("s1 FAILOVER 1; s2 plain 1  flatstore  4 bytes")


def test_a_long_payload_has_as_many_lines_as_there_is_room_for() -> None:
    long = payload(b"x" * 1_000, receiver(0, "tcp"))
    assert shown(long, width=40, rows=3) == ["1  tcp  1,000 bytes  ", f"  {'x' * 37}", f"  {'x' * 37}…"]
    (one,) = shown(long, width=40, rows=1)
    assert one.endswith("x…")


def test_who_cannot_take_it_is_said() -> None:
    large = payload(b"x" * 70_000, receiver(0, "udp", longest=65_507), receiver(1, "tcp"))
    assert shown(large, width=40, rows=1)[1] == (
        "  ✖ 1: 70,000 bytes are too long for one datagram; at most 65,507 fit"
    )
    (line,) = shown(payload(b"", receiver(0, "xmlrpc"), failure="cannot be written as XML"))
    assert line == "1  xmlrpc  ✖ cannot be written as XML"
    assert shown() == ["no member would get it"]


@pytest.mark.parametrize(
    ("indices", "text"), [([0], "1"), ([0, 1], "1, 2"), ([4, 0, 1, 2], "1-3, 5"), (range(1_000), "1-1000")]
)
def test_neighbours_are_told_in_one(indices: Any, text: str) -> None:
    assert numbers(indices) == text
