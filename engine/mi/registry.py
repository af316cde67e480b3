"""The table of MI methods: names, signatures, help. Filled by `engine.mi.methods` and `engine.mi.commands`."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from engine.audit import acting_for
from engine.commands.context import Context
from engine.config.model import MiSettings
from engine.errors import CommandError
from engine.mi.envelope import METHOD_NOT_FOUND, SERVER_ERROR, Request, RequestParams
from engine.mi.parameters import Arguments, Signature, bind

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what it may: what commands act on, the settings in force, the source that raised events get, and
    the address that the call comes from, where it has one."""

    context: Context
    settings: MiSettings
    source: str
    host: str | None = None


MethodFunction: TypeAlias = Callable[[Caller, Arguments], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """One method. `module` is what `help` says exports it."""

    name: str
    signatures: tuple[Signature, ...]
    help: str
    module: str
    function: MethodFunction
    bind: Callable[[RequestParams], Arguments]
    """Which arguments a call means; raises CommandError where it is none of the method's."""


METHODS: dict[str, Method] = {}


def method(*signatures: str, module: str, names: tuple[str, ...] = ()) -> Callable[[MethodFunction], MethodFunction]:
    """Register a function `(caller, arguments)` under `names`, its own name by default.

    A signature is written as its parameters' names, in order: "event socket expire"; "" is a call without parameters.
    The docstring's first line is the help text.
    """

    def register(function: MethodFunction) -> MethodFunction:
        text = (inspect.getdoc(function) or "").partition("\n")[0]
        parsed = tuple(tuple(signature.split()) for signature in signatures)
        for name in names or (function.__name__,):
            METHODS[name] = Method(name, parsed, text, module, function, partial(bind, signatures=parsed))
        return function

    return register


async def call(caller: Caller, request: Request) -> Any:
    """Carry out a request; the result is ready for JSON.

    Raises:
        CommandError: in OpenSIPS' codes and words (docs/event-interface.md, 4.1, 4.2).
    """
    found = METHODS.get(request.method)
    if found is None:
        raise CommandError(METHOD_NOT_FOUND, "Method not found")
    arguments = found.bind(request.params)
    with answering_errors(request.method), acting_for(caller.source):
        result = found.function(caller, arguments)
        return await result if inspect.isawaitable(result) else result


@contextmanager
def answering_errors(method_name: str) -> Iterator[None]:
    """What a method raises and should not is logged, and becomes an answer.

    Raises:
        CommandError: as the method raised it, or a server error.
    """
    try:
        yield
    except CommandError:
        raise
    except Exception as error:
        _log.exception("MI method %s failed", method_name)
        raise CommandError(SERVER_ERROR, "Server error", "the command failed; the log says why") from error
