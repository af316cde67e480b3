"""What the engine would answer to a console that inspects something."""

from __future__ import annotations

from typing import Any

from engine.address import PolicyName
from engine.feed import Step
from engine.run import DELIVERED, Fault, Skip, failed
from engine.view.answers import DeliveryInspection, MemberInspection, Payload, Receiver
from engine.view.codec import typed
from engine.view.records import StepRecord
from tests.tui.world import NOW

JSON = b'{"jsonrpc":"2.0","method":"E_PIKE_BLOCKED","params":{"ip":"192.0.2.11"}}'
LINE = b"E_PIKE_BLOCKED,192.0.2.11\n"
ANSWER = b'{"jsonrpc":"2.0","id":7,"result":{"ok":true,"ok":false}}'


def step(at_ms: float, name: Step, member: int | None = None, **facts: Any) -> StepRecord:
    """A step some milliseconds after the event was raised."""
    return StepRecord(1, NOW + at_ms / 1e3, name, "s1", 150, range(1), member, **facts)


def payload(scheme: str, data: bytes, members: tuple[int, ...], handed: tuple[int, ...]) -> Payload:
    """What goes out over one kind of transport."""
    return Payload(scheme, members, handed, data)


FIRST = Skip(0, "failed 12.4 s ago: connection refused")

DELIVERY = DeliveryInspection(
    subscription="s1",
    seq=150,
    event="E_PIKE_BLOCKED",
    params=(("ip", "192.0.2.11"), ("count", 3), ("note", None)),
    raised_at=NOW,
    source="MI 127.0.0.1:51234",
    policy=PolicyName.FAILOVER,
    members=(
        Receiver("rabbitmq:guest:•••@127.0.0.1:5672/pike", "rabbitmq"),
        Receiver("tcp:127.0.0.1:9000", "tcp"),
        Receiver("flatstore:/var/log/pike.log", "flatstore"),
    ),
    steps=(
        step(0.1, Step.PLANNED, 1, skipped=(FIRST,)),
        step(2.0, Step.SETTLED, 1, outcome=failed("error -32000: no", Fault.ANSWER, ANSWER), took_s=0.0019),
        step(2.1, Step.PLANNED, 2, skipped=(FIRST, Skip(1, "failed 0.1 ms ago"))),
        step(2.4, Step.SETTLED, 2, outcome=DELIVERED, took_s=0.0003),
    ),
    payloads=(
        payload("rabbitmq", JSON, (0,), ()),
        payload("tcp", JSON, (1,), (1,)),
        payload("flatstore", LINE, (2,), (2,)),
    ),
)

MEMBER = typed(
    {
        "subscription": "s1",
        "event": "E_PIKE_BLOCKED",
        "policy": "FAILOVER",
        "member": 0,
        "socket": "rabbitmq:guest:•••@127.0.0.1:5672/pike",
        "scheme": "rabbitmq",
        "fields": [
            {"name": "transport", "value": "rabbitmq", "is_default": False},
            {"name": "password", "value": "•••", "is_default": False},
            {"name": "routing_key", "value": "pike", "is_default": False},
            {"name": "persistent", "value": False, "is_default": True},
        ],
        "at": NOW,
        "state": "failed",
        "since": NOW - 372,
        "skipped_until": NOW + 17.6,
        "error": "connection refused",
        "error_at": NOW - 12.4,
        "changes": [
            {"at": NOW - 9_000, "state": "up", "reason": "", "times": 1, "last_at": NOW - 9_000},
            {"at": NOW - 372, "state": "failed", "reason": "connection refused", "times": 12, "last_at": NOW - 12.4},
        ],
        "connection": {"state": "down", "error": "connection refused", "retry_at": None},
        "figures": {
            "delivered": 10_311,
            "sent": 0,
            "failed": 12,
            "refused": 0,
            "waiting": 0,
            "in_flight": 0,
            "failed_by_kind": {"member": 11, "answer": 1},
        },
        "latency": {
            "count": 10_311,
            "percentiles": [[50, 0.0021], [90, 0.003], [99, 0.0082], [99.9, 0.01]],
            "buckets": [[0.0009, 11], [0.0021, 9_300], [0.0082, 1_000]],
        },
        "settings": [
            {"name": "failover_timeout", "value": 30.0, "source": "default", "help": ""},
            {"name": "timeout", "value": 900, "source": "transports: rabbitmq", "help": "Limit for a confirmation."},
        ],
    },
    MemberInspection,
)

PROBE_STEPS = [
    {"name": "resolve", "status": "done", "took_s": 0.0002, "detail": "127.0.0.1"},
    {"name": "connect", "status": "failed", "took_s": 0.0011, "detail": "connection refused"},
]

REFUSED: dict[str, Any] = {
    "socket": "tcp:h:1",
    "steps": PROBE_STEPS,
    "ok": False,
    "error": "connection refused",
    "advice": "start it",
}
