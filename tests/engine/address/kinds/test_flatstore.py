"""`flatstore:` sockets."""

from __future__ import annotations

import pytest

from engine.address import Destination, FlatstoreAddress, Way, parse
from engine.errors import SocketTextError


def test_it_leads_to_its_file() -> None:
    address = parse("flatstore:/var/log/a b.log")
    assert address == FlatstoreAddress("/var/log/a b.log")
    assert address.destinations() == (Destination(Way.FILE, path="/var/log/a b.log"),)


@pytest.mark.parametrize(("text", "hint"), [("flatstore:", "for example"), ("flatstore:/a/", "add the name")])
def test_what_cannot_be_a_file_is_refused(text: str, hint: str) -> None:
    with pytest.raises(SocketTextError, match=hint):
        parse(text)
