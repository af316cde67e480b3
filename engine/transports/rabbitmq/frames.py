"""Publishes many messages with one write, through pika's connection: the frames before the body are made once.

pika makes three frames with a dozen Python calls for each message. What it has no public way for, handing over bytes
that are framed already, is kept in this one place (`_emit`); it owns the connection, its buffers and its heartbeats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pika import BasicProperties
from pika.channel import Channel
from pika.frame import Header, Method
from pika.spec import FRAME_END, Basic

_FRAME_OVERHEAD = 8
"""Bytes of a frame beside its payload: type, channel, size, end (AMQP 0-9-1, section 4.2.3)."""

_END = bytes((FRAME_END,))
_BODY = b"\x03"


class Publisher:
    """Messages to one exchange and key on one channel."""

    def __init__(
        self, channel: Channel, exchange: str, key: str, properties: BasicProperties, *, mandatory: bool
    ) -> None:
        self.channel = channel
        self._exchange = exchange
        self._key = key
        self._properties = properties
        self._mandatory = mandatory
        number: int = channel.channel_number
        publish = Basic.Publish(exchange=exchange, routing_key=key, mandatory=mandatory)
        header: bytes = Header(number, 0, properties).marshal()
        # A header frame: type, channel and size (7), class and weight (4), the body's size (8), properties, end.
        self._before_size: bytes = Method(number, publish).marshal() + header[:11]
        self._after_size = header[19:] + _BODY + number.to_bytes(2, "big")
        connection: Any = channel.connection
        self._body_max: int = connection.params.frame_max - _FRAME_OVERHEAD
        self._emit = connection._output_marshaled_frames

    def publish(self, bodies: Sequence[bytes | memoryview]) -> None:
        """Hand the messages to the connection, which writes them as the broker reads.

        Raises:
            pika.exceptions.AMQPError: the channel is closed.
        """
        sizes = set(map(len, bodies))
        if not self.channel.is_open or not sizes or not 0 < min(sizes) <= max(sizes) <= self._body_max:
            for body in bodies:
                self.channel.basic_publish(
                    self._exchange, self._key, bytes(body), self._properties, mandatory=self._mandatory
                )
            return
        heads = {size: self._head(size) for size in sizes}
        self._emit([b"".join([piece for body in bodies for piece in (heads[len(body)], body, _END)])])

    def _head(self, size: int) -> bytes:
        """Everything that stands before a body of `size` bytes."""
        return self._before_size + size.to_bytes(8, "big") + self._after_size + size.to_bytes(4, "big")
