"""Suggestions: a slip of the finger is found, and nothing is suggested where nothing is near."""

from __future__ import annotations

import pytest

from engine.catalogue import catalogue
from engine.nearest import nearest

EVENTS = tuple(catalogue())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("E_PIKE_BLOKED", "E_PIKE_BLOCKED"),
        ("e_pike_blocked", "E_PIKE_BLOCKED"),
        ("PIKE_BLOCKED", "E_PIKE_BLOCKED"),
        ("E_PIKE", "E_PIKE_BLOCKED"),
        ("E_PIEK_BLOCKED", "E_PIKE_BLOCKED"),
    ],
)
def test_a_slip_in_the_name_of_an_event_is_found(written: str, meant: str) -> None:
    assert nearest(written, EVENTS) == meant


@pytest.mark.parametrize("written", ["E_REG_STAT", "E_MINE", "E_", "", "E_X", "x" * 500])
def test_nothing_is_suggested_where_nothing_is_near(written: str) -> None:
    assert nearest(written, EVENTS) is None


def test_of_names_that_begin_alike_the_shortest_is_meant() -> None:
    assert nearest("queue", ["queue_size_of_members", "queue_size"]) == "queue_size"


@pytest.mark.parametrize(("written", "meant"), [("upd", "udp"), ("tpc", "tcp"), ("unx", "unix"), ("http", None)])
def test_short_names_may_differ_by_a_letter(written: str, meant: str | None) -> None:
    assert nearest(written, ["udp", "tcp", "unix", "xmlrpc", "rabbitmq", "flatstore"]) == meant
