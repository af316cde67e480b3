"""Members' sockets in a longer text, and the forms that are shown for them."""

from __future__ import annotations

import pytest

from engine.address import parse
from engine.address.kinds.table import BUILT_IN
from tui.render.sockets import form_hint, piece_at

VIRTUAL = "virtual:FAILOVER udp:a:1  tcp:b:2"


@pytest.mark.parametrize(
    ("text", "cursor", "number", "piece"),
    [
        ("", 0, 1, ""),
        ("udp:a:1", 3, 1, "udp:a:1"),
        (VIRTUAL, 0, 1, "udp:a:1"),
        (VIRTUAL, 24, 1, "udp:a:1"),
        (VIRTUAL, 25, 2, "tcp:b:2"),
        (VIRTUAL, len(VIRTUAL), 2, "tcp:b:2"),
        (VIRTUAL + " ", len(VIRTUAL) + 1, 3, ""),
        ("virtual:PARALLEL", 16, 1, ""),
        ("virtual:PARALLELudp:a:1", 20, 1, "udp:a:1"),
    ],
)
def test_the_member_at_the_cursor_is_found(text: str, cursor: int, number: int, piece: str) -> None:
    found = piece_at(text, cursor)
    assert (found.number, found.text) == (number, piece)


@pytest.mark.parametrize(
    ("text", "cursor", "whole"),
    [
        (VIRTUAL, 18, "virtual:FAILOVER unix:/x  tcp:b:2"),
        (VIRTUAL, 40, "virtual:FAILOVER udp:a:1  unix:/x"),
        (VIRTUAL + " ", 34, f"{VIRTUAL} unix:/x"),
        ("virtual:FAILOVER", 16, "virtual:FAILOVER unix:/x"),
        ("udp:a:1", 0, "unix:/x"),
    ],
)
def test_another_socket_is_put_in_its_place(text: str, cursor: int, whole: str) -> None:
    assert piece_at(text, cursor).replaced(text, "unix:/x") == whole


@pytest.mark.parametrize("scheme", BUILT_IN)
def test_every_example_is_a_socket_of_its_transport(scheme: str) -> None:
    assert parse(BUILT_IN[scheme].example).scheme == scheme


def test_the_hint_is_the_form_of_what_is_typed_or_what_there_is() -> None:
    assert form_hint("udp:x") == "udp:HOST:PORT"
    assert form_hint("") == form_hint("u") == form_hint("nothing:x") == " ".join(f"{scheme}:" for scheme in BUILT_IN)
