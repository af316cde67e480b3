"""The management interface: `raise_event` over HTTP on one kept connection, beside an empty handler of aiohttp."""

from __future__ import annotations

import asyncio
import statistics
import sys

from aiohttp import web

from benchmarks.processes import Receivers, closing
from benchmarks.studies.finding import Finding
from engine.address import parse
from engine.config.schema import MiSettings, Settings
from engine.heap import steady_heap
from engine.service import Service

COUNT = 5_000
ROUNDS = 3
_ANSWER = b'{"jsonrpc":"2.0","result":"OK","id":1}'


def study() -> list[Finding]:
    """Both in turn."""
    rates = [(asyncio.run(_empty()), asyncio.run(_raising())) for _ in range(ROUNDS)]
    share = 100 * statistics.median(ours / empty for empty, ours in rates)
    rate = statistics.median(ours for _, ours in rates)
    return [
        Finding("MI raise_event over one connection", share, "% of an empty handler", 80, is_floor=True),
        Finding("MI raise_event over one connection", rate, "events/s", 0, is_floor=True),
    ]


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
        return await _call(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _raising() -> float:
    """Calls a second that raise an event, which goes to a udp subscriber."""
    with closing(Receivers("udp", 1)) as receivers:
        service = Service(Settings(mi=MiSettings(http="127.0.0.1:0")))
        await service.start()
        service.engine.subscribe("E_PIKE_BLOCKED", parse(f"udp:127.0.0.1:{receivers.ports[0]}"), None)
        steady_heap()
        url = service.engine.mi_url or ""
        rate = await _call(int(url.rpartition(":")[2].partition("/")[0]))
        await service.stop()
        lost = COUNT + COUNT // 10 - sum(receivers.wait_for("messages", COUNT + COUNT // 10)["messages"])
    if lost:
        raise RuntimeError(f"{lost} events were lost")
    return rate


async def _call(port: int) -> float:
    caller = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.studies.caller", str(port), str(COUNT), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await caller.communicate()
    return float(output)
