"""The package of docs/plug-ins.md, installed: a prefix that Switchboard does not have is like any other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Select

from engine.address import identity, mask_text, parse, parse_member, prefixes, printed, usable_kind
from engine.address.fields import FieldsError, address_of, fields_of, socket_of
from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.checker import check_config
from engine.config.loader import load_config
from engine.config.model import MiSettings, Settings
from engine.core import Engine
from engine.errors import CommandError, SocketTextError
from engine.mi.registry import Caller
from engine.mi.targets import check_targets
from tests.support.plug_ins import install, installed
from tests.support.sockets import UdpReceiver, numbered, udp_receivers
from tests.support.waiting import until
from tests.tui.screens.forms.test_edit_subscription import A
from tests.tui.screens.forms.test_socket import dialog, fill, link_on
from tui.render.sockets import completed, form_hint
from tui.widgets.form_row import FormRow

SOCKET = "bus:[::1]:7000/sip"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    install(tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def bus(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installed(site, monkeypatch):
        yield


def test_nothing_of_it_is_known_without_it() -> None:
    assert "bus" not in prefixes()
    with pytest.raises(SocketTextError, match="no transport has the prefix 'bus:'"):
        parse(SOCKET)


@pytest.mark.usefixtures("bus")
def test_a_socket_is_read_printed_and_compared() -> None:
    address = parse_member(SOCKET)
    assert printed(address) == printed(address, secrets=True) == SOCKET
    assert parse(f"virtual:FAILOVER udp:h:1 {SOCKET}").scheme == "virtual"
    assert identity(parse("bus:H.:7000/sip")) == identity(parse("bus:h:7000/sip")) == "bus:h:7000/sip"
    assert identity(parse("bus:h:7000/sip")) != identity(parse("bus:h:7000/SIP"))
    assert mask_text(f"sent to {SOCKET}") == f"sent to {SOCKET}"


@pytest.mark.usefixtures("bus")
def test_what_is_wrong_is_told_at_its_column() -> None:
    with pytest.raises(SocketTextError) as caught:
        parse("virtual:PARALLEL udp:h:1 bus:h:0")
    first, second = caught.value.problems
    assert (first.member, first.column, first.message) == (2, 32, "a port from 1 to 65535 was expected, found '0'")
    assert (second.member, second.column, second.hint) == (2, 33, "for example bus:127.0.0.1:7000/sip")
    with pytest.raises(SocketTextError, match="flatstore:, bus:, virtual:"):
        parse("nothing:x")
    with pytest.raises(SocketTextError, match="did you mean bus:"):
        parse("Buss:h:1/x")


@pytest.mark.usefixtures("bus")
def test_it_has_fields_and_is_completed() -> None:
    kind, values = fields_of("bus:h:7000/sip")
    assert values == {"host": "h", "port": "7000", "topic": "sip"}
    assert kind is usable_kind("bus")
    assert socket_of(kind, {**values, "topic": "isup"}) == "bus:h:7000/isup"
    with pytest.raises(FieldsError) as caught:
        address_of(kind, {**values, "topic": ""})
    assert [problem.field for problem in caught.value.problems] == ["topic"]
    assert form_hint("bus:") == "bus:HOST:PORT/TOPIC"
    assert completed("bu") == "bus:"
    assert completed("bus:") == "bus:127.0.0.1:7000/sip"


@pytest.mark.usefixtures("bus")
async def test_the_form_offers_it() -> None:
    async with dialog(link_on(A)) as (shown, fields):
        shown.app.screen.query_one(Select).value = "bus"
        await shown.until(lambda: [row.field for row in fields.query(FormRow)] == ["host", "port", "topic"], "fields")
        fill(shown, "topic", "sip")
        await shown.until(lambda: shown.said("#socket-said") == "✓ bus:127.0.0.1:1/sip", "the socket")


def checked(tmp_path: Path, site: Path, text: str) -> subprocess.CompletedProcess[str]:
    """What `switchboard check` says of a file."""
    (tmp_path / "file.yaml").write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "tui", "check", "file.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(Path(__file__).parents[2])])},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


GOOD = "subscriptions: [{event: E_PIKE_BLOCKED, socket: 'virtual:FAILOVER bus:h:1/a udp:h:1'}]\n"


def test_check_accepts_it_with_its_options_and_warns_of_it(tmp_path: Path, site: Path) -> None:
    done = checked(tmp_path, site, GOOD + "transports: {bus: {separator: '|'}}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bus:h:1/a may fail unnoticed: a datagram that nobody receives is lost" in done.stdout + done.stderr


def test_check_refuses_what_is_wrong_with_it(tmp_path: Path, site: Path) -> None:
    done = checked(tmp_path, site, GOOD.replace("h:1/a", "h:1") + "transports: {bus: {separater: '|'}}\n")
    said = done.stdout + done.stderr
    assert done.returncode == 2
    assert "a / and a topic were expected" in said
    assert "separater" in said
    assert "did you mean separator" in said


def test_a_kind_without_its_transport_is_told_by_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "half", without="switchboard.transports")
    (tmp_path / "file.yaml").write_text("subscriptions: [{event: E_PIKE_BLOCKED, socket: 'bus:h:1/a'}]\n")
    with installed(tmp_path / "half", monkeypatch):
        (problem,) = check_config(tmp_path / "file.yaml").problems
    assert "no transport for bus: sockets; there are flatstore" in problem.message
    assert (problem.line, problem.where) == (1, "subscriptions[1].socket")


@pytest.mark.usefixtures("bus")
async def test_events_are_delivered_to_it_beside_others(tmp_path: Path) -> None:
    with udp_receivers(2) as (plain, other):
        subscription = f"{{event: E_TEST, policy: PARALLEL, members: ['{plain.address}', '{bus_at(other)}']}}"
        (tmp_path / "file.yaml").write_text(
            f"events: [E_TEST]\nsubscriptions: [{subscription}]\ntransports: {{bus: {{separator: '|'}}}}\n"
        )
        engine = Engine(load_config(tmp_path / "file.yaml"))
        await engine.start()
        await engine.raise_many(numbered(300))
        await until(lambda: len(plain.read()) == len(other.read()) == 300, "all of it at both")
        assert [one.partition(b"|")[0] for one in other.read()] == [b"sip"] * 300
        assert [one.partition(b"|")[2] for one in other.read()] == plain.read()
        snapshot = engine.snapshot()
        assert [member.scheme for row in snapshot.subscriptions for member in row.members] == ["udp", "bus"]
        await until(lambda: engine.snapshot().figures.waiting == 0, "every delivery ended")
    assert engine.snapshot().figures.sent == 300
    await engine.stop()


@pytest.mark.usefixtures("bus")
async def test_it_is_tested_step_by_step() -> None:
    engine = Engine(Settings(stop_timeout=1.0))
    with udp_receivers(1) as (receiver,):
        told = await execute(Context(engine), "probe_socket", socket=bus_at(receiver), is_sending=True)
        assert [(step["name"], step["status"]) for step in told["steps"]] == [
            ("resolve", "done"),
            ("connect", "done"),
            ("send", "done"),
            ("confirm", "skipped"),
        ]
        await until(receiver.read, "the test event")
        topic, _, notification = receiver.read()[0].partition(b" ")
        assert topic == b"sip"
        assert json.loads(notification)["method"] == "E_SWITCHBOARD_TEST"
    await engine.stop()


@pytest.mark.usefixtures("bus")
async def test_mi_reaches_with_it_only_what_it_may_reach() -> None:
    caller = Caller(Engine(Settings()), MiSettings(), "MI test", "127.0.0.1")
    await check_targets(caller, parse(SOCKET))
    with pytest.raises(CommandError) as caught:
        await check_targets(caller, parse("bus:203.0.113.9:7000/sip"))
    assert "would have to list 203.0.113.9:7000 as well" in str(caught.value.data)


def bus_at(receiver: UdpReceiver) -> str:
    return f"bus:127.0.0.1:{receiver.port}/sip"
