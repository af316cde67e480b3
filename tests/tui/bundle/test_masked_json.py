"""Passwords are masked wherever they stand in a bundle."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec.structs import replace

from engine.audit import AuditEntry
from engine.config.model import Settings, SubscriptionSettings
from engine.feed import Step
from engine.health import Change, State
from engine.host.background import BackgroundEngine
from engine.log.handlers import LogLine
from engine.run import Attempt, Skip, failed
from engine.view.answers import Trail
from tests.support.waiting import until
from tests.tui.inspected import MEMBER
from tests.tui.recorded import incident, written
from tests.tui.world import PIKE, batch, member, page, record, snapshot
from tui.bundle.collector import collect
from tui.bundle.link import RecordedLink
from tui.bundle.recording import Recording
from tui.link.protocol import LocalLink
from tui.model.pump import Pump

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
