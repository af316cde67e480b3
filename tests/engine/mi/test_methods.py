from __future__ import annotations

import re
from typing import Any

import pytest

from engine.address import parse
from engine.errors import BusyError, CommandError, RefusedError
from engine.event import Event
from engine.mi.jsontext import JsonObject
from tests.engine.mi.conftest import UDP, Mi, refusal


def record_raised(mi: Mi, monkeypatch: pytest.MonkeyPatch, answer: int | Exception = 1) -> list[tuple[Event, str]]:
    """What the engine is handed from now on."""
    raised: list[tuple[Event, str]] = []

    def take(event: Event, source: str) -> int:
        raised.append((event, source))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(mi.engine, "raise_event", take)
    return raised


async def test_subscribing_without_expire_lasts_an_hour(mi: Mi) -> None:
    assert await mi("event_subscribe", "E_A", UDP) == "OK"
    listed = await mi("subscribers_list", "E_A", UDP)
    assert listed["Event"]["Subscriber"] == {"socket": UDP, "expire": 3600, "ttl": 3600}


async def test_the_time_left_counts_down_and_the_subscription_ends_on_time(mi: Mi) -> None:
    await mi("event_subscribe", event="E_A", socket=UDP, expire="10")
    mi.clock.advance(2.1)
    listed = await mi("subscribers_list", "E_A")
    assert listed["Event"]["Subscribers"] == [{"socket": UDP, "expire": 10, "ttl": 8}]
    mi.clock.advance(8)
    assert await mi("subscribers_list", "E_A") == {"Event": {}}


async def test_a_full_second_is_not_counted_twice(mi: Mi) -> None:
    mi.clock.advance(2.1)  # 1002.1 + 3600 - 1002.1 is a hair more than 3600
    await mi("event_subscribe", "E_A", UDP)
    assert (await mi("subscribers_list", "E_A", UDP))["Event"]["Subscriber"]["ttl"] == 3600


async def test_subscribing_again_refreshes(mi: Mi) -> None:
    await mi("event_subscribe", "E_A", UDP, 100)
    mi.clock.advance(50)
    await mi("event_subscribe", "E_A", UDP, 70)
    listed = await mi("subscribers_list", "E_A")
    assert listed["Event"]["Subscribers"] == [{"socket": UDP, "expire": 70, "ttl": 70}]


async def test_expire_0_removes_at_once(mi: Mi) -> None:
    await mi("event_subscribe", "E_A", UDP)
    assert await mi("event_subscribe", "E_A", UDP, 0) == "OK"
    assert await mi.sockets("E_A") == []


async def test_expire_0_creates_nothing(mi: Mi) -> None:
    assert await mi("event_subscribe", "E_A", UDP, "0") == "OK"
    assert await mi.sockets("E_A") == []


@pytest.mark.parametrize(
    ("event", "socket", "words"),
    [
        ("E_NOPE", UDP, "unknown event 'E_NOPE'"),
        ("E_a", UDP, "did you mean E_A?"),
        ("E_A", "udp:127.0.0.1", "column "),
        ("E_A", "virtual:PARALLEL udp:127.0.0.1:9 nosuch:1", "member 2, column "),
    ],
)
async def test_what_cannot_be_subscribed_says_why(mi: Mi, event: str, socket: str, words: str) -> None:
    error = await refusal(mi, "event_subscribe", event, socket)
    assert (error.code, error.message) == (400, "Bad parameter value")
    assert words in (error.data or "")
    assert len(mi.engine.table) == 0


async def test_a_refused_socket_does_not_show_its_password(mi: Mi) -> None:
    error = await refusal(mi, "event_subscribe", "E_A", "rabbitmq:user:hunter2@127.0.0.1:x/q")
    assert error.code == 400
    assert "hunter2" not in str(error)


async def test_passwords_are_masked_in_lists(mi: Mi) -> None:
    socket = "virtual:PARALLEL rabbitmq:user:hunter2@127.0.0.1/q " + UDP
    await mi("event_subscribe", "E_A", socket)
    listed = await mi("subscribers_list", "E_A", socket)
    assert "hunter2" not in str(listed)
    assert "user" in str(listed)
    assert "hunter2" not in str(await mi("sb:status"))


@pytest.mark.parametrize(
    ("arguments", "data"),
    [
        ({"event": "", "socket": UDP}, "Bad type for parameter 'event'"),
        ({"event": "E_A", "socket": ""}, "Bad type for parameter 'socket'"),
        ({"event": "E_A", "socket": UDP, "expire": -1}, "Negative expire value"),
        ({"event": "E_A", "socket": UDP, "expire": None}, "Bad type for parameter 'expire'"),
        ({"event": "E_A", "socket": UDP, "expires": 1}, "Named parameters do not match"),
        ({"event": "E_A"}, "Too few or too many parameters"),
    ],
)
async def test_invalid_parameters(mi: Mi, arguments: dict[str, Any], data: str) -> None:
    error = await refusal(mi, "event_subscribe", **arguments)
    assert (error.code, error.message, error.data) == (-32602, "Invalid params", data)


async def test_events_are_listed_by_id(mi: Mi) -> None:
    events = (await mi("events_list"))["Events"]
    assert [event["id"] for event in events] == list(range(len(events)))
    assert {"E_A", "E_B", "E_PIKE_BLOCKED"} <= {event["name"] for event in events}


