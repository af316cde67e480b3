"""How the console was left: theme, order, filters, screen. Kept in the user's state, versioned; damage is survived."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

VERSION = 1
"""Of the file's form. A file of another version is left alone, and nothing of it is used."""

SIZE_MAX = 100_000
"""Bytes; more than this was not written by us."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """How a console was left, or is to be opened."""

    theme: str = ""
    sort: str = ""
    """Value of `Sort`; empty is the usual one."""
    filter: str = ""
    """Of the subscriptions, as typed."""
    feed_filter: str = ""
    is_newest_last: bool = False
    """The feed's order."""
    screen: str = ""
    """What `show_<screen>` shows; empty is the dashboard."""

    def but(self, *, screen: str | None, filter_text: str | None) -> Remembered:
        """The same with what the command line says; None says nothing."""
        screen = self.screen if screen is None else screen
        return replace(self, screen=screen, filter=self.filter if filter_text is None else filter_text)


class Memory:
    """The file that outlives the console. `trouble` says what could not be read or written, and what was done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        self._is_foreign = False

    def load(self) -> Remembered:
        """What was remembered; the usual where there is nothing, or nothing that can be used."""
        try:
            content = self.path.read_bytes()[:SIZE_MAX]
            return self._understood(json.loads(content))
        except FileNotFoundError:
            return Remembered()
        except OSError as error:
            self.trouble = f"{self.path} cannot be read: {error.strerror}; the console starts as it is usual"
        except ValueError as error:
            self._set_aside(str(error))
        return Remembered()

    def save(self, remembered: Remembered) -> None:
        """Write it down, whole or not at all. What goes wrong is said in `trouble`."""
        if self._is_foreign:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, json.dumps({"version": VERSION, **asdict(remembered)}, indent=1) + "\n")
        except OSError as error:
            self.trouble = f"{self.path} cannot be written: {error.strerror}; nothing is remembered"

    def _understood(self, document: Any) -> Remembered:
        if not isinstance(document, dict):
            raise ValueError("it holds no JSON object")
        if document.get("version") != VERSION:
            self._is_foreign = True
            self.trouble = (
                f"{self.path} is of version {document.get('version')!r}, not {VERSION}: it is neither used nor changed"
            )
            return Remembered()
        return Remembered(**{one.name: _checked(document, one.name, one.type) for one in fields(Remembered)})

    def _set_aside(self, reason: str) -> None:
        aside = self.path.with_suffix(".damaged")
        with contextlib.suppress(OSError):  # what cannot be kept is written over at the end
            self.path.replace(aside)
        self.trouble = f"{self.path} was damaged ({reason}); it is kept as {aside.name}, the console starts as usual"


def write_whole(path: Path, text: str) -> None:
    """Replace a file by this text, whole or not at all, readable for its owner only.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _checked(document: dict[str, Any], name: str, kind: object) -> Any:
    value = document.get(name, False if kind == "bool" else "")
    if not isinstance(value, bool if kind == "bool" else str):
        raise ValueError(f"{name} is {value!r}")
    return value
