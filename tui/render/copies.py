"""What can be copied of a subscription, a member or a delivery, in forms that can be used elsewhere. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from engine.address import MASK
from engine.address.shell_line import ShellLine
from engine.config.writer import add_subscription
from engine.event import Event
from engine.options import SubscriptionOptions
from engine.view.answers import DeliveryInspection, Description, MemberInspection
from engine.view.codec import named
from engine.view.snapshot import MemberRow, SubscriptionRow
from engine.wire.formats import format_of
from tui.render.shell_lines import by_hand, raise_line, subscribe_line

USUAL_URL = "http://127.0.0.1:8888/mi"
"""Where MI listens as a rule."""

DIGITS = 9
"""Members of a delivery that have a key."""


class Copy(NamedTuple):
    """One form. `key` chooses it; `hint` says what must be done before it is of use."""

    key: str
    title: str
    text: str
    hint: str = ""


class Source(NamedTuple):
    """What is known beside the thing itself."""

    row: SubscriptionRow | None
    """None when the subscription has ended."""
    described: Description | None = None
    """What `describe_subscription` told."""
    configuration: Mapping[str, Any] | None = None
    mi_url: str | None = None


def of_subscription(source: Source) -> list[Copy]:
    """Socket, YAML, JSON of the row, and the call that subscribes it."""
    row = source.row
    if row is None:
        return []
    return [_socket(_socket_of(row)), *_yaml(source), json_of(row), _subscribing(source, row)]


def of_member(source: Source, member: MemberRow, told: MemberInspection | None, event: Event) -> list[Copy]:
    """The same of a member; `told` is what `inspect_member` answered. By hand goes `event`."""
    if source.row is None:
        return []
    copies = [
        _socket(member.socket),
        *_yaml(source),
        json_of(member if told is None else told),
        _subscribing(source, source.row),
    ]
    wire = None if told is None else told.wire
    if wire is not None:
        encoded = format_of(wire).encode((event,))
        if not encoded.failures:
            title = f"what sends {event.name} by hand"
            copies += _by_hand("b", title, by_hand(member.socket, bytes(encoded[0])))
    return copies


def of_delivery(source: Source, told: DeliveryInspection) -> list[Copy]:
    """What `inspect_delivery` told, the call that raises the event again, and a line for each member."""
    url, note = _url(source)
    line = raise_line(url, told.event, told.params)
    cut = "long texts are cut here; fill them in" if told.cut else ""
    raising = Copy("m", "the MI call that raises it again (curl)", line.line, _joined(cut, line.hint, note))
    sockets = [] if source.row is None else [_socket(_socket_of(source.row))]
    return [*sockets, *_yaml(source), json_of(told), raising, *_lines(told)]


def _lines(told: DeliveryInspection) -> Iterator[Copy]:
    payloads = {index: one for one in told.payloads for index in one.members if one.failure is None}
    for index in sorted(payloads)[:DIGITS]:
        socket = told.members[index].socket
        key, title = (f"{index + 1}", f"what sends it to {index + 1} {socket} by hand")
        if len(told.members) == 1:
            key, title = "b", "what sends it by hand"
        yield from _by_hand(key, title, by_hand(socket, payloads[index].content))


def _by_hand(key: str, title: str, line: ShellLine | None) -> Iterator[Copy]:
    if line is not None:
        yield Copy(key, title, line.line, line.hint)


def _socket(socket: str) -> Copy:
    return Copy("s", "the socket", socket, f"{MASK} stands for the password" if MASK in socket else "")


def _socket_of(row: SubscriptionRow) -> str:
    if row.socket:
        return row.socket
    members = " ".join(member.socket for member in row.members)
    return f"virtual:{row.policy} {members}" if row.policy else members


def json_of(value: Any) -> Copy:
    """All that is known of something."""
    return Copy("j", "the JSON", json.dumps(named(value), ensure_ascii=False, indent=2))


def _subscribing(source: Source, row: SubscriptionRow) -> Copy:
    url, note = _url(source)
    expire = None if source.described is None else source.described.expire
    line = subscribe_line(url, row.event, _socket_of(row), expire)
    return Copy("m", "the MI call that subscribes it (curl)", line.line, _joined(line.hint, note))


def _url(source: Source) -> tuple[str, str]:
    if source.mi_url is None:
        return USUAL_URL, f"this engine has no MI; it would listen on {USUAL_URL} with `mi:` in its configuration"
    return source.mi_url, ""


def _joined(*hints: str) -> str:
    return "; ".join(hint for hint in hints if hint)


def _yaml(source: Source) -> Iterator[Copy]:
    """The entry for the configuration file, with what differs from the defaults alone."""
    described = source.described
    if described is None:
        return
    entry: dict[str, Any] = {"event": described.event}
    if described.policy is None:
        entry["socket"] = described.members[0]
    else:
        entry |= {"policy": str(described.policy), "members": list(described.members)}
    if described.expire is not None:
        entry["expire"] = described.expire
    usual = {**asdict(SubscriptionOptions()), **(source.configuration or {})}
    entry |= {name: value for name, value in described.options.items() if value != usual[name]}
    has_secret = any(MASK in socket for socket in described.members)
    hint = f"write the password in place of {MASK}, or a reference such as ${{PASSWORD}}" if has_secret else ""
    yield Copy("y", "YAML for the configuration file", add_subscription("", entry), hint)
