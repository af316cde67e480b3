"""The doctor: what it looks at, what it says, and when it finds something wrong."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from engine.config.model import LabSettings, MiSettings, ReceiverSettings, Settings, SubscriptionSettings
from tests.support.sockets import UdpReceiver
from tui.cli import main
from tui.programs import doctor


def settings(*sockets: str, lab: LabSettings | None = None) -> Settings:
    entries = tuple(SubscriptionSettings(event=f"E_{number}", socket=one) for number, one in enumerate(sockets))
    return Settings(subscriptions=entries, lab=lab)


def test_each_endpoint_is_listed_once_with_all_its_members() -> None:
    found = doctor.endpoints(settings("virtual:FAILOVER udp:h:1 udp:h:2", "udp:h:2"))
    assert [one.users for one in found] == [("E_0 1",), ("E_0 2", "E_1 1")]


async def test_an_endpoint_that_listens_is_fine_and_one_that_does_not_has_advice(tmp_path: Path) -> None:
    receiver = UdpReceiver()
    with socket.create_server(("127.0.0.1", 0)) as once:
        nobody = f"tcp:127.0.0.1:{once.getsockname()[1]}"
    try:
        chosen = settings(receiver.address, nobody, f"flatstore:{tmp_path}/a.log", f"flatstore:{tmp_path}/no/a.log")
        found = await doctor.try_endpoints(chosen)
    finally:
        receiver.close()
    assert [one.is_fine for one in found] == [True, False, True, False]
    assert "refused" in found[1].text
    assert "start the receiver" in found[1].advice
    assert "no such file or directory" in found[3].text


async def test_the_labs_own_receivers_are_not_tried() -> None:
    own = "tcp:127.0.0.1:9"
    lab = LabSettings(receivers=(ReceiverSettings(name="a", socket=own),))
    (found,) = await doctor.try_endpoints(settings(own, lab=lab))
    assert found.is_fine is None
    assert "lab" in found.text


async def test_a_port_that_is_taken_is_wrong_and_one_that_is_free_is_fine() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as left:
        left.bind(("127.0.0.1", 0))
        lab = LabSettings(receivers=(ReceiverSettings(name="a", socket=f"udp:127.0.0.1:{left.getsockname()[1]}"),))
    with socket.create_server(("127.0.0.1", 0)) as once:
        place = f"127.0.0.1:{once.getsockname()[1]}"
        taken, free = await doctor.try_ports(Settings(mi=MiSettings(http=place), lab=lab))
    assert taken.is_fine is False
    assert taken.text == f"MI: {place}: address already in use"
    assert "another port" in taken.advice
    assert (free.is_fine, free.text) == (True, "1 free")
    (free,) = await doctor.try_ports(Settings(mi=MiSettings(http=place)))
    assert free.is_fine is True, "what was tried is let go again"


async def test_passwords_do_not_show() -> None:
    (found,) = await doctor.try_endpoints(settings("rabbitmq:guest:hush@127.0.0.1:1/q"))
    assert "hush" not in "\n".join(found.lines())


def test_a_small_terminal_and_foreign_letters_are_wrong() -> None:
    found = doctor.terminal({"TERM": "xterm-256color"}, os.terminal_size((60, 20)), is_tty=True)
    assert found[0].is_fine is False
    assert "80x24" in found[0].advice
    assert "256 colours" in found[1].text


def test_colours_are_told_from_the_environment() -> None:
    size = os.terminal_size((160, 48))
    told = [
        doctor.terminal(env, size, is_tty=True)[1].text for env in ({"NO_COLOR": ""}, {"COLORTERM": "truecolor"}, {})
    ]
    assert [text.partition(" ")[0] for text in told] == ["no", "16", "16"]


def test_the_exit_code_says_whether_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(f"subscriptions: [{{event: E_ACC_CDR, socket: 'flatstore:{tmp_path}/a.log'}}]\n")
    bad.write_text("queue_size: 0\n")
    assert main(["doctor", str(good)]) == 0
    assert "nothing is wrong with what was looked at" in capsys.readouterr().out
    assert main(["doctor", str(bad)]) == 1
    said = capsys.readouterr().out
    assert "queue_size: expected a number above 0, found 0" in said
    assert said.endswith("1 thing is wrong\n")
    assert main(["doctor"]) == 0
