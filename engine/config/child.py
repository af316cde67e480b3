"""What runs in the process that `engine.config.check_process` starts: checks a file, writes its findings to stdout."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from typing import Any

SLICE = 200
"""Subscriptions in a line of the answer."""


def main(path: str, limits: Mapping[str, float]) -> None:
    """Check a file within the limits. Whatever else writes to stdout is not heard."""
    bound_self(limits)
    answer = os.dup(sys.stdout.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in answered(path))


def bound_self(limits: Mapping[str, float]) -> None:
    """Bound this process: processor time, memory where the system can, and no core file, which would hold secrets."""
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_CPU, int(limits["processor_s"]))
    if sys.platform == "linux":  # elsewhere the limit on address space is not kept, or cannot be set
        _bound(resource.RLIMIT_AS, int(limits["memory"]))


def answered(path: str) -> Iterator[str]:
    """The lines of the answer: what was found, then the text, the values, and the subscriptions in slices."""
    from engine.config.checker import check_document  # noqa: PLC0415 - within the limits
    from engine.version import __version__  # noqa: PLC0415

    result, document = check_document(path)
    problems = [(one.line, one.column, one.where, one.message) for one in result.problems]
    warnings = [(one.line, one.column, one.where, one.message) for one in result.warnings]
    yield json.dumps({"version": __version__, "problems": problems, "warnings": warnings})
    if result.settings is None or document.values is None:
        return
    values: dict[str, Any] = dict(document.values)
    subscriptions = values.pop("subscriptions", [])
    yield json.dumps(document.text)
    yield json.dumps(values)
    for start in range(0, len(subscriptions), SLICE):
        yield json.dumps(subscriptions[start : start + SLICE])


def _bound(what: int, most: int) -> None:
    # The hard limit stays: where processor time runs out, it would be SIGKILL, which does not say why.
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
