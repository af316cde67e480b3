"""The process that feeds a forwarder: `python -m benchmarks.forwarders.feeder PORT KIND WARM_UP COUNT`.

The lines are made beforehand, and written over one TCP connection as fast as they are taken. They are lines of syslog
(RFC 3164) with the payload that the engine sends, or with the line that it stores where the kind is `file`.
"""

from __future__ import annotations

import socket
import sys
import time

from benchmarks.events import lines, payloads

HEAD = b"<14>Jan  1 00:00:00 bench bench: "


def bodies(kind: str, first: int, count: int) -> list[bytes]:
    """What events `first` to `first + count - 1` look like where they arrive; all have the same length."""
    return lines(first, count).splitlines() if kind == "file" else payloads(first, count)


def framed(kind: str, first: int, count: int) -> bytes:
    """The same events as lines of syslog."""
    return b"".join(b"%b%b\n" % (HEAD, body) for body in bodies(kind, first, count))


def main(port: int, kind: str, warm_up: int, count: int) -> None:
    """Write the warm-up, wait for the word, write the rest; prints when that began."""
    with socket.create_connection(("127.0.0.1", port)) as connected:
        first, rest = framed(kind, 0, warm_up), framed(kind, warm_up, count)
        connected.sendall(first)
        print("warm", flush=True)
        sys.stdin.readline()
        print(time.monotonic_ns(), flush=True)
        connected.sendall(rest)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
