"""The process of one side: `python -m benchmarks.side ROW ours|limit FIRST COUNT PEERS`. Talks in lines of JSON."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.rows import ROWS
from benchmarks.sides import Peers, Side


def peak_memory_kib() -> int:
    """The most memory that this process ever had in use."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


async def run(side: Side, peers: Peers, warm_up: int, count: int) -> dict[str, Any]:
    """Warm up, wait for the word, do the work; what it took."""
    await side.open(peers)
    await side.send(0, warm_up)
    print("warm", flush=True)
    sys.stdin.readline()
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.monotonic_ns()
    await side.send(warm_up, count)
    end = time.monotonic_ns()
    after = resource.getrusage(resource.RUSAGE_SELF)
    await side.close()
    return {
        "start_ns": start,
        "end_ns": end,
        "user_s": after.ru_utime - before.ru_utime,
        "system_s": after.ru_stime - before.ru_stime,
        "memory_kib": peak_memory_kib(),
    }


def main(arguments: list[str]) -> None:
    """Run one side."""
    name, which, warm_up, count, peers = arguments
    row = ROWS[name]
    side = row.ours() if which == "ours" else row.limit()
    kind, sockets, ports, path = json.loads(peers)
    print(
        json.dumps(asyncio.run(run(side, Peers(kind, tuple(sockets), tuple(ports), path), int(warm_up), int(count)))),
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
