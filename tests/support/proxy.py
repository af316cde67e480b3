"""A TCP proxy on a port of its own, to let a peer that is shared die, hang and come back for one test."""

from __future__ import annotations

import asyncio

from tests.support.waiting import until


class TcpProxy:
    """Passes everything on to a port of this machine, unless it is stopped or hangs."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._visits: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen, at first or again, on the same port; end a hang."""
        self._flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._visited, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse, and break what is connected."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for visit in tuple(self._visits):
            visit.cancel()
        await until(lambda: not self._visits, "all connections through the proxy ended")
        await server.wait_closed()

    def hang(self) -> None:
        """Take connections and bytes, and pass nothing on."""
        self._flowing.clear()

    def resume(self) -> None:
        """Go on after a hang; what came meanwhile is passed on."""
        self._flowing.set()

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None
        self._visits.add(visit)
        peer_writer: asyncio.StreamWriter | None = None
        try:
            peer_reader, peer_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
            pipes = [self._pipe(reader, peer_writer), self._pipe(peer_reader, writer)]
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(pipe) for pipe in pipes]
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in running:
                    task.cancel()
        except (OSError, asyncio.CancelledError):
            return
        finally:
            self._visits.discard(visit)
            for end in (writer, peer_writer):
                if end is not None:
                    end.transport.abort()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            return
