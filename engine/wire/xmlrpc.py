"""XML-RPC calls, the body that xmlrpc sockets post (EI 2.5). The transport writes HTTP around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.event import Event, Value
from engine.wire.payloads import Payloads

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold, not even as a character reference (XML 1.0, 2.2)."""


@dataclass(frozen=True, slots=True)
class XmlRpcFormat:
    """A call of `method`: the event's name as the first parameter, then each value, in the captured layout.

    Unlike the captures, text is escaped (a carriage return too, which a parser would turn into a line feed) and
    negative integers are right (EI D15). By default a parameter's name is left out, as XML-RPC has no place for it.
    A null is an empty string: `<nil/>` is an extension that many servers refuse.
    """

    method: str
    use_struct_param: bool = False
    """Each named parameter becomes a struct of one member, which keeps its name."""

    compat: bool = False
    """Write a `<name>` beside the `<value>`, where XML-RPC does not allow it but OpenSIPS has it."""

    def encode(self, events: Sequence[Event]) -> Payloads:
        """The bodies of `events`, in order; control characters and what is not UTF-8 fail their event."""
        head = f'<?xml version="1.0"?>\n<methodCall>\n<methodName>{_escaped(self.method)}</methodName>\n<params>\n'
        texts = [f"{head}{self._params(event)}</params>\n</methodCall>" for event in events]
        failures = {index: self._why(events[index]) for index, text in enumerate(texts) if _FORBIDDEN.search(text)}
        return Payloads([b"" if index in failures else text.encode() for index, text in enumerate(texts)], failures)

    def _params(self, event: Event) -> str:
        params = [self._param(name, _typed(value)) for name, value in event.params]
        return self._param(None, _typed(event.name)) + "".join(params)

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
    if isinstance(value, int):
        return f"<value><int>{value:d}</int></value>"
    return f"<value><string>{_escaped(value or '')}</string></value>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
