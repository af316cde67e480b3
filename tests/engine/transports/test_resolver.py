"""Host names become addresses, one lookup at a time."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from engine.tasks import Tasks
from engine.transports.resolver import Endpoint, Resolver


class Names:
    """Stands in for the name service, and waits for its gate."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, int]] = []
        self.gate = asyncio.Event()
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self._look_up)

    async def _look_up(self, host: str, port: int, **_kind: Any) -> list[Any]:
        self.asked.append((host, port))
        await self.gate.wait()
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.2", port)),
        ]


def resolver(host: str, tasks: Tasks | None = None) -> Resolver:
    """A resolver for tcp."""
    return Resolver(host, 80, socket.SOCK_STREAM, tasks or Tasks())


@pytest.mark.parametrize(
    ("host", "endpoint"),
    [
        ("127.0.0.1", Endpoint(socket.AF_INET, ("127.0.0.1", 80))),
        ("::1", Endpoint(socket.AF_INET6, ("::1", 80, 0, 0))),
        ("localhost", None),
        ("a" * 80 + ".test", None),
    ],
)
def test_an_address_needs_no_lookup(host: str, endpoint: Endpoint | None) -> None:
    assert resolver(host).literal() == endpoint


async def test_ipv4_comes_first_and_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch)
    names.gate.set()
    found = await resolver("peer.test").endpoints()
    assert [endpoint.sockaddr[0] for endpoint in found] == ["192.0.2.1", "192.0.2.2", "2001:db8::1"]


async def test_who_asks_while_a_lookup_is_under_way_joins_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names, asked = Names(monkeypatch), resolver("peer.test")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asked.endpoints()
    second = asyncio.gather(asked.endpoints(), asked.endpoints())
    await asyncio.sleep(0)
    names.gate.set()
    one, two = await second
    assert one == two
    assert names.asked == [("peer.test", 80)]
    await asked.endpoints()
    assert len(names.asked) == 2, "a finished lookup is not a cache"


async def test_a_name_that_cannot_be_one_is_an_error_in_words() -> None:
    with pytest.raises(OSError, match="cannot be a host name"):
        await resolver("a" * 80 + ".test").endpoints()


async def test_close_ends_the_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch)
    tasks = Tasks()
    asked = resolver("peer.test", tasks)
    waiting = asyncio.gather(asked.endpoints(), return_exceptions=True)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked.close()
    assert isinstance((await waiting)[0], asyncio.CancelledError)
    assert not tasks
