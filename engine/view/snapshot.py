"""What a console sees: immutable rows, complete enough to draw from. Secrets are masked before they get here.

Rows are many, so they are written as arrays of their values (engine/view/codec.py): a new field comes last in its
class, with a default. Then older and newer ones understand each other.
"""

from __future__ import annotations

from msgspec import Struct

from engine.address import PolicyName
from engine.bounds import Count, Moment, Seconds, Wall
from engine.health import State
from engine.options import Colour
from engine.transports.base import ConnectionState


class MemberRow(Struct, frozen=True, array_like=True):
    """One member. Times are monotonic seconds of the engine's clock; compare them with `EngineSnapshot.at`."""

    index: Count
    """Position in its subscription, from 0."""
    socket: str
    """Masked socket text."""
    scheme: str
    state: State
    since: Moment
    """When the state began."""
    skipped_until: Moment | None
    """FAILOVER: when its mark runs out and it is due."""
    connection: ConnectionState
    is_next: bool
    """Whether the next event goes to it first (▶ on the dashboard). PARALLEL has no next."""
    error: str | None
    error_at: Moment | None
    delivered: Count
    sent: Count
    failed: Count
    refused: Count
    """Notifications refused because its queue was full; also counted in `failed`."""
    waiting: Count
    """Notifications in its queue."""
    in_flight: Count
    """Notifications that its transport was handed and has not settled."""
    latency_p50_s: Seconds | None
    latency_p99_s: Seconds | None
    """Both of the last minute in which it took anything."""
    history: str
    """The last outcomes, oldest first, one sign each: ✓ delivered, ~ sent, ✖ failed, · not chosen."""
    latency_now_s: tuple[Seconds, ...] = ()
    """p50, p90 and p99 of the last seconds in which it took anything; empty before."""
    taken_lately: Count = 0
    """Notifications that it took in the minute before its row was made."""
    took_at: Moment | None = None
    """When it took something last."""


class SubscriptionRow(Struct, frozen=True, array_like=True):
    """One subscription and its members. `version` changes whenever anything in the row does."""

    id: str
    version: Count
    event: str
    policy: PolicyName | None
    """None for a plain socket."""
    socket: str
    """Masked, normal form."""
    expires_at: Moment | None
    """Monotonic seconds; None is permanent."""
    failover_timeout: Seconds | None
    """Seconds; only FAILOVER has one."""
    members: tuple[MemberRow, ...]
    delivered: Count
    sent: Count
    undelivered: Count
    waiting: Count
    """Events not settled yet, wherever they wait."""
    held_since: Moment | None
    """FAILOVER: since when events wait because every member is marked or paused."""
    last_undelivered: str | None
    """Reason of the last undelivered event."""
    copies: Count = 0
    """Events given to another member, or once more, although one may have taken them: possible copies."""
    is_configured: bool = False
    """Whether the configuration decides how long it lasts."""
    asked_until: Moment | None = None
    """Monotonic seconds: how long a command asked a configured one to last. It goes on until then if it is taken out of
    the configuration, or expires there."""


class Figures(Struct, frozen=True):
    """Counters since the start of the engine. Rates are differences between snapshots."""

    accepted: Count
    """Events taken in."""
    unheard: Count
    """Accepted events that nobody was subscribed to."""
    refused: Count
    """Events refused to whoever raised them."""
    delivered: Count
    """Deliveries (event x subscription) that at least one member confirmed."""
    sent: Count
    """Deliveries that nobody could confirm but at least one member was sent."""
    undelivered: Count
    waiting: Count
    """Deliveries that have not ended yet."""
    failed: Count
    """Notifications that failed, whether or not another member took the event."""
    copies: Count = 0
    """Events given to another member, or once more, although one may have taken them: possible copies."""


class EngineSnapshot(Struct, frozen=True):
    """The whole engine at one moment."""

    version: str
    label: str
    at: Moment
    """Monotonic seconds of the engine's clock, when the snapshot was taken."""
    wall: Wall
    """The same moment in seconds since the epoch."""
    started_at: Moment
    is_stopping: bool
    figures: Figures
    subscriptions: tuple[SubscriptionRow, ...]
    events: tuple[str, ...]
    """Names that may be raised: the catalogue's and the configuration's."""
    mi_url: str | None
    """Where MI listens."""
    next_record: Count
    """Number the feed's next record will get."""
    colour: Colour | None = None
    """What the label looks like."""
