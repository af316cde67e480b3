"""Encoded events: one joined buffer with offsets, and the interface of a wire format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import ClassVar, Protocol

from engine.event import Event

_NO_FAILURES: Mapping[int, str] = MappingProxyType({})


class Payloads:
    """The payloads of a batch's events, in order, as one buffer.

    An encoder's own small results can each pin kilobytes, so they are joined and let go.
    """

    __slots__ = ("_offsets", "_view", "buffer", "failures")

    def __init__(self, parts: Sequence[bytes], failures: Mapping[int, str] = _NO_FAILURES) -> None:
        self.buffer = b"".join(parts)
        self.failures = failures
        """Events that cannot be encoded in this format: index -> reason. Their payload is empty."""
        self._offsets = list(accumulate(map(len, parts), initial=0))
        self._view = memoryview(self.buffer)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, index: int) -> memoryview:
        return self._view[self._offsets[index] : self._offsets[index + 1]]

    def parts(self, indices: range) -> list[memoryview]:
        """The payloads at `indices`, each by itself, without a copy."""
        view, offsets = self._view, self._offsets
        if indices.step < 0:
            return [self[index] for index in indices]
        starts = offsets[indices.start : indices.stop : indices.step]
        stops = offsets[indices.start + 1 : indices.stop + 1 : indices.step]
        return [view[start:stop] for start, stop in zip(starts, stops, strict=True)]

    def size(self, index: int) -> int:
        """Bytes of one payload."""
        return self._offsets[index + 1] - self._offsets[index]

    def span(self, indices: range) -> bytes | memoryview:
        """The payloads at `indices`, back to back; a view without a copy when they are neighbours."""
        if indices.step == 1 and indices:
            return self._view[self._offsets[indices.start] : self._offsets[indices.stop]]
        return b"".join(self.parts(indices))

    def sizes(self, indices: range) -> list[int]:
        """Bytes of each payload at `indices`."""
        offsets = self._offsets
        return [offsets[index + 1] - offsets[index] for index in indices]


class WireFormat(Protocol):
    """How events become bytes. Equal formats (same kind, same options) must be equal and hash alike, so that members
    that share one share the encoded bytes."""

    name: ClassVar[str]
    """What people call it."""

    def encode(self, events: Sequence[Event]) -> Payloads:
        """The payloads of `events`, in order. Never raises for an event: what cannot be encoded is in `failures`."""

    def __hash__(self) -> int: ...

    def __eq__(self, other: object, /) -> bool: ...
