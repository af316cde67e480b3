"""The audit trail: who changed what, with what result; bounded, and without secrets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from engine.audit import DETAILS_MAX, AuditTrail, acting_for, details
from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import MiSettings, Settings
from engine.core import Engine
from engine.errors import CommandError
from engine.mi import methods as _methods  # noqa: F401 - fills the table
from engine.mi.envelope import Request
from engine.mi.registry import Caller, call
from engine.view.answers import Trail
from engine.view.codec import decode, encode
from tests.support.clock import FakeClock


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    engine = Engine(Settings(events=("E_A",), stop_timeout=0.1), clock=FakeClock())
    await engine.start()
    yield Context(engine)
    await engine.stop()


async def trail(context: Context) -> list[tuple[str, str, str]]:
    answer = await execute(context, "audit")
    assert decode(encode(answer), Trail) == answer
    return [(one.who, one.command, one.result) for one in answer.entries]


async def test_what_changes_something_is_noted_with_who_did_it(context: Context) -> None:
    with acting_for("console ann"):
        made = await execute(context, "subscribe", event="E_A", socket="udp:127.0.0.1:9")
        await execute(context, "pause_member", subscription=made["id"], member=0)
        await execute(context, "catalogue")
    assert await trail(context) == [("console ann", "pause_member", "done"), ("console ann", "subscribe", "done")]


async def test_what_was_refused_is_noted_with_the_reason(context: Context) -> None:
    with pytest.raises(CommandError):
        await execute(context, "unsubscribe", subscription="nobody")
    ((_, command, result),) = await trail(context)
    assert command == "unsubscribe"
    assert result.startswith("refused: Subscriber does not exist")


async def test_mi_clients_are_named_by_their_address(context: Context) -> None:
    caller = Caller(context, MiSettings(), "MI 127.0.0.1:5", "127.0.0.1")
    for expire in ("60", "0"):
        params = ["E_A", "udp:127.0.0.1:9", expire]
        assert await call(caller, Request("event_subscribe", params, 1, False)) == "OK"
    with pytest.raises(CommandError) as caught:
        await call(caller, Request("evi_flat_rotate", ["/no"], 2, False))
    assert (caught.value.code, caught.value.data) == (400, None)
    who = [(who, command) for who, command, _ in await trail(context)]
    assert who == [("MI 127.0.0.1:5", name) for name in ("reopen_files", "unsubscribe", "subscribe")]


def test_passwords_are_masked_and_long_parameters_are_shortened() -> None:
    told = details({"socket": "virtual:FAILOVER rabbitmq:guest:hush@h/q udp:h:1", "password": "hush", "expire": None})
    assert "hush" not in told
    assert "expire" not in told
    assert len(details({"params": ["x" * 100] * 50})) == DETAILS_MAX


def test_equal_commands_in_a_row_are_counted_in_one_entry() -> None:
    trail = AuditTrail()
    for wall in (1.0, 2.0, 3.0):
        trail.add(wall, "raise_event", {"event": "E_A"})
    trail.add(4.0, "raise_event", {"event": "E_B"})
    assert [(one.times, one.wall, one.number) for one in trail.last(9)] == [(1, 4.0, 2), (3, 3.0, 1)]


def test_the_trail_is_bounded_and_says_what_it_lost() -> None:
    trail = AuditTrail(capacity=3)
    for number in range(10):
        trail.add(0.0, "pause_member", {"member": number})
    assert trail.dropped == 7
    assert [one.details for one in trail.last(2)] == ["member=9", "member=8"]


def test_what_a_caller_says_is_kept_harmless() -> None:
    audit = AuditTrail()
    with acting_for("MI \x1b[2J"):
        audit.add(1.0, "subscribe", {"event": "E\n\x9b2J\u202e", "socket": "rabbitmq:u:hush@h/q"}, "no\r\nall is well")
    (entry,) = audit.last(1)
    texts = (entry.who, entry.command, entry.details, entry.result)
    assert all(text.isprintable() for text in texts)
    assert entry.result == r"no\r\nall is well"
    assert "hush" not in str(entry)
