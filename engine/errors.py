"""Errors that people read: what failed, where, what was expected, what to do."""

from __future__ import annotations

from dataclasses import dataclass


class SwitchboardError(Exception):
    """Base of every error that Switchboard raises on purpose. Its text is meant for an operator."""


class EventError(SwitchboardError):
    """An event that cannot exist: a bad name, or a value that is neither string, 32-bit integer nor null."""


class RefusedError(SwitchboardError):
    """The engine did not accept an event: it is stopping, the inbox is full, or nobody listens.

    `taken`: how many events that were handed over in the same call were accepted before it.
    """

    def __init__(self, message: str, taken: int = 0) -> None:
        super().__init__(message)
        self.taken = taken


class BusyError(RefusedError):
    """The inbox is full, or nobody who hears an event has room for it; the raiser may try again."""


@dataclass(frozen=True, slots=True)
class SocketProblem:
    """One thing that is wrong with a socket text.

    `column` counts from 1 in the text that was given. `member` is the position (from 1) of the member of a virtual
    socket, or None when the problem is not in a member. `hint` is a suggestion such as "did you mean rabbitmq:?".
    """

    column: int
    message: str
    member: int | None = None
    hint: str | None = None

    def __str__(self) -> str:
        where = f"column {self.column}" if self.member is None else f"member {self.member}, column {self.column}"
        return f"{where}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class SocketTextError(SwitchboardError):
    """A socket text that does not parse. Carries every problem found, not only the first."""

    def __init__(self, problems: tuple[SocketProblem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One problem of a configuration, printed as `file:line:column: where: expected, found`."""

    file: str
    line: int
    column: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.where}: {self.message}"


class ConfigError(SwitchboardError):
    """A configuration that cannot be used. Carries every problem found, in the order of the file."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class CommandError(SwitchboardError):
    """A command that was refused. `code` and `data` are what the management interface answers.

    See docs/event-interface.md, 4.
    """

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message if data is None else f"{message}: {data}")
        self.code = code
        self.message = message
        self.data = data
