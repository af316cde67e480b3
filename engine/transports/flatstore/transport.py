"""`flatstore:`: an event is a line of a file, delivered when the kernel has it (docs/event-interface.md, 2.9)."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import ClassVar, NamedTuple

from engine.address import FlatstoreAddress
from engine.run import DELIVERED, Outcome, Run, failed
from engine.transports.base import IDLE, Connection, TransportContext, TransportOptions
from engine.transports.flatstore.file import FlatFile, reason_with_path
from engine.transports.flatstore.file_thread import FileThread
from engine.transports.flatstore.options import FlatstoreOptions
from engine.transports.flatstore.rotation import ROTATION_EVENT, Fill, Reason, RotationRules, path_at
from engine.transports.reasons import reason_of
from engine.transports.settlement import CLOSED, CLOSED_UNANSWERED, refuse_unencodable, settle_open
from engine.wire.flatline import FlatlineFormat

__all__ = ["FlatstoreOptions", "FlatstoreTransport"]

_log = logging.getLogger(__name__)

CHECK_S = 1.0
"""How often the path is asked whether it still leads to the open file, at most."""


class _Stretch(NamedTuple):
    """Neighbouring events of a run that wait to be written."""

    run: Run
    positions: range

    @property
    def indices(self) -> range:
        """The same, as positions in the batch."""
        return self.run.indices[self.positions.start : self.positions.stop]

    @property
    def is_telling(self) -> bool:
        """Whether its events tell of rotations."""
        return self.run.batch.name == ROTATION_EVENT

    def split(self, count: int) -> tuple[_Stretch, _Stretch]:
        """The first `count` events, and the others."""
        return self._replace(positions=self.positions[:count]), self._replace(positions=self.positions[count:])


class FlatstoreTransport:
    """One file, written by one task at a time, which takes everything that waits and joins it into one write.

    A torn line (the disk was full) is cut off again, so that what is told as failed is not in the file. A file that was
    deleted under us takes no event with it: it is noticed after the write, which is then done again. One that was
    moved is noticed within a second of writing; what it got until then stands in it. Whatever fails closes the
    file, and the next event opens it anew. A rotation event alone never rotates the file that it is written to.
    """

    Options: ClassVar[type[TransportOptions]] = FlatstoreOptions
    payload_max: int | None = None

    def __init__(self, address: FlatstoreAddress, options: FlatstoreOptions, context: TransportContext) -> None:
        self._path = address.path
        self._options = options
        self._context = context
        self._mode = int(options.file_permissions, 8)
        self.wire_format = FlatlineFormat(options.delimiter, options.escape_delimiter, options.suppress_event_name)
        self._rules = RotationRules(options.rotate_period, options.rotate_count, options.rotate_size)
        self._thread = FileThread(f"flat file {address.path}")
        self._queue: deque[Run] = deque()
        self._taken: list[Run] = []
        """The runs that the writer is at."""
        self._waiting: deque[_Stretch] = deque()
        """What of these is not being written yet."""
        self._writer: asyncio.Task[None] | None = None
        self._reopenings: list[asyncio.Future[None]] = []
        self._is_closed = False
        self._file: FlatFile | None = None
        self._checked_at = 0.0
        self._fill = Fill()
        self._identity: tuple[int, int] | None = None
        """The file that `_fill` is about, also while it is closed."""
        self._is_pipe_torn = False
        """Whether a pipe was left within a line."""
        self._tried_path = address.path
        """What was to be opened last."""
        self._opened_path = ""
        """What was opened last; empty before the first."""
        self._rotated: tuple[Reason, str] | None = None
        """A rotation to be told of once the new file is open: why, and where the old lines are."""

    @classmethod
    def failure_blindness(cls, address: FlatstoreAddress, options: FlatstoreOptions) -> str | None:  # noqa: ARG003
        """None: a failed write is always noticed."""
        return None

    @property
    def connection(self) -> Connection:
        """Always IDLE: files know no connection."""
        return IDLE

    def start(self, run: Run) -> None:
        """Let a run's lines be written with everything else that waits."""
        if self._is_closed:
            run.settle_all(CLOSED)
            return
        self._queue.append(run)
        self._wake()

    def withdraw(self, is_wanted: Callable[[Run], bool], outcome: Outcome) -> None:
        """Take back what waits for its turn; what the writer is at stays there."""
        behind = [stretch for stretch in self._waiting if is_wanted(stretch.run)]
        self._waiting = deque(stretch for stretch in self._waiting if not is_wanted(stretch.run))
        taken = [run for run in self._queue if is_wanted(run)]
        self._queue = deque(run for run in self._queue if not is_wanted(run))
        for stretch in behind:
            settle_open(stretch.run, stretch.positions, outcome)
        for run in taken:
            run.settle_all(outcome)

    def demand(self) -> None:
        """Files know no connection."""

    async def reopen(self) -> None:
        """Close the file and open it again by its path, for logrotate; tells of it as `evi_flat_rotate` does."""
        if self._is_closed:
            return
        done = asyncio.get_running_loop().create_future()
        self._reopenings.append(done)
        self._wake()
        await done

    async def close(self, deadline_s: float) -> None:
        """Write what waits within `deadline_s` seconds, settle the rest and close the file."""
        self._is_closed = True
        if self._writer is not None and not self._writer.done():
            await asyncio.wait({self._writer}, timeout=deadline_s)
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        self._fail_taken(CLOSED_UNANSWERED)
        while self._queue:
            self._queue.popleft().settle_all(CLOSED)
        self._release(self._reopenings)
        await self._close_file()
        self._thread.shutdown(wait=False)

    # Writing

    def _wake(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = self._context.tasks.spawn(self._write_all(), f"write {self._path}")

    async def _write_all(self) -> None:
        """Take turns until nothing waits. What is started meanwhile belongs to the next turn."""
        while self._queue or self._reopenings:
            self._taken = list(self._queue)
            self._queue.clear()
            reopenings, self._reopenings = self._reopenings, []
            try:
                await self._turn(is_reopening=bool(reopenings))
            finally:
                self._release(reopenings)

    async def _turn(self, *, is_reopening: bool) -> None:
        """Write what was taken, within the deadline, and settle all of it."""
        limit_ms = self._options.timeout
        if self._thread.is_busy:
            self._fail_taken(failed(f"an earlier write still hangs after more than {limit_ms} ms: {self._path}"))
            return
        limit = asyncio.timeout(limit_ms / 1000)
        try:
            async with limit:
                if is_reopening:
                    await self._reopen()
                self._waiting = self._stretches()
                await self._write()
        except (OSError, ValueError) as error:
            await self._close_file()
            slow = f"write took longer than {limit_ms} ms; may have been written: {self._path}"
            reason = slow if limit.expired() else reason_with_path(error, self._tried_path)
            self._fail_taken(failed(reason, maybe_taken=limit.expired()))

    def _stretches(self) -> deque[_Stretch]:
        stretches: deque[_Stretch] = deque()
        for run in self._taken:
            refuse_unencodable(run, run.batch.payloads(self.wire_format).failures)
            stretches += [_Stretch(run, positions) for positions in run.open_stretches()]
        return stretches

    async def _write(self) -> None:
        is_second_try = False
        while self._waiting:
            file = await self._ready(is_telling=self._waiting[0].is_telling)
            if not self._waiting:
                return  # taken back meanwhile
            chunk = self._take_fitting(file, self._waiting)
            await self._append(file, chunk)
            if not file.was_deleted:
                self._settle_written(chunk)
                is_second_try = False
            elif is_second_try:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
            else:
                is_second_try = True
                self._waiting.extendleft(reversed(chunk))
                await self._forget_file()

    def _take_fitting(self, file: FlatFile, waiting: deque[_Stretch]) -> list[_Stretch]:
        """What goes into the file before it must be rotated: all that waits, where no limit is set."""
        if not file.is_regular or not (self._rules.count or self._rules.size):
            chunk = list(waiting)
            waiting.clear()
            return chunk
        if waiting[0].is_telling:
            return [waiting.popleft()]
        chunk, fill = [], self._fill
        while waiting:
            sizes = self._sizes(waiting[0])
            count = self._rules.fitting(fill, sizes)
            if count < len(sizes):
                first, waiting[0] = waiting[0].split(count)
                return [*chunk, first] if count else chunk
            chunk.append(waiting.popleft())
            fill = fill.plus(count, sum(sizes))
        return chunk

    async def _append(self, file: FlatFile, chunk: list[_Stretch]) -> None:
        """Write a chunk. When it fails midway, what is whole is settled as delivered and the torn line cut off.

        Raises:
            OSError: it failed.
        """
        spans = [self._span(stretch) for stretch in chunk]
        try:
            await file.append(spans[0] if len(spans) == 1 else b"".join(spans), fsync=self._options.fsync)
        except asyncio.CancelledError:
            # The deadline, or the end of the transport: no time for a look at the file.
            self._settle_whole(file, chunk)
            raise
        except OSError:
            if not await file.is_deleted():
                await file.cut(self._settle_whole(file, chunk))
            raise

    def _settle_whole(self, file: FlatFile, chunk: list[_Stretch]) -> int:
        """Settle the lines that a failed write left whole; returns how many bytes of the next one stand behind them.

        With `fsync` none is, because none is known to be on the disk.
        """
        left = file.written
        for stretch in () if self._options.fsync else chunk:
            sizes = self._sizes(stretch)
            ends = list(accumulate(sizes))
            count = bisect_right(ends, left)
            whole, _ = stretch.split(count)
            if count:
                self._settle_written([whole])
                left -= ends[count - 1]
            if count < len(sizes):
                break
        self._is_pipe_torn = bool(left) and not file.is_regular
        return left

    def _settle_written(self, chunk: list[_Stretch]) -> None:
        for stretch in chunk:
            size = sum(self._sizes(stretch)) if self._rules.size else 0
            self._fill = self._fill.plus(len(stretch.positions), size)
            stretch.run.settle(stretch.positions, DELIVERED)

    def _span(self, stretch: _Stretch) -> bytes | memoryview:
        return stretch.run.batch.payloads(self.wire_format).span(stretch.indices)

    def _sizes(self, stretch: _Stretch) -> list[int]:
        return stretch.run.batch.payloads(self.wire_format).sizes(stretch.indices)

    def _fail_taken(self, outcome: Outcome) -> None:
        taken, self._taken = self._taken, []
        self._waiting.clear()
        for run in taken:
            run.settle_all(outcome)

    # Opening, rotating, closing

    async def _ready(self, *, is_telling: bool) -> FlatFile:
        """The file that the next line belongs into: open, in its place, and rotated when it is due.

        Raises:
            OSError, ValueError: it cannot be opened.
        """
        file = self._file
        if file is not None and not await self._is_in_place(file):
            await self._forget_file()
            file = None
        if file is None:
            file = await self._open()
        while file.is_regular and not is_telling:
            reason = self._rules.reason(self._fill, self._context.clock.wall())
            if reason is None:
                break
            file = await self._rotate(file, reason)
        return file

    async def _is_in_place(self, file: FlatFile) -> bool:
        now = self._context.clock.now()
        if now < self._checked_at + CHECK_S:
            return True
        self._checked_at = now
        return await file.is_in_place()

    async def _open(self) -> FlatFile:
        wall = self._context.clock.wall()
        self._tried_path = path_at(self._path, self._options.suffix, wall)
        file = self._file = await FlatFile.open(self._tried_path, self._mode, self._thread)
        self._checked_at = self._context.clock.now()
        if file.is_regular:
            if file.identity != self._identity:
                begun = file.modified_at if file.size else wall
                self._fill = Fill(0, file.size, self._rules.period_of(begun))
        else:
            file.is_torn = self._is_pipe_torn
        self._identity = file.identity
        if self._rotated is not None:
            reason, old = self._rotated
            self._rotated = None
            self._tell(reason, file.path, old)
        self._opened_path = file.path
        return file

    async def _rotate(self, file: FlatFile, reason: Reason) -> FlatFile:
        """Go on in a new file: another name where the suffix gives one, else this one is renamed."""
        wall = self._context.clock.wall()
        old = file.path
        if path_at(self._path, self._options.suffix, wall) == old:
            try:
                old = await file.retire(self._options.rotate_keep)
            except OSError as error:
                # Better a file that is too long than lines that are lost. It is tried again after the next so many.
                _log.warning("cannot rotate %s, which goes on growing: %s", file.path, reason_of(error))
                self._fill = Fill(period=self._rules.period_of(wall))
                return file
        self._rotated = reason, old
        await self._forget_file()
        return await self._open()

    async def _reopen(self) -> None:
        if self._file is None:
            path = path_at(self._path, self._options.suffix, self._context.clock.wall())
            self._tell(Reason.MI, path, self._opened_path)
            return
        self._rotated = Reason.MI, self._opened_path
        await self._close_file()
        await self._open()

    def _tell(self, reason: Reason, path: str, old: str) -> None:
        timestamp = str(int(self._context.clock.wall()))
        params = (("timestamp", timestamp), ("reason", reason.value), ("filename", path), ("old_filename", old))
        self._context.raise_event(ROTATION_EVENT, params)

    async def _forget_file(self) -> None:
        """Close the file; the next one of its name is another, even where the system uses its number again."""
        await self._close_file()
        self._identity = None

    async def _close_file(self) -> None:
        """Close the file, within the deadline for a write; a thread that hangs does it when it comes back."""
        file, self._file = self._file, None
        if file is None:
            return
        if self._thread.is_busy:
            file.abandon()
            return
        try:
            async with asyncio.timeout(self._options.timeout / 1000):
                await file.close()
        except OSError as error:
            _log.warning("closing %s failed: %s", file.path, reason_of(error))

    @staticmethod
    def _release(reopenings: Sequence[asyncio.Future[None]]) -> None:
        for reopening in reopenings:
            if not reopening.done():
                reopening.set_result(None)
