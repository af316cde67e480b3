"""A private RabbitMQ node that hangs, blocks, dies and comes back, and a queue at it as a member."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.consumer import NAME
from benchmarks.faults.counting import Arrival
from benchmarks.faults.members import Member
from benchmarks.faults.records import recorded
from benchmarks.processes import Child
from tests.support.rabbitmq import RabbitmqNode

READY_LIMIT_S = 20.0
FORCE_LIMIT_S = 5.0
SERVANT = """
Others = fun() ->
  [Pid ||
    [{{pid, Pid}}, {{client_properties, Told}}] <- rabbit_networking:connection_info_all([pid, client_properties]),
    not lists:member({{<<"connection_name">>, longstr, <<"{consumer}">>}}, Told)]
end,
Look = fun Look(WasAlarmed) ->
  IsAlarmed = filelib:is_regular("{alarm}"),
  case {{WasAlarmed, IsAlarmed}} of
    {{false, true}} -> vm_memory_monitor:set_vm_memory_high_watermark(0.0000001);
    {{true, false}} -> vm_memory_monitor:set_vm_memory_high_watermark(0.4);
    _ -> ok
  end,
  case filelib:is_regular("{force}") of
    true -> file:delete("{force}"), [rabbit_networking:close_connection(Pid, "forced out") || Pid <- Others()];
    false -> ok
  end,
  timer:sleep(10),
  Look(IsAlarmed)
end,
spawn(fun() -> Look(false) end).
"""
"""What runs inside the node, and does at once what files tell it. rabbitmqctl starts a whole machine of Erlang for each
call, which takes seconds and the processor that the row needs. The watermarks are one that is always passed, and the
default."""


class Broker:
    """The node. Each row has a queue of its own at it."""

    def __init__(self, node: RabbitmqNode) -> None:
        self.node = node
        self._alarm = node.directory / "alarm"
        self._force = node.directory / "force"
        self._queues = 0
        self._has_servant = False

    def member(self, directory: Path, name: str) -> Queue:
        """A member: a new queue, and what reads it."""
        if not self._has_servant:
            self.node.control("eval", SERVANT.format(consumer=NAME, alarm=self._alarm, force=self._force))
            self._has_servant = True
        self._queues += 1
        return Queue(self, f"faults{self._queues}", directory / f"{name}.record")

    def alarm(self) -> None:
        """Raise the memory alarm: who publishes is told so, and not read any more."""
        self._alarm.touch()

    def calm(self) -> None:
        """End the alarm."""
        self._alarm.unlink()

    def force_out(self) -> None:
        """Close every connection but the consumer's, with CONNECTION_FORCED.

        Raises:
            TimeoutError: the node does not.
        """
        self._force.touch()
        deadline = time.monotonic() + FORCE_LIMIT_S
        while self._force.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the node closes no connections within {FORCE_LIMIT_S:.0f} s")
            time.sleep(0.01)

    def die(self) -> None:
        """End the node as a crash would."""
        self.node.kill()
        self._has_servant = False


class Queue(Member):
    """A durable queue and its consumer. What is done to it is done to the whole node."""

    def __init__(self, broker: Broker, queue: str, record: Path) -> None:
        self._broker = broker
        self._node = node = broker.node
        self._queue = queue
        self.record = record
        self._is_hanging = False
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
        self._broker.die()

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


@contextmanager
def private_broker() -> Iterator[Broker]:
    """A node of this run's own, ended by the ids of its processes."""
    with tempfile.TemporaryDirectory(prefix="switchboard-faults-", ignore_cleanup_errors=True) as directory:
        node = RabbitmqNode(Path(directory))
        try:
            node.start()
            yield Broker(node)
        finally:
            node.stop()
