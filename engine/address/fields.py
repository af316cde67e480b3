"""The parts of a member's socket as fields of a form, as each kind declares them.

Fields become a socket by way of the typed address, the printer and the parser; there is no second grammar here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.address.hosts import read_port
from engine.address.kinds.base import MASK, MemberAddress
from engine.address.kinds.form_fields import SET, FieldType, SocketField
from engine.address.masked_member import parse_masked
from engine.address.parser import parse_member
from engine.address.part import Part, Problems, quotable
from engine.address.printer import printed
from engine.errors import SocketTextError, SwitchboardError


class FieldProblem(NamedTuple):
    """What is wrong; `field` is None when it is none of them alone."""

    field: str | None
    message: str
    hint: str | None = None


class FieldsError(SwitchboardError):
    """Fields that make no socket. Carries every problem found."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.message}" for one in problems))
        self.problems = problems


def fields_of(text: str) -> tuple[type[MemberAddress], dict[str, str]]:
    """The kind of a member's socket, and its fields; those that have their default are empty. A mask stays one.

    Raises:
        SocketTextError: with every problem of the text.
    """
    address = parse_masked(text)
    return type(address), values_of(address)


def values_of(address: MemberAddress) -> dict[str, str]:
    """An address as the texts of its fields; those that have their default are empty."""
    values = {field.name: getattr(address, field.name) for field in address.form_fields}
    usual = address.defaults(values)
    return {
        name: "" if value is False or (name in usual and value == usual[name]) else _text(value)
        for name, value in values.items()
    }


def address_of(kind: type[MemberAddress], values: Mapping[str, str]) -> MemberAddress:
    """The address that filled-in fields stand for; a masked password stays the mask.

    Raises:
        FieldsError: with every problem, at its field where it is one field's alone.
    """
    examples = {field.name: field.example for field in kind.form_fields}
    problems = tuple(
        problem
        for field in kind.form_fields
        for problem in _problems_of(kind, field, {**examples, field.name: values.get(field.name, "")})
    )
    if problems:
        raise FieldsError(problems)
    address = _built(kind, values)
    whole = tuple(_misread(address))
    if whole:
        raise FieldsError(whole)
    return address


def socket_of(kind: type[MemberAddress], values: Mapping[str, str]) -> str:
    """The socket's text with its password, or with the mask where the password is to stay what it is.

    Raises:
        FieldsError: with every problem, at its field where it is one field's alone.
    """
    address = address_of(kind, values)
    return printed(address, secrets=address.secret != MASK)


def _problems_of(kind: type[MemberAddress], field: SocketField, values: Mapping[str, str]) -> Iterator[FieldProblem]:
    """What is wrong with one field; the others hold their examples."""
    text = values[field.name]
    if not text:
        if field.is_required:
            yield FieldProblem(field.name, "something was expected, found nothing", f"for example {field.example}")
        return
    refused = _refusal(kind, field, text)
    if refused is not None:
        yield refused
        return
    for problem in _misread(_built(kind, values)):
        yield problem._replace(field=field.name)


def _refusal(kind: type[MemberAddress], field: SocketField, text: str) -> FieldProblem | None:
    """What can be said of a field without a look at the socket that it makes."""
    if field.type is FieldType.PORT:
        problems = Problems()
        read_port(Part(text, 1), problems)
        return FieldProblem(field.name, problems.found[0].message) if problems.found else None
    if field.type is FieldType.HOST and text.count(":") == 1:
        return FieldProblem(field.name, "a host alone was expected", "the port has a field of its own")
    if field.is_secret and MASK in text and text != MASK:
        return FieldProblem(field.name, "a part of it is masked", "type the whole password, or leave it as it was")
    if not kind.is_encoded and any(sign in text for sign in " \t"):
        return FieldProblem(field.name, "neither blanks nor tabs are allowed here")
    return None


def _misread(address: MemberAddress) -> Iterator[FieldProblem]:
    """What is wrong with an address: its text does not parse, or means something else."""
    try:
        read = parse_member(printed(address, secrets=True))
    except SocketTextError as error:
        yield from (FieldProblem(None, problem.message, problem.hint) for problem in error.problems)
        return
    for field in address.form_fields:
        meant, got = getattr(address, field.name), getattr(read, field.name)
        if meant != got:
            quoted = "" if field.is_secret else f", as '{quotable(_text(got))}'"
            yield FieldProblem(field.name, f"this would be read as something else{quoted}")


def _built(kind: type[MemberAddress], values: Mapping[str, str]) -> MemberAddress:
    """The address, unchecked. Empty fields have their defaults."""
    parts: dict[str, Any] = {field.name: _value(field, values.get(field.name, "")) for field in kind.form_fields}
    usual = kind.defaults(parts)
    return kind(**{name: value or usual.get(name, value) for name, value in parts.items()})


def _value(field: SocketField, text: str) -> str | int | bool:
    if field.type is FieldType.PORT:
        return int(text or 0)
    if field.type is FieldType.FLAG:
        return bool(text)
    if field.type is FieldType.HOST:
        return text.removeprefix("[").removesuffix("]")
    return f"/{text}" if field.type is FieldType.PATH and text and not text.startswith("/") else text


def _text(value: object) -> str:
    return "" if value is None else SET if value is True else str(value)
