"""What the parts of an incident bundle are made of, and reading them: a file from elsewhere may hold anything."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, NoReturn, NotRequired, TypeAlias

from pydantic import AfterValidator, Field, Strict, TypeAdapter, ValidationError

# pydantic takes typing.TypedDict only from Python 3.12 on.
from typing_extensions import TypedDict

from engine.address import PolicyName
from engine.feed import Step
from engine.health import State
from engine.options import SubscriptionOptions
from engine.transports.base import ConnectionState
from engine.wire.formats import format_of
from tui.model.time_series import Measure, Track

NUMBER_MAX = 2**63
"""No number in a bundle is larger, whatever it counts."""

MOMENT_MAX = 1e9
"""Monotonic seconds, on both sides of nought: thirty years."""

WALL_MAX = datetime(9900, 1, 1, tzinfo=UTC).timestamp()
"""Seconds since 1970. Dates end with the year 9999; moments are added to this, and time zones."""

DEPTH_MAX = 20
"""Of lists and mappings in each other, where their form is not known."""


def loaded(content: bytes) -> Any:
    """A JSON document whose numbers are all finite, and none beyond `NUMBER_MAX`.

    Raises:
        ValueError, RecursionError: it is not one.
    """
    return json.loads(content, parse_constant=_refused, parse_float=_fraction, parse_int=_whole)


def _refused(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _fraction(text: str) -> float:
    value = float(text)
    return value if abs(value) <= NUMBER_MAX else _too_large(text)


def _whole(text: str) -> int:
    value = int(text)
    if abs(value) > NUMBER_MAX:
        _too_large(text)
    return value


def _too_large(text: str) -> NoReturn:
    raise ValueError(f"the number {text} is too large")


def _one_of(kind: type[StrEnum]) -> AfterValidator:
    return AfterValidator(lambda name: str(kind(name)))


def _shallow(value: Any) -> Any:
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [
            item
            for one in level
            if isinstance(one, dict | list)
            for item in (one.values() if isinstance(one, dict) else one)
        ]
    if level:
        raise ValueError(f"more than {DEPTH_MAX} lists or mappings in each other")
    return value


def _options(options: dict[str, Any]) -> dict[str, Any]:
    unknown = options.keys() - {one.name for one in fields(SubscriptionOptions)}
    if unknown:
        raise ValueError(f"there is no option {min(unknown)!r}")
    return options


def _wire(description: dict[str, Any]) -> dict[str, Any]:
    kind = type(format_of(description))
    options = {name: value for name, value in description.items() if name != "format"}
    TypeAdapter(kind).validate_python(options)
    return description


def _error_at(told: Member) -> Member:
    if told["error"] is not None and told["error_at"] is None:
        raise ValueError("an error without its time")
    return told


def _latency(told: _Latency) -> _Latency:
    if told["count"] and any(None in pair for pair in (*told["percentiles"], *told["buckets"])):
        raise ValueError("something was taken, but not in how long")
    return told


def _track_name(name: str) -> str:
    if not re.fullmatch(r"[^ ]*|[^ ]+ [0-9]{1,9}", name):
        raise ValueError(f"{name!r} names no subscription and no member of one")
    return name


_LEVEL_COUNT = len(Track().levels())

Count: TypeAlias = Annotated[int, Strict(), Field(ge=0)]
Number: TypeAlias = Annotated[int | float, Field(ge=0)]
Moment: TypeAlias = Annotated[float, Field(ge=-MOMENT_MAX, le=MOMENT_MAX)]
Wall: TypeAlias = Annotated[float, Field(ge=0, le=WALL_MAX)]
_Policy: TypeAlias = Annotated[str, _one_of(PolicyName)] | None
_State: TypeAlias = Annotated[str, _one_of(State)]
_Pair: TypeAlias = Annotated[list[Number | None], Field(min_length=2, max_length=2)]
_Any: TypeAlias = Annotated[Any, AfterValidator(_shallow)]


class Subscription(TypedDict):
    """What `describe_subscription` told."""

    id: str
    event: str
    policy: _Policy
    members: Annotated[list[str], Field(min_length=1)]
    expire: Number | None
    left_s: NotRequired[Number | None]
    options: Annotated[dict[str, int | float | str], AfterValidator(_options)]


class _Field(TypedDict):
    name: str
    value: _Any
    is_default: bool


class _Setting(TypedDict):
    name: str
    value: _Any
    source: str
    help: str


class _Change(TypedDict):
    at: Moment
    state: _State
    reason: str
    times: Count
    last_at: Moment


class _Connection(TypedDict):
    state: Annotated[str, _one_of(ConnectionState)]
    error: str | None
    retry_at: Moment | None


class _Figures(TypedDict):
    delivered: Count
    sent: Count
    failed: Count
    refused: Count
    waiting: Count
    in_flight: Count
    failed_by_kind: dict[str, Count]


class _Latency(TypedDict):
    count: Count
    percentiles: list[_Pair]
    buckets: list[_Pair]


class Member(TypedDict):
    """What `inspect_member` told."""

    subscription: str
    event: str
    policy: _Policy
    member: Count
    socket: str
    scheme: str
    fields: list[_Field]
    at: Moment
    state: _State
    since: Moment
    skipped_until: Moment | None
    error: str | None
    error_at: Moment | None
    changes: list[_Change]
    wire: NotRequired[Annotated[dict[str, Any], AfterValidator(_wire)] | None]
    connection: _Connection
    figures: _Figures
    latency: Annotated[_Latency, AfterValidator(_latency)]
    settings: list[_Setting]


class LogEntry(TypedDict):
    """What `log_since` told."""

    number: Count
    wall: Wall
    level: Count
    logger: str
    text: str


class _AuditEntry(TypedDict):
    number: Count
    wall: Wall
    who: str
    command: str
    details: str
    result: str
    times: Count


class Audit(TypedDict):
    """What `audit` told."""

    entries: list[_AuditEntry]
    dropped: Count


_Outcome: TypeAlias = Annotated[list[str | None], Field(min_length=3, max_length=4)]


class RecordForm(TypedDict):
    """A record of the feed."""

    number: Count
    at: Moment
    step: Annotated[str, _one_of(Step)]
    subscription: str
    batch: Count
    indices: Annotated[list[Annotated[int, Strict()]], Field(min_length=3, max_length=3)]
    member: Count | None
    skipped: list[tuple[Count, str]]
    attempts: list[tuple[Count, Moment, _Outcome, bool]]
    outcome: _Outcome | None
    took_s: Number


class BatchForm(TypedDict):
    """A batch that records tell of. Without a number of its own (before version 3) its first event's serves."""

    number: NotRequired[Count]
    name: str
    first_seq: Count
    raised_at: Moment
    source: str
    events: list[list[Any]]


