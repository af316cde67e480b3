"""The captured vectors, typed: an event goes in, these bytes come out. `captures/README.md` explains the files."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.event import Event, Param, Value

CAPTURES = Path(__file__).parent / "captures"


@dataclass(frozen=True)
class Received:
    """What the receiver got: the bytes themselves, or for long ones their length and digest."""

    length: int
    data: bytes | None
    digest: str | None
    head: str
    """Printable beginning, for messages."""
    method: dict[str, Any]
    """RabbitMQ: exchange, routing key and redelivered."""
    props: dict[str, Any]
    """RabbitMQ: properties; empty is none."""

    def is_equal(self, data: bytes) -> bool:
        """Whether `data` is what was captured, byte for byte."""
        if self.data is not None:
            return data == self.data
        return len(data) == self.length and sha256(data).hexdigest() == self.digest


@dataclass(frozen=True)
class Vector:
    """One event and what came of it."""

    id: str
    case: str
    tag: str
    event: Event | None
    """None where the peer had no definite event: refused by its management interface, or garbage for a value."""
    is_rejected: bool
    is_undefined: bool
    received: tuple[Received, ...]
    volatile: tuple[str, ...]
    """Members whose value differs from run to run."""


@dataclass(frozen=True)
class Group:
    """The vectors of one configuration of one transport."""

    transport: str
    variant: str
    config: dict[str, Any]
    """`module.parameter` -> value."""
    socket: str
    extra: dict[str, Any]
    vectors: tuple[Vector, ...]

    def option(self, name: str, default: Any = None) -> Any:
        """A configured module parameter, by its name without the module."""
        return next((value for key, value in self.config.items() if key.rpartition(".")[2] == name), default)


@cache
def document(name: str) -> dict[str, Any]:
    """A whole capture file, by its name without suffix."""
    loaded: dict[str, Any] = json.loads((CAPTURES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def groups(transport: str) -> tuple[Group, ...]:
    """The groups of `wire-<transport>.json`: udp, unix, stream, xmlrpc, flatstore or rabbitmq."""
    return tuple(
        Group(
            transport,
            group["variant"],
            group["config"],
            group["socket"],
            group.get("extra") or {},
            tuple(map(_vector, group["vectors"])),
        )
        for group in document(f"wire-{transport}")["groups"]
    )


def group(transport: str, variant: str) -> Group:
    """One group of a transport."""
    return next(one for one in groups(transport) if one.variant == variant)


def _vector(raw: dict[str, Any]) -> Vector:
    is_undefined = "undefined" in json.dumps(raw.get("effective_params"))
    is_rejected = raw.get("rejected_by_mi", False)
    event = None if is_undefined or is_rejected else Event.checked(raw["event"], _params(raw))
    return Vector(
        raw["id"],
        raw["case"],
        raw["tag"],
        event,
        is_rejected,
        is_undefined,
        tuple(map(_received, raw["received"])),
        tuple(raw.get("volatile", ())),
    )


def _params(raw: dict[str, Any]) -> list[Param]:
    if "params_b64" in raw:
        return [(name, b64decode(value).decode("utf-8", "surrogateescape")) for name, value in raw["params_b64"]]
    return [(name, _value(value)) for name, value in raw["effective_params"] or ()]


def _value(raw: Any) -> Value:
    if isinstance(raw, dict):
        text, count = raw["repeat"]
        return str(text) * int(count)
    value: Value = raw
    return value


def _received(raw: dict[str, Any]) -> Received:
    return Received(
        raw["len"],
        b64decode(raw["b64"]) if "b64" in raw else None,
        raw.get("sha256"),
        raw.get("text") or raw.get("head") or "",
        raw.get("method") or {},
        raw.get("props") or {},
    )
