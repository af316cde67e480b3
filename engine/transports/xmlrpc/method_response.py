"""Reads the answer to an XML-RPC call: a fault, or not (XML-RPC specification, "Response format")."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.parsers import expat

TEXT_MAX = 200
"""Characters of a fault's own words that are shown."""

_CONTAINERS = {"struct", "member", "array", "data", "params", "param", "fault", "methodResponse"}
"""What holds no text of its own. Everything else in a value is a type: servers have more than the specification."""


_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.:-]*)""")


class NotXmlRpcError(Exception):
    """An answer that is no `methodResponse`."""


@lru_cache(maxsize=8)
def fault_of(body: bytes, charset: str | None = None) -> str | None:
    """The fault that an answer holds, in words ("fault 4: too many parameters"); None when it holds none.

    `charset` is what the head of the answer says of its encoding. Not to know an encoding makes no fault of an answer:
    all that are in use write the elements in ASCII, so at worst the fault's own words are not readable.
    The last few answers are remembered: a server says the same most of the time.

    Raises:
        NotXmlRpcError: when it is no XML-RPC answer. A document type is refused too: XML-RPC has none, and entities
            are declared in it.
    """
    try:
        reading = _read(body, None)
    except (expat.ExpatError, LookupError, ValueError) as error:
        reading = _read_leniently(body, charset, error)
    if not reading.is_fault:
        return None
    code = reading.members.get("faultCode", "").strip()
    text = _shown(reading.members.get("faultString", ""))
    return " ".join(("fault", code)).rstrip() + (f": {text}" if text else "")


def _read(body: bytes, encoding: str | None) -> _Reading:
    reading = _Reading(encoding)
    reading.parser.Parse(body, True)
    return reading


def _read_leniently(body: bytes, charset: str | None, first: Exception) -> _Reading:
    """Read an answer in the encoding of the head, else in the one that it declares, else as if it were UTF-8.

    Blanks in front of it go too: a PHP page often has an empty line there.
    """
    declared = _DECLARED.match(body)
    for name in (charset, declared and declared[1].decode("ascii"), "utf-8"):
        try:
            text = body.decode(name or "utf-8", "replace").lstrip()
            return _read(text.encode("utf-8", "replace"), "utf-8")
        except (expat.ExpatError, LookupError, ValueError):
            continue  # the next may fit; what the parser said at first is told where none does
    raise NotXmlRpcError(f"the answer is not XML ({first})") from first


class _Reading:
    """What is noted while the parser goes through an answer: whether it is a fault, and the fault's members."""

    def __init__(self, encoding: str | None) -> None:
        self.is_fault = False
        self.members: dict[str, str] = {}
        self._depth = 0
        self._name = ""
        self._text: list[str] = []
        self.parser = expat.ParserCreate(encoding)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if self._depth == 0 and tag != "methodResponse":
            raise NotXmlRpcError(f"the answer is not XML-RPC: <{_shown(tag)}> instead of <methodResponse>")
        if self._depth == 1 and tag == "fault":
            self.is_fault = True
        self._depth += 1
        self._text.clear()

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag == "name":
            self._name = "".join(self._text).strip()
        elif tag not in _CONTAINERS and self._name:
            # A value without a type is a string; behind one with a type, that is noted already.
            self.members.setdefault(self._name, "".join(self._text))
        self._text.clear()

    def _refuse_doctype(self, *_: object) -> None:
        raise NotXmlRpcError("the answer is not XML-RPC: it has a document type")


def _shown(text: str) -> str:
    """A stranger's text on one line, not too long, without characters that could disturb a terminal."""
    line = "".join(sign if sign.isprintable() else "�" for sign in " ".join(text.split()))
    return line if len(line) <= TEXT_MAX else line[: TEXT_MAX - 1] + "…"
