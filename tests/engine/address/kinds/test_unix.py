"""`unix:` sockets."""

from __future__ import annotations

import pytest

from engine.address import Destination, UnixAddress, Way, parse
from engine.address.kinds.unix import UNIX_PATH_MAX
from engine.errors import SocketTextError


def test_it_leads_to_its_path() -> None:
    for text in ("unix:/run/a", "/run/a"):
        address = parse(text)
        assert address == UnixAddress("/run/a")
        assert address.destinations() == (Destination(Way.UNIX, path="/run/a"),)
        assert address.identity() == "unix:/run/a"


def test_a_path_that_the_system_would_cut_is_refused() -> None:
    assert parse("unix:/" + "ü" * (UNIX_PATH_MAX // 2)).identity()
    with pytest.raises(SocketTextError, match=f"at most {UNIX_PATH_MAX} bytes, this one has {UNIX_PATH_MAX + 1}"):
        parse("unix:" + "x" * (UNIX_PATH_MAX + 1))
