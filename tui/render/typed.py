"""What was typed into a form, as values; and what is wrong with it, shown at its column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, Literal, NamedTuple, TypeAlias

from engine.address import mask_text
from engine.catalogue import EventInfo, ParamInfo
from engine.errors import EventError
from engine.event import Event, Param, Value
from engine.wire.jsonrpc import JsonRpcFormat
from tui.render.line import Line, Part
from tui.terminal.safe_text import clean

Kind: TypeAlias = Literal["string", "int", "free"]

_INTEGER = re.compile(r"[+-]?[0-9]{1,12}")


def value_of(text: str, kind: Kind) -> Value:
    """A parameter's value. A free one is a whole number if it looks like one, `null`, or a string (always, in quotes).

    Raises:
        EventError: an integer was expected and something else was typed.
    """
    if kind == "string":
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if kind == "int":
        raise EventError(f"expected a whole number, found {text!r}")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return None if text == "null" else text


def text_of(value: Value) -> str:
    """What to type into a free field for a value; the other way round of `value_of`."""
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    is_plain = value and value != "null" and value[0] != '"' and not _INTEGER.fullmatch(value)
    return value if is_plain else f'"{value}"'


def event_of(name: str, typed: Iterable[tuple[str, str, Kind]], *, is_positional: bool) -> Event:
    """The event that a form describes, from (name, text, kind) triples. Parameters without a text are left out.

    Raises:
        EventError: something in it cannot be; the text names the parameter.
    """
    params: list[Param | Value] = []
    for position, (param, text, kind) in enumerate(typed, 1):
        if not text:
            continue
        if not is_positional and not param:
            raise EventError(f"parameter {position} needs a name, or choose positional")
        try:
            value = value_of(text, kind)
        except EventError as error:
            raise EventError(f"{param or f'parameter {position}'}: {error}") from None
        params.append((None if is_positional else param, value))
    return Event.checked(name, params)


class FieldText(NamedTuple):
    """What stands in the field of one parameter. Without an `info`, its name can be typed as well."""

    info: ParamInfo | None
    name: str
    text: str

    @property
    def typed(self) -> tuple[str, str, Kind]:
        """Name, text and kind, as they come from the field."""
        return self.name, self.text, "free" if self.info is None else self.info.type


def field_texts(known: Iterable[ParamInfo], params: Sequence[Param]) -> list[FieldText]:
    """The fields of parameters that have their values, and empty ones of the known ones that are not among them."""
    infos = {info.name: info for info in known}
    found = [_filled(infos.get(name or ""), name, value) for name, value in params]
    missing = set(infos) - {name for name, _ in params}
    is_positional = bool(params) and params[0][0] is None
    return [*found, *(FieldText(infos[name], name, "") for name in infos if name in missing and not is_positional)]


def _filled(info: ParamInfo | None, name: str | None, value: Value) -> FieldText:
    """A field with a value; a free one where the catalogue's could not hold that value."""
    if info is not None and value not in {None, ""} and isinstance(value, int) is (info.type == "int"):
        return FieldText(info, info.name, str(value))
    return FieldText(None, name or "", text_of(value))


def can_be_typed(texts: Iterable[FieldText], params: Sequence[Param]) -> bool:
    """Whether fields with these texts stand for exactly these parameters. They hold one line each."""
    is_positional = bool(params) and params[0][0] is None
    typed = [one.typed for one in texts]
    if any(not sign.isprintable() for name, text, _ in typed for sign in name + text):
        return False
    try:
        return event_of("E", typed, is_positional=is_positional).params == tuple(params)
    except EventError:
        return False


def params_typed(typed: Iterable[tuple[str, str, Kind]], *, is_positional: bool) -> list[Param]:
    """The parameters of a form as far as they can be understood; what cannot stays a text."""
    params: list[Param] = []
    for name, text, kind in typed:
        if not text:
            continue
        try:
            value = value_of(text, kind)
        except EventError:
            value = text
        params.append((None if is_positional else name, value))
    return params


def preview(event: Event) -> str:
    """What goes out over a socket that speaks JSON-RPC."""
    payload = JsonRpcFormat().encode((event,))[0]
    return clean(bytes(payload).decode("utf-8", "replace"))


def about_event(info: EventInfo | None) -> str:
    """What the catalogue knows of an event, in a sentence."""
    if info is None:
        return "not in the catalogue: add its parameters by hand"
    return f"{info.module}: {info.description}"


def about_param(param: ParamInfo) -> str:
    """A parameter's type and what it can be."""
    values = " | ".join(map(str, param.values[:5]))
    words = [param.type, "optional" if param.optional else "", values]
    return ", ".join(word for word in words if word)


def marked(text: str, problems: Sequence[Mapping[str, Any]], width: int) -> tuple[Line, ...]:
    """A socket's problems: the text with a sign under the column of the first, then each in words with its hint."""
    if not problems:
        return ()
    column = min(max(int(problems[0]["column"]) - 1, 0), len(text))
    start = max(column - width * 2 // 3, 0) if len(text) >= width else 0
    shown = clean(_hidden(text)[start : start + width - 1])
    lines: list[Line] = [(Part(shown, "strong"),), (Part(" " * (column - start) + "▲", "bad"),)]
    return (*lines, *(_problem(problem) for problem in problems))


def _hidden(text: str) -> str:
    """A text without its passwords, in which every column is where it was."""
    masked = mask_text(text)
    if masked == text:
        return text
    start = _alike(text, masked)
    rest = _alike(text[start:][::-1], masked[start:][::-1])
    return text[:start] + "•" * (len(text) - start - rest) + text[len(text) - rest :]


def _alike(one: str, other: str) -> int:
    """How many signs two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _problem(problem: Mapping[str, Any]) -> Line:
    member = "" if problem.get("member") is None else f"member {problem['member']}, "
    where = f"{member}column {problem['column']}: "
    hint = problem.get("hint")
    end = (Part(f" — {hint}", "accent"),) if hint else ()
    return (Part(f"✖ {where}", "bad"), Part(clean(str(problem["message"]))), *end)
