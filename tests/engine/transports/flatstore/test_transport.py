"""`flatstore:` on real files."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from engine.address import FlatstoreAddress
from engine.event import Event
from engine.run import DELIVERED, Fault, Outcome, Run
from engine.transports.base import TransportContext
from engine.transports.flatstore.file import FlatFile
from engine.transports.flatstore.transport import FlatstoreOptions, FlatstoreTransport
from tests.support.clock import FakeClock
from tests.support.runs import Ledger
from tests.support.waiting import until

Made = Callable[..., FlatstoreTransport]


class Bench:
    """Transports to files below one directory, and what became of their events."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "events.log"
        self.ledger = Ledger()
        self.clock = FakeClock()
        self.raised: list[tuple[str, dict[str, str | int]]] = []
        self.context = TransportContext(
            clock=self.clock, raise_event=lambda name, params: self.raised.append((name, dict(params)))
        )
        self.transports: list[FlatstoreTransport] = []

    def transport(self, path: Path | str | None = None, **options: Any) -> FlatstoreTransport:
        """A transport to `path`, closed when the test ends."""
        address = FlatstoreAddress(str(path or self.path))
        made = FlatstoreTransport(address, FlatstoreOptions(**options), self.context)
        self.transports.append(made)
        return made

    async def write(self, transport: FlatstoreTransport, *numbers: int, name: str = "E") -> list[Outcome | None]:
        """Write one line for each number, in one run; their outcomes."""
        run = self.ledger.run([Event(name, (("n", number),)) for number in numbers])
        transport.start(run)
        await until(lambda: not run.unsettled, "outcomes")
        return self.ledger.of(run)

    def lines(self, path: Path | None = None) -> list[str]:
        """The lines of a file."""
        return (path or self.path).read_text(encoding="utf-8").splitlines()

    def numbered(self) -> dict[str, list[str]]:
        """The lines of all files of the directory, by name."""
        return {file.name: self.lines(file) for file in sorted(self.path.parent.iterdir())}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for transport in made.transports:
        await transport.close(1.0)
    assert made.ledger.is_complete
    assert not made.context.tasks


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of all writes."""
    sizes: list[int] = []
    real = FlatFile._write

    async def counted(self: FlatFile, data: memoryview) -> int:
        sizes.append(len(data))
        return await real(self, data)

    monkeypatch.setattr(FlatFile, "_write", counted)
    return sizes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def remount(disk: Path, how: str) -> None:
    """Mount a disk anew, "ro" or "rw"."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def open_files() -> list[str]:
    """What this process has open."""
    links = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(link.readlink()))
    return links


def ok(outcomes: list[Outcome | None]) -> bool:
    return bool(outcomes) and all(outcome is DELIVERED for outcome in outcomes)


def only_reason(outcomes: list[Outcome | None]) -> str:
    """The reason that all of the outcomes, member failures, share."""
    assert {outcome.fault for outcome in outcomes if outcome} == {Fault.MEMBER}
    (reason,) = {outcome.reason if outcome else "" for outcome in outcomes}
    return reason


async def test_what_waits_is_joined_into_one_write(bench: Bench, writes: list[int]) -> None:
    transport = bench.transport()
    for first in range(0, 5000, 10):
        transport.start(bench.ledger.run([Event("E", ((None, number),)) for number in range(first, first + 10)]))
    await until(lambda: bench.ledger.is_complete)
    assert bench.lines() == [f"E,{number}" for number in range(5000)]
    assert len(writes) == 1


async def test_thousands_keep_their_order_while_more_are_started(bench: Bench, writes: list[int]) -> None:
    transport = bench.transport()
    for number in range(3000):
        transport.start(bench.ledger.run([Event("E", ((None, number),))]))
        if not number % 7:
            await asyncio.sleep(0)
    await until(lambda: bench.ledger.is_complete)
    assert bench.lines() == [f"E,{number}" for number in range(3000)]
    assert bench.ledger.order == sorted(bench.ledger.order)
    assert len(writes) < 1500


