"""Which flat files MI may subscribe: those below the directories that the configuration lists.

Without this, whoever reaches MI could append to any file that the engine's user may write.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from engine.address import MemberAddress, Way, printed
from engine.commands.arguments import bad_value
from engine.errors import CommandError


def check_flat_files(member: MemberAddress, roots: Iterable[str]) -> None:
    """Check every file that a socket leads to. Asks the file system, so it belongs in a thread.

    Links are followed before anything is compared: one that leads out of the directories does not help.

    Raises:
        CommandError: 400 when a file is outside the directories, its directory is missing, or it is a directory.
    """
    allowed = [Path(os.path.realpath(root)) for root in roots]
    for place in member.destinations():
        if place.way is Way.FILE:
            _check(printed(member), place.path, allowed)


def _check(socket: str, path: str, roots: list[Path]) -> None:
    real = Path(os.path.realpath(path))
    if not any(real.is_relative_to(root) for root in roots):
        raise _outside(socket, roots)
    if not real.parent.is_dir():
        raise bad_value(f"{socket}: the directory {real.parent} does not exist")
    if real.is_dir():
        raise bad_value(f"{socket}: is a directory, expected a file")


def _outside(socket: str, roots: list[Path]) -> CommandError:
    places = ", ".join(map(str, roots)) or "no directory"
    return bad_value(
        f"{socket}: flat files are taken over MI only below the directories of mi.flatstore_roots, which lists {places}"
    )
