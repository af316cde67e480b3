"""Finds transports by socket prefix, through entry points; a class is imported when it is first needed."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from engine.errors import SwitchboardError
from engine.transports.base import Transport

GROUP = "switchboard.transports"


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def schemes() -> tuple[str, ...]:
    """The socket prefixes that have a transport, without importing any."""
    return tuple(sorted(_entry_points()))


def no_transport(scheme: str) -> str:
    """What is said where a socket prefix has no transport."""
    return f"no transport for {scheme}: sockets; there are {', '.join(schemes())}"


@cache
def load(scheme: str) -> type[Transport]:
    """The transport for a socket prefix.

    Raises:
        SwitchboardError: when there is none, or it cannot be imported.
    """
    point = _entry_points().get(scheme)
    if point is None:
        raise SwitchboardError(no_transport(scheme))
    try:
        loaded: type[Transport] = point.load()
    except ImportError as error:
        raise SwitchboardError(f"the transport for {scheme}: sockets cannot be loaded: {error}") from error
    return loaded
