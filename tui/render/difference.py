"""A difference, line by line: what goes, what comes, what stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tui.render.line import Line, Part, Role
from tui.terminal.safe_text import clean

_ROLES: dict[str, Role] = {"+": "good", "-": "bad", " ": "faint"}


def difference_lines(diff: Iterable[str]) -> list[Line]:
    """Each line with its sign, so that colour is never all there is."""
    return [(Part(clean(line), _ROLES.get(line[:1], "plain")),) for line in diff]


def changed_only(diff: Iterable[str]) -> list[str]:
    """The lines that go or come."""
    return [line for line in diff if line[:1] in {"+", "-"}]


def save_note(preview: Mapping[str, Any]) -> str:
    """What to know before a configuration file is written."""
    count = preview["plain_passwords"]
    passwords = f"{count} password{'' if count == 1 else 's'} will stand in it as typed; ${{NAME}} would hide them. "
    return f"{passwords if count else ''}The file as it is will be kept as {clean(str(preview['copy']))}."
