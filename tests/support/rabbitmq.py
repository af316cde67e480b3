"""A RabbitMQ node of the test run's own: own ports, name, data and logs; ended by the ids of its own processes."""

from __future__ import annotations

import atexit
import contextlib
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
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

SERVANT_LIMIT_S = 15.0
SERVANT = """
Others = fun(Kept) ->
  [Pid ||
    [{{pid, Pid}}, {{client_properties, Told}}] <- rabbit_networking:connection_info_all([pid, client_properties]),
    not lists:member({{<<"connection_name">>, longstr, Kept}}, Told)]
end,
Alarm = fun
  (true) ->
    vm_memory_monitor:set_vm_memory_high_watermark(0.0000001), file:write_file("{alarmed}", <<>>);
  (false) ->
    vm_memory_monitor:set_vm_memory_high_watermark(0.4), file:delete("{alarmed}")
end,
Look = fun Look(WasAlarmed) ->
  IsAlarmed = filelib:is_regular("{alarm}"),
  IsAlarmed =:= WasAlarmed orelse Alarm(IsAlarmed),
  case file:read_file("{force}") of
    {{ok, Kept}} ->
      [rabbit_networking:close_connection(Pid, "forced out") || Pid <- Others(Kept)], file:delete("{force}");
    _ -> ok
  end,
  timer:sleep(10),
  Look(IsAlarmed)
end,
spawn(fun() -> Look(false) end).
"""
"""What runs inside the node, and does at once what files tell it. rabbitmqctl starts a whole machine of Erlang for each
call, which takes seconds and the processor. The watermarks are one that is always passed, and the default."""

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


@cache
def shared_node() -> RabbitmqNode:
    """The node of all tests of this process, with TLS: to start one takes seconds, and the processor. Each test has
    queues of its own at it."""
    directory = tempfile.TemporaryDirectory(prefix="switchboard-rabbitmq-", ignore_cleanup_errors=True)
    node = RabbitmqNode(Path(directory.name))
    atexit.register(directory.cleanup)
    atexit.register(node.stop)
    node.use_tls()
    node.start()
    return node


def make_certificates(directory: Path) -> None:
    """An authority, and a broker's certificate for 127.0.0.1."""
    openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj"]
    commands = [
        [*openssl, "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem"],
        [
            *[*openssl, "/CN=127.0.0.1", "-keyout", "broker.key", "-out", "broker.pem"],
            *["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1"],
            *["-addext", "basicConstraints=critical,CA:FALSE"],
        ],
    ]
    for command in commands:
        subprocess.run(command, cwd=directory, check=True, capture_output=True)
    for file in directory.iterdir():
        file.chmod(0o644)


class RabbitmqNode:
    """A private node below `directory`. `start` may be called again after `kill`, on the same ports and data."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._certificates: Path | None = None
        self._was_up = False
        self._has_servant = False
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
        self._write_config()

    def use_tls(self) -> Path:
        """Listen on `tls_port` too, from the next start on; the file of the authority that signed its certificate."""
        self._certificates = self.directory / "certificates"
        self._certificates.mkdir()
        make_certificates(self._certificates)
        self._write_config()
        return self.authority

    @property
    def authority(self) -> Path:
        """The file of the authority that signed the node's certificate."""
        assert self._certificates is not None, "it has none; see use_tls"
        return self._certificates / "ca.pem"

    @property
    def is_running(self) -> bool:
        """Whether it was started, and neither killed nor stopped since."""
        return self._server is not None

    def _write_config(self) -> None:
        lines = [f"listeners.tcp.1 = 127.0.0.1:{self.port}", "loopback_users = none"]
        if self._certificates is not None:
            files = {"cacertfile": "ca.pem", "certfile": "broker.pem", "keyfile": "broker.key"}
            lines.append(f"listeners.ssl.1 = 127.0.0.1:{self.tls_port}")
            lines += [f"ssl_options.{key} = {self._certificates / name}" for key, name in files.items()]
        (self.directory / "rabbitmq.conf").write_text("\n".join([*lines, ""]))

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
            self._has_servant = False

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
        self.alarm()
        try:
            yield
        finally:
            self.calm()

    def alarm(self) -> None:
        """Raise the memory alarm: who publishes is told so, and not read any more."""
        self.serve()
        self._file("alarm").touch()
        _wait_for(self._file("alarmed").exists, "the memory alarm")

    def calm(self) -> None:
        """End the alarm, where there is one."""
        self._file("alarm").unlink(missing_ok=True)
        if self._has_servant:
            _wait_for(lambda: not self._file("alarmed").exists(), "the end of the memory alarm")

    def force_out(self, but: str = "") -> None:
        """Close every connection with CONNECTION_FORCED, but one of this `connection_name`."""
        self.serve()
        self._file("forcing").write_text(but)
        self._file("forcing").rename(self._file("force"))
        _wait_for(lambda: not self._file("force").exists(), "the end of all connections")

    def serve(self) -> None:
        """Have something inside the node that alarms and forces out: it is there at the first use, too, but takes
        seconds then."""
        if not self._has_servant:
            files = {name: self._file(name) for name in ("alarm", "alarmed", "force")}
            for file in files.values():
                file.unlink(missing_ok=True)
            self.control("eval", SERVANT.format(**files))
            self._has_servant = True

    def _file(self, name: str) -> Path:
        return self.directory / name

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

    def depth(self, queue: str) -> int:
        """Messages in a queue: every one that was confirmed and not read is there."""
        with self.channel() as channel:
            count: int = channel.queue_declare(queue, passive=True).method.message_count
            return count

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


def _wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SERVANT_LIMIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the node does not bring about {what} within {SERVANT_LIMIT_S:.0f} s")
        time.sleep(0.005)


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
