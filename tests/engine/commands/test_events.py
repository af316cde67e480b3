"""Raising events by command: what is taken, refused and counted."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.errors import BusyError, RefusedError
from engine.event import Event
from tests.engine.commands.refusals import refusal


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
    context: Context, monkeypatch: pytest.MonkeyPatch, params: Any, expected: tuple[Any, ...]
) -> None:
    raised: list[Event] = []

    def take(event: Event, _source: str) -> int:
        raised.append(event)
        return 3

    monkeypatch.setattr(context.engine, "raise_event", take)
    assert await execute(context, "raise_event", event="E_A", params=params) == {"subscriptions": 3}
    assert raised == [Event("E_A", expected)]


@pytest.mark.parametrize("params", [5, "text", [["a", 1, 2]], {"a": 1.5}, {"a": 2**31}, {"a": True}, [[1, 2]]])
async def test_events_that_cannot_exist_are_refused(context: Context, params: Any) -> None:
    error = await refusal(context, "raise_event", event="E_A", params=params)
    assert (error.code, error.message) == (400, "Bad Params")
    assert context.engine.snapshot().figures.accepted == 0


@pytest.mark.parametrize(
    ("refused", "code"), [(BusyError("the inbox is full"), 503), (RefusedError("the engine is stopping"), 500)]
)
async def test_an_engine_that_takes_nothing_says_why(
    context: Context, monkeypatch: pytest.MonkeyPatch, refused: RefusedError, code: int
) -> None:
    def refuse(_event: Event, _source: str) -> int:
        raise refused

    monkeypatch.setattr(context.engine, "raise_event", refuse)
    error = await refusal(context, "raise_event", event="E_A")
    assert (error.code, error.data) == (code, str(refused))
