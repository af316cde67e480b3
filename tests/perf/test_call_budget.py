"""A guard that needs no clock: how many calls and how much memory an event costs, counted by the interpreter."""

from __future__ import annotations

import asyncio
import gc
import re
import socket
import sys
import threading
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from engine.address import parse
from engine.config.model import Settings
from engine.core import Engine
from engine.event import Event
from engine.transports.registry import load
from tests.perf.budgets import BUDGETS, Budget

RUN = 512
WARM_UP = 40 * RUN
"""More than the feed tells of, so that everything which fills up is full."""
COUNTED = 40 * RUN

_ID = re.compile(rb'"id":(\d+)')
_CALL_END = b"</methodCall>"
_BODY = b"<methodResponse><params><param><value>OK</value></param></params></methodResponse>"
_HTTP_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)


def events(count: int) -> list[Event]:
    """Events as sources raise them; made before anything is counted."""
    return [Event("E_TEST", (("number", n), ("user", "alice"), ("status", "200 OK"))) for n in range(count)]


class Readers:
    """TCP receivers in threads, which are not counted: they read everything, and answer what asks for it."""

    def __init__(self, count: int) -> None:
        self._listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        self.ports = [one.getsockname()[1] for one in self._listening]
        self._threads = [threading.Thread(target=self._read, args=(one,)) for one in self._listening]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _read(listening: socket.socket) -> None:
        connected, _ = listening.accept()
        rest = b""
        memory = bytearray(1 << 16)  # made before anything is counted
        with connected:
            while count := connected.recv_into(memory):
                answers, rest = _answers(rest + memory[:count])
                connected.sendall(answers)

    def close(self) -> None:
        """Wait for the threads; the other side has closed its connections."""
        for listening, thread in zip(self._listening, self._threads, strict=True):
            thread.join(10)
            listening.close()


def _answers(text: bytes) -> tuple[bytes, bytes]:
    """The answers to the requests that are complete, and what comes behind these."""
    if text.startswith(b"POST "):
        complete, end, rest = text.rpartition(_CALL_END)
        return _HTTP_ANSWER * (complete + end).count(_CALL_END), rest
    end = text.rfind(b"}}") + 2
    ids = _ID.findall(text, 0, end)
    return b"".join(b'{"jsonrpc":"2.0","result":"OK","id":%b}' % number for number in ids), text[
        end:
    ] if end > 1 else text


@contextmanager
def members(row: str, directory: Path) -> Iterator[str]:
    """The socket of a row, with real receivers behind it."""
    policy, _, kind = row.rpartition(" ")
    if kind == "flatstore":
        yield f"flatstore:{directory / 'events.csv'}"
    elif kind == "udp":
        # Nobody reads: a full buffer drops datagrams silently, which costs the sender the same.
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        yield f"virtual:{policy} " + " ".join(f"udp:127.0.0.1:{one.getsockname()[1]}" for one in sockets)
        for one in sockets:
            one.close()
    else:
        # FAILOVER connects to its first member alone, and a reader without a visitor would wait for ever.
        readers = Readers(3 if policy in {"PARALLEL", "ROUND-ROBIN"} else 1)
        texts = " ".join(f"{kind}:127.0.0.1:{port}" for port in readers.ports)
        if kind == "xmlrpc":
            texts += ":notify"
        yield texts if not policy or policy == "sync" else f"virtual:{policy} {texts}"
        readers.close()


@asynccontextmanager
async def engine_for(row: str, directory: Path) -> AsyncIterator[Engine]:
    """An engine with the row's one subscription, warmed up."""
    options = {"tcp": load("tcp").Options.model_validate({"sync_mode": True})} if row.startswith("sync") else {}
    with members(row, directory) as text:
        engine = Engine(Settings(transports=options))
        await engine.start()
        engine.subscribe("E_TEST", parse(text), None)
        try:
            await pass_through(engine, events(WARM_UP))
            yield engine
        finally:
            await engine.stop()


async def pass_through(engine: Engine, raised: list[Event]) -> None:
    """Raise events and wait until each has its outcome, and it is not a failure."""
    await engine.raise_many(raised)
    (subscription,) = engine.table
    while subscription.lane.counters.waiting:
        await engine.dispatcher.progress()
    assert not subscription.lane.counters.undelivered, subscription.lane.last_undelivered


class Counter:
    """Counts calls in this thread while it is in force."""

    def __init__(self) -> None:
        self.python_calls = 0
        self.c_calls = 0

    def __enter__(self) -> Counter:
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _count(self, _frame: FrameType, what: str, _argument: Any) -> None:
        if what == "call":
            self.python_calls += 1
        elif what == "c_call":
            self.c_calls += 1


async def cost(row: str, directory: Path) -> Budget:
    """What an event of a row costs now."""
    async with engine_for(row, directory) as engine:
        raised = events(COUNTED)
        with Counter() as counter:
            await pass_through(engine, raised)
        held, peak = await memory(engine)
    return Budget(counter.python_calls / COUNTED, counter.c_calls / COUNTED, held, peak)


async def memory(engine: Engine) -> tuple[float, float]:
    """Blocks that stay for each event that has passed; the most bytes that one run needs, for each of its events."""
    raised = events(COUNTED)
    gc.collect()
    before = sys.getallocatedblocks()
    await pass_through(engine, raised)
    gc.collect()
    held = (sys.getallocatedblocks() - before) / COUNTED
    lone = events(RUN)
    tracemalloc.start()
    try:
        await pass_through(engine, lone)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return held, peak / RUN


@pytest.mark.parametrize("row", BUDGETS)
async def test_an_event_costs_no_more_than_its_budget(row: str, tmp_path: Path) -> None:
    found = await cost(row, tmp_path)
    too_much = {
        name: (round(value, 2), limit)
        for name, value, limit in zip(Budget._fields, found, BUDGETS[row], strict=True)
        if value > limit
    }
    assert not too_much, f"{row}: over the budget (found, allowed): {too_much}; all of it: {found}"


@pytest.mark.parametrize("row", ["PARALLEL udp", "ROUND-ROBIN tcp", "flatstore"])
async def test_one_more_call_for_each_event_is_noticed(
    row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_many = Engine.raise_many

    async def with_a_look(self: Engine, raised: list[Event], source: str = "in-process") -> None:
        for event in raised:
            _look(event)
        await raise_many(self, raised, source)

    monkeypatch.setattr(Engine, "raise_many", with_a_look)
    assert (await cost(row, tmp_path)).python_calls > BUDGETS[row].python_calls


def _look(event: Event) -> str:
    return event.name


async def test_what_is_counted_is_the_same_twice(tmp_path: Path) -> None:
    async with engine_for("PARALLEL udp", tmp_path) as engine:
        counts = []
        for _ in range(2):
            raised = events(COUNTED)
            with Counter() as counter:
                await pass_through(engine, raised)
            counts.append(counter.python_calls)
            await asyncio.sleep(0)
    assert abs(counts[0] - counts[1]) < 0.05 * counts[0]
