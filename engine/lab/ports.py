"""Free ports for a demo: what is taken is replaced, in the receivers and in everything that sends to them."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from engine.address import (
    Address,
    MemberAddress,
    VirtualAddress,
    parse,
    parse_member,
    printed,
)
from engine.config.model import LabSettings, MiSettings, Settings, SubscriptionSettings
from engine.lab.endpoint import Endpoint, endpoint_of
from engine.lab.receiver import LabError
from engine.transports.reasons import reason_of

_Moves: TypeAlias = dict[Endpoint, int]


class PortChange(NamedTuple):
    """A port that could not be had, and the one that is used instead."""

    what: str
    """A receiver's name, or "MI"."""
    wanted: int
    used: int
    reason: str


async def prepare_ports(settings: Settings) -> tuple[Settings, tuple[PortChange, ...]]:
    """A copy of `settings` whose lab and MI listen on ports that are free now, and what was changed.

    A receiver's new port is also put into every subscription that sends there. For demos only: elsewhere a taken port
    is an error.

    Raises:
        SwitchboardError: a socket does not parse, or there is no free port at all.
    """
    wanted = _wanted(settings)
    changes = await _changes(wanted)
    moves = {endpoint: change.used for endpoint, change in changes.items()}
    update = {
        "lab": settings.lab and _moved_lab(settings.lab, moves),
        "mi": settings.mi and _moved_mi(settings.mi, moves),
        "subscriptions": tuple(_moved_subscription(one, moves) for one in settings.subscriptions),
    }
    return settings.model_copy(update=update), tuple(changes.values())


class TakenPort(NamedTuple):
    """A place to listen that cannot be had now."""

    what: str
    """A receiver's name, or "MI"."""
    place: str
    """`HOST:PORT`."""
    reason: str


async def taken_ports(settings: Settings) -> tuple[tuple[TakenPort, ...], int]:
    """Where the settings want to listen and cannot now, and how many places they want to listen at in all."""
    wanted = _wanted(settings)
    with ExitStack() as held:
        taken = await _taken(held, wanted)
    places = [
        TakenPort(wanted[endpoint], f"{endpoint.place}:{endpoint.port}", reason) for endpoint, reason in taken.items()
    ]
    return tuple(places), len(wanted)


def _wanted(settings: Settings) -> dict[Endpoint, str]:
    """Where something is to listen on a port -> what it is."""
    wanted = {}
    for receiver in settings.lab.receivers if settings.lab else ():
        endpoint = endpoint_of(parse_member(receiver.socket))
        if endpoint is not None and endpoint.port:
            wanted[endpoint] = receiver.name
    if settings.mi is not None and settings.mi.http is not None:
        wanted[_mi_endpoint(settings.mi.http)] = "MI"
    return wanted


async def _changes(wanted: dict[Endpoint, str]) -> dict[Endpoint, PortChange]:
    """The endpoints that cannot be had. All sockets stay bound until the end, so that no port is given out twice."""
    changes = {}
    with ExitStack() as held:
        for endpoint, reason in (await _taken(held, wanted)).items():
            what = wanted[endpoint]
            try:
                used = await _bind(held, endpoint._replace(port=0))
            except OSError as error:
                raise LabError(f"no free port for {what} on {endpoint.place}: {reason_of(error)}") from error
            changes[endpoint] = PortChange(what, endpoint.port, used, reason)
    return changes


async def _taken(held: ExitStack, wanted: dict[Endpoint, str]) -> dict[Endpoint, str]:
    """Why some endpoints cannot be had. The others are listened at until `held` is closed."""
    taken = {}
    for endpoint in wanted:
        try:
            await _bind(held, endpoint)
        except OSError as error:
            taken[endpoint] = reason_of(error)
    return taken


async def _bind(held: ExitStack, endpoint: Endpoint) -> int:
    """Listen at `endpoint` until `held` is closed; the port, which the system chooses for 0.

    Raises:
        OSError: somebody has it already, or the host is not of this machine.
    """
    kind = socket.SOCK_DGRAM if endpoint.is_datagram else socket.SOCK_STREAM
    found = await asyncio.get_running_loop().getaddrinfo(endpoint.place, endpoint.port, type=kind)
    family, kind, protocol, _, place = found[0]
    bound = held.enter_context(socket.socket(family, kind, protocol))
    if kind == socket.SOCK_STREAM:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(place)
    if kind == socket.SOCK_STREAM:
        bound.listen(1)
    port: int = bound.getsockname()[1]
    return port


def _mi_endpoint(http: str) -> Endpoint:
    host, _, port = http.rpartition(":")
    return Endpoint("mi", host.strip("[]"), int(port))


def _moved_mi(mi: MiSettings, moves: _Moves) -> MiSettings:
    port = None if mi.http is None else moves.get(_mi_endpoint(mi.http))
    if mi.http is None or port is None:
        return mi
    return mi.model_copy(update={"http": f"{mi.http.rpartition(':')[0]}:{port}"})


def _moved_lab(lab: LabSettings, moves: _Moves) -> LabSettings:
    receivers = (one.model_copy(update={"socket": _moved_text(one.socket, moves)}) for one in lab.receivers)
    return lab.model_copy(update={"receivers": tuple(receivers)})


def _moved_subscription(subscription: SubscriptionSettings, moves: _Moves) -> SubscriptionSettings:
    update: dict[str, object] = {}
    if subscription.socket is not None:
        update["socket"] = _moved_text(subscription.socket, moves)
    if subscription.members is not None:
        update["members"] = tuple(_moved_text(member, moves) for member in subscription.members)
    return subscription.model_copy(update=update)


def _moved_text(text: str, moves: _Moves) -> str:
    """The socket with its new ports, written in full; the text as it was where nothing moved."""
    if not moves:
        return text
    address = parse(text)
    moved: Address = (
        replace(address, members=tuple(_moved(member, moves) for member in address.members))
        if isinstance(address, VirtualAddress)
        else _moved(address, moves)
    )
    return text if moved == address else printed(moved, secrets=True)


def _moved(address: MemberAddress, moves: _Moves) -> MemberAddress:
    endpoint = endpoint_of(address)
    if endpoint in moves:
        return address.changed(port=moves[endpoint])
    return address
