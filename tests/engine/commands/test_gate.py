from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.commands.gate import COMMANDS, execute
from engine.config.model import LabSettings, ReceiverSettings, Settings
from engine.core import Engine
from engine.errors import BusyError, CommandError, RefusedError
from engine.event import Event
from engine.lab import Lab
from engine.options import OnFailure, WhenAllFailed
from tests.support.clock import FakeClock

UDP = "udp:127.0.0.1:9101"
FAILOVER = f"virtual:FAILOVER tcp:127.0.0.1:9201 {UDP} udp:192.0.2.1:9"


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(Settings(events=("E_A", "E_B"), failover_timeout=7, stop_timeout=0.1), clock=FakeClock())
    await engine.start()
    yield engine
    await engine.stop()


async def refusal(engine: Engine, name: str, /, **parameters: Any) -> CommandError:
    with pytest.raises(CommandError) as caught:
        await execute(engine, name, **parameters)
    return caught.value


def test_the_table_has_every_command_with_its_help() -> None:
    assert set(COMMANDS) == {
        "subscribe",
        "unsubscribe",
        "raise_event",
        "pause_member",
        "resume_member",
        "check_socket",
        "toggle_receiver",
        "set_trouble",
        "reopen_files",
        "catalogue",
        "probe_member",
        "probe_socket",
        "describe_subscription",
        "check_change",
        "change_subscription",
        "lab_receivers",
        "last_change",
        "undo_change",
        "preview_save",
        "save_subscriptions",
        "inspect_delivery",
        "inspect_member",
        "audit",
        "log_since",
        "configuration",
        "raise_series",
        "series_progress",
        "series_limits",
        "preview_event",
        "stop_series",
    }
    assert [name for name, command in COMMANDS.items() if not command.help] == []
    harmless = {name for name, command in COMMANDS.items() if not command.changes}
    looking = {"audit", "log_since", "configuration", "check_socket", "catalogue", "inspect_delivery", "inspect_member"}
    looking |= {"series_progress", "series_limits", "preview_event", "lab_receivers"}
    assert harmless == looking | {"describe_subscription", "check_change", "last_change", "preview_save"}
    asking = {name for name, command in COMMANDS.items() if command.asks}
    assert asking == {"unsubscribe", "change_subscription", "undo_change", "save_subscriptions"}
    assert [parameter.name for parameter in COMMANDS["pause_member"].parameters] == ["subscription", "member"]


async def test_unknown_commands_and_parameters_are_refused(engine: Engine) -> None:
    assert (await refusal(engine, "explode")).code == -32601
    error = await refusal(engine, "unsubscribe", name="x")
    assert error.code == -32602
    assert "subscription" in str(error)


async def test_subscribing_is_permanent_unless_said_otherwise(engine: Engine) -> None:
    first = await execute(engine, "subscribe", event="E_A", socket=UDP)
    second = await execute(engine, "subscribe", event="E_B", socket=UDP, expire=60)
    assert first["warnings"] == []
    expiries = {one.id: one.expire_s for one in engine.table}
    assert expiries == {first["id"]: None, second["id"]: 60}


async def test_options_are_the_configurations_where_none_are_given(engine: Engine) -> None:
    made = await execute(engine, "subscribe", event="E_A", socket=FAILOVER)
    assert found(engine, made["id"]).options.failover_timeout == 7
    made = await execute(
        engine,
        "subscribe",
        event="E_B",
        socket=FAILOVER,
        failover_timeout=0.5,
        when_all_failed="drop",
        on_failure="fail",
        queue_size=5,
    )
    options = found(engine, made["id"]).options
    assert (options.failover_timeout, options.queue_size) == (0.5, 5)
    assert (options.when_all_failed, options.on_failure) == (WhenAllFailed.DROP, OnFailure.FAIL)


def found(engine: Engine, subscription_id: str) -> Any:
    return engine.table.get(subscription_id)


async def test_failover_members_that_fail_unnoticed_are_warned_of(engine: Engine) -> None:
    made = await execute(engine, "subscribe", event="E_A", socket=FAILOVER)
    assert [warning.partition(":")[0] for warning in made["warnings"]] == ["member 1 (tcp", "member 3 (udp"]
    same = await execute(engine, "subscribe", event="E_A", socket=FAILOVER.replace("FAILOVER", "PARALLEL"))
    assert same["warnings"] == []


