"""A client of HTTP in a process of its own, one call after the other: `python -m benchmarks.studies.caller PORT COUNT`.

It prints how many calls a second were answered.
"""

from __future__ import annotations

import socket
import sys
import time

CALL = b'{"jsonrpc":"2.0","method":"raise_event","params":["E_PIKE_BLOCKED",{"ip":"192.0.2.17","unix":5}],"id":1}'


def main(port: int, count: int) -> None:
    """Warm up, call and print."""
    head = (
        f"POST /mi HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(CALL)}"
    )
    request = head.encode() + b"\r\n\r\n" + CALL
    with socket.create_connection(("127.0.0.1", port)) as connected:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for calls in (count // 10, count):
            begun = time.perf_counter()
            for _ in range(calls):
                connected.sendall(request)
                answer = connected.recv(65536)
                assert answer.startswith(b"HTTP/1.1 200 ")
                assert answer.endswith(b'"id":1}')
            took = time.perf_counter() - begun
    print(count / took, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
