"""Every command of the engine as a method `sb:NAME`, made from its declaration: what OpenSIPS does not have."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from engine import commands
from engine.address import Address, parse
from engine.address.masked_member import without_mask
from engine.commands.gate import carried_out, noted
from engine.commands.parameters import Kind, Parameter, each_event, value_of
from engine.commands.registry import COMMANDS, Command
from engine.errors import SocketTextError
from engine.mi.access import check_open
from engine.mi.envelope import RequestParams
from engine.mi.event_params import event_params
from engine.mi.jsontext import JsonObject, Pieces, int32, is_number
from engine.mi.long_answers import pieces_of
from engine.mi.parameters import Arguments, Signature, bad_type, invalid_params
from engine.mi.registry import METHODS, Caller, Method
from engine.mi.targets import check_targets
from engine.nearest import nearest

assert commands  # noqa: S101 - to import it is to fill the table

PREFIX = "sb:"
MODULE = "switchboard"

_log = logging.getLogger(__name__)


def tell_unknown(allow: tuple[str, ...]) -> None:
    """Log which names of `mi.allow` are no commands: nothing is allowed by them."""
    for name in allow:
        if name not in COMMANDS:
            near = nearest(name, COMMANDS)
            hint = f"did you mean {near}?" if near else "docs/management-interface.md lists them"
            _log.warning("mi.allow: there is no command %r; %s", name, hint)


def bind_declared(params: RequestParams, parameters: tuple[Parameter, ...]) -> Arguments:
    """The arguments by name, of a call by position or by name. What may be left out may be left out alone, too.

    Raises:
        CommandError: -32602, in OpenSIPS' words, when they are none of the command's.
    """
    names = [one.name for one in parameters]
    is_named = isinstance(params, JsonObject)
    given = dict(params) if is_named else dict(zip(names, params, strict=False))
    if len(given) < len(params) and not is_named:
        raise invalid_params("Too few or too many parameters")
    if len(given) < len(params) or not given.keys() <= set(names):
        raise invalid_params("Named parameters do not match")
    if any(one.is_required and one.name not in given for one in parameters):
        raise invalid_params("Too few or too many parameters")
    return given


async def _call(command: Command, caller: Caller, arguments: Arguments) -> Pieces:
    """Carry a command out for a client of MI, within what the settings allow it."""
    context = caller.context
    with noted(context, command, arguments):
        check_open(command.name, command.is_open, caller.settings.allow)
        values = {one.name: _value(one, arguments[one.name]) for one in command.parameters if one.name in arguments}
        await _check_sockets(caller, command, values)
        answer = await carried_out(context, command, values)
    return await context.engine.slices.run(pieces_of(answer))


def _value(parameter: Parameter, given: Any) -> Any:
    """A decoded value as the command takes it: parameters of events in every form that `raise_event` has."""
    if given is None and parameter.is_empty_allowed:
        return None
    read = _READERS.get(parameter.kind)
    if read is not None:
        return read(parameter.name, given)
    if is_number(given) and parameter.kind is Kind.WHOLE:
        given = int32(given)
    elif is_number(given) and parameter.kind in {Kind.TEXT, Kind.SOCKET}:
        given = str(int32(given))
    return value_of(parameter, _plain(given))


def _events(name: str, given: Any) -> list[Any]:
    if type(given) is not list:
        raise bad_type(name)
    return list(each_event(given, event_params))


_READERS: Mapping[Kind, Callable[[str, Any], Any]] = {
    Kind.EVENT: lambda _name, given: event_params(given),
    Kind.EVENTS: _events,
}


def _plain(value: Any) -> Any:
    if isinstance(value, JsonObject):
        return {name: _plain(member) for name, member in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value


async def _check_sockets(caller: Caller, command: Command, values: Mapping[str, Any]) -> None:
    """Check where the sockets lead that the caller names. What is no socket is for the command to say."""
    for parameter in command.parameters:
        given = values.get(parameter.name)
        texts = [given] if parameter.kind is Kind.SOCKET else given if parameter.kind is Kind.SOCKETS else ()
        for text in texts if isinstance(texts, list) else ():
            address = _address(text)
            if address is not None:
                await check_targets(caller, address)


def _address(text: Any) -> Address | None:
    """Where a socket leads, whatever its password is; None for what is no socket."""
    try:
        return parse(without_mask(text.strip())) if isinstance(text, str) else None
    except SocketTextError:
        return None


def _signatures(command: Command) -> tuple[Signature, ...]:
    names = tuple(one.name for one in command.parameters)
    required = sum(one.is_required for one in command.parameters)
    return tuple(names[:count] for count in range(required, len(names) + 1))


def _help(command: Command) -> str:
    return command.help if command.is_open else f"{command.help} Only where mi.allow lists {command.name}."


for _command in COMMANDS.values():
    for _name in (_command.name, *_command.aliases):
        METHODS[PREFIX + _name] = Method(
            PREFIX + _name,
            _signatures(_command),
            _help(_command),
            MODULE,
            partial(_call, _command),
            partial(bind_declared, parameters=_command.parameters),
        )
