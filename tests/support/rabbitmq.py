"""A RabbitMQ node of the test run's own: own ports, name, data and logs; ended by the ids of its own processes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pika.exceptions

PACKAGED = Path("/usr/lib/rabbitmq/bin")
"""Debian's wrapper in /usr/sbin changes the user; these scripts do not."""

MISSING = "rabbitmq-server is not installed; get it with: apt-get install rabbitmq-server"
"""The one loud line of a run without it."""

START_LIMIT_S = 90.0


def command(name: str) -> Path | None:
    """Where a program of RabbitMQ's is; None when it is not installed."""
    for directory in [PACKAGED, *(Path(entry) for entry in os.environ.get("PATH", "").split(":") if entry)]:
        if (directory / name).is_file():
            return directory / name
    return None


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RabbitmqNode:
    """A private node below `directory`. `start` may be called again after `kill`, on the same ports and data."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.tls_port = free_port()
        self._epmd_port = free_port()
        self._name = f"switchboard{os.getpid()}@localhost"
        self._server: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        for name in ("home", "log", "data"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        self.write_config("")

    def write_config(self, more: str) -> None:
        """Write the node's configuration; `more` are lines of rabbitmq.conf. Takes effect at the next start."""
        lines = [f"listeners.tcp.1 = 127.0.0.1:{self.port}", "loopback_users = none", more, ""]
        (self.directory / "rabbitmq.conf").write_text("\n".join(lines))

    def start(self) -> None:
        """Start the node and wait until it takes logins."""
        if self._epmd is None:
            epmd = ["epmd", "-port", str(self._epmd_port), "-address", "127.0.0.1"]
            self._epmd = subprocess.Popen(epmd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        program = command("rabbitmq-server")
        assert program is not None, "rabbitmq-server is not installed"
        output = (self.directory / "log" / "output.log").open("ab")
        with output:
            self._server = subprocess.Popen(
                [program], env=self._environment(), stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + START_LIMIT_S
        while not self._takes_logins():
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise RuntimeError(f"the RabbitMQ node did not start; see {self.directory}/log")
            time.sleep(0.1)

    def kill(self) -> None:
        """End the node as a crash would."""
        if self._server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def stop(self) -> None:
        """End the node and what was started for it."""
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()
            self._epmd = None

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl against this node; its output."""
        program = command("rabbitmqctl")
        assert program is not None
        done = subprocess.run(
            [program, "-n", self._name, *arguments], env=self._environment(), capture_output=True, text=True, check=True
        )
        return done.stdout

    @contextlib.contextmanager
    def channel(self) -> Iterator[Any]:
        """A channel for looking at and declaring things."""
        connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", self.port))
        try:
            yield connection.channel()
        finally:
            connection.close()

    def declare(self, queue: str, *, durable: bool = False) -> None:
        """Have an empty queue of that name."""
        with self.channel() as channel:
            channel.queue_declare(queue, durable=durable)
            channel.queue_purge(queue)

    def read(self, queue: str) -> list[tuple[Any, Any, bytes]]:
        """Take everything out of a queue: (method, properties, body) each."""
        messages = []
        with self.channel() as channel:
            while (message := channel.basic_get(queue, auto_ack=True))[0] is not None:
                messages.append(message)
        return messages

    def socket_text(self, key: str, login: str = "guest:guest") -> str:
        """The `rabbitmq:` socket of a routing key at this node."""
        return f"rabbitmq:{login}@127.0.0.1:{self.port}/{key}"

    def _takes_logins(self) -> bool:
        try:
            with self.channel():
                return True
        except (pika.exceptions.AMQPError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        base = self.directory
        return {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "HOME": str(base / "home"),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_CONFIG_FILE": str(base / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(base / "no-environment.conf"),
            "RABBITMQ_MNESIA_BASE": str(base / "data"),
            "RABBITMQ_MNESIA_DIR": str(base / "data" / "node"),
            "RABBITMQ_LOG_BASE": str(base / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(base / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(base / "node.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }

    @property
    def _dist_port(self) -> int:
        return self._epmd_port + 1 if self._epmd_port < 65535 else self._epmd_port - 1