@pytest.mark.parametrize(
    ("parameters", "code", "words"),
    [
        ({"event": "E_NOPE", "socket": UDP}, 400, "unknown event 'E_NOPE'"),
        ({"event": "e_a", "socket": UDP}, 400, "did you mean E_A?"),
        ({"event": 5, "socket": UDP}, -32602, "event: expected a string"),
        ({"event": "E_A", "socket": ""}, -32602, "socket: expected a string, found nothing"),
        ({"event": "E_A", "socket": "udp:127.0.0.1:0"}, 400, "column 15"),
        ({"event": "E_A", "socket": UDP, "expire": 0}, -32602, "expire"),
        ({"event": "E_A", "socket": UDP, "expire": "soon"}, -32602, "expire"),
        ({"event": "E_A", "socket": UDP, "when_all_failed": "cry"}, -32602, "when_all_failed"),
        ({"event": "E_A", "socket": UDP, "queue_size": -1}, -32602, "queue_size"),
    ],
)
async def test_what_cannot_be_subscribed(engine: Engine, parameters: dict[str, Any], code: int, words: str) -> None:
    error = await refusal(engine, "subscribe", **parameters)
    assert error.code == code
    assert words in str(error)
    assert len(engine.table) == 0


async def test_passwords_are_shown_nowhere(engine: Engine) -> None:
    checked = await execute(engine, "check_socket", socket="rabbitmq:u:hunter2@127.0.0.1/q")
    assert checked["normal"] is not None
    broken = await execute(engine, "check_socket", socket="rabbitmq:u:hunter2@127.0.0.1:x/q")
    assert broken["problems"]
    assert "hunter2" not in str(checked) + str(broken)


async def test_a_socket_is_checked_as_it_is_typed(engine: Engine) -> None:
    checked = await execute(engine, "check_socket", socket=f"virtual:PARALLEL   {UDP} \tudp:[::1]:9 ")
    assert checked == {"problems": [], "normal": f"virtual:PARALLEL {UDP} udp:[::1]:9", "warnings": []}
    checked = await execute(engine, "check_socket", socket=f"virtual:PARALLEL {UDP} rabitmq:h/q")
    (problem,) = checked["problems"]
    assert (problem["column"], problem["member"]) == (37, 2)
    assert "rabbitmq:" in problem["hint"]
    assert checked["normal"] is None
    checked = await execute(engine, "check_socket", socket=FAILOVER)
    assert len(checked["warnings"]) == 2
    assert (await execute(engine, "check_socket", socket=""))["problems"]


async def test_unsubscribing_takes_the_id(engine: Engine) -> None:
    made = await execute(engine, "subscribe", event="E_A", socket=UDP)
    assert await execute(engine, "unsubscribe", subscription=made["id"]) == {"id": made["id"]}
    assert len(engine.table) == 0
    error = await refusal(engine, "unsubscribe", subscription=made["id"])
    assert (error.code, error.message) == (404, "Subscriber does not exist")


async def test_members_are_paused_and_resumed_by_position(engine: Engine) -> None:
    made = await execute(engine, "subscribe", event="E_A", socket=FAILOVER)
    await execute(engine, "pause_member", subscription=made["id"], member=1)
    await execute(engine, "pause_member", subscription=made["id"], member="2")
    assert [member.state for member in engine.snapshot().subscriptions[0].members] == ["untried", "paused", "paused"]
    await execute(engine, "resume_member", subscription=made["id"], member=2)
    assert [member.state for member in engine.snapshot().subscriptions[0].members] == ["untried", "paused", "untried"]
    for member, code in ((3, 404), (-1, -32602), (True, -32602), ("x", -32602), (1.0, -32602)):
        assert (await refusal(engine, "pause_member", subscription=made["id"], member=member)).code == code


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (None, ()),
        ({"a": 1, "b": "x"}, (("a", 1), ("b", "x"))),
        ([["a", 1], ["a", None]], (("a", 1), ("a", None))),
        ([("a", 1)], (("a", 1),)),
        (["x", 5], ((None, "x"), (None, 5))),
    ],
)
async def test_events_are_raised(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, params: Any, expected: tuple[Any, ...]
) -> None:
    raised: list[Event] = []

    def take(event: Event, _source: str) -> int:
        raised.append(event)
        return 3

    monkeypatch.setattr(engine, "raise_event", take)
    assert await execute(engine, "raise_event", event="E_A", params=params) == {"subscriptions": 3}
    assert raised == [Event("E_A", expected)]


@pytest.mark.parametrize("params", [5, "text", [["a", 1, 2]], {"a": 1.5}, {"a": 2**31}, {"a": True}, [[1, 2]]])
async def test_events_that_cannot_exist_are_refused(engine: Engine, params: Any) -> None:
    error = await refusal(engine, "raise_event", event="E_A", params=params)
    assert (error.code, error.message) == (400, "Bad Params")
    assert engine.snapshot().figures.accepted == 0


