"""Lines that do by hand what the engine does: run by a real shell against real receivers, with payloads that bite."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from engine.address.shell_line import ShellLine
from engine.mi.event_params import event_params
from engine.mi.jsontext import decode
from tests.engine.address.test_shell_line import BITING
from tests.support.sockets import UdpReceiver
from tui.render import shell_lines
from tui.render.shell_lines import raise_line, subscribe_line


def run(line: str, **variables: str) -> str:
    """What a line prints in a POSIX shell."""
    done = subprocess.run(
        ["sh", "-c", line], capture_output=True, check=True, timeout=20, text=True, env={"PATH": _path(), **variables}
    )
    return done.stdout


def _path() -> str:
    return "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def by_hand(socket: str, payload: bytes) -> ShellLine:
    """The line for a socket that has one."""
    line = shell_lines.by_hand(socket, payload)
    assert line is not None
    return line


def needs(program: str) -> None:
    if shutil.which(program, path=_path()) is None:
        pytest.skip(f"{program} is not installed")


def each(take: Callable[[bytes], bytes]) -> None:
    """Have a line bring each payload somewhere, all at the same time: nc stays for a second."""
    payloads = [one for one in BITING if one]
    with ThreadPoolExecutor(len(payloads)) as pool:
        assert list(pool.map(take, payloads)) == payloads


def test_a_datagram_goes_out_by_nc() -> None:
    needs("nc")

    def take(payload: bytes) -> bytes:
        receiver = UdpReceiver()
        try:
            run(by_hand(receiver.address, payload).line)
            (datagram,) = receiver.read()
            return datagram
        finally:
            receiver.close()

    each(take)


@pytest.mark.parametrize("payload", BITING[1:4])
@pytest.mark.parametrize("name", ["plain.sock", "o'clock, a:b!$(id).sock"])
def test_a_local_datagram_goes_out_by_socat(tmp_path: Path, name: str, payload: bytes) -> None:
    needs("socat")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / name))
        receiver.settimeout(10)
        run(by_hand(f"unix:{tmp_path / name}", payload).line)
        assert receiver.recv(65_536) == payload


def test_a_stream_gets_the_bytes_by_nc() -> None:
    needs("nc")
    each(streamed)


def streamed(payload: bytes) -> bytes:
    """What a server gets of a payload."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                while chunk := connection.recv(4_096):
                    got.append(chunk)

        taker = threading.Thread(target=take)
        taker.start()
        run(by_hand(f"tcp:127.0.0.1:{server.getsockname()[1]}/method", payload).line)
        taker.join(10)
    return b"".join(got)


@pytest.mark.parametrize("payload", BITING)
def test_a_flat_file_gets_the_line(tmp_path: Path, payload: bytes) -> None:
    path = tmp_path / "it's a $(file).log"
    path.write_bytes(b"before\n")
    run(by_hand(f"flatstore:{path}", payload).line)
    assert path.read_bytes() == b"before\n" + payload


class Answering(BaseHTTPRequestHandler):
    """Notes what it is asked, and says that it went well."""

    asked: ClassVar[list[tuple[str, str, bytes]]] = []

    def do_POST(self) -> None:
        """Note it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.path, self.headers.get("Authorization", ""), body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"routed":true}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def http() -> Iterator[tuple[int, list[tuple[str, str, bytes]]]]:
    """A web server: its port, and what it was asked."""
    Answering.asked.clear()
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, Answering.asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("payload", BITING[1:])
def test_xml_is_posted_by_curl(payload: bytes) -> None:
    needs("curl")
    with http() as (port, asked):
        run(by_hand(f"xmlrpc:127.0.0.1:{port}/a[1]:method", payload).line)
        run(by_hand(f"xmlrpc:127.0.0.1:{port}:method", payload).line)
    assert [(path, body) for path, _, body in asked] == [("/a[1]", payload), ("/RPC2", payload)]


@pytest.mark.parametrize("payload", BITING[1:])
def test_a_message_is_published_by_rabbitmqadmin(payload: bytes) -> None:
    needs("rabbitmqadmin")
    line, hint = by_hand("rabbitmq:ops:•••@127.0.0.1:5672/exchange=e=1;vhost=%2Fv;persistent?k'ey", payload)
    assert "set PASSWORD first" in hint
    with http() as (port, asked):
        run(line.replace("rabbitmqadmin", f"rabbitmqadmin -P {port}"), PASSWORD="hu'sh", HOME="/nonexistent")
    ((path, login, body),) = asked
    assert path == "/api/exchanges/%2Fv/e%3D1/publish"
    assert base64.b64decode(login.split()[1]) == b"ops:hu'sh"
    told = json.loads(body)
    assert (told["routing_key"], told["properties"]) == ("k'ey", {"delivery_mode": 2})
    is_text = told["payload_encoding"] == "string"
    assert (told["payload"].encode() if is_text else base64.b64decode(told["payload"])) == payload


def test_a_password_that_is_not_masked_is_none_of_ours() -> None:
    assert '"$PASSWORD"' not in by_hand("rabbitmq:127.0.0.1/q", b"x").line
    assert "-u guest -p guest" in by_hand("rabbitmq:127.0.0.1/q", b"x").line
    assert "exchange=amq.default" in by_hand("rabbitmq:127.0.0.1/q", b"x").line
    with pytest.raises(ValueError, match="more than one place"):
        by_hand("virtual:FAILOVER udp:h:1", b"x")


def test_a_long_datagram_comes_with_a_warning() -> None:
    assert "several datagrams" in by_hand("udp:127.0.0.1:9", b"x" * 5_000).hint
    assert not by_hand("udp:127.0.0.1:9", b"x").hint
    assert "nc -u -w1 ::1 9" in by_hand("udp:[::1]:9", b"x").line


@pytest.mark.parametrize(
    ("params", "hint"),
    [
        ((), ""),
        ((("ip", 'it\'s $(x) "q" `y`\n\x1b'), ("ip", 7), ("none", None), ("", "ü\u202e")), ""),
        (((None, "a"), (None, "b'c")), ""),
        (((None, "a"), (None, 7)), "texts of the numbers"),
        (((None, None),), "refuses null"),
    ],
)
def test_an_event_is_raised_again_over_mi(params: tuple[tuple[str | None, str | int | None], ...], hint: str) -> None:
    needs("curl")
    with http() as (port, asked):
        line = raise_line(f"http://127.0.0.1:{port}/mi", "E_A'B", params)
        run(line.line)
    assert hint in line.hint
    assert bool(hint) == bool(line.hint)
    called = json.loads(asked[0][2])
    assert (called["method"], called["params"]["event"]) == ("raise_event", "E_A'B")
    if params and not hint:
        given = dict(dict(decode(asked[0][2].decode()))["params"])["params"]
        assert event_params(given) == params


def test_a_subscription_is_made_over_mi() -> None:
    needs("curl")
    socket_text = "virtual:FAILOVER rabbitmq:ops:•••@h/k'y udp:h:1"
    with http() as (port, asked):
        lines = [subscribe_line(f"http://127.0.0.1:{port}/mi", "E_A", socket_text, expire) for expire in (None, 60.0)]
        for line in lines:
            run(line.line)
    params = [json.loads(body)["params"] for _, _, body in asked]
    assert params == [{"event": "E_A", "socket": socket_text}, {"event": "E_A", "socket": socket_text, "expire": 60}]
    assert "put the password in place" in lines[0].hint
    assert "ends after an hour" in lines[0].hint
    assert "hour" not in lines[1].hint
