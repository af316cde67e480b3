"""The reader of a queue: `python -m benchmarks.faults.consumer PORT QUEUE RECORD`.

It writes down every message (see `benchmarks.faults.records`). When its connection breaks it connects again, at once
and for as long as it takes; what the broker then delivers again is no second copy. It ends with its standard input.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pika
import pika.exceptions

from benchmarks.faults.records import LISTENING, Record, numbers_in

NAME = "faults consumer"
"""Its name at the broker, by which its connection is told from the engine's."""

PAUSE_S = 0.02
UNACKED = 100
"""Messages that are acknowledged together."""


class Consumer:
    """Reads for ever."""

    def __init__(self, port: int, queue: str, record: Record) -> None:
        self._parameters = pika.ConnectionParameters(
            "127.0.0.1", port, heartbeat=0, client_properties={"connection_name": NAME}
        )
        self._queue = queue
        self._record = record
        self._seen: set[int] = set()

    def run(self) -> None:
        """Consume, and again whenever the connection is lost."""
        while True:
            try:
                with pika.BlockingConnection(self._parameters) as connection:
                    self._consume(connection.channel())
            except (pika.exceptions.AMQPError, OSError):
                time.sleep(PAUSE_S)  # it is down, or going down: that is what is measured

    def _consume(self, channel: Any) -> None:
        channel.queue_declare(self._queue, durable=True)
        channel.basic_qos(prefetch_count=10 * UNACKED)
        channel.basic_consume(self._queue, self._take)
        self._record.note([LISTENING])
        channel.start_consuming()

    def _take(self, channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        numbers, _ = numbers_in(body)
        if not (method.redelivered and self._seen.issuperset(numbers)):
            self._record.note(numbers)
            self._seen.update(numbers)
        if method.delivery_tag % UNACKED == 0:
            channel.basic_ack(method.delivery_tag, multiple=True)


def main(port: int, queue: str, record: Path) -> None:
    """Until standard input ends."""
    consumer = Consumer(port, queue, Record(record))
    threading.Thread(target=consumer.run, name="consumer", daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
