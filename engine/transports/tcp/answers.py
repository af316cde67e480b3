"""Requests that wait for their JSON-RPC answers, and the answers as they come out of a byte stream."""

from __future__ import annotations

import codecs
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from engine.errors import SwitchboardError
from engine.run import DELIVERED, Fault, Outcome, Run, failed

ANSWER_MAX = 1 << 20
"""Longest answer that is waited for, in characters."""

_SPACE = re.compile("[ \t\n\r\x1e\ufeff]*")
"""What stands between two JSON texts: white space, a record separator (RFC 7464), and in front a byte order mark."""

_RESULT = r'"result": ?(?:"[^"\\\x00-\x1f]*"|true|null|-?[0-9]{1,15}|\{\}|\[\])'
_NUMBER = r'"id": ?(0|[1-9][0-9]{0,17})'
_PLAIN = re.compile(r'\{"jsonrpc": ?"2\.0", ?(?:' + f"{_RESULT}, ?{_NUMBER}|{_NUMBER}, ?{_RESULT}" + r")\}")
"""The answers that nearly every peer gives: taken without decoding them."""

_ID_TEXT = re.compile(r"0|[1-9][0-9]{0,17}")

_MESSAGE_MAX = 200
"""Characters of a peer's own words that go into a reason."""


class AnswerError(SwitchboardError):
    """The peer sent something that is no answer, so the stream can no longer be trusted."""


class Answer(NamedTuple):
    """What the peer said to the request `number`. No number: it did not say to which, or not with an id of ours."""

    number: int | None
    outcome: Outcome


