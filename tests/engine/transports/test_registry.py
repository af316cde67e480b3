"""Transports are found by socket prefix, and loaded when first needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from engine.errors import SwitchboardError
from engine.transports import registry
from engine.transports.base import TransportOptions
from engine.transports.datagram.udp import UdpTransport

SCHEMES = ("flatstore", "rabbitmq", "tcp", "udp", "unix", "xmlrpc")


@pytest.fixture
def fresh_registry() -> Iterator[None]:
    """Entry points are read anew in the test, and again after it."""
    registry._entry_points.cache_clear()
    registry.load.cache_clear()
    yield
    registry._entry_points.cache_clear()
    registry.load.cache_clear()


def test_the_six_transports_are_there() -> None:
    assert set(SCHEMES) <= set(registry.schemes())


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_loads_and_keeps_to_the_protocol(scheme: str) -> None:
    loaded = registry.load(scheme)
    assert issubclass(loaded.Options, TransportOptions)
    for name in ("start", "reopen", "close", "connection", "failure_blindness"):
        assert hasattr(loaded, name), name
    assert loaded.Options().connect_timeout == 500
    assert loaded.Options().timeout == 5000
    assert all(field.description for field in loaded.Options.model_fields.values())


def test_the_names_are_known_without_importing_a_transport() -> None:
    code = (
        "import sys; from engine.transports.registry import schemes; schemes();"
        "print([name for name in sys.modules if name.split('.')[0] in {'pika', 'aiohttp', 'aiofiles'}"
        " or name == 'engine.transports.datagram.transport'])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_an_unknown_prefix_says_which_there_are() -> None:
    with pytest.raises(SwitchboardError, match=r"no transport for smoke: sockets; there are .*rabbitmq.*udp"):
        registry.load("smoke")


@pytest.mark.usefixtures("fresh_registry")
def test_a_transport_that_cannot_be_imported_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("smoke", "engine.transports.no_such_module:Smoke", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [broken] if group == registry.GROUP else [])
    assert registry.schemes() == ("smoke",)
    with pytest.raises(SwitchboardError, match="the transport for smoke: sockets cannot be loaded: No module named"):
        registry.load("smoke")


@pytest.mark.usefixtures("fresh_registry")
def test_anybodys_transport_joins_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    own = EntryPoint("smoke", "engine.transports.datagram.udp:UdpTransport", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [own] if group == registry.GROUP else [])
    assert registry.load("smoke") is UdpTransport
