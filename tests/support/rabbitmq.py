"""A RabbitMQ node of the test run's own: own ports, name, data and logs; ended by the ids of its own processes."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pika.exceptions
from pika.adapters.utils.connection_workflow import AMQPConnectorException

PACKAGED = Path("/usr/lib/rabbitmq/bin")
"""Debian's wrapper in /usr/sbin changes the user; these scripts do not."""

MISSING = "rabbitmq-server is not installed; get it with: apt-get install rabbitmq-server"
"""The one loud line of a run without it."""

START_LIMIT_S = 90.0
START_ATTEMPTS = 4
"""Between the choice of a port and its use lie seconds, in which somebody else may take it."""

COLLISIONS = ("dist_port_already_used", "eaddrinuse")
"""What the node's output says then."""

LISTENING_PORTS = range(20_000, 32_768)
"""Below the ports that the system gives to outgoing connections, of which some come and go at any time."""


def command(name: str) -> Path | None:
    """Where a program of RabbitMQ's is; None when it is not installed."""
    for directory in [PACKAGED, *(Path(entry) for entry in os.environ.get("PATH", "").split(":") if entry)]:
        if (directory / name).is_file():
            return directory / name
    return None


def free_port() -> int:
    """A port that nobody uses now, on whatever address, and that no outgoing connection will be given."""
    for port in random.sample(LISTENING_PORTS, 200):
        if _is_free(port):
            return port
    raise RuntimeError(f"200 ports of {LISTENING_PORTS} were tried, and all are taken")


class RabbitmqNode:
    """A private node below `directory`. `start` may be called again after `kill`, on the same ports and data."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._more_config = ""
        self._was_up = False
        self._name = f"switchboard{os.getpid()}@localhost"
        self._server: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        for name in ("home", "log", "data"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        self._choose_ports()

    def _choose_ports(self) -> None:
        """Four ports, but after the first start those that clients use stay."""
        ports: set[int] = set()
        while len(ports) < 4:
            ports.add(free_port())
        port, tls_port, self._epmd_port, self._dist_port = ports
        if not self._was_up:
            self.port, self.tls_port = port, tls_port
        self.write_config(self._more_config)

    def write_config(self, more: str) -> None:
        """Write the node's configuration; `more` are lines of rabbitmq.conf. Takes effect at the next start."""
        self._more_config = more
        lines = [f"listeners.tcp.1 = 127.0.0.1:{self.port}", "loopback_users = none", more, ""]
        (self.directory / "rabbitmq.conf").write_text("\n".join(lines))

    def start(self) -> None:
        """Start the node and wait until it takes logins; with other ports where one was taken meanwhile."""
        for _ in range(START_ATTEMPTS):
            if self._start_once():
                self._was_up = True
                return
            self.stop()
            self._choose_ports()
        raise RuntimeError(f"{START_ATTEMPTS} times a port of the RabbitMQ node was taken; see {self._output}")

    def _start_once(self) -> bool:
        """Whether the node takes logins; False when one of its ports is taken."""
        if not self._start_epmd():
            return False
        program = command("rabbitmq-server")
        assert program is not None, "rabbitmq-server is not installed"
        with self._output.open("wb") as output:
            self._server = subprocess.Popen(
                [program], env=self._environment(), stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline and self._server.poll() is None:
            if self._takes_logins():
                return True
            time.sleep(0.1)
        if any(sign in self._output.read_text(errors="replace") for sign in COLLISIONS):
            return False
        raise RuntimeError(f"the RabbitMQ node did not start; see {self._output}")

    def _start_epmd(self) -> bool:
        """Have the node's own port mapper; False when somebody else has its port."""
        if self._epmd is None:
            if not _is_free(self._epmd_port):
                return False
            epmd = ["epmd", "-port", str(self._epmd_port), "-address", "127.0.0.1"]
            self._epmd = subprocess.Popen(epmd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + START_LIMIT_S
            while self._epmd.poll() is None and not _listens(self._epmd_port):
                assert time.monotonic() < deadline, "epmd runs and does not listen"
                time.sleep(0.02)
        return self._epmd.poll() is None

    def kill(self) -> None:
        """End the node as a crash would."""
        if self._server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the node and to what it started: SIGSTOP has it hang, SIGCONT lets it go on."""
        assert self._server is not None, "the node does not run"
        os.killpg(self._server.pid, number)

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
    def blocking(self) -> Iterator[None]:
        """The node takes no publishes, because it has too little memory."""
        self.control("set_vm_memory_high_watermark", "0.000001")
        try:
            yield
        finally:
            self.control("set_vm_memory_high_watermark", "0.4")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """The node's processes stand still; its system goes on taking connections and bytes."""
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._server.pid, signal.SIGCONT)

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
        except (pika.exceptions.AMQPError, AMQPConnectorException, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        base = self.directory
        return {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "HOME": str(base / "home"),
            "ERL_CRASH_DUMP": str(base / "log" / "erl_crash.dump"),
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
    def _output(self) -> Path:
        """What the last start said."""
        return self.directory / "log" / "output.log"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
