"""The process that feeds a forwarder: `python -m benchmarks.faults.feeder PORT`.

It is told `raise RATE COUNT FIRST` on standard input and writes so many lines of syslog over one TCP connection, then
tells what was written when. A forwarder refuses nothing: one that is full lets the writing wait. It ends with its
standard input.
"""

from __future__ import annotations

import signal
import socket
import sys
import time

from benchmarks.events import payloads
from benchmarks.faults.counting import Tick
from benchmarks.faults.pacing import Due, plan, told
from benchmarks.faults.records import numbers_in
from benchmarks.forwarders.feeder import framed

WRITE_LIMIT_S = 60.0


def feed(connected: socket.socket, rate: int, count: int, first: int) -> list[Tick]:
    """Write `count` lines at a rate, numbered from `first`, later where the forwarder does not read."""
    began = time.monotonic()
    ticks = []
    for due in plan(rate, count, first):
        time.sleep(max(0.0, began + due.at_s - time.monotonic()))
        ticks.append(_fed(connected, due))
    return ticks


def _fed(connected: socket.socket, due: Due) -> Tick:
    at_ns = time.monotonic_ns()
    connected.sendall(framed("tcp", due.first, due.count))
    (first,), _ = numbers_in(payloads(due.first, 1)[0])
    return Tick(at_ns, first, due.count)


def main(port: int) -> None:
    """Until standard input ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=WRITE_LIMIT_S) as connected:
        print("ready", flush=True)
        for line in sys.stdin:
            print(told(feed(connected, *map(int, line.split()[1:]))), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    main(int(sys.argv[1]))
