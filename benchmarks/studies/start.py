"""Start: the command's version, and a server's first accepted event."""

from __future__ import annotations

import http.client
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.studies.finding import Finding

ROUNDS = 5
LIMIT_S = 20.0
CONFIG = """\
mi:
  http: 127.0.0.1:{port}
subscriptions:
  - event: E_PIKE_BLOCKED
    socket: udp:127.0.0.1:9
"""
RAISE = b'{"jsonrpc":"2.0","method":"raise_event","params":["E_PIKE_BLOCKED",{"ip":"192.0.2.17"}],"id":1}'


def study() -> list[Finding]:
    """Medians of a few starts each, with everything in the file cache."""
    return [
        Finding("switchboard --version", statistics.median(_version() for _ in range(ROUNDS)), "s", 0.15),
        Finding("serve, to the first accepted event", statistics.median(_serve() for _ in range(ROUNDS)), "s", 0.5),
    ]


def _version() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "tui", "--version"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _serve() -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
        config = Path(directory) / "switchboard.yaml"
        config.write_text(CONFIG.format(port=port))
        begun = time.perf_counter()
        server = subprocess.Popen([sys.executable, "-m", "tui", "serve", str(config)], stdout=subprocess.DEVNULL)
        try:
            while not _accepts(port):
                if time.perf_counter() - begun > LIMIT_S:
                    raise RuntimeError(f"no event was accepted within {LIMIT_S} s")
                time.sleep(0.002)
            return time.perf_counter() - begun
        finally:
            server.terminate()
            server.wait()


def _accepts(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/mi", RAISE, {"Content-Type": "application/json"})
        return b'"OK"' in connection.getresponse().read()
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()
