"""flatstore: a directory that can vanish, and a pipe that nobody reads in place of a disk that hangs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import BinaryIO, ClassVar

from engine.address import FlatstoreAddress
from engine.event import Event
from engine.transports.base import Transport, TransportContext
from engine.transports.flatstore.transport import FlatstoreOptions, FlatstoreTransport
from tests.contract.harness import Harness


class FlatstoreHarness(Harness):
    """The peer is the directory of the file. It dies by vanishing; what the file got until then stays readable."""

    name: ClassVar[str] = "flatstore"
    confirms: ClassVar[bool] = True

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._home = directory / "home"
        self._file = self._home / "events.log"
        self._dead: list[BinaryIO] = []
        self._reader: int | None = None
        self._piped = b""

    async def start(self) -> None:
        await self.stop()
        self._home.mkdir()

    async def stop(self) -> None:
        if self._reader is not None:
            asyncio.get_running_loop().remove_reader(self._reader)
            os.close(self._reader)
            self._reader = None
            self._file.unlink()
        if self._home.exists():
            # Renamed first, so that no new file can be made meanwhile.
            vanished = self._home.rename(self.directory / "vanished")
            for file in vanished.iterdir():
                self._dead.append(file.open("rb"))
                file.unlink()
            vanished.rmdir()

    async def close(self) -> None:
        await super().close()
        for file in self._dead:
            file.close()

    async def hang(self) -> None:
        self._file.unlink(missing_ok=True)
        os.mkfifo(self._file)
        self._reader = os.open(self._file, os.O_RDWR | os.O_NONBLOCK)
        try:
            while True:
                os.write(self._reader, bytes(4096))
        except BlockingIOError:
            return

    async def resume(self) -> None:
        assert self._reader is not None
        asyncio.get_running_loop().add_reader(self._reader, self._read, self._reader)

    def _read(self, reader: int) -> None:
        self._piped += os.read(reader, 1 << 20).lstrip(b"\0")

    def transport(self, context: TransportContext, *, timeout_ms: int) -> Transport:
        return FlatstoreTransport(FlatstoreAddress(str(self._file)), FlatstoreOptions(timeout=timeout_ms), context)

    def received(self) -> list[int]:
        contents = [*(_content(file) for file in self._dead), self._piped]
        if self._file.is_file():
            contents.append(self._file.read_bytes())
        return [int(line.split(b",")[1]) for content in contents for line in content.splitlines()]

    def refused_event(self, number: int) -> Event | None:
        return Event("E_CONTRACT", (("n", number), ("text", "\ud800")))


def _content(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


HARNESSES = (FlatstoreHarness,)
