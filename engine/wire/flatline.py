"""Lines of a flat file, what flatstore sockets append (docs/event-interface.md, 2.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from engine.event import Event
from engine.wire.payloads import Payloads
from engine.wire.reasons import no_byte_for


@dataclass(frozen=True, slots=True)
class FlatlineFormat:
    """One line per event: its name, then the values without their names, a delimiter between each two.

    A line stays one line, and its fields can be told apart again (docs/event-interface.md, D12): inside a field the
    delimiter becomes `escape_delimiter`, or a blank where none is set, and each character of a line break a blank. A
    null is an empty field. Where the delimiter itself holds a blank, an underscore stands in for blanks.

    Raises:
        ValueError: for a delimiter that is empty or breaks lines.
    """

    name: ClassVar[str] = "flat line"

    delimiter: str = ","
    """One character or more; only the whole of it counts inside a value (OpenSIPS replaces its first character)."""

    escape_delimiter: str | None = None
    suppress_event_name: bool = False

    def __post_init__(self) -> None:
        if not self.delimiter:
            raise ValueError("a delimiter has at least one character")
        if set("\r\n") & {*self.delimiter, *(self.escape_delimiter or "")}:
            raise ValueError("neither a delimiter nor its escape can hold a line break")

    def encode(self, events: Sequence[Event]) -> Payloads:
        """The lines of `events`, in order, each with its line feed; quick when none has anything to be replaced."""
        quick = self._encode_alike(events)
        if quick is not None:
            return Payloads(quick)
        rows = self._rows(events)
        lines = [self._line(row) for row in rows]
        try:
            return Payloads([f"{line}\n".encode("utf-8", "surrogateescape") for line in lines])
        except UnicodeEncodeError:
            return _encode_each(lines)

    def _encode_alike(self, events: Sequence[Event]) -> list[bytes] | None:
        """The quick way, all lines with one format string; None when an event needs the exact way.

        Whether a value holds a delimiter or a line break is seen by counting them in the whole text.
        """
        shapes = {(event.name, len(event.params)) for event in events}
        if len(shapes) != 1 or len(self.delimiter) != 1:
            return None
        fields = ["%s"] * len(events[0].params)
        if not self.suppress_event_name:
            fields.insert(0, events[0].name.replace("%", "%%"))
        values = [value for event in events for _, value in event.params]
        if not fields or None in values:
            return None
        text = f"{self.delimiter.replace('%', '%%').join(fields)}\n" * len(events) % tuple(values)
        delimiters = len(events) * (len(fields) - 1)
        if text.count(self.delimiter) != delimiters or text.count("\n") != len(events) or "\r" in text:
            return None
        try:
            return text.encode("utf-8", "surrogateescape").splitlines(keepends=True)
        except UnicodeEncodeError:
            return None

    def _rows(self, events: Sequence[Event]) -> list[list[str]]:
        rows = [["" if value is None else str(value) for _, value in event.params] for event in events]
        if not self.suppress_event_name:
            for event, row in zip(events, rows, strict=True):
                row.insert(0, event.name)
        return rows

    def _line(self, row: list[str]) -> str:
        line = self.delimiter.join(row)
        if line.split(self.delimiter) == row and "\n" not in line and "\r" not in line:
            return line
        return self.delimiter.join(map(self._cleaned, row))

    def _cleaned(self, field: str) -> str:
        delimiter, blank = self.delimiter, self._blank
        field = field.replace("\n", blank).replace("\r", blank)
        if delimiter in field and self.escape_delimiter is not None:
            field = field.replace(delimiter, self.escape_delimiter)
        field = field.replace(delimiter, blank)
        # The end of a field and the delimiter after it can hold an earlier delimiter: "a|" before "||".
        end = f"{field}{delimiter}".find(delimiter)
        return field if end == len(field) else field[:end] + blank * (len(field) - end)

    @property
    def _blank(self) -> str:
        """What stands in for what a field cannot hold; it is never a part of the delimiter."""
        return next((sign for sign in " _-." if sign not in self.delimiter), "?")


def _encode_each(lines: list[str]) -> Payloads:
    parts: list[bytes] = []
    failures: dict[int, str] = {}
    for index, line in enumerate(lines):
        try:
            parts.append(f"{line}\n".encode("utf-8", "surrogateescape"))
        except UnicodeEncodeError as error:
            failures[index] = f"cannot be written to a file: {no_byte_for(error)}"
            parts.append(b"")
    return Payloads(parts, failures)
