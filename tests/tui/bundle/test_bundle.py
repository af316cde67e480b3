"""Incident bundles as files: what comes back from them, their bounds, their masks, and older ones."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.audit import AuditEntry
from engine.commands.gate import execute
from engine.config.model import Settings, SubscriptionSettings
from engine.core import Engine
from engine.errors import CommandError
from engine.event import Event
from engine.feed import Feed, FeedRecord, Step
from engine.health import Change, State
from engine.host.background import BackgroundEngine
from engine.log.handlers import LogLine
from engine.run import DELIVERED, Attempt, Skip, failed, part_of
from engine.view.answers import Trail
from engine.view.codec import named, plain
from engine.view.records import FeedPage, StepRecord
from tests.support.waiting import until
from tests.tui.bundle.test_recording import AUDIT
from tests.tui.inspected import MEMBER
from tests.tui.recorded import FAILS_AT, SECOND, STEPS, at, incident
from tests.tui.world import NOW, PIKE, SKIP, FakeLink, batch, member, page, record, snapshot
from tui import cli
from tui.bundle import masked_json, recording
from tui.bundle.collector import collect
from tui.bundle.link import RecordedLink
from tui.bundle.recording import SIZE_MAX, Recording, history_before, missing, read_bundle
from tui.link.protocol import LocalLink
from tui.model.pump import Pump
from tui.model.time_series import EVERYTHING, History, Measure


def written(made: Recording, folder: Path) -> Recording:
    """What is read from the file of a recording."""
    path = folder / "incident.json"
    path.write_text(made.text(), encoding="utf-8", errors="backslashreplace")
    return read_bundle(path)


def test_every_part_comes_back(tmp_path: Path) -> None:
    made = incident()
    again = written(made, tmp_path)
    assert again.past == made.past
    assert again.feed.records == made.feed.records
    assert again.feed.by_seq() == made.feed.by_seq()
    for name in ("configuration", "audit", "log", "described", "inspected", "charts"):
        assert getattr(again, name) == getattr(made, name), name
    assert not missing(again)


def test_rows_that_did_not_change_are_written_once() -> None:
    text = incident().text()
    assert text.count('["s2",') == 1
    assert text.count('["s1",1') == STEPS


def test_subscriptions_that_come_and_go_do_so_in_the_file(tmp_path: Path) -> None:
    other = replace(PIKE, id="s9", version=9)
    past = tuple(
        snapshot(*rows, at=NOW + 2 * step)
        for step, rows in enumerate([(PIKE,), (other, PIKE), (PIKE, other), (other,)])
    )
    again = written(replace(incident(), past=past), tmp_path)
    assert [[row.id for row in one.subscriptions] for one in again.past] == [["s1"], ["s9", "s1"], ["s1", "s9"], ["s9"]]


def test_the_last_minutes_begin_with_the_state_at_their_beginning() -> None:
    part = incident().of_last(9.0)
    assert [one.at for one in part.past] == [at(step) for step in range(STEPS - 6, STEPS)]
    assert all(one.at >= NOW - 9.0 for one in part.feed.records)
    assert [entry.text for entry in part.log] == ["a late line"]
    assert incident().of_last(1e6).past == incident().past


def test_the_charts_are_cut_where_the_recording_begins() -> None:
    track = history_before(incident()).track(EVERYTHING)
    assert track is not None
    assert len(track.values(Measure.DELIVERIES, 300)) == 200 - 60
    assert len(track.values(Measure.DELIVERIES, 3_600)) == 20 - 6


def of_records(*records: FeedRecord) -> Recording:
    """A recording that is about these records alone."""
    return Recording((snapshot(PIKE),), page(records), {}, AUDIT, [])


def events_told(of: FeedPage) -> list[list[Event]]:
    """The events that each record tells of."""
    return [[of.by_seq()[one.first_seq].event(index) for index in one.indices] for one in of.records]


@pytest.mark.parametrize("is_whole_first", [True, False])
def test_a_batch_and_its_part_that_begin_with_the_same_event_stay_apart(tmp_path: Path, is_whole_first: bool) -> None:
    whole = batch("E_A", 100, *[{"n": number} for number in range(10)])
    both = [whole, part_of(whole, range(3))]
    first, second = both if is_whole_first else reversed(both)
    made = of_records(record(1, Step.HELD, "s1", first), record(2, Step.HELD, "s2", second))
    again = written(made, tmp_path)
    assert events_told(again.feed) == [first.events, second.events]


async def test_a_failover_that_was_edited_while_events_waited_is_in_a_bundle_that_can_be_read(tmp_path: Path) -> None:
    engine = Engine(Settings(events=("E_A",), failover_timeout=0.05))
    sockets = [f"unix:{tmp_path}/{name}" for name in "abcd"]
    made = await execute(
        engine, "subscribe", event="E_A", socket=f"virtual:FAILOVER {sockets[0]} {sockets[1]}", expire=None
    )
    await engine.raise_many([Event("E_A", (("n", number),)) for number in range(10)], "test")
    await until(lambda: any(len(one.indices) == 1 for one in engine.feed.since(0)), "a try with one event")
    await execute(
        engine, "change_subscription", subscription=made["id"], policy="FAILOVER", members=sockets[2:], expire=None,
        options={},
    )  # fmt: skip
    await until(lambda: {1, 10} <= {len(one.batch) for one in engine.feed.since(0) if one.batch.first_seq == 1}, "both")
    records = engine.feed.since(0)
    again = written(of_records(*records), tmp_path)
    assert events_told(again.feed) == [[one.batch.events[index] for index in one.indices] for one in records]
    await engine.stop()


def heavy() -> Recording:
    """Far more than has room: rows that all change, large events, long answers of members, a long log."""
    members = tuple(
        member(index, f"tcp:127.0.0.1:{index}", history="✓" * 16, error="ä" * 200, error_at=NOW) for index in range(400)
    )
    row = replace(PIKE, members=members)
    past = tuple(snapshot(replace(row, version=step), at=NOW - 1_800 + 2 * step) for step in range(60))
    batches = [batch("E_BIG", 1 + 10 * number, *[{"text": "x" * 2_000}] * 10) for number in range(500)]
    records = tuple(record(number, Step.HELD, "s1", one) for number, one in enumerate(batches, 1))
    members_told = {f"s{number}": [replace(MEMBER, socket="a" * 8_000)] for number in range(1_000)}
    described = {f"s{number}": replace(incident().described["s1"], members=("a" * 8_000,)) for number in range(1_000)}
    log = [LogLine(n, NOW, 20, "engine", "b" * 1_000) for n in range(2_000)]
    return Recording(past, page(records), {}, AUDIT, log, described, members_told)


def test_a_bundle_is_bounded_and_says_what_it_had_no_room_for(tmp_path: Path) -> None:
    made = heavy()
    again = written(made, tmp_path)
    assert (tmp_path / "incident.json").stat().st_size < SIZE_MAX
    assert 2 < len(again.past) < len(made.past)
    assert (again.past[0], again.past[-1]) == (made.past[0], made.past[-1])
    assert 0 < len(again.feed.records) < len(made.feed.records)
    assert again.feed.records[-1].number == made.feed.records[-1].number
    assert again.log[-1] == made.log[-1]
    assert again.left_out["snapshots"] == len(made.past) - len(again.past)
    assert again.left_out["records of deliveries"] == len(made.feed.records) - len(again.feed.records)
    (said,) = missing(again)
    assert "records of deliveries" in said
    assert "lines of the log" in said


def test_whatever_else_is_large_the_records_make_room(tmp_path: Path) -> None:
    made = replace(heavy(), configuration={"subscriptions": ["c" * 1_000] * 8_000})
    again = written(made, tmp_path)
    assert (tmp_path / "incident.json").stat().st_size < SIZE_MAX
    assert 0 < len(again.feed.records) < 200


async def test_a_bundle_that_cannot_be_made_is_said() -> None:
    class Silent(FakeLink):
        async def feed(self, since: int, limit: int = 1_000) -> FeedPage:
            raise RuntimeError("gone")

    link = Silent()
    link.answers = {"audit": AUDIT, "configuration": {}}
    incident_of = await collect(link, Pump(link), link.answer, None)
    assert incident_of == (None, "gone")
    link.answers = {}
    assert "no answer to configuration" in (await collect(link, Pump(link), link.answer, None)).failure


SECRET = "hush-hush"
LEAK = f"rabbitmq:guest:{SECRET}@127.0.0.1:5672/q"


def test_a_password_is_nowhere_in_the_file() -> None:
    leaky = replace(PIKE, socket=LEAK, last_undelivered=f"no way to {LEAK}", members=(
        member(0, LEAK, error=f"login to {LEAK} refused"),))  # fmt: skip
    outcome = failed(f"amqp://guest:{SECRET}@h/v: refused")
    of = batch("E_A", 1, {"ip": "192.0.2.1"}, source="MI")
    told = record(
        1, Step.ENDED, "s1", of, outcome=outcome, skipped=(Skip(0, LEAK),), attempts=(Attempt(0, 1, outcome),)
    )
    change = Change(1.0, State.FAILED, f"{LEAK} refused", 1, 1.0)
    made = Recording(
        (snapshot(leaky),),
        page([told]),
        {"subscriptions": [{"socket": LEAK}], "transports": {LEAK: 1}},
        Trail((AuditEntry(1, 1.0, "ann", "subscribe", f"socket={LEAK}", LEAK),)),
        [LogLine(1, 1.0, 20, "engine", f"{LEAK} is down")],
        {"s1": replace(incident().described["s1"], members=(LEAK,))},
        {"s1": [replace(MEMBER, socket=LEAK, changes=(change,))]},
    )
    assert SECRET not in made.text()


async def test_nothing_of_a_real_engine_s_passwords_is_in_its_bundle(tmp_path: Path) -> None:
    settings = Settings(
        label="TEST",
        transports={},
        subscriptions=(
            SubscriptionSettings(event="E_PIKE_BLOCKED", socket=f"virtual:FAILOVER {LEAK} flatstore:{tmp_path}/a.log"),
        ),
    )
    background = BackgroundEngine(settings)
    await asyncio.to_thread(background.start)
    try:
        link = LocalLink(background)
        await link.command("raise_event", event="E_PIKE_BLOCKED", params=[("ip", "192.0.2.11")])
        pump = Pump(link)
        await until(lambda: (tmp_path / "a.log").exists() and (tmp_path / "a.log").stat().st_size, "the delivery")
        await pump.ask()
        assert pump.snapshot is not None
        made = (await collect(link, pump, pump.snapshot, None)).recording
        live = await link.command("inspect_delivery", subscription=pump.snapshot.subscriptions[0].id, seq=_seq(made))
    finally:
        await asyncio.to_thread(background.stop)
    assert made is not None
    assert SECRET not in made.text()
    name = made.end.subscriptions[0].id
    recorded = RecordedLink(written(made, tmp_path))
    told = await recorded.command("inspect_delivery", subscription=name, seq=_seq(made))
    assert told == live
    assert (await recorded.command("inspect_member", subscription=name, member=1)).socket.startswith("flatstore:")
    assert (await recorded.command("describe_subscription", subscription=name)).policy == "FAILOVER"


def _seq(made: Recording | None) -> int:
    assert made is not None
    return made.feed.records[0].first_seq


def first_version() -> dict[str, Any]:
    """A bundle as the first version wrote it."""
    of = batch("E_PIKE_BLOCKED", 150, {"ip": "192.0.2.11"}, at=NOW - 0.1)
    return {
        "switchboard_bundle": 1,
        "snapshot": named(snapshot(PIKE)),
        "configuration": {"label": "LAB"},
        "batches": [{"name": of.name, "first_seq": 150, "raised_at": of.raised_at, "source": "MI",
                     "events": [[["ip", "192.0.2.11"]]]}],
        "records": [{"number": 5, "at": NOW, "step": "settled", "subscription": "s1", "batch": 150,
                     "indices": [0, 1, 1], "member": 1, "skipped": [[0, "failed"]], "attempts": [],
                     "outcome": ["delivered", "", None], "took_s": 0.1}],
        "audit": plain(AUDIT),
        "log": ["a line"],
    }  # fmt: skip


RECORDED = Path(__file__).parent / "recorded" / "version3.json"
"""A bundle that the third version wrote."""


def test_a_bundle_of_the_third_version_is_still_opened() -> None:
    old, now = read_bundle(RECORDED), incident()
    assert [one.at for one in old.past] == [at(step) for step in (6, 8, 10, 12, STEPS - 2, STEPS - 1)]
    assert all(one == now.past[step] for one, step in zip(old.past, (6, 8, 10, 12, -2, -1), strict=True))
    assert old.feed.records[:6] == now.feed.records[20:26]
    for name in ("configuration", "audit", "described", "inspected", "charts"):
        assert getattr(old, name) == getattr(now, name), name
    assert [one.text for one in old.log] == [one.text for one in now.log]
    assert old.left_out["snapshots"] == 25


def test_whatever_a_record_of_the_third_version_told_is_still_told() -> None:
    planned, held, settled, ended = read_bundle(RECORDED).feed.records[-4:]
    outcome = failed("connection refused", answer=b"no\xff")
    assert planned == StepRecord(63, at(STEPS - 1) - 0.3, Step.PLANNED, "s1", 400, range(3), 0, (SKIP,))
    assert (held.step, held.indices, held.member) == (Step.HELD, range(1), None)
    assert (settled.outcome, settled.took_s) == (outcome, 0.002)
    assert ended.attempts == (Attempt(0, NOW, outcome, is_last_resort=True),)
    events = [read_bundle(RECORDED).feed.by_seq()[400].event(index) for index in range(3)]
    assert [one.values for one in events] == [[None, -1], ["caf\udce9", 2], ["x", 3]]


def test_a_bundle_of_the_second_version_is_still_opened(tmp_path: Path) -> None:
    document = json.loads(RECORDED.read_text())
    seqs = {one["number"]: one["first_seq"] for one in document["batches"]}
    for one in document["batches"]:
        del one["number"]
    for one in document["records"]:
        one["batch"] = seqs[one["batch"]]
    path = tmp_path / "old.json"
    path.write_text(json.dumps({**document, "switchboard_bundle": 2}))
    assert read_bundle(path) == read_bundle(RECORDED)


async def test_a_bundle_of_the_first_version_is_still_opened(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(first_version()))
    link = RecordedLink(read_bundle(path))
    assert (await link.snapshot()).subscriptions == (PIKE,)
    told = await link.command("inspect_delivery", subscription="s1", seq=150)
    assert (told.params, told.payloads) == ((("ip", "192.0.2.11"),), ())
    assert [entry.text for entry in await link.command("log_since")] == ["a line"]
    with pytest.raises(CommandError, match="does not hold member 1"):
        await link.command("inspect_member", subscription="s1", member=0)


async def test_failures_among_older_records_are_told_as_the_live_feed_tells_them() -> None:
    of = batch("E_A", 1, {"ip": "192.0.2.1"})
    ends = {3: failed("refused"), 5: failed("refused"), 18: failed("refused")}
    records = [record(n, Step.SETTLED, "s1", of, 0, outcome=ends.get(n, DELIVERED)) for n in range(1, 21)]
    feed = Feed()
    for one in records:
        feed.add(one.at, one.step, one.subscription, of, one.indices, 0, outcome=one.outcome)
    link = RecordedLink(of_records(*records))
    for since, limit in [(0, 5), (4, 5), (4, 100), (19, 5), (21, 5), (0, 0)]:
        told = [one.number for one in (await link.feed(since, limit)).records]
        assert told == [one.number for one in feed.since(since, limit)], (since, limit)
    assert [one.number for one in (await link.feed(4, 5)).records] == [5, 16, 17, 18, 19, 20]


async def test_the_console_s_loop_goes_on_while_the_charts_are_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def levels(self: History) -> dict[str, Any]:
        threads.append((threading.current_thread(), self))
        return {}

    monkeypatch.setattr(History, "levels", levels)
    link = FakeLink()
    link.answers = {"audit": AUDIT, "configuration": {}}
    pump = Pump(link)
    assert (await collect(link, pump, link.answer, None)).recording is not None
    assert threads
    assert all(thread is not threading.main_thread() for thread, _ in threads)
    assert all(history is not pump.history for _, history in threads), "the history goes on meanwhile"


def test_charts_are_written_track_by_track(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, longest = masked_json.encode, []
    monkeypatch.setattr(masked_json, "encode", lambda value: longest.append(len(line := whole(value))) or line)
    charts = {f"s{number}": [[SECOND] * 300, [SECOND] * 360, [SECOND] * 1_440] for number in range(40)}
    text = replace(of_records(), charts=charts).text()
    assert json.loads(text)["charts"] == charts
    assert max(longest) < 1.1 * max(len(whole(one)) for one in charts.values())


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


def test_what_has_no_room_is_told_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recording, "RECORDS_MAX", 2_000)
    path = tmp_path / "incident.json"
    path.write_text(incident().text())
    assert "records of deliveries" in missing(read_bundle(path))[0]
    assert cli.main(["open", str(path)]) == 2  # no terminal here
    assert "needs a terminal" in capsys.readouterr().err


async def test_what_came_while_the_operator_chose_is_not_in_the_charts() -> None:
    link = FakeLink()
    link.answers = {"configuration": {}, "audit": Trail(), "log_since": ()}
    pump = Pump(link)
    for second in range(60):
        pump.history.note(snapshot(PIKE, at=NOW - 40 + second))
    made = (await collect(link, pump, link.answer, None)).recording  # which was taken at NOW
    assert made is not None
    assert {len(levels[0]) for levels in made.charts.values()} == {40}
