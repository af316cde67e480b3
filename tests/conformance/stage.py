"""Where a captured trace is played again: real receivers for its members, and an engine on the trace's own clock."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from engine.address import TcpAddress, UdpAddress, UnixAddress, XmlRpcAddress, parse
from engine.config.model import Settings
from engine.core import Engine
from engine.event import Event
from engine.lab import Receiver, Trouble
from engine.lab.datagram import UdpReceiver, UnixReceiver
from engine.lab.stream import TcpReceiver
from engine.lab.xmlrpc import XmlRpcReceiver
from engine.options import SubscriptionOptions
from engine.transports.base import ConnectionState
from engine.transports.registry import load
from engine.transports.supervisor import STABLE_S
from tests.support.clock import FakeClock
from tests.support.waiting import until

Trace = dict[str, Any]

FOREVER_S = 3600.0


def is_silent(trace: Trace) -> bool:
    """Whether its first member reads and never answers."""
    return "silent" in trace["id"]


def is_reliable(trace: Trace) -> bool:
    """Whether the peer ran in reliable mode (our `sync_mode`)."""
    return bool(trace["config"].get("event_stream.reliable_mode"))


def make_receiver(label: str, socket: str, directory: Path) -> Receiver | None:
    """A receiver of the lab for a member of a trace, on a place of its own; None for files and brokers."""
    scheme, _, rest = socket.partition(":")
    if scheme == "udp":
        return UdpReceiver(label, UdpAddress("127.0.0.1", 0))
    if scheme == "unix":
        return UnixReceiver(label, UnixAddress(str(directory / f"{label}.sock")))
    if scheme == "tcp":
        return TcpReceiver(label, TcpAddress("127.0.0.1", 0))
    if scheme == "xmlrpc":
        return XmlRpcReceiver(label, XmlRpcAddress("127.0.0.1", 0, rest.rpartition(":")[2]))
    return None


def number_in(payload: bytes) -> int:
    """The event's index in whatever a receiver got."""
    found = re.search(rb"(?<=\bn=)\d+", payload)
    assert found, payload
    return int(found.group())


