"""What an event would be on the wire, a line for each distinct payload, with the members that would get it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from tui.render.bytesview import SHOWN_BYTES, byte_lines
from tui.render.line import Line, Part, plain, shortened, width_of
from tui.terminal.safe_text import clean

Told = Mapping[str, Any]
"""What `preview_event` answered, or a part of it."""

INDENT = 2


def preview_lines(told: Told, width: int, rows: int) -> list[Line]:
    """A payload in at most `rows` lines of `width` cells, and below it who cannot take it."""
    payloads: Sequence[Told] = told["payloads"]
    if not payloads:
        return [(Part("no member would get it", "warn"),)]
    is_one = len({member["subscription"] for payload in payloads for member in payload["members"]}) == 1
    return [line for payload in payloads for line in _payload(payload, width, rows, is_one=is_one)]


def numbers(indices: Sequence[int]) -> str:
    """Members by their numbers from 1, neighbours in one: `1, 3-5`."""
    runs: list[list[int]] = []
    for index in sorted(indices):
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ", ".join(_run(run) for run in runs)


def _run(run: Sequence[int]) -> str:
    if len(run) < 3:
        return ", ".join(str(index + 1) for index in run)
    return f"{run[0] + 1}-{run[-1] + 1}"


def _payload(payload: Told, width: int, rows: int, *, is_one: bool) -> Iterator[Line]:
    members: Sequence[Told] = payload["members"]
    schemes = ", ".join(dict.fromkeys(str(member["scheme"]) for member in members))
    head: Line = (Part(_who(members, is_one=is_one), "strong"), Part(f"  {schemes}", "accent"))
    if payload["failure"]:
        yield (*head, Part(f"  ✖ {clean(payload['failure'])}", "bad"))
        return
    head = (*head, Part(f"  {payload['size']:,} bytes  ", "faint"))
    yield from _text(head, bytes.fromhex(payload["bytes"][: 2 * SHOWN_BYTES]), width, rows)
    yield from _unfit(payload, is_one=is_one)


def _text(head: Line, data: bytes, width: int, rows: int) -> Iterator[Line]:
    """The payload behind its head where it fits there; else below it, as much as there is room for."""
    whole = plain(byte_lines(data, "raw", len(data) + 1)[0])
    left = width - width_of(head)
    if rows < 2 or cell_len(whole) <= left:
        yield (*head, Part(shortened(whole, left)))
        return
    yield head
    pieces = byte_lines(data, "raw", width - INDENT - 1)
    for number, piece in enumerate(pieces[: rows - 1], 1):
        is_cut = number == rows - 1 and len(pieces) > number
        yield (Part(" " * INDENT), *piece, *((Part("…"),) if is_cut else ()))


def _who(members: Sequence[Told], *, is_one: bool) -> str:
    """Numbers of members; with several subscriptions, behind the id and policy of theirs."""
    by_subscription: dict[str, list[Told]] = {}
    for member in members:
        by_subscription.setdefault(member["subscription"], []).append(member)
    texts = []
    for name, its in by_subscription.items():
        of = "" if is_one else f"{clean(name)} {its[0]['policy'] or 'plain'} "
        texts.append(of + numbers([member["member"] for member in its]))
    return "; ".join(texts)


def _unfit(payload: Told, *, is_one: bool) -> Iterator[Line]:
    by_limit: dict[int, list[Told]] = {}
    for member in payload["members"]:
        if not member["fits"]:
            by_limit.setdefault(member["payload_max"], []).append(member)
    for limit, members in by_limit.items():
        why = f"{payload['size']:,} bytes are too long for one datagram; at most {limit:,} fit"
        yield (Part(f"  ✖ {_who(members, is_one=is_one)}: {why}", "bad"),)
