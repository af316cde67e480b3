"""References in a configuration's texts: `${NAME}`, `${NAME:-default}` and `${file:PATH}`, mostly for secrets.

A reference stands anywhere in a text and is replaced as it is, once: what was put in is not looked at again. With
`|quote` before its brace the value is percent-encoded (RFC 3986, 2.1): a socket then has it as it is. `$${` stands for
`${` itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from engine.errors import SwitchboardError

QUOTE = "|quote"

SPECIAL = "%@:/?&=;# \t"
"""What means something of its own in a socket, so that a value which holds it is read otherwise than it is."""

FILE_MAX = 65_536
"""Most bytes that a referenced file may hold; a secret is short."""

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class BadReferenceError(SwitchboardError):
    """A reference that leads nowhere. `at` is its position in the text, from 0."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


class _Piece(NamedTuple):
    """A stretch of the expanded text and where it comes from."""

    end: int
    """Behind its last character in the expanded text."""
    source: int
    """Its position in the written text."""
    is_reference: bool


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text with its references replaced. `secrets` are the values that were put in.

    `special` has, of those that were put in unquoted, the characters that mean something in a socket.
    """

    text: str
    secrets: tuple[str, ...] = ()
    pieces: tuple[_Piece, ...] = ()
    special: str = ""

    def source_index(self, index: int) -> int:
        """Where a character of the expanded text stands in the written one; a reference's own beginning for its
        value."""
        start = 0
        for piece in self.pieces:
            if index < piece.end or (piece is self.pieces[-1] and not piece.is_reference):
                return piece.source if piece.is_reference else piece.source + index - start
            start = piece.end
        return index if not self.pieces else self.pieces[-1].source


@dataclass(frozen=True, slots=True)
class References:
    """Where references are looked up: an environment, and a directory that relative paths begin in."""

    environment: Mapping[str, str]
    directory: Path

    def expand(self, text: str) -> Expanded:
        """Replace the references of a text.

        Raises:
            BadReferenceError: one of them cannot be replaced; its message repeats no value.
        """
        if "${" not in text:
            return Expanded(text)
        out, secrets, pieces, last, length = [], [], [], 0, 0
        unquoted = ""
        for found in _REFERENCE.finditer(text):
            is_escape = found[1] is None
            value = "${" if is_escape else self._value(found)
            literal = text[last : found.start()]
            out += [literal, value]
            pieces.append(_Piece(length + len(literal), last, is_reference=False))
            length += len(literal) + len(value)
            pieces.append(_Piece(length, found.start(), is_reference=True))
            last = found.end()
            if value and not is_escape:
                secrets.append(value)
                unquoted += "" if found[1].endswith(QUOTE) else value
        rest = text[last:]
        pieces.append(_Piece(length + len(rest), last, is_reference=False))
        special = "".join(sign for sign in SPECIAL if sign in unquoted)
        return Expanded("".join([*out, rest]), tuple(secrets), tuple(pieces), special)

    def _value(self, found: re.Match[str]) -> str:
        inside, at = found[1], found.start()
        if not found[2]:
            raise BadReferenceError(at, "expected } at the end of the reference, found none; write $${ for ${ itself")
        if inside.endswith(QUOTE):
            return quote(self._plain(inside.removesuffix(QUOTE), at), safe="")
        return self._plain(inside, at)

    def _plain(self, inside: str, at: int) -> str:
        if inside.startswith("file:"):
            return self._file(inside.removeprefix("file:"), at)
        name, has_default, default = inside.partition(":-")
        if not _NAME.fullmatch(name):
            raise BadReferenceError(at, "expected ${NAME}, ${NAME:-default} or ${file:PATH}; write $${ for ${ itself")
        value = self.environment.get(name)
        if has_default:
            return value or default
        if value is None:
            raise BadReferenceError(
                at, f"expected the environment variable {name}, found it not set; ${{{name}:-default}} gives a default"
            )
        return value

    def _file(self, name: str, at: int) -> str:
        if not name:
            raise BadReferenceError(at, "expected a path after ${file:, found none")
        path = self.directory / name
        try:
            with path.open("rb") as file:
                content = file.read(FILE_MAX + 1)
            text = content.decode()
        except OSError as error:
            raise BadReferenceError(at, f"expected a file that can be read, found {path}: {error.strerror}") from error
        except UnicodeDecodeError:
            raise BadReferenceError(at, f"expected UTF-8 text in {path}, found other bytes") from None
        except ValueError:  # a NUL in the path
            raise BadReferenceError(at, "expected the path of a file, found one that no file can have") from None
        if len(content) > FILE_MAX:
            raise BadReferenceError(at, f"expected at most {FILE_MAX} bytes in {path}, found more")
        return text.rstrip("\r\n")
