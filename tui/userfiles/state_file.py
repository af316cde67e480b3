"""A small file of the console's own: versioned, bounded, written whole or not at all; damage is survived and told."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class StateFile:
    """A JSON object in a file. `trouble` says what could not be read or written, and what was done.

    A file of another version is left alone, and nothing of it is used.
    """

    version = 1
    size_max = 100_000
    """Bytes; more than this was not written by us."""
    otherwise = ""
    """What the console does when it cannot use the file, in words."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        self._is_foreign = False

    def read(self, understand: Callable[[dict[str, Any]], T]) -> T | None:
        """What the file holds; None where there is nothing, or nothing that can be used.

        `understand` raises ValueError for what this program did not write.
        """
        try:
            with self.path.open("rb") as file:
                return self._understood(json.loads(file.read(self.size_max)), understand)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.trouble = f"{self.path} cannot be read: {error.strerror}; {self.otherwise}"
        except (ValueError, RecursionError) as error:
            self._set_aside(str(error))
        return None

    def write(self, content: Mapping[str, Any]) -> None:
        """Write it down, whole or not at all. What goes wrong is said in `trouble`."""
        if self._is_foreign:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, json.dumps({"version": self.version, **content}, indent=1) + "\n")
        except OSError as error:
            self.trouble = f"{self.path} cannot be written: {error.strerror}; nothing is remembered"

    def _understood(self, document: Any, understand: Callable[[dict[str, Any]], T]) -> T | None:
        if not isinstance(document, dict):
            raise ValueError("it holds no JSON object")
        found = document.get("version")
        if found != self.version:
            self._is_foreign = True
            self.trouble = f"{self.path} is of version {found!r}, not {self.version}: it is neither used nor changed"
            return None
        return understand(document)

    def _set_aside(self, reason: str) -> None:
        aside = self.path.with_suffix(".damaged")
        with contextlib.suppress(OSError):  # what cannot be kept is written over at the end
            self.path.replace(aside)
        self.trouble = f"{self.path} was damaged ({reason}); it is kept as {aside.name}, {self.otherwise}"


def write_whole(path: Path, text: str) -> None:
    """Replace a file by this text, whole or not at all, readable for its owner only.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # else a crash of the machine may leave the new name with nothing in it
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
