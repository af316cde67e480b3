"""One open flat file: appended to, checked and closed through `aiofiles`, each step on the file's own thread."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from concurrent.futures import Future
from contextlib import suppress
from io import FileIO
from pathlib import Path

import aiofiles.os
from aiofiles.threadpool import wrap
from aiofiles.threadpool.binary import AsyncFileIO

from engine.transports.flatstore.file_thread import FileThread
from engine.transports.flatstore.rotation import kept_numbers
from engine.transports.reasons import reason_of

PIPE_PAUSE_S = 0.01
"""A full pipe is asked again after so long; the event loop cannot wait for a regular file, so neither waits."""

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK

_fstat = aiofiles.os.wrap(os.fstat)
_fsync = aiofiles.os.wrap(os.fsync)


def _write_and_look(raw: FileIO, data: memoryview) -> tuple[int | None, int]:
    """Write, and count the names that lead to the file then: one visit to the thread for both."""
    count = raw.write(data)
    return count, os.fstat(raw.fileno()).st_nlink


_append = aiofiles.os.wrap(_write_and_look)


class FlatFile:
    """A file open for appending. `O_APPEND` lets other writers of the same file be; a pipe or a device will do too."""

    def __init__(self, path: str, raw: FileIO, thread: FileThread) -> None:
        """Look at a file that was just opened; blocks. Use `open`."""
        info = os.fstat(raw.fileno())
        self.path = path
        self.identity = (info.st_dev, info.st_ino)
        self.is_regular = stat.S_ISREG(info.st_mode)
        self.size = info.st_size
        """Bytes that were there when it was opened."""
        self.modified_at = info.st_mtime
        self.is_torn = self.is_regular and _ends_torn(path, info.st_size)
        """Whether it ends within a line, so that the next one must begin with a line feed."""
        self.written = 0
        """Bytes of the present `append` that are in the file for sure; a line feed put before them not counted."""
        self.was_deleted = False
        """Whether no name led to the file any more behind the last write."""
        self._raw = raw
        self._thread = thread
        self._file: AsyncFileIO = wrap(raw, executor=thread)

    @classmethod
    async def open(cls, path: str, mode: int, thread: FileThread) -> FlatFile:
        """Open or create the file at `path`; a new one gets the permissions `mode`, whatever the umask.

        Raises:
            OSError, ValueError: when it cannot be.
        """
        opening = thread.submit(cls._open, path, mode, thread)
        try:
            return await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_late)
            raise

    @classmethod
    def _open(cls, path: str, mode: int, thread: FileThread) -> FlatFile:
        raw = FileIO(path, "ab", opener=lambda name, _flags: _descriptor(name, mode))
        try:
            return cls(path, raw, thread)
        except BaseException:
            raw.close()
            raise

    async def append(self, data: bytes | memoryview, *, fsync: bool) -> None:
        """Write all of `data`, in as few writes as the system allows, usually one.

        Raises:
            OSError: it failed; `written` says how far it came.
        """
        self.written = 0
        if self.is_torn:
            await self._write(memoryview(b"\n"))
            self.is_torn = False
        view = memoryview(data)
        while self.written < len(view):
            self.written += await self._write(view[self.written :])
        if fsync:
            await self._sync()

    async def cut(self, count: int) -> None:
        """Take the last `count` bytes back, a torn line that failed; not where another process wrote behind them."""
        if not count or not self.is_regular:
            return
        end = await self._file.tell()
        if (await _fstat(self._raw.fileno(), executor=self._thread)).st_size == end:
            await self._file.truncate(end - count)

    async def is_deleted(self) -> bool:
        """Whether no name leads to the file any more, so that what is written to it is lost."""
        if not self.is_regular:
            return False
        return (await _fstat(self._raw.fileno(), executor=self._thread)).st_nlink == 0

    async def is_in_place(self) -> bool:
        """Whether its path still leads to it: it was neither moved nor deleted nor replaced."""
        try:
            status = await aiofiles.os.stat(self.path, executor=self._thread)
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) == self.identity

    async def retire(self, keep: int) -> str:
        """Rename the file to `path`.N, one more than the highest N there is; returns that name.

        Of the files that were renamed so, the newest `keep` stay, or all with 0.

        Raises:
            OSError: it cannot be renamed, or an old one cannot be removed.
        """
        directory, stem = os.path.split(self.path)
        numbers = kept_numbers(await aiofiles.os.listdir(directory or ".", executor=self._thread), stem)
        numbers.append(numbers[-1] + 1 if numbers else 1)
        name = f"{self.path}.{numbers[-1]}"
        await aiofiles.os.rename(self.path, name, executor=self._thread)
        for number in numbers[:-keep] if keep else ():
            await aiofiles.os.remove(f"{self.path}.{number}", executor=self._thread)
        return name

    async def close(self) -> None:
        """Close it. Raises OSError where the system only now tells of a lost write (NFS)."""
        await self._file.close()

    def abandon(self) -> None:
        """Close it as soon as its thread comes back from a call that hangs, without waiting for that."""
        self._thread.submit(self.close_now)

    def close_now(self) -> None:
        """Close it; blocks, for the file's own thread. What the system says then comes too late for anybody."""
        with suppress(OSError):
            self._raw.close()

    async def _write(self, data: memoryview) -> int:
        while True:
            # A file that does not block answers None when it can take nothing now.
            count, names = await _append(self._raw, data, executor=self._thread)
            if count is not None:
                self.was_deleted = self.is_regular and not names
                return count
            await asyncio.sleep(PIPE_PAUSE_S)

    async def _sync(self) -> None:
        try:
            await _fsync(self._raw.fileno(), executor=self._thread)
        except OSError as error:
            if error.errno != errno.EINVAL:  # pipes and terminals have nothing to sync
                raise


def reason_with_path(error: Exception, path: str) -> str:
    """Why a file could not be used, in words, with the file."""
    if isinstance(error, OSError) and error.errno in {errno.ENXIO, errno.EPIPE}:
        return f"nobody reads from the pipe: {path}"
    return f"{reason_of(error)}: {path}"


def _close_late(opening: Future[FlatFile]) -> None:
    """Close a file that was opened after nobody waited for it any more; on the file's own thread."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close_now()


def _descriptor(path: str, mode: int) -> int:
    is_new = not Path(path).exists()
    descriptor = os.open(path, _FLAGS, mode)
    if is_new:
        try:
            os.fchmod(descriptor, mode)
        except BaseException:
            os.close(descriptor)
            raise
    return descriptor


def _ends_torn(path: str, size: int) -> bool:
    """Whether a file ends within a line, as a crash can leave it. One that may not be read is taken to be whole."""
    if not size:
        return False
    try:
        with FileIO(path) as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except OSError:
        return False
