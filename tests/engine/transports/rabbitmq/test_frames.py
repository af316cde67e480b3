"""Frames that are made at once are byte for byte what pika makes one by one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pika import BasicProperties
from pika.connection import Connection
from pika.frame import Body, Header, Method
from pika.spec import Basic

from engine.transports.rabbitmq.frames import Publisher

FRAME_MAX = 4096


class Written:
    """A channel in place of pika's, which writes down what it is given."""

    def __init__(self, number: int = 1) -> None:
        self.channel_number = number
        self.is_open = True
        self.joined = b""
        self.one_by_one: list[tuple[Any, ...]] = []
        self.connection = SimpleNamespace(
            params=SimpleNamespace(frame_max=FRAME_MAX), _output_marshaled_frames=self._output
        )

    def _output(self, frames: list[bytes]) -> None:
        self.joined += b"".join(frames)

    def basic_publish(self, *arguments: Any, mandatory: bool) -> None:
        """What pika's channel has for one message."""
        self.one_by_one.append((*arguments, mandatory))


def publisher(channel: Any, properties: BasicProperties) -> Publisher:
    return Publisher(channel, "events", "a.key", properties, mandatory=True)


@pytest.mark.parametrize("properties", [BasicProperties(), BasicProperties(delivery_mode=2)])
@pytest.mark.parametrize("number", [1, 258])
def test_the_bytes_are_those_of_pika(number: int, properties: BasicProperties) -> None:
    bodies = [b"x", b"hello", b"y" * (FRAME_MAX - 8), b"again"]
    written = Written(number)
    publisher(written, properties).publish([memoryview(body) for body in bodies])
    method = Method(number, Basic.Publish(exchange="events", routing_key="a.key", mandatory=True)).marshal()
    assert written.joined == b"".join(
        method + Header(number, len(body), properties).marshal() + Body(number, body).marshal() for body in bodies
    )
    assert not written.one_by_one


@pytest.mark.parametrize("bodies", [[b"small", b"z" * (FRAME_MAX - 7)], [b"small", b""]])
def test_what_does_not_fit_one_frame_is_left_to_pika(bodies: list[bytes]) -> None:
    written = Written()
    properties = BasicProperties()
    publisher(written, properties).publish(bodies)
    assert written.one_by_one == [("events", "a.key", body, properties, True) for body in bodies]
    assert not written.joined


def test_a_closed_channel_is_left_to_pika_which_says_so() -> None:
    written = Written()
    made = publisher(written, BasicProperties())
    written.is_open = False
    made.publish([b"late"])
    assert len(written.one_by_one) == 1
    assert not written.joined


def test_pika_has_what_is_not_public() -> None:
    assert callable(Connection._output_marshaled_frames)
