"""An event's parameters as JSON, read by the rules of MI's raise_event, and written."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.errors import CommandError, EventError
from engine.event import Param
from engine.mi.event_params import event_params
from engine.mi.jsontext import decode_whole, text_of
from tui.render.line import Line, Part
from tui.render.typed import marked
from tui.terminal.safe_text import clean


class JsonParamsError(EventError):
    """JSON that holds no parameters. `line` and `column` count from 1, where the place is known."""

    def __init__(self, message: str, text: str, line: int = 1, column: int | None = None) -> None:
        place = "" if column is None else f"column {column}: "
        place = f"line {line}, {place}" if place and "\n" in text else place
        super().__init__(f"{place}{message}")
        self.words = message
        self.text = text
        self.line = line
        self.column = column


def params_in(text: str) -> tuple[Param, ...]:
    """The parameters that a text stands for: an object by name (names may repeat), a list by position; blank is none.

    As over MI: numbers become 32-bit integers in an object and texts in a list, null and texts stay.

    Raises:
        JsonParamsError: it is no JSON, or holds what no event can carry.
    """
    if not text.strip():
        return ()
    try:
        found = decode_whole(text)
        # A string with JSON in it is for MI alone, where objects cannot be sent by position.
        if isinstance(found, str):
            raise JsonParamsError("expected an object or a list, found a string", text)
        return event_params(found)
    except json.JSONDecodeError as error:
        words = error.msg[:1].lower() + error.msg[1:]
        raise JsonParamsError(words, text, error.lineno, error.colno) from None
    except CommandError as error:
        raise JsonParamsError(error.data or error.message, text) from None
    except ValueError as error:
        raise JsonParamsError(str(error), text) from None


def json_of(params: Sequence[Param]) -> str:
    """The JSON that stands for parameters: a list where the first has no name. Of a list, all become texts."""
    if not params:
        return "{}"
    if params[0][0] is None:
        return _written([value for _, value in params])
    return "{" + ", ".join(f"{_written(name or '')}: {_written(value)}" for name, value in params) + "}"


def wrong_lines(error: JsonParamsError, width: int) -> list[Line]:
    """What is wrong, with the line of the text and a sign under the column where that is known."""
    if error.column is None:
        return [(Part(f"✖ {clean(str(error))}", "bad"),)]
    line = error.text.split("\n")[error.line - 1]
    shown = list(marked(line, [{"column": error.column, "message": error.words, "hint": None}], width))
    return [*shown[:-1], (Part(f"✖ {clean(str(error))}", "bad"),)]


def _written(value: object) -> str:
    return text_of(value)
