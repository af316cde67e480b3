from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from engine.errors import CommandError, RefusedError
from engine.event import Event
from engine.mi.answers import answer_all
from engine.mi.envelope import InvalidRequestError, Request
from engine.mi.jsontext import JsonObject
from engine.mi.registry import Caller
from tests.engine.mi.conftest import Mi

LISTENING = "udp:127.0.0.1:9101"


def raising(number: int, event: str = "E_A", **params: Any) -> Request:
    return Request("raise_event", [event, JsonObject(params.items())], number, is_notification=False)


async def answers(mi: Mi, *calls: Request | InvalidRequestError) -> list[Any]:
    """The id and the result, or the error's code, of each answer."""
    told = await answer_all(Caller(mi.context, mi.settings, "MI test"), calls)
    documents = [json.loads(answer) for answer in told]
    return [(found["id"], found.get("result") or found["error"]["code"]) for found in documents]


async def test_raises_that_stand_together_are_given_to_the_engine_together(mi: Mi, chunks: list[list[Event]]) -> None:
    await mi("event_subscribe", "E_A", LISTENING)
    assert await answers(mi, *(raising(number, n=number) for number in range(3))) == [(0, "OK"), (1, "OK"), (2, "OK")]
    assert chunks == [[Event("E_A", (("n", number),)) for number in range(3)]]


async def test_calls_are_carried_out_in_order_whatever_they_are(mi: Mi, chunks: list[list[Event]]) -> None:
    subscribe = Request("event_subscribe", ["E_A", LISTENING], 2, is_notification=False)
    assert await answers(mi, raising(1), subscribe, raising(3)) == [(1, 480), (2, "OK"), (3, "OK")]
    assert list(map(len, chunks)) == [1, 1]


async def test_each_call_has_its_own_fate(mi: Mi, chunks: list[list[Event]]) -> None:
    await mi("event_subscribe", "E_A", LISTENING)
    calls = (
        raising(1),
        raising(2, "E_NOPE"),
        raising(3, bad=True),
        InvalidRequestError(-32600, "Invalid Request", 4),
        Request("nope", [], 5, is_notification=False),
        raising(6, "E_B"),
        raising(7),
    )
    told = await answers(mi, *calls)
    assert told == [(1, "OK"), (2, 404), (3, 400), (4, -32600), (5, -32601), (6, 480), (7, "OK")]
    assert [event.name for chunk in chunks for event in chunk] == ["E_A", "E_B", "E_A"]


async def test_notifications_are_carried_out_and_not_answered(mi: Mi, chunks: list[list[Event]]) -> None:
    silent = Request("raise_event", ["E_A"], None, is_notification=True)
    wrong = Request("nope", [], None, is_notification=True)
    assert await answers(mi, silent, wrong, silent) == []
    assert sum(map(len, chunks)) == 2


async def test_an_engine_that_stops_midway_refuses_the_rest(mi: Mi, monkeypatch: pytest.MonkeyPatch) -> None:
    await mi("event_subscribe", "E_A", LISTENING)

    async def stop(events: list[Event], source: str) -> None:
        raise RefusedError("stopping", taken=1)

    monkeypatch.setattr(mi.engine, "raise_many", stop)
    assert await answers(mi, raising(1), raising(2), raising(3)) == [(1, "OK"), (2, 500), (3, 500)]
    with pytest.raises(CommandError, match="1 of 2 events were raised") as caught:
        await mi("sb:raise_many", "E_A", [["x"], ["y"]])
    assert caught.value.code == 500


async def test_others_have_their_turn_between_the_calls_of_an_array(mi: Mi) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.get_running_loop().create_task(other())
    await answers(mi, *(Request("which", [], number, is_notification=False) for number in range(50)))
    beside.cancel()
    assert turns >= 50


async def test_the_answers_of_an_array_are_bounded(mi: Mi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.mi.answers.ANSWERS_MAX", 5_000)
    told = await answers(mi, *(Request("events_list", [], number, is_notification=False) for number in range(10)))
    fates = [fate if isinstance(fate, int) else "told" for _, fate in told]
    assert fates[0] == "told"
    assert fates[-5:] == [503] * 5


async def test_a_mistake_of_ours_costs_the_events_at_hand_and_no_other_answer(
    mi: Mi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(events: list[Event], source: str) -> None:
        raise LookupError("a mistake of ours")

    monkeypatch.setattr(mi.engine, "raise_many", broken)
    uptime = Request("uptime", [], 3, is_notification=False)
    assert [number for number, _ in await answers(mi, raising(1), raising(2), uptime)] == [1, 2, 3]
    assert "a mistake of ours" in caplog.text
