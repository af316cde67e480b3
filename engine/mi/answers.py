"""From calls to answers: one alone, or an array of them, carried out in order.

Calls that raise events and stand next to each other in an array are given to the engine together, so that an array
costs little more for each event than the event itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from engine.audit import acting_for
from engine.commands.events import hand_over_many, nobody_heard, refused_after
from engine.errors import CommandError
from engine.event import Event
from engine.mi.envelope import InvalidRequestError, Request, error_answer, long_answer, result_answer
from engine.mi.jsontext import Pieces
from engine.mi.methods import raised_event
from engine.mi.registry import METHODS, Caller, answering_errors, call

RAISING = METHODS["raise_event"].function

ANSWERS_MAX = 8 << 20
"""Bytes that the answers of an array may have; what comes after is refused."""


async def answer(caller: Caller, request: Request) -> bytes | Pieces | None:
    """Carry out one call. None for a notification, which gets no answer."""
    told: bytes | Pieces
    try:
        result = await call(caller, request)
        told = (long_answer if isinstance(result, Pieces) else result_answer)(request.id, result)
    except CommandError as error:
        told = error_answer(request.id, error)
    return None if request.is_notification else told


async def answer_all(caller: Caller, calls: Iterable[Request | InvalidRequestError]) -> list[bytes]:
    """Carry out the calls of an array, in order; the answers of those that are no notifications, in the same order.

    Others get their turn between any two calls.
    """
    answers: list[bytes] = []
    raising, size = _Raising(caller), 0
    for found in calls:
        if isinstance(found, Request) and raising.takes(found):
            continue
        answers += await raising.finish()
        told = await _answer_within(caller, found, size)
        if told is not None:
            answers.append(told)
            size += len(told)
        await asyncio.sleep(0)
    return answers + await raising.finish()


async def _answer_within(caller: Caller, found: Request | InvalidRequestError, size: int) -> bytes | None:
    """One answer, after others that have `size` bytes together."""
    if isinstance(found, InvalidRequestError):
        return error_answer(found.id, found)
    if size <= ANSWERS_MAX:
        told = await answer(caller, found)
        return told.whole if isinstance(told, Pieces) else told
    return _told(found, CommandError(503, "Busy", f"the answers before have {size} bytes; call again for the rest"))


class _Raising:
    """Events of calls that stand next to each other, not yet given to the engine."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._requests: list[Request] = []
        self._events: list[Event] = []

    def takes(self, request: Request) -> bool:
        """Whether this is such a call, and in order; what is wrong with one is for `call` to say."""
        found = METHODS.get(request.method)
        if found is None or found.function is not RAISING:
            return False
        try:
            self._events.append(raised_event(self._caller, found.bind(request.params)))
        except CommandError:
            return False
        self._requests.append(request)
        return True

    async def finish(self) -> list[bytes]:
        """Raise them; the answers."""
        requests, events = self._requests, self._events
        if not requests:
            return []
        self._requests, self._events = [], []
        try:
            with answering_errors("raise_event"), acting_for(self._caller.source):
                error = await hand_over_many(self._caller.context, events, self._caller.source)
        except CommandError as error:
            return _those_told(_told(request, error) for request in requests)
        table = self._caller.context.engine.table
        heard = {name for name in {event.name for event in events} if table.of_event(name)}
        unheard, refused = nobody_heard(), None if error is None else refused_after(error, len(events))
        taken = len(events) if error is None else error.taken
        return _those_told(
            _told(request, refused if number >= taken else None if event.name in heard else unheard)
            for number, (request, event) in enumerate(zip(requests, events, strict=True))
        )


def _those_told(answers: Iterable[bytes | None]) -> list[bytes]:
    return [told for told in answers if told is not None]


def _told(request: Request, refusal: CommandError | None) -> bytes | None:
    if request.is_notification:
        return None
    return result_answer(request.id, "OK") if refusal is None else error_answer(request.id, refusal)