async def test_two_members_that_share_a_target_share_its_writes(bench: Bench, writes: list[int]) -> None:
    transport = bench.transport()
    events = [Event("E", (("n", number),)) for number in range(100)]
    first, second = bench.ledger.run(events), bench.ledger.run(events)
    transport.start(first)
    transport.start(second)
    await until(lambda: bench.ledger.is_complete)
    assert bench.lines() == [f"E,{number}" for number in range(100)] * 2
    assert len(writes) == 1


async def test_partial_writes_are_completed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = FlatFile._write

    async def short(self: FlatFile, data: memoryview) -> int:
        return await real(self, data[:7])

    monkeypatch.setattr(FlatFile, "_write", short)
    assert ok(await bench.write(bench.transport(), *range(50)))
    assert bench.lines() == [f"E,{number}" for number in range(50)]


async def test_the_options_shape_the_line(bench: Bench) -> None:
    transport = bench.transport(delimiter="||", escape_delimiter="##", suppress_event_name=True)
    transport.start(bench.ledger.run([Event("E", (("a", "x||y"), ("b", 5)))]))
    await until(lambda: bench.ledger.is_complete)
    assert bench.lines() == ["x##y||5"]


async def test_new_files_get_the_permissions_whatever_the_umask_and_old_ones_keep_theirs(bench: Bench) -> None:
    old = bench.path.with_name("old.log")
    old.touch(0o600)
    before = os.umask(0o077)
    try:
        await bench.write(bench.transport(file_permissions="664"), 1)
        await bench.write(bench.transport(old), 1)
    finally:
        os.umask(before)
    assert stat.S_IMODE(bench.path.stat().st_mode) == 0o664
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


async def test_a_relative_path_starts_at_the_working_directory(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bench.path.parent)
    assert ok(await bench.write(bench.transport("events.log", rotate_count=1), 1, 2))
    assert bench.numbered() == {"events.log": ["E,2"], "events.log.1": ["E,1"]}