MOMENT: TypeAdapter[float | None] = TypeAdapter(Moment | None)
WALL = TypeAdapter(Wall)
RECORDS = TypeAdapter(list[RecordForm])
BATCHES = TypeAdapter(list[BatchForm])
CONFIGURATION: TypeAdapter[dict[str, Any]] = TypeAdapter(Annotated[dict[str, Any], AfterValidator(_shallow)])
AUDIT = TypeAdapter(Audit)
LOG = TypeAdapter(list[LogEntry])
LINES = TypeAdapter(list[str])
DESCRIBED = TypeAdapter(dict[str, Subscription])
INSPECTED = TypeAdapter(dict[str, list[Annotated[Member, AfterValidator(_error_at)]]])
LEFT_OUT = TypeAdapter(dict[str, Count])

_Sample: TypeAlias = Annotated[list[Number | None], Field(min_length=len(Measure), max_length=len(Measure))]
_Track: TypeAlias = Annotated[list[list[_Sample]], Field(min_length=_LEVEL_COUNT, max_length=_LEVEL_COUNT)]
CHARTS = TypeAdapter(dict[Annotated[str, AfterValidator(_track_name)], _Track])


def validated(form: TypeAdapter[Any], value: Any, place: str) -> Any:
    """A part of a document as `form` has it.

    Raises:
        ValueError: it is not; the text says where, from `place` on, and what is wrong.
    """
    try:
        return form.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, (place, *first['loc'])))}: {first['msg']}") from error
