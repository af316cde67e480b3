"""A broker of a few lines, for what a real one cannot be made to do: offer a heartbeat, fall silent, refuse."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

from pika.amqp_object import Method as AnyMethod
from pika.frame import Header, Heartbeat, Method, decode_frame
from pika.spec import Basic, Channel, Confirm, Connection

GREETING_BYTES = 8
"""What a client says first: `AMQP` and a version."""

BEAT_S = 0.3
CAPABILITIES = {"capabilities": {"publisher_confirms": True, "basic.nack": True}}


class ScriptedBroker:
    """Takes logins and publishes, and confirms; `offers` heartbeats, and sends them while `beats` is set."""

    def __init__(self, *, offers: int = 60, beats: bool = False) -> None:
        self.port = 0
        self.agreed: list[int] = []
        """The heartbeats that clients answered with."""
        self.published = 0
        self.deaf = False
        """Set for a broker that goes on reading and answers nothing any more."""
        self._offers = offers
        self._beats = beats
        self._visits: set[asyncio.Task[None]] = set()
        self.connections: list[asyncio.StreamWriter] = []

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[ScriptedBroker]:
        """Listen on a port of its own."""
        server = await asyncio.start_server(self._visited, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for visit in tuple(self._visits):
                visit.cancel()
            await asyncio.gather(*self._visits, return_exceptions=True)
            await server.wait_closed()

    def say(self, method: AnyMethod, channel: int = 0) -> None:
        """Send a method to the client that came last."""
        self.connections[-1].write(Method(channel, method).marshal())

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None
        self._visits.add(visit)
        self.connections.append(writer)
        self._beat(writer)
        try:
            await self._serve(reader)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()
            self._visits.discard(visit)

    def _beat(self, writer: asyncio.StreamWriter) -> None:
        if not writer.is_closing():
            if self._beats and self.agreed:
                writer.write(Heartbeat().marshal())
            asyncio.get_running_loop().call_later(BEAT_S, self._beat, writer)

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        await reader.readexactly(GREETING_BYTES)
        self.say(Connection.Start(server_properties=CAPABILITIES, mechanisms="PLAIN", locales="en_US"))
        data = b""
        tags: Counter[int] = Counter()
        while more := await reader.read(65536):
            data += more
            while True:
                consumed, frame = decode_frame(data)
                data = data[consumed:]
                if frame is None:
                    break
                if isinstance(frame, Header):
                    tags[frame.channel_number] += 1
                    self.published += 1
                if self.deaf:
                    continue
                if isinstance(frame, Method):
                    self._answer(frame)
                elif isinstance(frame, Header):
                    self.say(Basic.Ack(tags[frame.channel_number]), frame.channel_number)

    def _answer(self, frame: Method[AnyMethod]) -> None:
        match frame.method:
            case Connection.StartOk():
                self.say(Connection.Tune(channel_max=100, frame_max=131072, heartbeat=self._offers))
            case Connection.TuneOk(heartbeat=heartbeat):
                self.agreed.append(int(heartbeat or 0))
            case Connection.Open():
                self.say(Connection.OpenOk())
            case Connection.Close():
                self.say(Connection.CloseOk())
            case Channel.Open():
                self.say(Channel.OpenOk(), frame.channel_number)
            case Channel.Close():
                self.say(Channel.CloseOk(), frame.channel_number)
            case Confirm.Select():
                self.say(Confirm.SelectOk(), frame.channel_number)
