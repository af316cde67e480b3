"""From calls to answers: one alone, or an array of them, carried out in order.

Calls that raise events and stand next to each other in an array are given to the engine together, so that an array
costs little more for each event than the event itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import CommandError
from engine.event import Event
from engine.mi.envelope import InvalidRequestError, Request, error_answer, result_answer
from engine.mi.methods import nobody_heard, raised_event
from engine.mi.parameters import bind
from engine.mi.registry import METHODS, Caller, call
from engine.operations.raising import hand_over_many, refused_after

RAISING = METHODS["raise_event"].function


async def answer(caller: Caller, request: Request) -> bytes | None:
    """Carry out one call. None for a notification, which gets no answer."""
    try:
        told = result_answer(request.id, await call(caller, request))
    except CommandError as error:
        told = error_answer(request.id, error)
    return None if request.is_notification else told


async def answer_all(caller: Caller, calls: Iterable[Request | InvalidRequestError]) -> list[bytes]:
    """Carry out the calls of an array, in order; the answers of those that are no notifications, in the same order."""
    answers: list[bytes | None] = []
    raising = _Raising(caller)
    for found in calls:
        if isinstance(found, Request) and raising.takes(found):
            continue
        answers += await raising.finish()
        if isinstance(found, Request):
            answers.append(await answer(caller, found))
        else:
            answers.append(error_answer(found.id, found))
    answers += await raising.finish()
    return [told for told in answers if told is not None]


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
            self._events.append(raised_event(self._caller, bind(request.params, found.signatures)))
        except CommandError:
            return False
        self._requests.append(request)
        return True

    async def finish(self) -> list[bytes | None]:
        """Raise them; the answers."""
        requests, events = self._requests, self._events
        if not requests:
            return []
        self._requests, self._events = [], []
        engine = self._caller.engine
        taken = await hand_over_many(engine, events, self._caller.source)
        heard = {name for name in {event.name for event in events} if engine.table.of_event(name)}
        unheard, refused = nobody_heard(), refused_after(taken, len(events))
        return [
            _told(request, refused if number >= taken else None if event.name in heard else unheard)
            for number, (request, event) in enumerate(zip(requests, events, strict=True))
        ]


def _told(request: Request, refusal: CommandError | None) -> bytes | None:
    if request.is_notification:
        return None
    return result_answer(request.id, "OK") if refusal is None else error_answer(request.id, refusal)
