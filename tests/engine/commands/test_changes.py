"""Changing subscriptions while events flow: what stays is not disturbed, nothing is lost, a change is undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.address import parse
from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import Settings
from engine.core import Engine
from engine.errors import CommandError
from engine.options import SubscriptionOptions
from engine.run import DELIVERED, failed
from engine.subscriptions.changes import REMEMBERED, Change, ChangeLog, Shape
from engine.subscriptions.table import Subscription
from tests.support.clock import FakeClock
from tests.support.events import raise_now
from tests.support.waiting import until
from tests.support.world import World

A, B, C = "udp:127.0.0.1:1", "udp:127.0.0.1:2", "udp:127.0.0.1:3"
RABBIT = "rabbitmq:app:hunter2@127.0.0.1:1/q"
MASKED = "rabbitmq:app:•••@127.0.0.1:1/q"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(DELIVERED)
    world.install(monkeypatch)
    return world


@pytest.fixture
async def context(world: World) -> AsyncIterator[Context]:
    engine = Engine(Settings(stop_timeout=0), clock=FakeClock())
    yield Context(engine)
    await engine.stop()


def subscribed(context: Context, socket: str) -> Subscription:
    return context.engine.subscribe("E_TEST", parse(socket), None)


async def change(context: Context, found: Subscription, policy: str | None, *members: str, **options: Any) -> Any:
    expire = options.pop("expire", None)
    return await execute(
        context,
        "change_subscription",
        subscription=found.id,
        policy=policy,
        members=list(members),
        expire=expire,
        options=options,
    )


def figures(context: Context) -> tuple[int, int, int]:
    now = context.engine.snapshot().figures
    return now.delivered, now.undelivered, now.waiting


async def test_members_that_stay_keep_health_figures_and_connection(context: Context, world: World) -> None:
    found = subscribed(context, f"virtual:FAILOVER {A} {B}")
    world.at(A).answer = failed("refused")
    raise_now(context.engine, 3)
    transport = world.at(B)
    await change(context, found, "ROUND-ROBIN", C, B)
    (row,) = context.engine.snapshot().subscriptions
    assert (row.id, str(row.policy), row.delivered) == (found.id, "ROUND-ROBIN", 3)
    assert [(member.socket, member.state, member.delivered) for member in row.members] == [
        (C, "untried", 0),
        (B, "up", 3),
    ]
    assert world.at(B) is transport
    await until(lambda: {one.address.port for one in world.open} == {2, 3}, "the end of what nobody uses")
    assert figures(context) == (3, 0, 0)
    raise_now(context.engine, 2)
    assert figures(context) == (5, 0, 0)


async def test_events_that_are_held_go_to_a_member_that_is_added(context: Context, world: World) -> None:
    found = subscribed(context, f"virtual:FAILOVER {A} {B}")
    for transport in world.open:
        transport.answer = failed("refused")
    raise_now(context.engine, 4)
    assert figures(context) == (0, 0, 4)
    await change(context, found, "FAILOVER", A, B, C)
    assert figures(context) == (4, 0, 0)
    taken = [event.params[0][1] for run in world.at(C).started for event in run.batch.events]
    assert taken == [1, 2, 3, 4]


async def test_what_is_in_flight_ends_where_it_is_and_is_counted(context: Context, world: World) -> None:
    world.answer = None
    found = subscribed(context, f"virtual:PARALLEL {A}")
    raise_now(context.engine, 2)
    old = world.at(A)
    world.answer = DELIVERED
    await change(context, found, "PARALLEL", B)
    assert figures(context) == (0, 0, 2)
    assert not old.is_closed
    for run in list(old.open):
        run.settle_all(DELIVERED)
    assert figures(context) == (2, 0, 0)
    context.engine.snapshot()
    assert context.engine.roster.closing == 0


async def test_a_failure_in_flight_goes_on_to_the_new_members(context: Context, world: World) -> None:
    world.answer = None
    found = subscribed(context, f"virtual:FAILOVER {A} {B}")
    raise_now(context.engine, 2)
    old = world.at(A)
    world.answer = DELIVERED
    await change(context, found, "FAILOVER", C)
    for run in list(old.open):
        run.settle_all(failed("reset"))
    assert figures(context) == (2, 0, 0)


async def test_a_change_of_options_and_expiry_keeps_the_members(context: Context, world: World) -> None:
    found = subscribed(context, f"virtual:FAILOVER {A} {B}")
    lane = found.lane
    answer = await change(context, found, "FAILOVER", A, B, failover_timeout=3, expire=60)
    assert found.lane is lane
    assert (found.options.failover_timeout, found.expire_s) == (3, 60)
    assert "- failover_timeout 30" in answer["diff"]
    assert "+ failover_timeout 3" in answer["diff"]
    assert f"  member {A}" in answer["diff"]


async def test_masked_passwords_stand_for_those_there_are(context: Context, world: World) -> None:
    found = subscribed(context, f"virtual:FAILOVER {RABBIT} {A}")
    described = await execute(context, "describe_subscription", subscription=found.id)
    assert described.members == (MASKED, A)
    assert "hunter2" not in str(described)
    answer = await change(context, found, "FAILOVER", A, MASKED.replace("/q", "/other"))
    assert world.at(RABBIT.replace("/q", "/other"))
    assert "hunter2" not in str(answer)
    with pytest.raises(CommandError, match="column 14"):
        await change(context, found, "FAILOVER", MASKED.replace("127.0.0.1", "192.0.2.1"))


@pytest.mark.parametrize(
    ("policy", "members", "options", "words"),
    [
        ("FAILOVER", (), {}, "members: at least one member"),
        (None, (A, B), {}, "policy: a plain subscription has one member"),
        ("SOMETIMES", (A,), {}, "policy: expected PARALLEL"),
        ("FAILOVER", (A, "udp:127.0.0.1:0"), {}, "member 2, column 15"),
        ("FAILOVER", (A,), {"queue_size": 0}, "queue_size: "),
        ("FAILOVER", (A,), {"colour": "red"}, "colour: no such option"),
        ("FAILOVER", (A,), {"expire": -1}, "expire: "),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    context: Context, policy: str | None, members: tuple[str, ...], options: dict[str, Any], words: str
) -> None:
    found = subscribed(context, f"virtual:FAILOVER {A} {B}")
    before = context.engine.snapshot().subscriptions
    with pytest.raises(CommandError, match=words):
        await change(context, found, policy, *members, **options)
    assert context.engine.snapshot().subscriptions == before


async def test_another_subscription_with_the_socket_is_in_the_way(context: Context) -> None:
    found, _other = subscribed(context, A), subscribed(context, B)
    with pytest.raises(CommandError, match="Already subscribed"):
        await change(context, found, None, B)
    assert found.socket == A


async def test_a_transport_that_cannot_serve_changes_nothing(context: Context, world: World) -> None:
    found = subscribed(context, f"virtual:FAILOVER {A} {B}")
    world.unusable.add(C)
    with pytest.raises(CommandError, match="cannot serve"):
        await change(context, found, "FAILOVER", A, C)
    assert found.socket == f"virtual:FAILOVER {A} {B}"
    assert len(world.open) == 2


async def test_a_draft_is_checked_with_the_difference(context: Context) -> None:
    found = subscribed(context, A)
    draft: dict[str, Any] = {"subscription": found.id, "expire": None, "options": {}}
    checked = await execute(context, "check_change", policy="PARALLEL", members=[A, "udp:x"], **draft)
    (problem,) = checked["problems"]
    assert (problem["member"], problem["field"]) == (2, "members")
    checked = await execute(context, "check_change", policy="FAILOVER", members=[B, A], **draft)
    assert [line for line in checked["diff"] if line[0] != " "] == [
        "- policy none, one plain socket",
        "+ policy FAILOVER",
        f"+ member {B}",
    ]
    assert not (await execute(context, "check_change", policy=None, members=[A], **draft))["is_changed"]


async def test_changes_removals_and_additions_are_undone_in_turn(context: Context) -> None:
    assert await execute(context, "last_change") == {"left": 0}
    made = await execute(context, "subscribe", event="E_RTPPROXY_STATUS", socket=A, is_by_hand=True)
    found = context.engine.table.get(made["id"])
    assert found is not None
    await change(context, found, "FAILOVER", A, B)
    await execute(context, "unsubscribe", subscription=found.id)
    last = await execute(context, "last_change")
    assert (last["was"], last["left"]) == ("removed", 3)
    brought = await execute(context, "undo_change")
    back = context.engine.table.get(brought["id"])
    assert back is not None
    assert back.socket == f"virtual:FAILOVER {A} {B}"
    await execute(context, "undo_change")
    assert back.socket == A
    await execute(context, "undo_change")
    assert len(context.engine.table) == 0
    with pytest.raises(CommandError, match="Nothing to undo"):
        await execute(context, "undo_change")


def test_the_list_of_changes_is_bounded() -> None:
    log = ChangeLog()
    shape = Shape("E_A", parse(A), SubscriptionOptions(), None)
    for number in range(REMEMBERED + 5):
        log.add(Change(str(number), 0.0, None, shape), ("E_A", A))
    assert len(log) == REMEMBERED
    assert log.is_touched("E_A", A)
    assert not log.is_touched("E_A", B)


async def test_a_wrong_option_is_told_with_what_is_expected(context: Context) -> None:
    found = subscribed(context, A)
    options = {"failover_timeout": "soon", "queue_size": "0", "when_all_failed": "keep", "hold_max_age": "-1"}
    draft: dict[str, Any] = {"subscription": found.id, "policy": None, "members": [A], "options": options}
    checked = await execute(context, "check_change", expire="never", **draft)
    assert {one["field"]: one["message"] for one in checked["problems"]} == {
        "expire": "expected a number, found 'never'",
        "failover_timeout": "expected a number, found 'soon'",
        "hold_max_age": "expected a number above 0, found '-1'",
        "queue_size": "expected a number above 0, found '0'",
        "when_all_failed": "expected 'hold', 'try' or 'drop', found 'keep'",
    }


async def test_what_is_left_of_an_expiry_is_told(context: Context) -> None:
    found = context.engine.subscribe("E_TEST", parse(A), 60)
    assert isinstance(context.engine.clock, FakeClock)
    context.engine.clock.advance(12)
    described = await execute(context, "describe_subscription", subscription=found.id)
    assert (described.expire, described.left_s) == (60, 48)
    forever = await execute(context, "describe_subscription", subscription=subscribed(context, B).id)
    assert forever.left_s is None


async def test_a_member_s_socket_is_checked_with_the_password_that_is_known(context: Context) -> None:
    found = subscribed(context, RABBIT)
    fine = await execute(context, "check_socket", socket=f"{MASKED}2", subscription=found.id)
    assert (fine["problems"], fine["normal"]) == ([], f"{MASKED}2")
    elsewhere = MASKED.replace("127.0.0.1", "127.0.0.2")
    (problem,) = (await execute(context, "check_socket", socket=elsewhere, subscription=found.id))["problems"]
    assert problem["hint"] == "type the password itself"
