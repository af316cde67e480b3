"""The kinds by their prefixes, and what becomes of those from outside that cannot be used."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint

import pytest

from engine.address import kind_of, mask_text, parse, prefixes, usable_kind, usable_kinds
from engine.address.kinds import table
from engine.errors import SocketTextError, SwitchboardError
from tests.support.plug_ins import forget

Offer = Callable[..., None]


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Offer]:
    """Have kinds installed, by prefix: where they are."""

    def offered(**places: str) -> None:
        points = [EntryPoint(name, place, table.GROUP) for name, place in places.items()]
        monkeypatch.setattr(table, "entry_points", lambda group: points if group == table.GROUP else [])
        forget()

    yield offered
    monkeypatch.undo()
    forget()


def test_the_built_in_kinds_come_first_and_in_their_order(offer: Offer) -> None:
    offer(bus="no.such:Kind", aaa="no.such:Kind")
    assert prefixes() == ("udp", "unix", "tcp", "xmlrpc", "rabbitmq", "flatstore", "aaa", "bus")


def test_a_kind_that_cannot_be_imported_is_told_where_it_is_used(offer: Offer) -> None:
    offer(bus="no_such_package:Kind")
    with pytest.raises(SwitchboardError, match="bus: cannot be loaded: No module named 'no_such_package'"):
        kind_of("bus")
    with pytest.raises(SocketTextError) as caught:
        parse("virtual:FAILOVER udp:h:1 bus:x")
    (problem,) = caught.value.problems
    assert (problem.member, problem.column) == (2, 26)
    assert "cannot be loaded" in problem.message
    assert usable_kind("bus") is None
    assert [kind.scheme for kind in usable_kinds()] == list(table.BUILT_IN)


@pytest.mark.parametrize("place", ["engine.address:UdpAddress", "engine.address:parse", "engine.address:Way"])
def test_what_is_no_kind_of_that_prefix_is_refused(offer: Offer, place: str) -> None:
    offer(bus=place)
    with pytest.raises(SwitchboardError, match="what is installed as the kind of socket for bus: is none"):
        kind_of("bus")


def test_a_built_in_kind_is_not_replaced(offer: Offer) -> None:
    offer(udp="no.such:Kind")
    assert parse("udp:h:1").scheme == "udp"
    assert prefixes().count("udp") == 1


def test_a_password_behind_a_prefix_from_outside_is_masked_without_importing_it(offer: Offer) -> None:
    text = "cannot reach bus:app:hunter 2@h:1/x"
    offer(bus="no_such_package:Kind")
    assert mask_text(text) == "cannot reach bus:app:•••@h:1/x"


def test_sockets_are_read_without_a_look_at_what_is_installed() -> None:
    code = (
        "from engine.address import identity, parse, printed; from engine.address.kinds import table;"
        "printed(parse('virtual:FAILOVER udp:h:1 rabbitmq:u:p@h/q')); print(table.outside.cache_info().misses)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "0"
