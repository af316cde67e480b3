"""Errors that people read: where, what, and what to do."""

from __future__ import annotations

import pytest

from engine import errors
from engine.errors import (
    BusyError,
    CommandError,
    ConfigError,
    ConfigProblem,
    RefusedError,
    SocketProblem,
    SocketTextError,
)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (SocketProblem(3, "bad port"), "column 3: bad port"),
        (SocketProblem(3, "bad port", 2), "member 2, column 3: bad port"),
        (SocketProblem(3, "bad", None, "did you mean udp:?"), "column 3: bad (did you mean udp:?)"),
    ],
)
def test_a_problem_of_a_socket_has_its_place_and_its_hint(problem: SocketProblem, words: str) -> None:
    assert str(problem) == words


def test_an_error_carries_every_problem() -> None:
    problems = (SocketProblem(1, "a"), SocketProblem(2, "b"))
    assert str(SocketTextError(problems)) == "column 1: a; column 2: b"
    lines = tuple(ConfigProblem("f.yaml", line, 5, "mi.http", "expected x") for line in (1, 2))
    assert str(ConfigError(lines)) == "f.yaml:1:5: mi.http: expected x\nf.yaml:2:5: mi.http: expected x"
    assert ConfigError(lines).problems == lines


def test_a_refused_command_has_code_words_and_details() -> None:
    error = CommandError(404, "Event not registered", "E_A")
    assert (str(error), error.code, error.data) == ("Event not registered: E_A", 404, "E_A")
    assert str(CommandError(404, "Event not registered")) == "Event not registered"


def test_whoever_catches_refusals_catches_a_busy_engine_too() -> None:
    assert BusyError("full", taken=3).taken == 3
    assert RefusedError("stopping").taken == 0
    with pytest.raises(RefusedError):
        raise BusyError("full")


def test_everything_that_is_raised_on_purpose_has_one_base() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(kinds) > 5
    assert all(issubclass(kind, errors.SwitchboardError) for kind in kinds)
