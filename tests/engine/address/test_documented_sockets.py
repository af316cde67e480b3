"""Every socket that the documentation shows can be subscribed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.address import parse, prefixes, printed
from engine.address.parser import NOT_YET, VIRTUAL

PAGE = (Path(__file__).parents[3] / "docs" / "sockets.md").read_text(encoding="utf-8")
SHOWN = [line for block in re.findall(r"```socket\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("text", SHOWN)
def test_documented_socket_parses(text: str) -> None:
    address = parse(text)
    assert parse(printed(address, secrets=True)) == address


def test_every_prefix_is_documented() -> None:
    assert {parse(text).scheme for text in SHOWN} == {*prefixes(), VIRTUAL}
    assert all(f"`{scheme}:`" in PAGE for scheme in (*prefixes(), VIRTUAL, *NOT_YET))
