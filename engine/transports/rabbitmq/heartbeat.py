"""The sign of life of a broker: bytes of whatever kind, or none for twice the heartbeat that was agreed upon."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from pika.heartbeat import HeartbeatChecker

LOOKS = 4
"""How often one heartbeat's time is looked at. Silence is noticed after two heartbeats and a quarter at most."""


class Breakable(Protocol):
    """A connection that can be ended without an answer from the other side."""

    def break_off(self, reason: str) -> None:
        """End it; whoever uses it is told `reason`."""


class Heartbeats(HeartbeatChecker):
    """Sends heartbeats as pika does, and breaks the connection off when nothing came for two heartbeats' time.

    pika 1.4 by itself looks every N + 5 s whether anything came since it looked last: silence is noticed after N + 5
    to 2 N + 10 s, so 6 to 12 s for a heartbeat of 1 s, but 35 s for one of 30 s, when a pause of 40 s was allowed.
    Looks without a byte are counted and not seconds, so that an engine that stood still itself blames nobody.
    """

    if TYPE_CHECKING:  # pika has these, its stubs do not
        _check_interval: float
        _connection: Breakable
        _idle_byte_intervals: int
        _timeout: int

        def __init__(self, connection: Any, timeout: int) -> None: ...

    @property
    def connection_is_idle(self) -> bool:
        """Whether nothing came for twice the heartbeat."""
        return self._idle_byte_intervals >= 2 * LOOKS

    def _start_check_timer(self) -> None:
        self._check_interval = self._timeout / LOOKS
        super()._start_check_timer()  # type: ignore[misc]  # missing in the stubs too

    def _close_connection(self) -> None:
        seconds = self._timeout
        self._connection.break_off(f"nothing came from the broker for {2 * seconds} s (heartbeat {seconds} s)")


def agreed(asked_s: int) -> int | Callable[[Any, int], int]:
    """The heartbeat to answer a broker's offer with, as pika takes it: the lower one.

    0 of ours is off, whatever is offered. RabbitMQ offers 0 where it needs none itself, and sends those that it is
    asked for all the same. By itself pika insists on ours, but a client may only reduce what is offered (AMQP 0-9-1,
    `connection.tune-ok`).
    """
    if not asked_s:
        return 0
    return lambda _connection, offered_s: min(asked_s, offered_s or asked_s)
