"""Plays a captured MI conversation against a server of ours, and tells step by step what it answered."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.commands.context import Context
from engine.config.model import MiSettings, Settings, SubscriptionSettings
from engine.core import Engine
from engine.mi.http import MiHttp
from engine.transports.base import TransportOptions
from engine.transports.flatstore.transport import FlatstoreOptions
from engine.transports.registry import load
from tests.conformance.mi_differences import Brief
from tests.support.clock import FakeClock
from tests.support.http import request
from tests.support.waiting import until

CAPTURES = Path(__file__).parent / "captures" / "mi.json"

EVENTS = (
    "E_CORE_SR_STATUS_CHANGED",
    "E_CORE_THRESHOLD",
    "E_CORE_SHM_THRESHOLD",
    "E_CORE_PKG_THRESHOLD",
    "E_CORE_PROC_AUTO_SCALE",
    "E_CORE_TCP_DISCONNECT",
    "E_FLATSTORE_ROTATION",
    "E_PEER_A",
    "E_PEER_B",
    "E_PEER_C",
    "E_PEER_D",
    "E_CORE_LOG",
)
"""What the captured server had registered, in the order of its ids."""

PRESENT = {
    "raise_event_array": (SubscriptionSettings(event="E_PEER_A", socket="udp:127.0.0.1:9101"),),
    "subscribe_from_script": (
        SubscriptionSettings(event="E_PEER_A", socket="udp:127.0.0.1:9101"),
        SubscriptionSettings(event="E_PEER_A", socket="rabbitmq:127.0.0.1/q"),
        SubscriptionSettings(event="E_PEER_A", socket="udp:127.0.0.1:9102", expire=5),
    ),
}
"""Subscriptions that the captured server's script had made before the conversation."""

OPTIONS = {
    "flat_rotate_count": FlatstoreOptions(rotate_count=3, suffix=".%S"),
    "flat_rotate_period": FlatstoreOptions(rotate_period=2, suffix=".%S"),
}
"""Settings of the captured server, in our words where they differ."""

STARTS = {"flat_rotate_period": 1038.9}
"""Where the clock starts, if it matters: a second before a period of two seconds ends, as in the capture."""

_SECONDS = re.compile(r"(?<=rot_b\.log)\.\d\d")
_TIMESTAMP = re.compile(r'"timestamp":"\d+"')
_ENDPOINT = re.compile(r"(udp|tcp|xmlrpc):(127\.0\.0\.1|localhost):(\d{4,5})")


def conversations() -> dict[str, dict[str, Any]]:
    """The captured conversations by id."""
    return {found["id"]: found for found in json.loads(CAPTURES.read_text("utf-8"))["conversations"]}


def captured(step: dict[str, Any]) -> Brief | None:
    """What the captured server did at a step, in short; None where there is nothing to compare."""
    if "receiver" in step:
        return [timeless(text) for text in step["received"]]
    if "arrival_order" in step:
        return sorted(step["arrival_order"])
    if "files" in step:
        return brief_files(step["files"])
    if "response" not in step:
        return None
    return "no answer" if step["response"] is None else brief(step["status"], step["response"])


def brief(status: int, body: str) -> Brief:
    """An answer in short. What it leaves out is compared as text, where the two are to be equal."""
    if status != 200:
        return f"HTTP {status}"
    answer = json.loads(body)
    if isinstance(answer, list):
        return f"{len(answer)} answers"
    if "error" in answer:
        return f"{answer['error']['code']} {answer['error']['message']}"
    result = answer["result"]
    if not isinstance(result, dict):
        return str(result)
    events = result["Events"] if "Events" in result else [result["Event"]]
    rows = [row for event in events for row in event.get("Subscribers", [event.get("Subscriber")]) if row]
    return [f"{row['socket']} | {row['expire']}" for row in rows] or "no subscriber"


def brief_files(files: dict[str, str]) -> list[str]:
    """Files as "name: content"; a suffix made of the clock's seconds differs from run to run."""
    return sorted(f"{_SECONDS.sub('.NN', name)}: {content}" for name, content in files.items())