@pytest.mark.parametrize(
    ("refused", "code"), [(BusyError("the inbox is full"), 503), (RefusedError("the engine is stopping"), 500)]
)
async def test_an_engine_that_takes_nothing_says_why(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, refused: RefusedError, code: int
) -> None:
    def refuse(_event: Event, _source: str) -> int:
        raise refused

    monkeypatch.setattr(engine, "raise_event", refuse)
    error = await refusal(engine, "raise_event", event="E_A")
    assert (error.code, error.data) == (code, str(refused))


async def test_the_catalogue_tells_parameters_and_knows_the_configurations_events(engine: Engine) -> None:
    events = {event["name"]: event for event in await execute(engine, "catalogue")}
    assert set(events) == set(engine.event_ids)
    assert events["E_A"]["open_params"] is True
    assert [param["name"] for param in events["E_PIKE_BLOCKED"]["params"]] == ["ip"]


async def test_the_receiver_behind_a_member_is_stopped_and_started(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "clock.sock"
    made = await execute(engine, "subscribe", event="E_A", socket=f"virtual:PARALLEL {UDP} unix:{path}")
    error = await refusal(engine, "toggle_receiver", subscription=made["id"], member=1)
    assert (error.code, error.message) == (404, "No receiver")
    engine.lab = Lab(LabSettings(receivers=(ReceiverSettings(name="clock", socket=f"unix:{path}"),)))
    try:
        toggle = {"subscription": made["id"], "member": 1}
        assert await execute(engine, "toggle_receiver", **toggle) == {"receiver": "clock", "running": True}
        assert await execute(engine, "toggle_receiver", **toggle) == {"receiver": "clock", "running": False}
        assert (await refusal(engine, "toggle_receiver", subscription=made["id"], member=0)).code == 404
    finally:
        await engine.lab.stop()


async def test_a_receiver_has_trouble_on_demand_and_is_healed(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "clock.sock"
    made = await execute(engine, "subscribe", event="E_A", socket=f"virtual:PARALLEL {UDP} unix:{path}")
    behind = {"subscription": made["id"], "member": 1}
    assert (await refusal(engine, "set_trouble", **behind, trouble="hang")).code == 404
    assert await execute(engine, "lab_receivers") == []
    engine.lab = Lab(LabSettings(receivers=(ReceiverSettings(name="clock", socket=f"unix:{path}"),)))
    try:
        hanging = {"receiver": "clock", "trouble": "hang", "running": True}
        behind_us = [{"subscription": made["id"], "member": 1, "receiver": "clock"}]
        assert await execute(engine, "lab_receivers") == behind_us
        assert await execute(engine, "set_trouble", **behind, trouble="hang") == hanging
        assert (await execute(engine, "set_trouble", **behind, trouble="toggle:hang"))["trouble"] == "none"
        assert await execute(engine, "set_trouble", **behind, trouble="toggle:hang") == hanging
        assert (await execute(engine, "set_trouble", **behind, trouble="refuse"))["running"] is False
        assert "knows hang, none, refuse" in str(await refusal(engine, "set_trouble", **behind, trouble="slow"))
        assert "unknown trouble 'sulk'" in str(await refusal(engine, "set_trouble", **behind, trouble="sulk"))
    finally:
        await engine.lab.stop()


async def test_a_receiver_that_cannot_start_says_why(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "missing" / "clock.sock"
    made = await execute(engine, "subscribe", event="E_A", socket=f"unix:{path}")
    engine.lab = Lab(LabSettings(receivers=(ReceiverSettings(name="clock", socket=f"unix:{path}"),)))
    error = await refusal(engine, "toggle_receiver", subscription=made["id"], member=0)
    assert error.code == 500
    assert "clock cannot listen" in str(error)


async def test_the_log_is_read_in_pieces(engine: Engine) -> None:
    for text in ("one", "two", "three"):
        engine.log.handle(logging.LogRecord("engine", logging.WARNING, "", 0, text, (), None))
    lines = await execute(engine, "log_since")
    assert [(line.number, line.level, line.text) for line in lines] == [
        (1, 30, "one"),
        (2, 30, "two"),
        (3, 30, "three"),
    ]
    assert [line.text for line in await execute(engine, "log_since", since=2, limit=1)] == ["three"]
    assert await execute(engine, "log_since", since=4) == ()


async def test_files_are_reopened_by_path(engine: Engine, tmp_path: Path) -> None:
    await execute(engine, "subscribe", event="E_A", socket=f"flatstore:{tmp_path}/a.log")
    assert await execute(engine, "reopen_files") == {"files": 1}
    assert await execute(engine, "reopen_files", path=f"{tmp_path}/a.log") == {"files": 1}
    error = await refusal(engine, "reopen_files", path=f"{tmp_path}/b.log")
    assert (error.code, error.message) == (400, "File not found")
