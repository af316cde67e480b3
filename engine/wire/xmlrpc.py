"""XML-RPC calls, the body that xmlrpc sockets post. The transport writes HTTP around it.

See docs/event-interface.md, 2.5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from engine.event import Event, Value
from engine.wire.payloads import Payloads

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold, not even as a character reference (XML 1.0, 2.2)."""

_MARK = "\0"
"""Stands between texts and for values to come; XML cannot hold it, so it is in no text that goes the quick way."""

_INT = "<value><int>%s</int></value>"
_STRING = "<value><string>%s</string></value>"

_ALIKE = ({int}, {str})

_FEW = 4
"""Fewer events than this are encoded faster one by one."""


@dataclass(frozen=True, slots=True)
class XmlRpcFormat:
    """A call of `method`: the event's name as the first parameter, then each value, in the captured layout.

    Unlike the captures, text is escaped (a carriage return too, which a parser would turn into a line feed) and
    negative integers are right (docs/event-interface.md, D15). By default a parameter's name is left out, as XML-RPC
    has no place for it. A null is an empty string: `<nil/>` is an extension that many servers refuse.
    """

    name: ClassVar[str] = "XML-RPC"

    method: str
    use_struct_param: bool = False
    """Each named parameter becomes a struct of one member, which keeps its name."""

    compat: bool = False
    """Write a `<name>` beside the `<value>`, where XML-RPC does not allow it but OpenSIPS has it."""

    def encode(self, events: Sequence[Event]) -> Payloads:
        """The bodies of `events`, in order; control characters and what is not UTF-8 fail their event."""
        quick = self._encode_alike(events)
        if quick is not None:
            return Payloads(quick)
        texts = [self._body(event.name, [(name, _typed(value)) for name, value in event.params]) for event in events]
        failures = {index: self._why(events[index]) for index, text in enumerate(texts) if _FORBIDDEN.search(text)}
        return Payloads([b"" if index in failures else text.encode() for index, text in enumerate(texts)], failures)

    def _encode_alike(self, events: Sequence[Event]) -> list[bytes] | None:
        """The quick way, all bodies with one format string; None when an event needs the exact way."""
        if len(events) < _FEW or len({(event.name, len(event.params)) for event in events}) != 1:
            return None
        name, width = events[0].name, len(events[0].params)
        if not width:
            return None
        names, values = zip(*[param for event in events for param in event.params], strict=True)
        fields, kinds = list(values), [set(map(type, values[place::width])) for place in range(width)]
        if names != names[:width] * len(events) or any(kind not in _ALIKE for kind in kinds):
            return None
        for place, kind in enumerate(kinds):
            if kind == {str}:
                texts = _all_escaped(values[place::width])
                if texts is None:
                    return None
                fields[place::width] = texts
        blanks = [_INT if kind == {int} else _STRING for kind in kinds]
        form = self._body(name, list(zip(names, (blank % _MARK for blank in blanks), strict=False)))
        if form.count(_MARK) != width or _FORBIDDEN.search(form.replace(_MARK, "")):
            return None
        form = form.replace("%", "%%").replace(_MARK, "%s") + _MARK
        return (form * len(events) % tuple(fields)).encode().split(_MARK.encode())[:-1]

    def _body(self, name: str, params: Sequence[tuple[str | None, str]]) -> str:
        """The call with its parameters, whose values are typed already."""
        head = f'<?xml version="1.0"?>\n<methodCall>\n<methodName>{_escaped(self.method)}</methodName>\n<params>\n'
        texts = [self._param(param, value) for param, value in params]
        return f"{head}{self._param(None, _typed(name))}{''.join(texts)}</params>\n</methodCall>"

    def _param(self, name: str | None, value: str) -> str:
        if name is not None and self.use_struct_param:
            member = f"<name>{_escaped(name)}</name>\n{value}\n"
            return f"<param>\n<value><struct><member>\n{member}</member></struct></value>\n</param>\n"
        if name is not None and self.compat:
            return f"<param>\n<name>{_escaped(name)}</name>\n{value}\n</param>\n"
        return f"<param>\n{value}\n</param>\n"

    def _why(self, event: Event) -> str:
        texts = [("the method", self.method), ("the event name", event.name)]
        for position, (name, value) in enumerate(event.params, 1):
            label = f"parameter {position}" if name is None else f"parameter {name!r}"
            texts += [(f"the name of parameter {position}", name or ""), (label, str(value))]
        where, sign = next((where, found[0]) for where, text in texts if (found := _FORBIDDEN.search(text)))
        what = "bytes that are not UTF-8" if "\udc80" <= sign <= "\udcff" else f"U+{ord(sign):04X}"
        return f"cannot be written as XML: {where} holds {what}"


def _typed(value: Value) -> str:
    return _INT % int(value) if isinstance(value, int) else _STRING % _escaped(value or "")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _all_escaped(texts: Sequence[str]) -> list[str] | None:
    """Many texts, escaped in one go; None when there is one that XML cannot hold."""
    if _FORBIDDEN.search("".join(texts)):
        return None
    return _escaped(_MARK.join(texts)).split(_MARK)