def timeless(payload: str) -> str:
    """A payload without what differs from run to run."""
    return _SECONDS.sub(".NN", _TIMESTAMP.sub('"timestamp":"T"', payload))


def endpoint_of(receiver: str) -> str:
    """Which endpoint a capture means by `udp 9101`; the rotation events went to that one, too."""
    return "udp 9101" if receiver == "rotation event" else receiver


@dataclass
class Inbox:
    """A real endpoint behind a captured one."""

    server: socket.socket
    is_stream: bool
    connections: list[socket.socket] = field(default_factory=list)
    received: list[str] = field(default_factory=list)

    def drain(self) -> list[str]:
        """Everything received so far, one text a datagram, or one for the whole stream."""
        if self.is_stream:
            self._drain_stream()
        else:
            for data in _available(self.server, 65536):
                self.received.append(data.decode())
        return self.received

    def close(self) -> None:
        """Let go of the port."""
        for sock in (self.server, *self.connections):
            sock.close()

    def _drain_stream(self) -> None:
        try:
            connection, _ = self.server.accept()
            connection.setblocking(False)
            self.connections.append(connection)
        except BlockingIOError:
            pass
        for connection in self.connections:
            data = b"".join(_available(connection, 65536)).decode()
            self.received.extend(data.replace("}{", "}\n{").split("\n") if data else [])


def _available(sock: socket.socket, size: int) -> Iterator[bytes]:
    while True:
        try:
            data = sock.recv(size)
        except BlockingIOError:
            return
        if not data and sock.type == socket.SOCK_STREAM:
            return
        yield data


