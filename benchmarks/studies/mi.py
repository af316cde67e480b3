"""The management interface: `raise_event` over HTTP on one kept connection, beside an empty handler of aiohttp; many
events with one request, into a flat file.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

from aiohttp import web

from benchmarks.limits import lines_in
from benchmarks.processes import Receivers, closing
from benchmarks.studies.finding import Finding
from engine.address import parse
from engine.config.model import MiSettings, Settings
from engine.host.gc_tuning import steady_heap
from engine.host.service import Service

COUNT = 5_000
MANY = 200_000
"""Events that are raised many with one request."""
MANY_LIMIT = 100_000
"""Events a second that are aimed at."""
ROUNDS = 3
EVENT = "E_PIKE_BLOCKED"
"""What the caller raises."""
_ANSWER = b'{"jsonrpc":"2.0","result":"OK","id":1}'


def study() -> list[Finding]:
    """One event a call, and both ways of raising many."""
    rates = [(asyncio.run(_empty()), asyncio.run(_raising())) for _ in range(ROUNDS)]
    share = 100 * statistics.median(ours / empty for empty, ours in rates)
    rate = statistics.median(ours for _, ours in rates)
    one = "MI raise_event over one connection"
    return [
        Finding(one, share, "% of an empty handler", 80, is_floor=True),
        Finding(one, rate, "events/s", 0, is_floor=True),
        _many("array", "MI arrays of 1,000 raise_event, into flatstore"),
        _many("many", "MI sb:raise_many of 1,000, into flatstore"),
    ]


def _many(form: str, what: str) -> Finding:
    rate = statistics.median(asyncio.run(_raising_many(form)) for _ in range(ROUNDS))
    return Finding(what, rate, "events/s", MANY_LIMIT, is_floor=True)


async def _empty() -> float:
    """Calls a second that aiohttp's own low-level server answers when it has nothing to do but read the body."""

    async def handle(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response(body=_ANSWER, content_type="application/json")

    runner = web.ServerRunner(web.Server(handle, access_log=None), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    steady_heap()
    try:
        return await _call(runner.addresses[0][1], COUNT, "single")
    finally:
        await runner.cleanup()


async def _raising() -> float:
    """Calls a second that raise an event, which goes to a udp subscriber."""
    with closing(Receivers("udp", 1)) as receivers:
        rate = await _served(f"udp:127.0.0.1:{receivers.ports[0]}", COUNT, "single")
        raised = COUNT + COUNT // 10
        lost = raised - sum(receivers.wait_for("messages", raised)["messages"])
    if lost:
        raise RuntimeError(f"{lost} events were lost")
    return rate


async def _raising_many(form: str) -> float:
    """Events a second that come many with one request and are written to a flat file."""
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
        path = str(Path(directory) / "events.csv")
        rate = await _served(f"flatstore:{path}", MANY, form)
        if lost := MANY + MANY // 10 - lines_in(path):
            raise RuntimeError(f"{lost} events were lost")
    return rate


async def _served(socket_text: str, count: int, form: str) -> float:
    """Events a second of a client, with a subscriber behind MI."""
    service = Service(Settings(mi=MiSettings(http="127.0.0.1:0")))
    await service.start()
    try:
        service.engine.subscribe(EVENT, parse(socket_text), None)
        steady_heap()
        url = service.context.mi_url or ""
        return await _call(int(url.rpartition(":")[2].partition("/")[0]), count, form)
    finally:
        await service.stop()


async def _call(port: int, count: int, form: str) -> float:
    arguments = ("-m", "benchmarks.studies.caller", str(port), str(count), form)
    caller = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    output, _ = await caller.communicate()
    return float(output)