async def test_all_subscribers_are_listed_by_event_newest_first(mi: Mi) -> None:
    assert await mi("subscribers_list") == {"Events": []}
    await mi("event_subscribe", "E_B", UDP)
    await mi("event_subscribe", "E_A", UDP)
    await mi("event_subscribe", "E_A", "unix:/run/x.sock")
    events = (await mi("subscribers_list"))["Events"]
    assert [(event["name"], len(event["Subscribers"])) for event in events] == [("E_A", 2), ("E_B", 1)]
    assert await mi.sockets("E_A") == ["unix:/run/x.sock", UDP]


async def test_all_events_are_listed_by_id_not_by_name(mi: Mi) -> None:
    await mi("event_subscribe", "E_A", UDP)
    await mi("event_subscribe", "E_PIKE_BLOCKED", UDP)
    events = (await mi("subscribers_list"))["Events"]
    assert [event["name"] for event in events] == ["E_PIKE_BLOCKED", "E_A"]


async def test_a_new_failover_that_may_fail_unnoticed_is_logged_once(mi: Mi, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        await mi("event_subscribe", "E_A", f"virtual:FAILOVER tcp:127.0.0.1:9201 {UDP}")
    assert [record.getMessage()[:48] for record in caplog.records] == [
        "MI test subscribed to E_A: member 1 (tcp:127.0.0"
    ]


async def test_a_permanent_subscription_never_expires(mi: Mi) -> None:
    mi.engine.subscribe("E_A", parse(UDP), None)
    assert (await mi("subscribers_list", "E_A"))["Event"]["Subscribers"] == [{"socket": UDP, "expire": "never"}]


async def test_subscribers_of_unknown_events_and_sockets(mi: Mi) -> None:
    for event in ("E_NOPE", "", 5):
        error = await refusal(mi, "subscribers_list", event)
        assert (error.code, error.message) == (404, "Event not published")
    for socket in (UDP, "nosuch:1", ""):
        error = await refusal(mi, "subscribers_list", "E_A", socket)
        assert (error.code, error.message) == (404, "Subscriber does not exist")


async def test_an_event_is_raised_with_its_parameters_and_its_source(mi: Mi, monkeypatch: pytest.MonkeyPatch) -> None:
    raised = record_raised(mi, monkeypatch)
    assert await mi("raise_event", event="E_A", params=JsonObject([("a", 1), ("b", "x"), ("a", None)])) == "OK"
    assert await mi("raise_event", "E_A", ["x", 2]) == "OK"
    assert await mi("evi:raise", "E_A") == "OK"
    assert raised == [
        (Event("E_A", (("a", 1), ("b", "x"), ("a", None))), "MI test"),
        (Event("E_A", ((None, "x"), (None, "2"))), "MI test"),
        (Event("E_A"), "MI test"),
    ]


@pytest.mark.parametrize(
    ("engine_says", "code", "message"),
    [
        (0, 480, "Temporarily Unavailable"),
        (BusyError("the inbox is full"), 503, "Busy"),
        (RefusedError("the engine is stopping"), 500, "Cannot Raise Event"),
    ],
)
async def test_what_the_engine_does_not_take(
    mi: Mi, monkeypatch: pytest.MonkeyPatch, engine_says: int | Exception, code: int, message: str
) -> None:
    record_raised(mi, monkeypatch, engine_says)
    error = await refusal(mi, "raise_event", "E_A")
    assert (error.code, error.message) == (code, message)


async def test_a_full_inbox_says_busy(mi: Mi) -> None:
    await mi("event_subscribe", "E_A", UDP)
    error = None
    for _ in range(mi.engine.settings.inbox_size + 1):
        # No await that yields between the calls: the dispatcher gets no turn.
        try:
            await mi("raise_event", "E_A")
        except CommandError as refused:
            error = refused
            break
    assert error is not None
    assert error.code == 503


async def test_unknown_events_and_bad_params_are_refused(mi: Mi, monkeypatch: pytest.MonkeyPatch) -> None:
    raised = record_raised(mi, monkeypatch)
    error = await refusal(mi, "raise_event", "E_NOPE")
    assert (error.code, error.message) == (404, "Event not registered")
    error = await refusal(mi, "raise_event", "E_A", JsonObject([("t", True)]))
    assert (error.code, error.message) == (400, "Bad Params")
    assert raised == []


async def test_rotating_a_file_that_nobody_writes(mi: Mi) -> None:
    for path in ("/nowhere.log", ""):
        error = await refusal(mi, "evi_flat_rotate", path)
        assert (error.code, error.message) == (400, "File not found")


async def test_opensips_cli_can_read_the_version(mi: Mi) -> None:
    server = (await mi("version"))["Server"]
    assert re.match(r"OpenSIPS \((\d+)\.(\d+)\.(\d+)", server)
    assert "Switchboard" in server


async def test_uptime_counts_seconds(mi: Mi) -> None:
    mi.clock.advance(61.5)
    uptime = await mi("uptime")
    assert list(uptime) == ["Now", "Up since", "Up time"]
    assert uptime["Up time"] == "61 [sec]"
    assert uptime["Now"] != uptime["Up since"]