class Stage:
    """Members at real addresses, an engine, and the trace's actions."""

    def __init__(self, trace: Trace, directory: Path) -> None:
        self.trace = trace
        self.directory = directory
        self.receivers: dict[str, Receiver] = {}
        self.files: dict[str, Path] = {}
        self.down: set[str] = set()
        self.clock = FakeClock()
        self.start = self.clock.now()
        self.engine: Engine
        self.socket: str = trace["socket"]

    async def open(self) -> None:
        """Start the members that are up, put their real addresses into the socket, subscribe."""
        for label, member in self.trace["members"].items():
            await self._open_member(label, member["socket"], is_up=member["up_at_start"])
        self.socket = self.socket.replace("/peer/", f"{self.directory}/")
        tcp = load("tcp").Options(sync_mode=is_reliable(self.trace), timeout=250)
        timeout = self.trace["config"].get("event_virtual.failover_timeout", 30)
        settings = Settings(failover_timeout=timeout, transports={"tcp": tcp}, stop_timeout=1.0)
        self.engine = Engine(settings, clock=self.clock)
        self.subscribe(self.socket)

    def subscribe(self, socket: str) -> None:
        """Subscribe, or refresh."""
        timeout = self.engine.settings.failover_timeout
        options = SubscriptionOptions(failover_timeout=timeout, wait_for_member=0)  # the peer waits for nobody
        self.engine.subscribe("E_PEER_A", parse(socket), None, options)

    async def close(self) -> None:
        """Stop the engine and every receiver."""
        await self.engine.stop()
        for receiver in self.receivers.values():
            await receiver.stop()

    def mood(self, label: str) -> str:
        """How the member is now, in the words of the model."""
        if label in self.down:
            return "dead"
        if label == "A" and is_reliable(self.trace):
            if is_silent(self.trace):
                return "silent"
            if "error" in self.trace["id"]:
                return "error"
        return "up"

    async def act(self, action: str) -> None:
        """Play one action of the trace, and wait until the engine noticed what it can notice by itself."""
        who, _, what = action.partition(" ")
        if who == "re-subscribe":
            self.subscribe(self.socket.replace(" ", "   ") if "blanks" in what else self.socket)
            return
        labels = ["A", "B"] if action == "A and B up" else [who if len(who) == 1 else self._only_unix()]
        for label in labels:
            await self._act_on(label, action)
        await self.notice()

    async def raise_event(self, index: int) -> None:
        """Raise one event, and wait until it has ended or is held."""
        await self.notice()
        if is_silent(self.trace) and not self.socket.startswith("virtual:"):
            # Each timeout breaks the connection; one that had lasted is taken up again without a growing back-off.
            self.clock.advance(STABLE_S)
        has_params = "noparams" not in self.trace["id"]
        event = Event("E_PEER_A", (("n", f"n={index}"),) if has_params else ())
        self.engine.raise_event(event, "trace")
        lane = next(iter(self.engine.table)).lane
        await until(lambda: self.is_quiet(lane), f"event {index} of {self.trace['id']}")

    async def raise_settled(self) -> None:
        """Wait until what the passing of time set going has ended."""
        lane = next(iter(self.engine.table)).lane
        await until(lambda: self.is_quiet(lane), f"quiet after time passed in {self.trace['id']}")

    def is_quiet(self, lane: Any) -> bool:
        """Whether nothing moves: all has ended, or waits for a mark to run out."""
        waiting = self.engine.snapshot().figures.waiting
        return not lane.in_flight and (not waiting or lane.held_since is not None)

    async def notice(self) -> None:
        """Wait until members that are up are reachable again, and lost connections are seen."""
        lane = next(iter(self.engine.table)).lane
        labels = self.labels()
        for label, member in zip(labels, lane.members, strict=True):
            states = {ConnectionState.DOWN} if label in self.down else set(ConnectionState) - {ConnectionState.DOWN}
            states.add(ConnectionState.IDLE)
            if member.address.scheme == "udp":
                states = {ConnectionState.IDLE}  # a refusal is believed for a moment only
            if member.address.scheme == "xmlrpc" and label in self.down:
                continue  # its idle connection may be closed without our noticing before the next request
            await until(lambda m=member, s=states: m.target.transport.connection.state in s, f"{label} in {states}")

    async def arrived(self, expected: dict[str, list[int]]) -> dict[str, list[int]]:
        """What the members received, once as much as expected has come."""
        wanted = sum(map(len, expected.values()))
        await until(lambda: sum(map(len, self.received().values())) >= wanted, f"{wanted} events", 5.0)
        await asyncio.sleep(0.02)
        return self.received()

    def received(self) -> dict[str, list[int]]:
        """Event indices by member, in the order of arrival; without parameters, only how many."""
        return {label: self._numbers(label) for label in self.trace["members"]}

    def labels(self) -> list[str]:
        """The members' labels in the order of the socket."""
        members = self.socket.split()[1:] if self.socket.startswith("virtual:") else [self.socket]
        by_socket = {self._real_socket(label): label for label in self.trace["members"]}
        return [by_socket[member] for member in members if member in by_socket]

    def _numbers(self, label: str) -> list[int]:
        if label in self.receivers:
            payloads = list(self.receivers[label].received)
        else:
            path = self.files.get(label)
            payloads = path.read_bytes().splitlines() if path is not None and path.is_file() else []
        if "noparams" in self.trace["id"]:
            return list(range(len(payloads)))
        return [number_in(payload) for payload in payloads]

    async def _open_member(self, label: str, socket: str, *, is_up: bool) -> None:
        receiver = make_receiver(label, socket, self.directory)
        if receiver is None:
            path = Path(socket.partition(":")[2].replace("/peer/", f"{self.directory}/"))
            self.files[label] = path
        else:
            await receiver.start()
            self.receivers[label] = receiver
            if is_silent(self.trace) and label == "A":
                await receiver.set_trouble(Trouble.SLOW if is_reliable(self.trace) else Trouble.NONE, FOREVER_S)
            elif "error" in self.trace["id"] and label == "A":
                await receiver.set_trouble(Trouble.ERROR)
            self.socket = self.socket.replace(socket, self._real_socket(label))
        if not is_up:
            self.down.add(label)
            if receiver is not None:
                await receiver.stop()

    def _real_socket(self, label: str) -> str:
        if label in self.files:
            return f"flatstore:{self.files[label]}"
        address = self.receivers[label].address
        match address:
            case UnixAddress(path):
                return f"unix:{path}"
            case XmlRpcAddress(host, port, method):
                return f"xmlrpc:{host}:{port}:{method}"
            case _:
                return f"{address.scheme}:127.0.0.1:{address.port}"  # type: ignore[union-attr]

    async def _act_on(self, label: str, action: str) -> None:
        receiver = self.receivers[label]
        if action.endswith("drops connection"):
            await receiver.stop()
            await receiver.start()
        elif action.endswith("down"):
            self.down.add(label)
            await receiver.stop()
        else:
            assert action.endswith("up"), action
            self.down.discard(label)
            await receiver.start()

    def _only_unix(self) -> str:
        return next(label for label, r in self.receivers.items() if isinstance(r, UnixReceiver))


def load_traces(captures: Path, policy: str) -> list[Trace]:
    """The traces of one behaviour file."""
    traces: list[Trace] = json.loads((captures / f"behaviour-{policy}.json").read_text())["traces"]
    return traces
