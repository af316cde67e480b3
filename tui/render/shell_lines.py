"""The shell line that does by hand what the engine does: safe in any POSIX shell, whatever the payload holds. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from shlex import quote
from typing import Any

from engine.address import MASK, VirtualAddress, parse
from engine.address.masked_member import has_mask, without_mask
from engine.address.shell_line import ShellLine


def by_hand(socket: str, payload: bytes) -> ShellLine | None:
    """The line that sends `payload` where a member sends; None where there is no easy way to.

    `socket` is its text, with the password masked or not.

    Raises:
        SocketTextError: it is no socket.
        ValueError: it is a virtual one.
    """
    address = parse(without_mask(socket))
    if isinstance(address, VirtualAddress):
        raise ValueError("a virtual socket sends to more than one place")
    return (address.with_secret(MASK) if has_mask(socket) else address).by_hand(payload)


def mi_call(url: str, method: str, params: str) -> str:
    """The `curl` line of a call of the management interface. `params`: the JSON of an object."""
    body = f'{{"jsonrpc":"2.0","id":1,"method":{as_json(method)},"params":{params}}}'
    return f"curl -s {quote(url)} -H 'Content-Type: application/json' -d {quote(body)}"


def raise_line(url: str, event: str, params: Sequence[Sequence[Any]]) -> ShellLine:
    """The line that raises an event over MI; names may repeat, so that it is no mapping."""
    if not params:
        return ShellLine(mi_call(url, "raise_event", f'{{"event":{as_json(event)}}}'))
    hint = ""
    if params[0][0] is None:
        given = f"[{','.join(as_json(value) for _, value in params)}]"
        if any(value is None for _, value in params):
            hint = "MI refuses null in a list"
        elif any(isinstance(value, int) for _, value in params):
            hint = "MI makes texts of the numbers in a list"
    else:
        given = "{" + ",".join(f"{as_json(name or '')}:{as_json(value)}" for name, value in params) + "}"
    return ShellLine(mi_call(url, "raise_event", f'{{"event":{as_json(event)},"params":{given}}}'), hint)


def subscribe_line(url: str, event: str, socket: str, expire_s: float | None) -> ShellLine:
    """The line that subscribes a socket over MI, which knows no permanent subscriptions."""
    expire = "" if expire_s is None else f',"expire":{max(round(expire_s), 1)}'
    params = f'{{"event":{as_json(event)},"socket":{as_json(socket)}{expire}}}'
    hints = [f"put the password in place of {MASK}"] if MASK in socket else []
    hints += ["over MI it ends after an hour, unless it is repeated"] if expire_s is None else []
    return ShellLine(mi_call(url, "event_subscribe", params), "; ".join(hints))


def as_json(value: Any) -> str:
    """JSON in which every sign shows."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isprintable() else json.dumps(value, separators=(",", ":"))