async def test_fsync_asks_the_disk_once_a_write(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []

    async def fsync(descriptor: int, **_: object) -> None:
        synced.append(descriptor)

    monkeypatch.setattr("engine.transports.flatstore.file._fsync", fsync)
    await bench.write(bench.transport(), *range(5))
    assert not synced
    await bench.write(bench.transport(fsync=True), *range(5))
    assert len(synced) == 1


async def test_a_real_fsync_works_on_files_and_is_no_error_on_devices(bench: Bench) -> None:
    assert ok(await bench.write(bench.transport(fsync=True), 1))
    assert ok(await bench.write(bench.transport("/dev/null", fsync=True), 1))


# Failures that heal


async def test_a_full_disk_leaves_whole_lines_only_and_heals(bench: Bench, small_disk: Path) -> None:
    path = small_disk / "events.log"
    blocker = small_disk / "blocker"
    blocker.write_bytes(bytes(40_000))
    transport = bench.transport(path)
    numbers = range(100_000, 110_000)
    outcomes = await bench.write(transport, *numbers)
    delivered = [number for number, outcome in zip(numbers, outcomes, strict=True) if outcome is DELIVERED]
    assert 0 < len(delivered) < len(outcomes)
    assert only_reason(outcomes[len(delivered) :]) == f"disk full: {path}"
    assert path.read_text(encoding="utf-8") == "".join(f"E,{number}\n" for number in delivered)
    blocker.unlink()
    assert ok(await bench.write(transport, 7, 8))
    assert bench.lines(path) == [*(f"E,{number}" for number in delivered), "E,7", "E,8"]


async def test_a_torn_line_is_cut_off(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = FlatFile._write
    left = [9, 0]

    async def full(self: FlatFile, data: memoryview) -> int:
        if left:
            if (room := left.pop(0)) == 0:
                raise OSError(28, "No space left on device")
            return await real(self, data[:room])
        return await real(self, data)

    monkeypatch.setattr(FlatFile, "_write", full)
    transport = bench.transport()
    outcomes = await bench.write(transport, 1, 2, 3, 4)
    assert ok(outcomes[:2])
    assert only_reason(outcomes[2:]).startswith("disk full: ")
    assert bench.path.read_bytes() == b"E,1\nE,2\n"
    assert ok(await bench.write(transport, 5))
    assert bench.path.read_bytes() == b"E,1\nE,2\nE,5\n"


async def test_a_line_that_a_crash_left_torn_is_ended_first(bench: Bench) -> None:
    bench.path.write_bytes(b"E,1\nE,")
    assert ok(await bench.write(bench.transport(), 2))
    assert bench.lines() == ["E,1", "E,", "E,2"]


async def test_a_device_that_is_full_says_so(bench: Bench) -> None:
    transport = bench.transport("/dev/full")
    assert only_reason(await bench.write(transport, 1, 2)) == "disk full: /dev/full"
    assert only_reason(await bench.write(transport, 3)) == "disk full: /dev/full"


async def test_a_vanished_directory_is_a_failure_until_it_is_back(bench: Bench) -> None:
    path = bench.path.parent / "sub" / "events.log"
    transport = bench.transport(path)
    assert only_reason(await bench.write(transport, 1)) == f"no such file or directory: {path}"
    path.parent.mkdir()
    assert ok(await bench.write(transport, 2))
    path.unlink()
    path.parent.rmdir()
    assert only_reason(await bench.write(transport, 3)) == f"no such file or directory: {path}"
    path.parent.mkdir()
    assert ok(await bench.write(transport, 4))
    assert bench.lines(path) == ["E,4"]


async def test_a_directory_in_place_of_the_file_is_a_failure(bench: Bench) -> None:
    bench.path.mkdir()
    transport = bench.transport()
    assert only_reason(await bench.write(transport, 1)) == f"is a directory: {bench.path}"
    bench.path.rmdir()
    assert ok(await bench.write(transport, 2))


async def test_a_file_system_without_writing_is_a_failure_until_it_is_writable(bench: Bench, small_disk: Path) -> None:
    path = small_disk / "events.log"
    transport = bench.transport(path)
    remount(small_disk, "ro")
    assert only_reason(await bench.write(transport, 1)) == f"file system is read-only: {path}"
    remount(small_disk, "rw")
    assert ok(await bench.write(transport, 2))


async def test_a_file_that_may_not_be_written_is_a_failure_until_it_may(bench: Bench) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    bench.path.touch(0o400)
    transport = bench.transport()
    assert only_reason(await bench.write(transport, 1)) == f"permission denied: {bench.path}"
    bench.path.chmod(0o600)
    assert ok(await bench.write(transport, 2))


async def test_a_path_that_cannot_be_one_fails_its_events(bench: Bench) -> None:
    assert "null byte" in only_reason(await bench.write(bench.transport("/tmp/a\0b"), 1))


async def test_an_event_that_cannot_be_encoded_fails_alone(bench: Bench) -> None:
    run = bench.ledger.run([Event("E", ((None, text),)) for text in ("a", "\ud800", "b")])
    bench.transport().start(run)
    await until(lambda: bench.ledger.is_complete)
    first, second, third = bench.ledger.of(run)
    assert ok([first, third])
    assert second is not None
    assert second.fault is Fault.EVENT
    assert bench.lines() == ["E,a", "E,b"]


# Moved, deleted, reopened


async def test_no_line_goes_into_a_file_that_was_deleted(bench: Bench) -> None:
    transport = bench.transport()
    await bench.write(transport, 1)
    bench.path.unlink()
    assert ok(await bench.write(transport, 2, 3))
    assert bench.lines() == ["E,2", "E,3"]


async def test_a_moved_file_is_noticed_after_a_second_and_nothing_is_lost(bench: Bench) -> None:
    transport = bench.transport()
    await bench.write(transport, 1)
    bench.path.rename(bench.path.with_name("moved"))
    await bench.write(transport, 2)
    bench.clock.advance(1.1)
    await bench.write(transport, 3)
    assert bench.numbered() == {"events.log": ["E,3"], "moved": ["E,1", "E,2"]}
    assert not bench.raised


async def test_reopen_goes_on_in_a_new_file_and_loses_nothing(bench: Bench) -> None:
    transport = bench.transport()
    await bench.write(transport, 1)
    bench.path.rename(bench.path.with_name("events.log.1"))
    await bench.write(transport, 2)
    await transport.reopen()
    assert bench.lines() == []
    await bench.write(transport, 3)
    assert bench.numbered() == {"events.log": ["E,3"], "events.log.1": ["E,1", "E,2"]}
    assert bench.raised == [("E_FLATSTORE_ROTATION", _rotation(bench, "mi", "events.log", "events.log"))]


async def test_reopen_before_the_first_line_opens_nothing_but_is_told(bench: Bench) -> None:
    await bench.transport().reopen()
    assert bench.numbered() == {}
    assert bench.raised == [("E_FLATSTORE_ROTATION", _rotation(bench, "mi", "events.log", ""))]


async def test_reopen_while_the_directory_is_gone_fails_nothing_but_the_next_event(bench: Bench) -> None:
    path = bench.path.parent / "sub" / "events.log"
    path.parent.mkdir()
    transport = bench.transport(path)
    await bench.write(transport, 1)
    path.unlink()
    path.parent.rmdir()
    await transport.reopen()
    assert not bench.raised
    assert only_reason(await bench.write(transport, 2)).startswith("no such file")
    path.parent.mkdir()
    assert ok(await bench.write(transport, 3))
    assert [params["reason"] for _, params in bench.raised] == ["mi"]


async def test_reopen_of_a_closed_transport_is_harmless(bench: Bench) -> None:
    transport = bench.transport()
    await transport.close(1.0)
    await transport.reopen()
    assert not bench.raised


# Rotation


def _rotation(bench: Bench, reason: str, name: str, old: str) -> dict[str, str]:
    folder = bench.path.parent
    return {
        "timestamp": str(int(bench.clock.wall())),
        "reason": reason,
        "filename": str(folder / name),
        "old_filename": str(folder / old) if old else "",
    }


async def test_count_rotates_after_exactly_so_many_lines_although_written_at_once(bench: Bench) -> None:
    transport = bench.transport(rotate_count=3)
    await bench.write(transport, *range(8))
    assert bench.numbered() == {
        "events.log": ["E,6", "E,7"],
        "events.log.1": ["E,0", "E,1", "E,2"],
        "events.log.2": ["E,3", "E,4", "E,5"],
    }
    assert bench.raised == [
        ("E_FLATSTORE_ROTATION", _rotation(bench, "count", "events.log", "events.log.1")),
        ("E_FLATSTORE_ROTATION", _rotation(bench, "count", "events.log", "events.log.2")),
    ]


async def test_size_rotates_once_the_file_has_so_many_bytes_those_before_us_included(bench: Bench) -> None:
    bench.path.write_bytes(b"E,0\n")
    transport = bench.transport(rotate_size="12")
    await bench.write(transport, 1, 2, 3)
    await bench.write(transport, 4)
    assert bench.numbered() == {"events.log": ["E,3", "E,4"], "events.log.1": ["E,0", "E,1", "E,2"]}
    assert [params["reason"] for _, params in bench.raised] == ["size"]


async def test_period_rotates_at_its_multiples(bench: Bench) -> None:
    transport = bench.transport(rotate_period=60)
    bench.clock.advance(60 - bench.clock.wall() % 60)
    await bench.write(transport, 1)
    bench.clock.advance(59)
    await bench.write(transport, 2)
    bench.clock.advance(1)
    await bench.write(transport, 3)
    assert bench.numbered() == {"events.log": ["E,3"], "events.log.1": ["E,1", "E,2"]}
    assert [params["reason"] for _, params in bench.raised] == ["period"]


async def test_a_file_of_an_earlier_period_is_rotated_before_the_first_line(bench: Bench) -> None:
    bench.path.write_bytes(b"E,1\n")
    os.utime(bench.path, (bench.clock.wall() - 120, bench.clock.wall() - 120))
    await bench.write(bench.transport(rotate_period=60), 2)
    assert bench.numbered() == {"events.log": ["E,2"], "events.log.1": ["E,1"]}


async def test_a_suffix_that_changes_names_the_next_file(bench: Bench) -> None:
    transport = bench.transport(rotate_period=60, suffix=".%s")
    bench.clock.advance(60 - bench.clock.wall() % 60)
    first = f"events.log.{int(bench.clock.wall())}"
    await bench.write(transport, 1)
    bench.clock.advance(30)
    await bench.write(transport, 2)
    bench.clock.advance(30)
    second = f"events.log.{int(bench.clock.wall())}"
    await bench.write(transport, 3)
    assert bench.numbered() == {first: ["E,1", "E,2"], second: ["E,3"]}
    assert bench.raised == [("E_FLATSTORE_ROTATION", _rotation(bench, "period", second, first))]


async def test_a_suffix_that_stays_the_same_is_numbered(bench: Bench) -> None:
    await bench.write(bench.transport(rotate_count=1, suffix=".%Y"), 1, 2)
    year = time.strftime(".%Y", time.localtime(bench.clock.wall()))
    assert bench.numbered() == {f"events.log{year}": ["E,2"], f"events.log{year}.1": ["E,1"]}


async def test_only_so_many_rotated_files_are_kept(bench: Bench) -> None:
    await bench.write(bench.transport(rotate_count=1, rotate_keep=2), *range(6))
    assert bench.numbered() == {"events.log": ["E,5"], "events.log.4": ["E,3"], "events.log.5": ["E,4"]}


async def test_numbers_go_on_where_another_run_of_the_program_left_off(bench: Bench) -> None:
    bench.path.with_name("events.log.41").write_bytes(b"old\n")
    await bench.write(bench.transport(rotate_count=1), 1, 2)
    assert bench.numbered() == {"events.log": ["E,2"], "events.log.41": ["old"], "events.log.42": ["E,1"]}


async def test_a_file_that_listens_to_rotations_does_not_rotate_for_ever(bench: Bench) -> None:
    """The event of a rotation is written to the very file: it neither dead-locks nor causes the next rotation."""
    transport = bench.transport(rotate_count=1)
    runs: list[Run] = []

    def raised(name: str, params: tuple[tuple[str, str | int], ...]) -> None:
        runs.append(bench.ledger.run([Event(name, params)]))
        transport.start(runs[-1])

    bench.context.raise_event = raised
    await bench.write(transport, 1, 2, 3)
    await until(lambda: bench.ledger.is_complete)
    assert len(runs) == 2
    told = [line for lines in bench.numbered().values() for line in lines if line.startswith("E_FLATSTORE_ROTATION,")]
    assert len(told) == 2


async def test_a_rotation_that_cannot_be_loses_no_line(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: FlatFile, keep: int) -> str:
        raise PermissionError(13, "Permission denied")

    transport = bench.transport(rotate_count=2)
    monkeypatch.setattr(FlatFile, "retire", refuse)
    assert ok(await bench.write(transport, *range(5)))
    assert bench.lines() == [f"E,{number}" for number in range(5)]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "permission denied" in caplog.text
    assert not bench.raised


async def test_a_file_deleted_and_made_anew_starts_its_count_anew(bench: Bench) -> None:
    transport = bench.transport(rotate_count=3)
    await bench.write(transport, 1, 2)
    bench.path.unlink()
    await bench.write(transport, 3, 4)
    assert bench.numbered() == {"events.log": ["E,3", "E,4"]}


async def test_a_count_goes_on_after_a_failure(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = bench.transport(rotate_count=3)
    await bench.write(transport, 1, 2)
    real = FlatFile._write

    async def broken(self: FlatFile, data: memoryview) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(FlatFile, "_write", broken)
    assert only_reason(await bench.write(transport, 3)).startswith("input/output error")
    monkeypatch.setattr(FlatFile, "_write", real)
    await bench.write(transport, 4, 5)
    assert bench.numbered() == {"events.log": ["E,5"], "events.log.1": ["E,1", "E,2", "E,4"]}


# Pipes, and what hangs


async def test_a_pipe_without_a_reader_is_a_failure_until_somebody_reads(bench: Bench) -> None:
    os.mkfifo(bench.path)
    transport = bench.transport(rotate_count=1)
    assert only_reason(await bench.write(transport, 1)) == f"nobody reads from the pipe: {bench.path}"
    reader = os.open(bench.path, os.O_RDONLY | os.O_NONBLOCK)
    assert ok(await bench.write(transport, 2, 3))
    assert os.read(reader, 100) == b"E,2\nE,3\n"
    os.close(reader)
    assert only_reason(await bench.write(transport, 4)) == f"nobody reads from the pipe: {bench.path}"


async def test_a_full_pipe_is_waited_for(bench: Bench) -> None:
    os.mkfifo(bench.path)
    reader = os.open(bench.path, os.O_RDONLY | os.O_NONBLOCK)
    run = bench.ledger.run([Event("E", ((None, "x" * 1000),)) for _ in range(200)])
    bench.transport().start(run)
    taken = 0

    def read() -> bool:
        nonlocal taken
        with suppress(BlockingIOError):
            taken += len(os.read(reader, 8192))
        return not run.unsettled

    await until(read, "all lines in the pipe")
    assert ok(bench.ledger.of(run))
    while taken < 200 * 1003:
        taken += len(os.read(reader, 8192))
    os.close(reader)


async def test_a_pipe_that_nobody_empties_fails_what_did_not_get_in_and_stays_in_lines(bench: Bench) -> None:
    os.mkfifo(bench.path)
    reader = os.open(bench.path, os.O_RDONLY | os.O_NONBLOCK)
    transport = bench.transport(timeout=200)
    run = bench.ledger.run([Event("E", ((None, "x" * 1000),)) for _ in range(200)])
    transport.start(run)
    await until(lambda: bench.ledger.is_complete)
    outcomes = bench.ledger.of(run)
    delivered = sum(outcome is DELIVERED for outcome in outcomes)
    assert 0 < delivered < 200
    assert only_reason(outcomes[delivered:]).startswith("write took longer than 200 ms; may have been written")
    content = os.read(reader, 1 << 20)
    assert content.count(b"\n") == delivered
    assert ok(await bench.write(transport, 7))
    torn = b"" if content.endswith(b"\n") else b"\n"
    assert os.read(reader, 100) == torn + b"E,7\n"
    os.close(reader)


class HangingDisk:
    """Lets writes hang in the file's thread, as a dead NFS server does, until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.released = threading.Event()
        self.hanging = threading.Event()
        monkeypatch.setattr("engine.transports.flatstore.file.FileIO", self._file_type())

    def _file_type(disk) -> type[FileIO]:  # noqa: N805 - `self` is the file's
        class Hanging(FileIO):
            def write(self, data: Any, /) -> int:
                disk.hanging.set()
                assert disk.released.wait(20.0)
                return super().write(data)

        return Hanging


async def test_a_write_that_hangs_fails_at_the_deadline_and_heals_when_the_disk_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = HangingDisk(monkeypatch)
    transport = bench.transport(timeout=100)
    reason = only_reason(await bench.write(transport, 1, 2))
    assert reason == f"write took longer than 100 ms; may have been written: {bench.path}"
    assert all(outcome.is_maybe_taken for outcome in bench.ledger.outcomes.values())
    assert only_reason(await bench.write(transport, 3)).startswith("an earlier write still hangs")
    await transport.reopen()
    disk.released.set()
    await until(lambda: not transport._thread.is_busy, "the disk is back")
    assert ok(await bench.write(transport, 4))
    assert bench.lines() == ["E,1", "E,2", "E,4"]


async def test_close_does_not_wait_longer_than_told_for_a_disk_that_hangs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = HangingDisk(monkeypatch)
    transport = bench.transport()
    run = bench.ledger.run([Event("E", ())])
    later = bench.ledger.run([Event("E", ())])
    transport.start(run)
    await until(disk.hanging.is_set)
    transport.start(later)
    await asyncio.wait_for(transport.close(0.05), 5.0)
    assert [outcome.fault for outcome in bench.ledger.outcomes.values()] == [Fault.ENGINE] * 2
    assert not bench.context.tasks
    thread = transport._thread._thread
    assert thread is not None
    assert thread.daemon
    disk.released.set()
    await until(lambda: not thread.is_alive(), "the thread ended")


async def test_an_opening_that_hangs_fails_and_its_late_file_is_closed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    files: list[FlatFile] = []
    real = FlatFile._open.__func__  # type: ignore[attr-defined]

    def hang(cls: type[FlatFile], *args: Any) -> FlatFile:
        assert released.wait(20.0)
        files.append(real(cls, *args))
        return files[-1]

    monkeypatch.setattr(FlatFile, "_open", classmethod(hang))
    transport = bench.transport(timeout=100)
    assert only_reason(await bench.write(transport, 1)).startswith("write took longer than 100 ms")
    released.set()
    await until(lambda: files and files[0]._raw.closed, "the late file is closed")
    assert ok(await bench.write(transport, 2))
    assert bench.lines() == ["E,2"]


async def test_close_writes_what_waits(bench: Bench) -> None:
    transport = bench.transport()
    run = bench.ledger.run([Event("E", (("n", number),)) for number in range(100)])
    transport.start(run)
    await transport.close(5.0)
    assert ok(bench.ledger.of(run))
    assert len(bench.lines()) == 100


async def test_close_leaves_no_file_open(bench: Bench) -> None:
    transport = bench.transport()
    await bench.write(transport, 1)
    assert str(bench.path) in open_files()
    thread = transport._thread._thread
    await transport.close(1.0)
    assert str(bench.path) not in open_files()
    assert thread is not None
    await until(lambda: not thread.is_alive(), "its thread ended")


# Options


def test_the_defaults_are_those_of_opensips() -> None:
    options = FlatstoreOptions()
    assert options.delimiter == ","
    assert options.file_permissions == "644"
    assert (options.rotate_period, options.rotate_count, options.rotate_size, options.suffix) == (0, 0, 0, "")
    assert FlatstoreOptions(rotate_size="64k").rotate_size == 65536
    assert FlatstoreOptions(rotate_size=10).rotate_size == 10


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"file_permissions": 420}, "in quotes"),
        ({"file_permissions": "888"}, "octal"),
        ({"file_permissions": ""}, "octal"),
        ({"file_permissions": "77777"}, "octal"),
        ({"delimiter": ""}, "at least 1"),
        ({"delimiter": "\n"}, "line break"),
        ({"escape_delimiter": "\r"}, "line break"),
        ({"escape_delimiter": "||"}, "as long as delimiter"),
        ({"escape_delimiter": ","}, "differ"),
        ({"rotate_size": "1 kb"}, "64k"),
        ({"rotate_size": -1}, "greater than or equal to 0"),
        ({"suffix": "/%Y"}, "another directory"),
        ({"suffix": ".%D"}, "another directory"),
        ({"rotate_coun": 1}, "rotate_coun"),
    ],
)
def test_options_that_cannot_be_meant_are_refused_in_words(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        FlatstoreOptions(**options)


def test_the_options_have_a_schema_with_a_description_for_each() -> None:
    properties = FlatstoreOptions.model_json_schema()["properties"]
    assert all(field.get("description") for field in properties.values())


def test_a_flat_file_is_never_blind_to_failures() -> None:
    assert FlatstoreTransport.failure_blindness(FlatstoreAddress("/x"), FlatstoreOptions()) is None
