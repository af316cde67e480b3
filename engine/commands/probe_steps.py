"""The steps of a probe: what is tried one after the other, how long each takes, and what to do when one fails."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.address import Destination, MemberAddress, Way
from engine.address.kinds.tcp import LINES_HINT
from engine.clock import Clock
from engine.tasks import Tasks
from engine.transports.reasons import reason_of
from engine.transports.resolver import Endpoint, Resolver
from engine.transports.sockets import connected_datagram, connected_stream

DONE, FAILED, SKIPPED = "done", "failed", "skipped"

_ADVICE = (
    ("connection refused", "nothing listens there: start the receiver, or correct host and port"),
    ("host name not found", "correct the name, or ask the name server of this machine"),
    ("no such file or directory", "create the directory, or start the receiver that owns the socket"),
    ("permission denied", "let the user that the engine runs as read and write there"),
    ("is a directory", "name a file in that directory"),
    ("read-only", "choose a place that can be written to"),
    ("disk full", "make room, or write elsewhere"),
    ("quota", "make room, or write elsewhere"),
    ("does not speak", "something else listens on that port; correct it"),
    ("tls", "check use_tls, the tls_domain and its certificates"),
    ("no route", "check the network between this machine and the receiver"),
    (
        "no answer within",
        f"look whether the receiver hangs; {LINES_HINT}",
    ),
    ("timed out", "is the host up, and does a firewall let us through? else raise the transport's limits"),
    ("within", "is the host up, and does a firewall let us through? else raise the transport's limits"),
)
"""What to try, by words of the reason, where the kind of socket has no advice of its own; the first that fits."""

OTHERWISE = "look at the receiver's own log; what it says about this moment tells most"


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """One step. `took_s` is None where nothing was done."""

    name: str
    status: str
    took_s: float | None
    detail: str


class StepFailedError(Exception):
    """A step went wrong, so that the later ones cannot be tried. The text is the reason."""


@dataclass(slots=True)
class StepLog:
    """Writes the steps of one probe down."""

    clock: Clock
    steps: list[ProbeStep] = field(default_factory=list)

    async def timed(self, name: str, work: Callable[[], Awaitable[str]], limit_s: float) -> None:
        """Carry out a step within `limit_s`; its result is the detail.

        Raises:
            StepFailedError: it failed, or took too long. It is written down then.
        """
        started = self.clock.now()
        try:
            async with asyncio.timeout(limit_s):
                detail = await work()
        except StepFailedError as error:
            reason = str(error)
        except TimeoutError as error:
            reason = str(error) or f"timed out: nothing happened within {limit_s:g} s"
        except OSError as error:
            reason = reason_of(error)
        else:
            self.add(name, DONE, detail, self.clock.now() - started)
            return
        self.add(name, FAILED, reason, self.clock.now() - started)
        raise StepFailedError(reason)

    def add(self, name: str, status: str, detail: str, took_s: float | None = None) -> None:
        """Write a step down."""
        self.steps.append(ProbeStep(name, status, took_s, detail))


def advice_for(reason: str, own: Sequence[tuple[str, str]] = ()) -> str:
    """What to try about a failure. `own`: what the kind of socket advises."""
    lowered = reason.lower()
    return next((advice for words, advice in (*own, *_ADVICE) if words in lowered), OTHERWISE)


async def reach(address: MemberAddress, log: StepLog, tasks: Tasks, limit_s: float) -> None:
    """Find the receiver, and connect to it with a socket of our own, without a word.

    Raises:
        StepFailedError: it cannot be reached.
    """
    for place in address.destinations():
        await _reach_place(place, log, tasks, limit_s)


async def _reach_place(place: Destination, log: StepLog, tasks: Tasks, limit_s: float) -> None:
    match place.way:
        case Way.FILE:
            await log.timed("find", lambda: _find_file(place.path), limit_s)
            log.add("connect", SKIPPED, "a file needs no connection")
        case Way.UNIX:
            await log.timed("find", lambda: _find_socket(place.path), limit_s)
            await log.timed("connect", lambda: _connect_datagram(Endpoint(socket.AF_UNIX, place.path)), limit_s)
        case Way.DATAGRAM:
            endpoints = await _resolved(place, socket.SOCK_DGRAM, log, tasks, limit_s)
            await log.timed("connect", lambda: _connect_datagram(endpoints[0]), limit_s)
        case Way.STREAM:
            endpoints = await _resolved(place, socket.SOCK_STREAM, log, tasks, limit_s)
            await log.timed("connect", lambda: _connect_stream(endpoints, limit_s), limit_s)


async def _resolved(
    place: Destination, kind: socket.SocketKind, log: StepLog, tasks: Tasks, limit_s: float
) -> list[Endpoint]:
    found: list[Endpoint] = []
    resolver = Resolver(place.host, place.port, kind, tasks)
    await log.timed("resolve", lambda: _resolve(resolver, found), limit_s)
    return found


async def _resolve(resolver: Resolver, found: list[Endpoint]) -> str:
    found += await resolver.endpoints()
    return ", ".join(str(endpoint.sockaddr[0]) for endpoint in found)


async def _connect_datagram(endpoint: Endpoint) -> str:
    connected_datagram(endpoint).close()
    return "datagrams have no connection; a refusal shows with the second one at the latest"


async def _connect_stream(endpoints: list[Endpoint], limit_s: float) -> str:
    for endpoint in endpoints[:-1]:
        try:
            async with asyncio.timeout(limit_s / len(endpoints)):
                return await _connect_to(endpoint, limit_s)
        except (OSError, TimeoutError):
            continue  # the host's next address may do
    return await _connect_to(endpoints[-1], limit_s)


async def _connect_to(endpoint: Endpoint, limit_s: float) -> str:
    made = await connected_stream(endpoint, int(limit_s * 1000))
    made.close()
    return f"{endpoint.sockaddr[0]} port {endpoint.sockaddr[1]} takes connections"


async def _find_file(path: str) -> str:
    return await asyncio.to_thread(_about_file, Path(path))


def _about_file(path: Path) -> str:
    if path.is_dir():
        raise StepFailedError(f"is a directory: {path}")
    if path.exists():
        if not os.access(path, os.W_OK):
            raise StepFailedError(f"permission denied: {path} cannot be written to")
        return "the file is there and can be written to"
    folder = path.parent
    if not folder.is_dir():
        raise StepFailedError(f"no such file or directory: {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StepFailedError(f"permission denied: no file can be made in {folder}")
    return f"there is no such file yet; it can be made in {folder}"


async def _find_socket(path: str) -> str:
    place = Path(path)
    if not await asyncio.to_thread(place.exists):
        raise StepFailedError(f"no such file or directory: {path}")
    if not await asyncio.to_thread(place.is_socket):
        raise StepFailedError(f"{path} is no socket; connection refused")
    return "the socket is there"
