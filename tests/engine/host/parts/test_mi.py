"""The management interface as a part of a service."""

from __future__ import annotations

import pytest

from engine.commands.context import Context
from engine.config.model import MiSettings, Settings
from engine.host.parts.mi import MiPart
from tests.support.http import post

CALL = b'{"jsonrpc":"2.0","id":1,"method":"version"}'
ANYWHERE = Settings(mi=MiSettings(http="127.0.0.1:0"))


def test_it_is_wanted_where_it_is_to_listen() -> None:
    assert MiPart.wanted(Settings()) is None
    assert MiPart.wanted(Settings(mi=MiSettings())) is None
    rules = MiSettings(http="127.0.0.1:0", targets=("any",))
    assert MiPart.wanted(Settings(mi=rules)) == MiPart.wanted(ANYWHERE) == "127.0.0.1:0"


async def test_two_listen_until_the_first_is_stopped_and_the_address_is_the_second_s(context: Context) -> None:
    first, second = MiPart(context, ANYWHERE), MiPart(context, ANYWHERE)
    await first.start()
    assert context.mi_url is None, "before it begins nobody is told"
    first.begin()
    before = context.mi_url
    await second.start()
    assert context.mi_url == before
    second.begin()
    await first.stop()
    after = context.mi_url
    assert after is not None
    assert before is not None
    assert after != before
    assert (await post(after, CALL)).status == 200
    with pytest.raises(OSError, match=r"refused|failed"):
        await post(before, CALL)
    await second.stop()
    await second.stop()
    assert context.mi_url is None


async def test_a_snapshot_tells_the_address(context: Context) -> None:
    part = MiPart(context, ANYWHERE)
    await part.start()
    part.begin()
    assert (await context.look()).mi_url == context.mi_url
    await part.stop()
    assert (await context.look()).mi_url is None
