"""Taking connections when file descriptors are scarce, or there are none."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import ExitStack

import pytest

from engine.config.model import MiSettings
from engine.mi import listener
from engine.mi.descriptors import Descriptors
from engine.mi.http import MiHttp
from engine.mi.listener import KEPT, listening_sockets
from tests.engine.mi.conftest import Mi
from tests.support.descriptors import file_limit, lowest_free
from tests.support.http import post
from tests.support.waiting import until

CALL = b'{"jsonrpc":"2.0","id":1,"method":"subscribers_list"}'
ANSWER = b'{"jsonrpc":"2.0","result":{"Events":[]},"id":1}'


class Scarce(Descriptors):
    """As if the reserve were always touched."""

    def are_scarce(self) -> bool:
        return True


def connected(stack: ExitStack, port: int) -> socket.socket:
    """A connection that the system has made, and that nobody has taken yet."""
    made = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    made.setblocking(False)
    return made


async def test_running_out_of_descriptors_is_told_once_and_passes(mi: Mi, caplog: pytest.LogCaptureFixture) -> None:
    server = MiHttp(mi.context, MiSettings(http="127.0.0.1:0"))
    url = await server.start()
    port = int(url.rpartition(":")[2].partition("/")[0])
    with ExitStack() as stack:
        for _ in range(3):
            connected(stack, port)
        caplog.clear()
        with file_limit(lowest_free()):
            await until(lambda: caplog.records, "the error to be told")
            for _ in range(50):
                await asyncio.sleep(0.01)
            (record,) = caplog.records
        assert record.levelno == logging.ERROR
        assert "MI cannot take connections: too many open files" in record.getMessage()
        await until(lambda: server.connections == 3, "the connections to be taken")
        assert (await post(url, CALL)).body == ANSWER
        assert len(caplog.records) == 1
    await server.stop()


async def test_an_error_that_goes_on_is_told_at_growing_distances(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "TELL_MIN_S", 0.05)
    trouble = listener._Trouble()
    loop = asyncio.get_running_loop()
    end = loop.time() + 1.0
    while loop.time() < end:
        trouble.tell("too many open files")
        await asyncio.sleep(0.001)
    assert 2 <= len(caplog.records) <= 5  # at 0, 0.05, 0.15, 0.35 and 0.75 s


async def test_the_engine_s_reserve_is_kept_from_all_but_a_few_connections(mi: Mi) -> None:
    (listening,) = await listening_sockets("127.0.0.1", 0)
    server = MiHttp(mi.context, MiSettings(http="127.0.0.1:0"))
    connections = server._connections
    taking = listener.Listener(
        [listening],
        lambda address: connections.admit(server._server, address),
        connections.make_room,
        connections.__len__,
        Scarce(),
    )
    port = listening.getsockname()[1]
    taking.start()
    with ExitStack() as stack:
        sockets = [connected(stack, port) for _ in range(KEPT + 4)]
        await until(lambda: len(connections) == KEPT, "the few to be taken")
        loop = asyncio.get_running_loop()
        for gone in sockets[:4]:
            assert await loop.sock_recv(gone, 1) == b"", "the oldest idle ones make room"
        assert (await post(f"http://127.0.0.1:{port}/mi", CALL)).body == ANSWER
    await taking.stop()
    connections.close()
    await server._server.shutdown(0.1)
