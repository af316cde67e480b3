"""The whole of it: FAILOVER over RabbitMQ and a file, raised over MI, while the broker is killed and comes back."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import aiohttp
import pytest

from engine.config.model import Settings
from engine.health import State
from engine.host.service import Service
from engine.transports.registry import load
from engine.view.snapshot import EngineSnapshot
from tests.support.rabbitmq import RabbitmqNode
from tests.support.waiting import until

pytestmark = [pytest.mark.rabbitmq, pytest.mark.xdist_group("rabbitmq"), pytest.mark.timeout(180)]


class Raiser:
    """Raises numbered events over MI, one request after another, until it is told to stop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.accepted: list[int] = []
        self.is_stopping = False

    async def run(self) -> None:
        number = 0
        async with aiohttp.ClientSession() as session:
            while not self.is_stopping:
                number += 1
                request = {
                    "jsonrpc": "2.0",
                    "id": number,
                    "method": "raise_event",
                    "params": {"event": "E_PIKE_BLOCKED", "params": {"n": number}},
                }
                async with session.post(self.url, json=request) as answer:
                    assert (await answer.json()) == {"jsonrpc": "2.0", "result": "OK", "id": number}
                self.accepted.append(number)
                await asyncio.sleep(0.001)


def numbers_in_queue(node: RabbitmqNode) -> list[int]:
    return [json.loads(body)["params"]["n"] for _, _, body in node.read("pike")]


async def test_every_event_is_confirmed_by_the_broker_or_written_to_the_file(
    tmp_path: Path, mortal_rabbitmq_node: RabbitmqNode
) -> None:
    node = mortal_rabbitmq_node
    await asyncio.to_thread(lambda: node.declare("pike", durable=True))
    file = tmp_path / "pike.log"
    broker = f"rabbitmq:guest:guest@127.0.0.1:{node.port}/persistent?pike"
    service = Service(
        Settings(
            failover_timeout=1.0,
            slow_after=0,  # a machine that is busy for a moment is no part of this story, and would cost the order
            transports={"rabbitmq": load("rabbitmq").Options(connect_timeout=2000)},
            mi={"http": "127.0.0.1:0"},
            subscriptions=({"event": "E_PIKE_BLOCKED", "socket": f"virtual:FAILOVER {broker} flatstore:{file}"},),
        )
    )
    await service.start()
    raiser = Raiser(service.context.mi_url or "")
    raising = asyncio.get_running_loop().create_task(raiser.run())

    def look() -> EngineSnapshot:
        return service.engine.snapshot()

    def first_member_is(state: State) -> bool:
        return look().subscriptions[0].members[0].state is state

    try:
        await until(lambda: len(raiser.accepted) > 200, "200 events through the broker")
        await asyncio.to_thread(node.kill)
        await until(lambda: first_member_is(State.FAILED) and file.exists(), "the failover")
        taken = len(raiser.accepted)
        await until(lambda: len(raiser.accepted) > taken + 200, "200 events into the file")
        await asyncio.to_thread(node.start)
        await until(lambda: first_member_is(State.UP), "the fail-back", 30)
        taken = len(raiser.accepted)
        await until(lambda: len(raiser.accepted) > taken + 200, "200 events through the broker again")
        raiser.is_stopping = True
        await raising
        await until(lambda: not look().figures.waiting, "every delivery ended")
    finally:
        raiser.is_stopping = True
        await asyncio.gather(raising, return_exceptions=True)
        await service.stop()

    figures = look().figures
    in_file = [int(n) for n in re.findall(r"E_PIKE_BLOCKED,(\d+)\n", file.read_text())]
    in_queue = await asyncio.to_thread(numbers_in_queue, node)
    assert (figures.accepted, figures.undelivered) == (len(raiser.accepted), 0)
    assert figures.delivered == len(raiser.accepted)
    assert set(in_file) | set(in_queue) == set(raiser.accepted), "every event is in one place or the other"
    assert in_file == sorted(in_file)
    assert in_queue == sorted(in_queue)
    # Only what was in flight when the broker died may be in both: it took them, and could not say so any more.
    assert len(set(in_file) & set(in_queue)) <= 1024