class Replay:
    """A server, the endpoints its captured subscribers had, and the translation between their addresses and ours."""

    def __init__(self, conversation: dict[str, Any], directory: Path) -> None:
        self.id: str = conversation["id"]
        self.steps: list[dict[str, Any]] = conversation["steps"]
        self.directory = directory
        self.clock = FakeClock(STARTS.get(self.id, 1000.0))
        self.inboxes: dict[str, Inbox] = {}
        self._elapsed = 0.0
        self._forward: dict[str, str] = {"/peer/": f"{directory}/"}
        if any("raise_event" in (step.get("request") or "") for step in self.steps):
            self._open_inboxes()
        self.engine = Engine(self._settings(), clock=self.clock)
        self._use_captured_ids(conversation)
        self._mi = MiHttp(
            Context(self.engine), MiSettings(http="127.0.0.1:0", flatstore_roots=(str(directory),), targets=("any",))
        )
        self._url = ""
        self.answer = ""
        """The last answer's body, in the capture's addresses."""

    async def start(self) -> None:
        """Start engine and server."""
        await self.engine.start()
        self._url = await self._mi.start()

    async def stop(self) -> None:
        """Stop both, close the endpoints."""
        await self._mi.stop()
        await self.engine.stop()
        for inbox in self.inboxes.values():
            inbox.close()

    async def play(self, step: dict[str, Any], expected: Brief | None) -> Brief | None:
        """Do what a step did, and tell in short what came of it; None where there is nothing to tell.

        `expected` is how long to wait: for as many payloads, or for such files.
        """
        at = step.get("at", self._elapsed)
        self.clock.advance(max(0.0, at - self._elapsed))
        self._elapsed = max(at, self._elapsed)
        if "wait" in step:
            return None
        if "receiver" in step:
            return await self._received(step["receiver"], len(expected or ()))
        if "arrival_order" in step:
            return await self._arrived(step["arrival_order"])
        if "files" in step:
            return await self._files(list(expected or ()))
        if "action" in step:
            (self.directory / "rot_a.log").rename(self.directory / "rot_a.log.1")
            return None
        return await self._call(step)

    def left_over(self) -> dict[str, list[str]]:
        """What arrived at endpoints that the conversation looks at, and was expected nowhere."""
        watched = {endpoint_of(step["receiver"]) for step in self.steps if "receiver" in step}
        return {name: box.received for name, box in self.inboxes.items() if name in watched and box.drain()}

    async def _call(self, step: dict[str, Any]) -> Brief:
        method, path = step.get("http", "POST /mi").split()
        body = self._ours(step["request"] or "").encode()
        for subscription in self.engine.table:  # the captured server waited for nobody
            lane = subscription.lane
            lane.use_options(replace(lane.context.options, wait_for_member=0))
        answer = await request(self._url, method, path, body, {"Content-Type": "application/json"})
        # The capture looked at its receivers some time later; here the clock stands still until all has arrived.
        await until(lambda: not self.engine.snapshot().figures.waiting, "every delivery to end")
        self.answer = self._theirs(answer.body.decode())
        return brief(answer.status, self.answer)

    async def _received(self, receiver: str, wanted: int) -> list[str]:
        """What a receiver got: at least as much as was wanted."""
        if receiver == "file":
            return self._last_line(self.directory / "mi_order.log")
        inbox = self.inboxes[endpoint_of(receiver)]
        await until(lambda: len(inbox.drain()) >= wanted, f"{wanted} payloads at {receiver}")
        taken, inbox.received = inbox.received, []
        return [timeless(self._theirs(text)) for text in taken]

    def _last_line(self, path: Path) -> list[str]:
        return path.read_text("utf-8").splitlines(keepends=True)[-1:]

    async def _arrived(self, receivers: list[str]) -> list[str]:
        """Who got the event. The order of arrival at different subscribers is no promise.

        See docs/event-interface.md, 7.
        """
        boxes = {name: self.inboxes[name] for name in receivers}
        await until(lambda: all(box.drain() for box in boxes.values()), f"one event at each of {receivers}")
        for box in boxes.values():
            box.received = []
        return sorted(boxes)

    async def _files(self, expected: list[str]) -> list[str]:
        def contents() -> list[str]:
            paths = [path for path in self.directory.glob("rot_*") if path.stat().st_size]
            return brief_files({path.name: path.read_text("utf-8") for path in paths})

        await until(lambda: sum(map(len, contents())) >= sum(map(len, expected)), f"the files {expected}")
        return contents()

    def _open_inboxes(self) -> None:
        text = json.dumps(self.steps) + "udp:127.0.0.1:9101"
        for scheme, host, port in dict.fromkeys(_ENDPOINT.findall(text)):
            name = f"{scheme} {port}"
            if name not in self.inboxes:
                self.inboxes[name] = _inbox(is_stream=scheme != "udp")
            free = self.inboxes[name].server.getsockname()[1]
            self._forward[f"{scheme}:{host}:{port}"] = f"{scheme}:{host}:{free}"

    def _settings(self) -> Settings:
        # Nobody answers here, as nobody's answer was read in the capture; no need to wait long for it.
        transports: dict[str, TransportOptions] = {"xmlrpc": load("xmlrpc").Options(timeout=200)}
        if self.id in OPTIONS:
            transports["flatstore"] = OPTIONS[self.id]
        present = tuple(
            entry.model_copy(update={"socket": self._ours(entry.socket_text)}) for entry in PRESENT.get(self.id, ())
        )
        return Settings(subscriptions=present, transports=transports, stop_timeout=0.5)

    def _use_captured_ids(self, conversation: dict[str, Any]) -> None:
        """Our catalogue knows more events than the captured server had modules for."""
        text = json.dumps(conversation)
        ids = {name: number for number, name in enumerate(EVENTS)}
        if "E_V0" in text:
            ids = {name: number for name, number in ids.items() if number < 8} | {f"E_V{n}": 8 + n for n in range(23)}
        self.engine.event_ids.clear()
        self.engine.event_ids.update(ids)

    def _ours(self, text: str) -> str:
        for theirs, ours in self._forward.items():
            text = text.replace(theirs, ours)
        return text

    def _theirs(self, text: str) -> str:
        for theirs, ours in self._forward.items():
            text = text.replace(ours, theirs)
        return text


def _inbox(*, is_stream: bool) -> Inbox:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM if is_stream else socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.setblocking(False)
    if is_stream:
        server.listen()
    return Inbox(server, is_stream)
