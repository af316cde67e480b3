"""The configuration's types. The JSON Schema, the checker and the engine all read these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from engine.address import PolicyName
from engine.config.options import entry_fields, overall_fields
from engine.event import NAME_MAX
from engine.options import OPTIONS, Colour, SubscriptionOptions
from engine.transports.base import TransportOptions

EventName = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]


class Section(BaseModel):
    """A part of the configuration: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(Section):
    """What an entry of `subscriptions` says beside the options."""

    event: EventName = Field(description="Name of the event.")
    socket: str | None = Field(None, description="Socket text, plain or virtual.")
    policy: PolicyName | None = Field(None, description="Policy, together with `members` instead of `socket`.")
    members: tuple[str, ...] | None = Field(None, description="Member sockets, in order.")
    expire: float | None = Field(None, gt=0, description="Seconds until it ends; absent is permanent.")


class Label(Section):
    """What an engine is called."""

    label: str = Field("", description="What this engine is called, for example LAB or PRODUCTION.")
    colour: Colour | None = Field(None, description="Of the label in the console.")


if TYPE_CHECKING:

    class _EntryWithOptions(Entry):
        pass

    class _LabelWithOptions(Label):
        pass

else:
    # The fields are those that `SubscriptionOptions` declares, so that no option is named twice.
    _EntryWithOptions = create_model("_EntryWithOptions", __base__=Entry, **entry_fields())
    _LabelWithOptions = create_model("_LabelWithOptions", __base__=Label, **overall_fields())


class SubscriptionSettings(_EntryWithOptions):
    """One entry of `subscriptions`: either `socket`, or `policy` and `members`."""

    @property
    def socket_text(self) -> str:
        """The socket as one text, whichever way it was written."""
        if self.socket is not None:
            return self.socket
        return f"virtual:{self.policy} {' '.join(self.members or ())}"


class MiSettings(Section):
    """Where the management interface listens and what it allows."""

    http: str | None = Field(None, description="HOST:PORT of MI over HTTP; OpenSIPS' own is 127.0.0.1:8888.")
    flatstore_roots: tuple[str, ...] = Field((), description="Directories below which MI may subscribe flat files.")
    targets: tuple[str, ...] = Field(
        ("caller", "private"),
        description="Where MI may have the engine send: any, caller, loopback, private, networks and host names, "
        "each with :PORT or without; paths of unix sockets.",
    )
    allow: tuple[str, ...] = Field((), description="Commands that MI offers beside those that are open to everyone.")
    allowed_hosts: tuple[str, ...] = Field((), description="Further values of the Host header that are taken.")


class ReceiverSettings(Section):
    """A receiver of the lab, for demos: something real that listens where a member sends."""

    name: str = Field(description="Name shown in the console.")
    socket: str = Field(description="Socket that it receives for: udp, unix, tcp or xmlrpc.")


class GeneratorSettings(Section):
    """A gentle stream of realistic events, for demos."""

    events: tuple[EventName, ...] = Field(description="Names, raised in turn.")
    rate: float = Field(2.0, gt=0, le=100_000, description="Events per second.")


class LabSettings(Section):
    """Receivers and generator of a demo."""

    receivers: tuple[ReceiverSettings, ...] = ()
    generator: GeneratorSettings | None = None


class ConsoleSettings(Section):
    """What the console is to be like. The engine has no use for it."""

    keys: Mapping[str, str] = Field(default_factory=dict, description="Keys by action, parted by commas.")


class Settings(_LabelWithOptions):
    """A whole configuration. `transports` holds each transport's own options, already checked by its class."""

    queue_bytes: int = Field(64 << 20, ge=1 << 20, description="Bytes that may wait in each queue, about.")
    feed_bytes: int = Field(64 << 20, ge=1 << 20, description="Bytes that the feed of past deliveries keeps, about.")
    inbox_size: int = Field(10_000, gt=0, description="Events that may wait to be dispatched.")
    subscription_limit: int = Field(10_000, gt=0, description="Subscriptions that there may be at most.")
    raise_limit: int = Field(
        100_000, gt=0, description="Times that the console raises an event in one go, or a second."
    )
    stop_timeout: float = Field(5.0, ge=0, description="Seconds that notifications in flight get at a clean stop.")
    events: tuple[EventName, ...] = Field((), description="Event names beside the catalogue's.")
    subscriptions: tuple[SubscriptionSettings, ...] = ()
    transports: Mapping[str, Any] = Field(default_factory=dict, description="Settings by socket prefix.")
    mi: MiSettings | None = None
    lab: LabSettings | None = None
    console: ConsoleSettings | None = None

    def options_for(self, subscription: SubscriptionSettings) -> SubscriptionOptions:
        """The subscription's options, with the global ones where it has none of its own."""
        own = {name: value for name in OPTIONS if (value := getattr(subscription, name)) is not None}
        return replace(self.default_options(), **own)

    def default_options(self) -> SubscriptionOptions:
        """The options of a subscription that has none of its own."""
        overall = {name: getattr(self, name) for name, option in OPTIONS.items() if option.overall is not None}
        return SubscriptionOptions(**overall)

    def transport_options(self, scheme: str) -> TransportOptions | None:
        """The checked options of a transport; None when the configuration says nothing of it."""
        options = self.transports.get(scheme)
        return options if isinstance(options, TransportOptions) else None
