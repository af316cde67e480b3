"""Start: the command's version, and a server's first accepted event.

Bytecode is kept, as it is where a package was installed: also on a machine that is told to write none. The first start
of each kind makes it and does not count.
"""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
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
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as kept:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": kept, "PYTHONDONTWRITEBYTECODE": ""}
        return [
            Finding("switchboard --version", _median(_version, environment), "s", 0.15),
            Finding("serve, to the first accepted event", _median(_serve, environment), "s", 0.5),
        ]


def _median(start: Callable[[dict[str, str]], float], environment: dict[str, str]) -> float:
    start(environment)
    return statistics.median(start(environment) for _ in range(ROUNDS))


def _version(environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "tui", "--version"], check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - begun


def _serve(environment: dict[str, str]) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as directory:
        config = Path(directory) / "switchboard.yaml"
        config.write_text(CONFIG.format(port=port))
        begun = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "tui", "serve", str(config)], stdout=subprocess.DEVNULL, env=environment
        )
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
