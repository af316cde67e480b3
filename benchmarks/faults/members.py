"""The members of a row: receivers in processes of their own, queues of a broker, and what can be done to them."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from benchmarks.faults.counting import Arrival
from benchmarks.faults.records import recorded
from benchmarks.processes import Child
from tests.support.rabbitmq import RabbitmqNode

ANSWER_LIMIT_S = 20.0
"""Longest wait for a receiver to do what it is told."""
READY_LIMIT_S = 20.0
"""Longest wait for somebody to read a queue."""

_numbers = count(1)
"""Of the queues of this run: each row has its own."""


class Member(ABC):
    """One member, whatever it is. It is ended by the ids of its processes."""

    record: Path
    """Where its arrivals are written down."""
    has_connection = True
    """Whether the engine is connected to it, and so can notice that it is back."""

    @property
    @abstractmethod
    def socket(self) -> str:
        """The socket text by which the engine reaches it."""

    @abstractmethod
    def hang(self) -> None:
        """Do nothing more, with everything open."""

    @abstractmethod
    def go_on(self) -> None:
        """End a hang. Harmless where there is none."""

    @abstractmethod
    def die(self) -> None:
        """End as a crash would."""

    @abstractmethod
    def come_back(self) -> None:
        """Run and listen again, at the same address."""

    @abstractmethod
    def close(self) -> None:
        """End for good."""


class Receiver(Member):
    """A process of `benchmarks.faults.receiver`. After its death a next one is started, and does not listen yet."""

    def __init__(self, kind: str, directory: Path, name: str, host: str = "127.0.0.1", port: int = 0) -> None:
        self.kind = kind
        self.record = directory / f"{name}.record"
        self.has_connection = kind not in ("udp", "unix")
        self._host = host
        self.port = port
        self._path = directory / f"{name}.socket"
        self._process = self._started()
        self.come_back()

    @property
    def socket(self) -> str:
        """The socket text by which the engine reaches it."""
        if self.kind == "unix":
            return f"unix:{self._path}"
        scheme = self.kind.removesuffix("-sync")
        return f"{scheme}:{self._host}:{self.port}" + (":bench" if scheme == "xmlrpc" else "")

    def _started(self) -> Child:
        address = str(self._path) if self.kind == "unix" else f"{self._host}:{self.port}"
        return Child("benchmarks.faults.receiver", self.kind, address, str(self.record))

    def tell(self, line: str) -> str:
        """Have it do something; its answer."""
        self._process.say(line)
        return self._process.hear(ANSWER_LIMIT_S)

    def hang(self) -> None:
        """Stop its process."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let its process go on."""
        os.kill(self._process.pid, signal.SIGCONT)

    def die(self) -> None:
        """Kill its process."""
        self._process.kill()
        self._process.close()
        self._process = self._started()

    def come_back(self) -> None:
        """Listen."""
        self.port = int(self.tell("up"))

    def close(self) -> None:
        """End its process."""
        self.go_on()
        self._process.close()


class Queue(Member):
    """A durable queue and its consumer. What is done to it is done to the whole node."""

    def __init__(self, node: RabbitmqNode, queue: str, record: Path) -> None:
        self._node = node
        self._queue = queue
        self.record = record
        self._is_hanging = False
        node.serve()
        node.declare(queue, durable=True)
        self._consumer = Child("benchmarks.faults.consumer", str(node.port), queue, str(record))
        self._until_read(0)

    @property
    def socket(self) -> str:
        """The socket text by which the engine reaches it."""
        return self._node.socket_text(self._queue)

    def hang(self) -> None:
        """Stop the node."""
        self._node.signal(signal.SIGSTOP)
        self._is_hanging = True

    def go_on(self) -> None:
        """Let the node go on."""
        if self._is_hanging:
            self._node.signal(signal.SIGCONT)
            self._is_hanging = False

    def die(self) -> None:
        """Kill the node."""
        self._node.kill()

    def come_back(self) -> None:
        """Start the node; returns when the queue is read again."""
        marks = len(self._marks())
        self._node.start()
        self._until_read(marks)

    def close(self) -> None:
        """End the consumer."""
        self.go_on()
        self._consumer.close()

    def _marks(self) -> list[Arrival]:
        return [one for one in recorded(self.record) if one.number < 0]

    def _until_read(self, marks: int) -> None:
        deadline = time.monotonic() + READY_LIMIT_S
        while len(self._marks()) <= marks:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody reads {self._queue} within {READY_LIMIT_S:.0f} s")
            time.sleep(0.02)


class Scene:
    """All members of a row, in order, and the broker where one of them is a queue."""

    def __init__(self, members: Sequence[Member], broker: RabbitmqNode | None = None) -> None:
        self.members = members
        self._broker = broker

    @property
    def broker(self) -> RabbitmqNode:
        """The broker."""
        assert self._broker is not None, "this row has no broker"
        return self._broker

    def receiver(self, place: int) -> Receiver:
        """A member that can be told what to do."""
        member = self.members[place]
        assert isinstance(member, Receiver)
        return member


@contextmanager
def scene(kinds: Sequence[str], broker: RabbitmqNode | None = None, *, has_one_port: bool = False) -> Iterator[Scene]:
    """Members of these kinds; `has_one_port`: all on the port of the first, at addresses 127.0.0.1, .2, ..."""
    with tempfile.TemporaryDirectory(prefix="switchboard-faults-") as directory, ExitStack() as stack:
        members: list[Member] = []
        for place, kind in enumerate(kinds):
            made = _member(kind, Path(directory), place, broker, members if has_one_port else [])
            stack.callback(made.close)
            members.append(made)
        yield Scene(members, broker)


def _member(kind: str, directory: Path, place: int, broker: RabbitmqNode | None, before: Sequence[Member]) -> Member:
    name = f"member{place}"
    if kind == "rabbitmq":
        assert broker is not None
        return Queue(broker, f"faults{next(_numbers)}", directory / f"{name}.record")
    if not before:
        return Receiver(kind, directory, name)
    first = before[0]
    assert isinstance(first, Receiver)
    return Receiver(kind, directory, name, f"127.0.0.{place + 1}", first.port)
