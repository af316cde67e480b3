"""Takes a byte stream of JSON texts apart that follow each other without a separator (docs/event-interface.md, 2.4)."""

from __future__ import annotations

import re

_OPENING = b"{["
_MARKS = re.compile(rb'["{}\[\]]')
_STRING_END = re.compile(rb'["\\]')
_NO_SPACE = re.compile(rb"[^ \t\r\n]")


class JsonSplitter:
    """Collects bytes and gives back whole JSON objects or lists, byte for byte as they came.

    Only brackets and strings are looked at, so that objects whose strings are not UTF-8 come through. What stands
    between the objects must be white space.
    """

    def __init__(self, limit: int = 16 * 1024 * 1024) -> None:
        self._limit = limit
        self._waiting = bytearray()
        self._at = 0
        self._depth = 0
        self._in_string = False

    @property
    def is_between(self) -> bool:
        """Whether everything so far was given back: no object is half here."""
        return not self._waiting

    def feed(self, data: bytes) -> list[bytes]:
        """Take more of the stream; returns the texts that it completed, in order.

        Raises:
            ValueError: when something else than an object or a list begins, or one grows beyond the limit (bytes).
        """
        self._waiting += data
        texts = []
        while (end := self._find_end()) is not None:
            texts.append(bytes(self._waiting[:end]))
            del self._waiting[:end]
            self._at = 0
        if len(self._waiting) > self._limit:
            raise ValueError(f"an object is longer than {self._limit} bytes")
        return texts

    def _find_end(self) -> int | None:
        """Where the object that stands first ends; None, with the place kept, while it is not all here."""
        if not self._depth and not self._begin():
            return None
        while self._depth:
            pattern = _STRING_END if self._in_string else _MARKS
            found = pattern.search(self._waiting, self._at)
            if found is None:
                self._at = len(self._waiting)
                return None
            if not self._step(found.start()):
                return None
        return self._at

    def _begin(self) -> bool:
        self._at = 0
        found = _NO_SPACE.search(self._waiting)
        if found is None:
            self._waiting.clear()
            return False
        start = found.start()
        del found  # a bytearray cannot shrink while a match looks at it
        del self._waiting[:start]
        if self._waiting[0] not in _OPENING:
            raise ValueError(f"expected a JSON object, found {bytes(self._waiting[:20])!r}")
        return self._step(0)

    def _step(self, place: int) -> bool:
        """Take notice of the sign at `place`; False when the sign after it is needed and not here yet."""
        sign = self._waiting[place]
        self._at = place + 1
        if sign == ord("\\"):
            if place + 1 == len(self._waiting):
                self._at = place
                return False
            self._at = place + 2
        elif sign == ord('"'):
            self._in_string = not self._in_string
        elif sign in _OPENING:
            self._depth += 1
        else:
            self._depth -= 1
        return True
