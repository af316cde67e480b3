from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from engine.address import parse_member
from engine.config.model import (
    GeneratorSettings,
    LabSettings,
    MiSettings,
    ReceiverSettings,
    Settings,
    SubscriptionSettings,
)
from engine.errors import SwitchboardError
from engine.host.parts.mi import MiPart
from engine.host.service import Service
from engine.lab import Lab
from tests.support.http import post
from tests.support.waiting import until

CALL = b'{"jsonrpc":"2.0","id":1,"method":"subscribers_list"}'
Start = Callable[[Settings], Awaitable[Service]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts a service; it is stopped at the end."""
    services: list[Service] = []

    async def started(settings: Settings) -> Service:
        service = Service(settings)
        services.append(service)
        await service.start()
        return service

    yield started
    for service in services:
        await service.stop()


@pytest.fixture
def taken() -> Any:
    """An address on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def demo(path: Path, **more: Any) -> Settings:
    """A lab with one receiver, a subscription that leads to it, and a generator."""
    receivers = (ReceiverSettings(name="clock", socket=f"unix:{path}"),)
    return Settings(
        events=("E_A",),
        subscriptions=(SubscriptionSettings(event="E_A", socket=f"unix:{path}"),),
        lab=LabSettings(receivers=receivers, generator=GeneratorSettings(events=("E_A",), rate=100)),
        stop_timeout=0.5,
        **more,
    )


def mi(http: str = "127.0.0.1:0") -> MiSettings:
    return MiSettings(http=http)


async def test_a_demo_runs_end_to_end(start: Start, tmp_path: Path) -> None:
    service = await start(demo(tmp_path / "clock.sock", mi=mi()))
    assert service.context.lab is not None
    (receiver,) = service.context.lab.receivers
    await until(lambda: receiver.counters.received >= 3, "three events at the receiver")
    url = service.context.mi_url
    assert url is not None
    assert b"unix:" in (await post(url, CALL)).body
    await service.stop()
    with pytest.raises(OSError, match=r"refused|failed"):
        await post(url, CALL)
    assert service.context.mi_url is None
    assert service.context.lab is None
    assert not receiver.is_running


async def test_a_taken_mi_port_keeps_it_from_starting_and_leaves_nothing_behind(
    start: Start, tmp_path: Path, taken: str
) -> None:
    with pytest.raises(SwitchboardError, match=f"MI cannot listen on {taken}"):
        await start(demo(tmp_path / "clock.sock", mi=mi(taken)))
    service = await start(demo(tmp_path / "clock.sock"))
    assert service.context.lab is not None


async def test_a_reload_moves_mi_and_keeps_it_where_it_stays(start: Start) -> None:
    service = await start(Settings(mi=mi()))
    first = service.context.mi_url
    assert first is not None
    await service.reload(Settings(mi=MiSettings(http="127.0.0.1:0", allowed_hosts=("x",)), events=("E_NEW",)))
    assert service.context.mi_url == first
    assert "E_NEW" in service.engine.event_ids
    await service.reload(Settings(mi=mi("localhost:0")))
    second = service.context.mi_url
    assert second is not None
    assert second != first
    assert (await post(second, CALL)).status == 200
    with pytest.raises(OSError, match=r"refused|failed"):
        await post(first, CALL)
    await service.reload(Settings())
    assert service.context.mi_url is None


async def test_new_rules_hold_at_once(start: Start, tmp_path: Path) -> None:
    service = await start(Settings(mi=mi(), events=("E_A",)))
    url = service.context.mi_url
    assert url is not None
    call = f'{{"jsonrpc":"2.0","id":1,"method":"event_subscribe","params":["E_A","flatstore:{tmp_path}/a"]}}'.encode()
    assert b"mi.flatstore_roots" in (await post(url, call)).body
    rules = MiSettings(http="127.0.0.1:0", flatstore_roots=(str(tmp_path),))
    await service.reload(Settings(mi=rules, events=("E_A",)))
    assert b'"OK"' in (await post(url, call)).body


async def test_a_reload_that_fails_changes_nothing(start: Start, tmp_path: Path, taken: str) -> None:
    service = await start(demo(tmp_path / "a.sock", mi=mi()))
    url = service.context.mi_url
    assert url is not None
    with pytest.raises(SwitchboardError, match="MI cannot listen"):
        await service.reload(Settings(mi=mi(taken)))
    bad_lab = LabSettings(receivers=(ReceiverSettings(name="b", socket=f"tcp:{taken}"),))
    with pytest.raises(SwitchboardError, match="receiver b cannot listen"):
        await service.reload(Settings(mi=mi("localhost:0"), lab=bad_lab))
    assert service.context.mi_url == url
    assert (await post(url, CALL)).status == 200
    assert len(service.engine.table) == 1
    lab = service.context.lab
    assert lab is not None
    receiver = lab.receiver_of(parse_member(f"unix:{tmp_path}/a.sock"))
    assert receiver is not None
    assert receiver.is_running


async def test_what_the_engine_refuses_leaves_lab_mi_and_generator_as_they_were(start: Start, tmp_path: Path) -> None:
    service = await start(demo(tmp_path / "a.sock", mi=mi()))
    url = service.context.mi_url
    assert url is not None
    other = demo(tmp_path / "b.sock", mi=mi("localhost:0"))
    refused = other.model_copy(update={"subscriptions": (SubscriptionSettings(event="E_A", socket="nosuch:1"),)})
    with pytest.raises(SwitchboardError, match="nosuch"):
        await service.reload(refused)
    assert service.context.mi_url == url
    assert (await post(url, CALL)).status == 200
    lab = service.context.lab
    assert lab is not None
    (receiver,) = lab.receivers
    assert receiver.address == parse_member(f"unix:{tmp_path}/a.sock")
    assert not (tmp_path / "b.sock").exists()
    before = receiver.counters.received
    await until(lambda: receiver.counters.received >= before + 3, "three more events at the receiver that there was")
    await service.reload(other)
    assert (tmp_path / "b.sock").exists()


async def test_a_reload_exchanges_receivers_and_generator(start: Start, tmp_path: Path) -> None:
    service = await start(demo(tmp_path / "a.sock"))
    await service.reload(demo(tmp_path / "b.sock"))
    lab = service.context.lab
    assert lab is not None
    (receiver,) = lab.receivers
    await until(lambda: receiver.counters.received >= 3, "three events at the new receiver")
    await service.reload(Settings())
    assert service.context.lab is None
    taken = service.engine.snapshot().figures.accepted
    await service.stop()
    assert service.engine.snapshot().figures.accepted == taken


OPTIONAL = {
    *("aiohttp", "aiofiles", "pika", "textual", "rich", "tui"),
    *(f"engine.transports.{name}.transport" for name in ("datagram", "flatstore", "rabbitmq", "tcp", "xmlrpc")),
    *("engine.lab", "engine.sources.generator", "engine.mi.http", "engine.host.background"),
}
"""What costs time to import, and one configuration or another can do without."""

RUN_AND_TELL = """
import asyncio, sys
from pathlib import Path
from engine.config import check_config
from engine.host.service import Service

async def run():
    service = Service(check_config(Path(sys.argv[1])).settings)
    await service.start()
    await service.stop()

asyncio.run(run())
print(*sys.modules)
"""


@pytest.mark.parametrize(
    ("configuration", "needed"),
    [
        ("{}", set()),
        (
            "subscriptions: [{event: E_PIKE_BLOCKED, socket: 'udp:127.0.0.1:9'}]",
            {"engine.transports.datagram.transport"},
        ),
        ("subscriptions: [{event: E_PIKE_BLOCKED, socket: 'tcp:127.0.0.1:9'}]", {"engine.transports.tcp.transport"}),
        (
            "subscriptions: [{event: E_PIKE_BLOCKED, socket: 'xmlrpc:127.0.0.1:9:m'}]",
            {"engine.transports.xmlrpc.transport"},
        ),
        (
            "subscriptions: [{event: E_PIKE_BLOCKED, socket: 'flatstore:./a'}]",
            {"engine.transports.flatstore.transport", "aiofiles"},
        ),
        (
            "subscriptions: [{event: E_PIKE_BLOCKED, socket: 'rabbitmq:h/q'}]",
            {"engine.transports.rabbitmq.transport", "pika"},
        ),
        ("mi: {http: '127.0.0.1:0'}", {"engine.mi.http", "aiohttp"}),
    ],
)
def test_what_is_not_asked_for_is_not_imported(configuration: str, needed: set[str], tmp_path: Path) -> None:
    file = tmp_path / "switchboard.yaml"
    file.write_text(configuration)
    done = subprocess.run(
        [sys.executable, "-c", RUN_AND_TELL, str(file)], capture_output=True, text=True, check=True, timeout=60
    )
    assert OPTIONAL.intersection(done.stdout.split()) == needed


async def test_a_part_that_does_not_stop_keeps_no_other_from_stopping(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service = await start(demo(tmp_path / "a.sock", mi=mi()))

    stop = MiPart.stop

    async def break_down(part: MiPart) -> None:
        await stop(part)
        raise OSError("the wire is cut")

    with monkeypatch.context() as broken:
        broken.setattr(MiPart, "stop", break_down)
        await service.stop()
    assert "MI did not stop cleanly" in caplog.text
    assert service.engine.is_stopping
    assert not (tmp_path / "a.sock").exists()


async def test_a_lab_that_cannot_come_back_is_told_and_comes_with_the_next_reload(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = demo(tmp_path / "a.sock")
    service = await start(first)

    async def refuse(_lab: Lab) -> None:
        raise SwitchboardError("its address is taken")

    with monkeypatch.context() as broken:
        broken.setattr(Lab, "start", refuse)
        with pytest.raises(SwitchboardError, match="taken"):
            await service.reload(demo(tmp_path / "b.sock"))
    assert "the lab does not run any more, until the next reload: its address is taken" in caplog.text
    assert service.context.lab is None
    await service.reload(first)
    assert service.context.lab is not None
    assert (tmp_path / "a.sock").exists()
