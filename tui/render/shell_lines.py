"""The shell line that does by hand what the engine does: safe in any POSIX shell, whatever the payload holds. Pure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from shlex import quote
from typing import Any, NamedTuple

from engine.address import (
    MASK,
    FlatstoreAddress,
    MemberAddress,
    RabbitmqAddress,
    TcpAddress,
    UdpAddress,
    UnixAddress,
    VirtualAddress,
    XmlRpcAddress,
    parse,
)
from engine.address.hosts import bracketed

PIPE_BYTES = 4_096
"""More than this may reach a program in several pieces, and leave it as several datagrams."""

MANAGEMENT_PORT = 15_672
"""Of RabbitMQ's management plugin, which `rabbitmqadmin` speaks to."""

PASSWORD = "PASSWORD"  # noqa: S105 - the name of a shell variable, to be set by whoever runs the line

_MASKED_LOGIN = re.compile(f"(rabbitmq:[^/@]*:){MASK}@")

_SOCAT_SPECIAL = re.compile(r"""([\\:,!'"(\[{])""")


class ByHand(NamedTuple):
    """A line to run, and what must be known before."""

    line: str
    hint: str = ""


def by_hand(socket: str, payload: bytes) -> ByHand:
    """The line that sends `payload` where a member sends. `socket` is its text, with the password masked or not.

    Raises:
        SocketTextError: it is no socket.
        ValueError: it is a virtual one.
    """
    address = parse(_MASKED_LOGIN.sub(rf"\1{PASSWORD}@", socket))
    if isinstance(address, VirtualAddress):
        raise ValueError("a virtual socket sends to more than one place")
    return _line(address, payload, is_masked=_MASKED_LOGIN.match(socket) is not None)


def _line(address: MemberAddress, payload: bytes, *, is_masked: bool) -> ByHand:
    written = printf(payload)
    in_pieces = f"it is longer than {PIPE_BYTES:,} bytes: a pipe may make several datagrams of it"
    hint = in_pieces if len(payload) > PIPE_BYTES else ""
    match address:
        case UdpAddress(host, port):
            return ByHand(f"{written} | nc -u -w1 {quote(host)} {port}", hint)
        case TcpAddress(host, port):
            return ByHand(f"{written} | nc -w1 {quote(host)} {port}")
        case UnixAddress(path):
            target = _SOCAT_SPECIAL.sub(r"\\\1", path)
            return ByHand(f"{written} | socat -b65536 -u STDIN {quote(f'UNIX-SENDTO:{target}')}", hint)
        case FlatstoreAddress(path):
            return ByHand(f"{written} >> {quote(path)}")
        case XmlRpcAddress(host, port, _, path):
            url = quote(f"http://{bracketed(host)}:{port}{path or '/RPC2'}")
            return ByHand(f"{written} | curl -sS -g {url} -H 'Content-Type: text/xml' --data-binary @-")
        case RabbitmqAddress():
            return _published(address, payload, is_masked=is_masked)


def _published(address: RabbitmqAddress, payload: bytes, *, is_masked: bool) -> ByHand:
    password = f'"${PASSWORD}"' if is_masked else quote(address.password or "guest")
    words = [
        f"exchange={address.exchange or 'amq.default'}",
        f"routing_key={address.routing_key}",
        *(['properties={"delivery_mode":2}'] if address.persistent else []),
    ]
    text = _readable(payload)
    if text is None:
        words += ["payload_encoding=base64", f"payload={base64.b64encode(payload).decode()}"]
    else:
        words.append(f"payload={text}")
    login = f"-H {quote(address.host)} -u {quote(address.user)} -p {password} -V {quote(address.vhost)}"
    port = f"it goes through the management plugin, port {MANAGEMENT_PORT}"
    hint = f"set {PASSWORD} first; {port}" if is_masked else port
    return ByHand(f"rabbitmqadmin {login} publish {' '.join(map(quote, words))}", hint)


def printf(payload: bytes) -> str:
    """A `printf` that writes exactly these bytes; signs that would not show are written as numbers."""
    text = _readable(payload)
    if text is None:
        return f"printf '%b' {quote(''.join(map(_octal, payload)))}"
    return f"printf '%s\\n' {quote(text[:-1])}" if text.endswith("\n") else f"printf '%s' {quote(text)}"


def mi_call(url: str, method: str, params: str) -> str:
    """The `curl` line of a call of the management interface. `params`: the JSON of an object."""
    body = f'{{"jsonrpc":"2.0","id":1,"method":{as_json(method)},"params":{params}}}'
    return f"curl -s {quote(url)} -H 'Content-Type: application/json' -d {quote(body)}"


def raise_line(url: str, event: str, params: Sequence[Sequence[Any]]) -> ByHand:
    """The line that raises an event over MI; names may repeat, so that it is no mapping."""
    if not params:
        return ByHand(mi_call(url, "raise_event", f'{{"event":{as_json(event)}}}'))
    hint = ""
    if params[0][0] is None:
        given = f"[{','.join(as_json(value) for _, value in params)}]"
        if any(value is None for _, value in params):
            hint = "MI refuses null in a list"
        elif any(isinstance(value, int) for _, value in params):
            hint = "MI makes texts of the numbers in a list"
    else:
        given = "{" + ",".join(f"{as_json(name or '')}:{as_json(value)}" for name, value in params) + "}"
    return ByHand(mi_call(url, "raise_event", f'{{"event":{as_json(event)},"params":{given}}}'), hint)


def subscribe_line(url: str, event: str, socket: str, expire_s: float | None) -> ByHand:
    """The line that subscribes a socket over MI, which knows no permanent subscriptions."""
    expire = "" if expire_s is None else f',"expire":{max(round(expire_s), 1)}'
    params = f'{{"event":{as_json(event)},"socket":{as_json(socket)}{expire}}}'
    hints = [f"put the password in place of {MASK}"] if MASK in socket else []
    hints += ["over MI it ends after an hour, unless it is repeated"] if expire_s is None else []
    return ByHand(mi_call(url, "event_subscribe", params), "; ".join(hints))


def as_json(value: Any) -> str:
    """JSON in which every sign shows."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isprintable() else json.dumps(value, separators=(",", ":"))


def _readable(payload: bytes) -> str | None:
    """The text of some bytes, if all of it shows; line feeds do."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return text if text.replace("\n", "").isprintable() else None


def _octal(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\0{byte:03o}"
