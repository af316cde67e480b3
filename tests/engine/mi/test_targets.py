"""Where MI may have the engine send."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.address import Destination, UdpAddress
from engine.config.model import MiSettings
from engine.errors import CommandError
from engine.mi.registry import Caller
from engine.mi.targets import check_targets
from tests.engine.mi.conftest import Mi


@pytest.mark.parametrize(
    "socket",
    [
        "udp:127.0.0.1:9101",
        "tcp:127.0.0.1:8899",
        "xmlrpc:localhost:9301:m",
        "rabbitmq:guest:pw@10.0.0.5/q",
        "udp:[::1]:9",
    ],
)
async def test_without_a_setting_a_caller_may_name_its_own_machine_and_private_networks(mi: Mi, socket: str) -> None:
    mi.settings = MiSettings()
    assert await mi("event_subscribe", "E_A", socket) == "OK"


@pytest.mark.parametrize(
    ("socket", "wanted"),
    [
        ("udp:203.0.113.9:9101", "203.0.113.9:9101"),
        ("xmlrpc:[2001:db8::1]:80:m", "[2001:db8::1]:80"),
        ("rabbitmq:guest:hidden@mq.example.org/q", "mq.example.org:5672"),
        ("unix:/run/other.sock", "/run/other.sock"),
        ("virtual:FAILOVER udp:127.0.0.1:9101 tcp:169.254.169.254:80", "169.254.169.254:80"),
    ],
)
async def test_a_refusal_says_what_to_add_and_adding_it_helps(mi: Mi, socket: str, wanted: str) -> None:
    mi.settings = MiSettings()
    with pytest.raises(CommandError) as caught:
        await mi("event_subscribe", "E_A", socket)
    assert (caught.value.code, caught.value.message) == (400, "Bad parameter value")
    assert caught.value.data is not None
    assert f"mi.targets, which lists caller, private, would have to list {wanted} as well" in caught.value.data
    assert "hidden" not in caught.value.data
    assert await mi.sockets("E_A") == []
    mi.settings = MiSettings(targets=("caller", "private", wanted))
    assert await mi("event_subscribe", "E_A", socket) == "OK"


async def test_a_caller_from_elsewhere_does_not_reach_this_machine(mi: Mi) -> None:
    mi.settings, mi.host = MiSettings(), "198.51.100.7"
    assert await mi("event_subscribe", "E_A", "udp:198.51.100.7:9101") == "OK"
    with pytest.raises(CommandError, match="Bad parameter value"):
        await mi("event_subscribe", "E_A", "xmlrpc:127.0.0.1:631:m")


async def test_links_are_followed_before_a_path_is_compared(mi: Mi, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "out.sock").symlink_to(tmp_path / "real" / "other.sock")
    mi.settings = MiSettings(targets=(f"{tmp_path}/link/*.sock", f"{tmp_path}/open/"))
    assert await mi("event_subscribe", "E_A", f"unix:{tmp_path}/real/in.sock") == "OK"
    assert await mi("event_subscribe", "E_A", f"unix:{tmp_path}/open/in.sock") == "OK"
    for path in (f"{tmp_path}/open/../real/in", f"{tmp_path}/open/../other.sock"):
        with pytest.raises(CommandError, match="Bad parameter value"):
            await mi("event_subscribe", "E_A", f"unix:{path}")
    mi.settings = MiSettings(targets=(f"{tmp_path}/open/",))
    with pytest.raises(CommandError, match="Bad parameter value"):
        await mi("event_subscribe", "E_A", f"unix:{tmp_path}/open/out.sock")


async def test_what_is_no_longer_allowed_can_be_ended_and_not_refreshed(mi: Mi) -> None:
    assert await mi("event_subscribe", "E_A", "udp:203.0.113.9:9101") == "OK"
    mi.settings = MiSettings()
    with pytest.raises(CommandError, match="Bad parameter value"):
        await mi("event_subscribe", "E_A", "udp:203.0.113.9:9101")
    assert await mi("event_subscribe", "E_A", "udp:203.0.113.9:9101", 0) == "OK"
    assert await mi.sockets("E_A") == []


class Nowhere(UdpAddress):
    """A socket that does not say where it leads."""

    def destinations(self) -> tuple[Destination, ...]:
        """Nothing."""
        return ()


async def test_what_does_not_say_where_it_leads_needs_any(mi: Mi) -> None:
    address = Nowhere("127.0.0.1", 9)
    for targets, is_allowed in ((("caller", "private", "*"), False), (("any",), True)):
        caller = Caller(mi.engine, MiSettings(targets=targets), "MI test", "127.0.0.1")
        if is_allowed:
            await check_targets(caller, address)
            continue
        with pytest.raises(CommandError) as caught:
            await check_targets(caller, address)
        assert "would have to list any as well" in str(caught.value.data)
