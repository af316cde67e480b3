"""What a console sees: immutable rows, complete enough to draw from. Secrets are masked before they get here."""

from __future__ import annotations

from dataclasses import dataclass

from engine.address import PolicyName
from engine.health import State
from engine.options import Colour
from engine.transports.base import ConnectionState


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member. Times are monotonic seconds of the engine's clock; compare them with `EngineSnapshot.at`."""

    index: int
    """Position in its subscription, from 0."""
    socket: str
    """Masked socket text."""
    scheme: str
    state: State
    since: float
    """When the state began."""
    skipped_until: float | None
    """FAILOVER: when its mark runs out and it is due."""
    connection: ConnectionState
    is_next: bool
    """Whether the next event goes to it first (▶ on the dashboard). PARALLEL has no next."""
    error: str | None
    error_at: float | None
    delivered: int
    sent: int
    failed: int
    refused: int
    """Notifications refused because its queue was full; also counted in `failed`."""
    waiting: int
    """Notifications in its queue."""
    in_flight: int
    """Notifications that its transport was handed and has not settled."""
    latency_p50_s: float | None
    latency_p99_s: float | None
    """Both of the last minute in which it took anything."""
    history: str
    """The last outcomes, oldest first, one sign each: ✓ delivered, ~ sent, ✖ failed, · not chosen."""
    latency_now_s: tuple[float, ...] = ()
    """p50, p90 and p99 of the last seconds in which it took anything; empty before."""
    taken_lately: int = 0
    """Notifications that it took in the minute before its row was made."""
    took_at: float | None = None
    """When it took something last."""


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """One subscription and its members. `version` changes whenever anything in the row does."""

    id: str
    version: int
    event: str
    policy: PolicyName | None
    """None for a plain socket."""
    socket: str
    """Masked, normal form."""
    expires_at: float | None
    """Monotonic seconds; None is permanent."""
    failover_timeout: float | None
    """Seconds; only FAILOVER has one."""
    members: tuple[MemberRow, ...]
    delivered: int
    sent: int
    undelivered: int
    waiting: int
    """Events not settled yet, wherever they wait."""
    held_since: float | None
    """FAILOVER: since when events wait because every member is marked or paused."""
    last_undelivered: str | None
    """Reason of the last undelivered event."""
    copies: int = 0
    """Events given to another member, or once more, although one may have taken them: possible copies."""
    is_configured: bool = False
    """Whether the configuration decides how long it lasts."""
    asked_until: float | None = None
    """Monotonic seconds: how long a command asked a configured one to last. It goes on until then if it is taken out of
    the configuration, or expires there."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counters since the start of the engine. Rates are differences between snapshots."""

    accepted: int
    """Events taken in."""
    unheard: int
    """Accepted events that nobody was subscribed to."""
    refused: int
    """Events refused to whoever raised them."""
    delivered: int
    """Deliveries (event x subscription) that at least one member confirmed."""
    sent: int
    """Deliveries that nobody could confirm but at least one member was sent."""
    undelivered: int
    waiting: int
    """Deliveries that have not ended yet."""
    failed: int
    """Notifications that failed, whether or not another member took the event."""
    copies: int = 0
    """Events given to another member, or once more, although one may have taken them: possible copies."""


@dataclass(frozen=True, slots=True)
class EngineSnapshot:
    """The whole engine at one moment."""

    version: str
    label: str
    at: float
    """Monotonic seconds of the engine's clock, when the snapshot was taken."""
    wall: float
    """The same moment in seconds since the epoch."""
    started_at: float
    is_stopping: bool
    figures: Figures
    subscriptions: tuple[SubscriptionRow, ...]
    events: tuple[str, ...]
    """Names that may be raised: the catalogue's and the configuration's."""
    mi_url: str | None
    """Where MI listens."""
    next_record: int
    """Number the feed's next record will get."""
    colour: Colour | None = None
    """What the label looks like."""
