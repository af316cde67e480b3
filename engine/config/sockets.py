"""Sockets in a configuration: read, with each problem at its own column of the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from engine.address import MASK, Address, MemberAddress, mask_text, parse, parse_member
from engine.config.document import Scalar
from engine.config.findings import Findings, Path
from engine.errors import SocketProblem, SocketTextError

A = TypeVar("A", bound=Address)

_QUOTED = re.compile("'.*'")
_AS_IT_IS = "write ${NAME|quote} to have the value taken as it is"


def read_socket(node: Scalar, path: Path, findings: Findings) -> Address | None:
    """The address of a `socket`; None when it is none, which `findings` then say."""
    return _read(node, path, findings, parse)


def read_member(node: Scalar, path: Path, findings: Findings) -> MemberAddress | None:
    """The address of an item of `members`, or of a receiver; None when it is none."""
    return _read(node, path, findings, parse_member)


def _read(node: Scalar, path: Path, findings: Findings, read: Callable[[str], A]) -> A | None:
    if not isinstance(node.value, str) or findings.is_broken(path):
        return None
    try:
        address = read(node.value)
    except SocketTextError as error:
        for problem in error.problems:
            findings.add(node.mark_at(problem.column - 1), path, _words(problem, node))
        return None
    if "%" in node.expanded.special:
        findings.warn(
            node.mark, path, f"what a reference put in holds %, which stands for coded characters; {_AS_IT_IS}"
        )
    return address


def _words(problem: SocketProblem, node: Scalar) -> str:
    """The problem with its member and its column in the socket, where the place in the file does not tell."""
    message = problem.message + (f" ({problem.hint})" if problem.hint else "")
    if node.expanded.secrets:
        message = _without(message, node.expanded.secrets)
    place = "" if problem.member is None else f"member {problem.member}: "
    if node.indent is None:
        place = f"{place}column {problem.column} of the socket: "
    return place + mask_text(message) + _advice(node.expanded.special)


def _advice(special: str) -> str:
    """What to do where the value of a reference may be what breaks a socket. Which signs it holds tells no secret."""
    if not special:
        return ""
    signs = ", ".join({" ": "a blank", "\t": "a tab"}.get(sign, sign) for sign in special)
    return f"; what a reference put in holds {signs}, which a socket reads as its own: {_AS_IT_IS}"


def _without(message: str, secrets: tuple[str, ...]) -> str:
    """The message without anything that may be a piece of a secret: whatever it quotes, and the values themselves."""
    return without_values(_QUOTED.sub(MASK, message), secrets)


def without_values(text: str, secrets: tuple[str, ...]) -> str:
    """The text with the values that references put in replaced by the mask; what is shorter than 4 is no secret."""
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, MASK)
    return text
