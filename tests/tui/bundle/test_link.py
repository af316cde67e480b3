"""A recording as a link: any moment of it, what was known then, and nothing that can be changed."""

from __future__ import annotations

import pytest

from engine.errors import CommandError
from engine.feed import Entry, Feed, Step
from engine.run import DELIVERED, failed
from tests.tui.recorded import FAILS_AT, STEPS, incident, of_records
from tests.tui.world import batch, record
from tui.bundle.link import RecordedLink


async def test_failures_among_older_records_are_told_as_the_live_feed_tells_them() -> None:
    of = batch("E_A", 1, {"ip": "192.0.2.1"})
    ends = {3: failed("refused"), 5: failed("refused"), 18: failed("refused")}
    records = [record(n, Step.SETTLED, "s1", of, 0, outcome=ends.get(n, DELIVERED)) for n in range(1, 21)]
    feed = Feed()
    for one in records:
        feed.add(one.at, one.subscription, Entry(one.step, of, one.indices, 0, outcome=one.outcome))
    link = RecordedLink(of_records(*records))
    for since, limit in [(0, 5), (4, 5), (4, 100), (19, 5), (21, 5), (0, 0)]:
        told = [one.number for one in (await link.feed(since, limit)).records]
        assert told == [one.number for one in feed.since(since, limit)], (since, limit)
    assert [one.number for one in (await link.feed(4, 5)).records] == [5, 16, 17, 18, 19, 20]


async def test_what_was_known_at_a_moment_is_shown_and_no_more() -> None:
    link = RecordedLink(incident())
    assert link.go_to(4)
    moment = await link.snapshot()
    records = (await link.feed(0)).records
    assert max(one.at for one in records) <= moment.at
    assert [one.command for one in (await link.command("audit")).entries] == []
    assert link.go_to(FAILS_AT)
    assert link.go_by(20)
    assert [one.command for one in (await link.command("audit")).entries] == ["pause_member"]
    assert [one.text for one in await link.command("log_since")] == ["an early line"]
    with pytest.raises(CommandError, match="does not hold event 230"):
        await link.command("inspect_delivery", subscription="s1", seq=230)


async def test_a_member_is_told_as_it_was_at_the_moment() -> None:
    link = RecordedLink(incident())
    end = await link.command("inspect_member", subscription="s1", member=0)
    assert (end.state, len(end.changes)) == ("failed", 2)
    link.go_to(FAILS_AT - 1)
    before = await link.command("inspect_member", subscription="s1", member=0)
    assert (before.state, before.error, len(before.changes)) == ("up", None, 1)
    assert before.figures.delivered == 20 * (FAILS_AT - 1)
    with pytest.raises(CommandError, match="does not hold member 1 of 's2'"):
        await link.command("inspect_member", subscription="s2", member=0)


async def test_a_delivery_is_told_with_the_bytes_of_each_transport() -> None:
    told = await RecordedLink(incident()).command("inspect_delivery", subscription="s1", seq=205)
    assert [(one.scheme, one.handed, one.content) for one in told.payloads] == [
        ("rabbitmq", (), b'{"jsonrpc":"2.0","method":"E_PIKE_BLOCKED","params":{"ip":"192.0.2.5"}}'),
        ("flatstore", (1,), b"E_PIKE_BLOCKED,192.0.2.5\n"),
    ]


def test_a_minute_is_at_least_a_step_and_ends_at_the_ends() -> None:
    link = RecordedLink(incident())
    assert not link.go_by(60)
    assert link.go_by(-30)
    assert link.position == STEPS - 16
    assert link.go_by(-0.1)
    assert link.position == STEPS - 17
    assert link.go_by(-1_000)
    assert link.position == 0
    assert not link.go_to(-5)
