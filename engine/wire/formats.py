"""Wire formats as plain values and back, so that what goes out can be told of without its transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from engine.wire.flatline import FlatlineFormat
from engine.wire.jsonrpc import JsonRpcFormat
from engine.wire.payloads import WireFormat
from engine.wire.xmlrpc import XmlRpcFormat

_FORMATS: Mapping[str, type[JsonRpcFormat | XmlRpcFormat | FlatlineFormat]] = {
    "jsonrpc": JsonRpcFormat,
    "xmlrpc": XmlRpcFormat,
    "flatline": FlatlineFormat,
}


def described(wire_format: WireFormat) -> dict[str, Any] | None:
    """A format as plain values; None for one that is not of this package."""
    for name, kind in _FORMATS.items():
        if isinstance(wire_format, kind):
            return {"format": name, **asdict(wire_format)}
    return None


def format_of(description: Mapping[str, Any]) -> WireFormat:
    """The format that `described` told of.

    Raises:
        ValueError: there is no such format, or it has no such options.
    """
    options = dict(description)
    kind = _FORMATS.get(options.pop("format", ""))
    if kind is None:
        raise ValueError(f"there is no wire format {description.get('format')!r}")
    try:
        return kind(**options)
    except TypeError as error:
        raise ValueError(f"not a {description['format']} format: {error}") from error