class AnswerReader:
    """Takes a stream of JSON objects apart, back to back or with white space, split anywhere.

    Answers may come in an array, as those to a batch do. What has a `method` is a request or a notification of the
    peer's own, and is passed over: JSON-RPC lets both sides speak, and nobody here would carry it out.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._scan = json.JSONDecoder().raw_decode
        self._rest = ""

    def feed(self, data: bytes) -> Iterator[Answer]:
        """The answers that `data` completes.

        Raises:
            AnswerError: behind the last good answer, when what follows is none or is longer than `ANSWER_MAX`.
        """
        fresh = self._decoder.decode(data)
        text = self._rest + fresh
        start = _after_space(text, 0)
        if "}" in fresh or "]" in fresh:  # nothing else completes one, and a long one is not scanned for each piece
            while start < len(text):
                plain = _PLAIN.match(text, start)
                if plain is not None:
                    yield Answer(int(plain[1] or plain[2]), DELIVERED)
                    start = plain.end()
                    continue
                start = _after_space(text, start)
                try:
                    value, stop = self._scan(text, start)
                except json.JSONDecodeError:
                    break
                except (ValueError, RecursionError) as error:
                    raise AnswerError(f"the peer sent an answer that cannot be read ({error})") from error
                yield from _answers(value, text[start:stop])
                start = _after_space(text, stop)
        self._rest = text[_after_space(text, start) :]
        if self._rest and self._rest[0] not in "{[":
            raise AnswerError("the peer sent something that is not a JSON object")
        if len(self._rest) > ANSWER_MAX:
            raise AnswerError(f"the peer sent {len(self._rest)} characters that are no complete answer")


def _after_space(text: str, start: int) -> int:
    space = _SPACE.match(text, start)
    return start if space is None else space.end()


def _answers(value: Any, text: str) -> Iterator[Answer]:
    """The answers that a decoded text holds: an `error` member decides, `result` is not looked at.

    See docs/event-interface.md, 2.4.
    """
    for answer in value if isinstance(value, list) else (value,):
        if not isinstance(answer, dict):
            raise AnswerError("the peer sent something that is not a JSON object")
        error = answer.get("error")
        if "method" not in answer or error is not None or "result" in answer:
            yield Answer(_number(answer.get("id")), DELIVERED if error is None else _refusal(error, text))


def _number(given: Any) -> int | None:
    """The id that a peer means: 7.0 and "7" are 7, as languages without integers, or with ids as texts, write it."""
    if isinstance(given, str):
        return int(given) if _ID_TEXT.fullmatch(given) else None
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return int(given) if given == given // 1 else None


def _refusal(error: Any, text: str) -> Outcome:
    if isinstance(error, dict):
        words = " ".join(str(error[key]) for key in ("code", "message") if error.get(key) is not None)
    else:
        words = str(error)
    reason = f"answered with error {words[:_MESSAGE_MAX]}".rstrip()
    return failed(reason, Fault.ANSWER, text.encode("utf-8", "surrogateescape"))


class _Flight:
    """Neighbouring events of a run that were written together: request `first + i` is position `start + i`."""

    __slots__ = ("answered", "deadline", "first", "run", "start", "waiting")

    def __init__(self, run: Run, positions: range, first: int, deadline: float, unsent: tuple[int, ...]) -> None:
        self.run = run
        self.start = positions.start
        self.first = first
        self.deadline = deadline
        self.answered = bytearray(len(positions))
        for position in unsent:
            self.answered[position - self.start] = 1
        self.waiting = len(positions) - len(unsent)

    def take(self, start: int, stop: int) -> bool:
        """Note the answers `start` to `stop` (counted in the flight); False when one of them came before."""
        if self.answered.find(1, start, stop) >= 0:
            return False
        self.answered[start:stop] = b"\x01" * (stop - start)
        self.waiting -= stop - start
        return True

    def settle(self, start: int, stop: int, outcome: Outcome) -> None:
        """Settle events by their place in the flight."""
        self.run.settle(range(self.start + start, self.start + stop), outcome)

    def fail_rest(self, outcome: Outcome) -> None:
        """Settle what has no answer."""
        start = self.answered.find(0)
        while start >= 0:
            stop = self.answered.find(1, start)
            stop = len(self.answered) if stop < 0 else stop
            self.answered[start:stop] = b"\x01" * (stop - start)
            self.settle(start, stop, outcome)
            start = self.answered.find(0, stop)


class InFlight:
    """The requests of one connection that wait for an answer, in the order in which they were written."""

    def __init__(self) -> None:
        self._flights: list[_Flight] = []
        self.unmatched = ""
        """What was answered last without an id of ours ("error -32700 Parse error"); empty when nothing was."""

    def __bool__(self) -> bool:
        return bool(self._flights)

    @property
    def next_deadline(self) -> float | None:
        """When the oldest request is given up; None when nothing waits."""
        return self._flights[0].deadline if self._flights else None

    def add(self, run: Run, positions: range, first: int, deadline: float, unsent: tuple[int, ...]) -> None:
        """Requests that were written now. `first` is the id of the first; `unsent` are positions without a payload."""
        if len(unsent) < len(positions):
            self._flights.append(_Flight(run, positions, first, deadline, unsent))

    def settle(self, answers: Iterator[Answer]) -> None:
        """Settle events as answers say, neighbours with one call. An id that nothing waits for is passed over.

        An error without an id is about the request that waits alone. With more of them it fits none: a peer that
        could not read one of them may still answer the others, so the deadline decides, and tells what was said.
        A success must name its request.

        Raises:
            AnswerError: as `AnswerReader.feed`; the answers before it are settled.
        """
        flight: _Flight | None = None
        start = stop = 0
        try:
            for number, outcome in answers:
                if (
                    flight is not None
                    and outcome is DELIVERED
                    and number is not None
                    and number - flight.first == stop < len(flight.answered)
                ):
                    stop += 1
                    continue
                self._settle_part(flight, start, stop, DELIVERED)
                flight = None
                if number is None and (number := self._lone_request(outcome)) is None:
                    continue
                flight = self._find(number)
                start = stop = 0 if flight is None else number - flight.first
                if outcome is DELIVERED:
                    stop += 1
                else:
                    self._settle_part(flight, start, start + 1, outcome)
                    flight = None
        finally:
            self._settle_part(flight, start, stop, DELIVERED)

    def fail_all(self, outcome: Outcome) -> None:
        """Settle everything that waits."""
        flights, self._flights = self._flights, []
        for flight in flights:
            flight.fail_rest(outcome)

    def _lone_request(self, outcome: Outcome) -> int | None:
        """The id of the one request that waits, which a refusal must be about; None, and what was said noted, else."""
        if outcome.is_failure and sum(flight.waiting for flight in self._flights) == 1:
            flight = self._flights[0]
            return flight.first + flight.answered.find(0)
        self.unmatched = outcome.reason.removeprefix("answered with ") or "a result without an id of ours"
        return None

    def _find(self, number: int) -> _Flight | None:
        place = bisect_right(self._flights, number, key=lambda flight: flight.first) - 1
        if place < 0:
            return None
        flight = self._flights[place]
        return flight if number - flight.first < len(flight.answered) else None

    def _settle_part(self, flight: _Flight | None, start: int, stop: int, outcome: Outcome) -> None:
        if flight is None:
            return
        if not flight.take(start, stop):
            for place in range(start, stop):  # one of them was answered twice: the others count
                if flight.take(place, place + 1):
                    flight.settle(place, place + 1, outcome)
        else:
            flight.settle(start, stop, outcome)
        if not flight.waiting:
            self._flights.remove(flight)
