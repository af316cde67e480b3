"""The link to an engine in a thread of this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.config.model import Settings, SubscriptionSettings
from engine.errors import CommandError, SwitchboardError
from engine.host.background import BackgroundEngine
from engine.view.records import FeedPage
from tests.support.waiting import until
from tui.link.protocol import LocalLink


@pytest.fixture
async def background(tmp_path: Path) -> AsyncIterator[BackgroundEngine]:
    entry = SubscriptionSettings(event="E_A", socket=f"flatstore:{tmp_path}/a.log")
    made = BackgroundEngine(Settings(label="TEST", subscriptions=(entry,)))
    await asyncio.to_thread(made.start)
    yield made
    await asyncio.to_thread(made.stop)


async def test_everything_is_done_on_the_engines_own_thread(background: BackgroundEngine) -> None:
    link = LocalLink(background)
    threads = []
    background.engine.feed.since = lambda *_: threads.append(threading.current_thread()) or ()  # type: ignore[method-assign]
    assert await link.feed(0) == FeedPage()
    assert threads
    assert threads[0] is not threading.current_thread()


async def test_what_was_raised_is_in_the_feed_and_counted(background: BackgroundEngine, tmp_path: Path) -> None:
    link = LocalLink(background)
    before = await link.snapshot()
    assert before.label == "TEST"
    await link.command("raise_event", event="E_A", params=[(None, 1)])
    await until(lambda: (tmp_path / "a.log").exists() and (tmp_path / "a.log").read_text() == "E_A,1\n", "the line")
    after = await link.snapshot()
    assert after.figures.accepted == before.figures.accepted + 1
    page = await link.feed(before.next_record)
    assert {(raised.name, raised.source) for raised in page.batches} == {("E_A", link.name)}
    assert [record.number for record in (await link.feed(0, limit=1)).records] == [page.records[-1].number]


async def test_commands_are_noted_as_the_consoles_and_refusals_come_back(background: BackgroundEngine) -> None:
    link = LocalLink(background)
    (row,) = (await link.snapshot()).subscriptions
    await link.command("pause_member", subscription=row.id, member=0)
    with pytest.raises(CommandError):
        await link.command("pause_member", subscription="none", member=0)
    entries = (await link.command("audit")).entries
    assert [entry.who for entry in entries] == [link.name, link.name]
    assert entries[-1].result == "done"


async def test_an_engine_that_was_stopped_says_so(background: BackgroundEngine) -> None:
    link = LocalLink(background)
    await asyncio.to_thread(background.stop)
    with pytest.raises(SwitchboardError):
        await link.snapshot()
