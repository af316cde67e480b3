"""Checks a configuration file in a process of its own, so that no file can harm the engine that runs.

The process reads the file, within limits of time and memory, and sends back what it found: the problems, and where
there are none the text and its values, as JSON. The engine makes its settings of these values and never reads the file
itself, so that what it uses is what was checked. Whatever ends the process, or takes it too long, is a problem of the
file.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from engine.config.checker import CheckResult, settings_of
from engine.config.findings import START, Findings
from engine.config.model import Settings, SubscriptionSettings
from engine.errors import ConfigProblem, SwitchboardError
from engine.version import __version__

PROGRAM = """
import json, sys
given = json.loads(sys.argv[1])
sys.path[:] = given["path"]
from engine.config.child import main
main(sys.argv[2], given["limits"])
"""
"""What the process runs. It has this process' module path, however that came about."""

_subscriptions = TypeAdapter(tuple[SubscriptionSettings, ...])


@dataclass(frozen=True, slots=True)
class Limits:
    """What a check may take. 25,000 subscriptions, the most that a file can hold, take 7 s and 0.3 GB."""

    seconds: float = 60.0
    """Until it is given up, by the clock."""
    processor_s: int = 60
    """Of the processor's time."""
    memory: int = 1024 * 1024 * 1024
    """Bytes of address space, where the system can bound that."""


class Reading(NamedTuple):
    """What a check found, and the text that it read; None where there is a problem."""

    result: CheckResult
    text: str | None


async def check_apart(
    path: str | os.PathLike[str], limits: Limits | None = None, program: str | None = None
) -> Reading:
    """Check a configuration file as `check_config` does, in a process of its own. Cancelling ends the process.

    Args:
        path: the file; problems name it as it is given here. References are looked up in this process' environment.
        limits: the usual ones when None.
        program: stands in for `PROGRAM`.
    """
    limits = limits or Limits()
    findings = Findings(os.fspath(path))
    answer = await _answer(path, limits, program or PROGRAM, findings)
    if answer is None:
        return Reading(CheckResult(None, findings.problems(), ()), None)
    # Away from the loop: a transport may have to be imported, and many subscriptions take a while.
    return await asyncio.to_thread(_read, answer, findings)


async def _answer(path: str | os.PathLike[str], limits: Limits, program: str, findings: Findings) -> list[bytes] | None:
    """The lines that the process sent; None when it did not end well, which `findings` then say."""
    given = json.dumps({"path": sys.path, "limits": asdict(limits)})
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # no module of the working directory stands in for one of ours
            "-c",
            program,
            given,
            path,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        findings.add(START, (), f"cannot be checked now: no process can be started for it: {error.strerror}")
        return None
    try:
        async with asyncio.timeout(limits.seconds):
            said, _ = await process.communicate()
    except TimeoutError:
        findings.add(
            START, (), f"expected a configuration, found one that takes more than {limits.seconds:g} s to check"
        )
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        findings.add(START, (), f"expected a configuration, found one whose check {_end(process.returncode, limits)}")
        return None
    return said.splitlines()


def _read(answer: list[bytes], findings: Findings) -> Reading:
    try:
        report = json.loads(answer[0])
        if report["version"] != __version__:
            raise SwitchboardError(f"version {report['version']} of Switchboard is installed now; start this one again")
        problems = _problems(findings.file, report["problems"])
        warnings = _problems(findings.file, report["warnings"])
        if problems:
            return Reading(CheckResult(None, problems, warnings), None)
        text, values, *slices = answer[1:]
        settings = _settings(json.loads(values), slices)
        return Reading(CheckResult(settings, (), warnings), json.loads(text))
    except SwitchboardError as error:
        findings.add(START, (), f"cannot be used: {error}")
    except (ValueError, LookupError, TypeError, ValidationError) as error:
        # No words of the error's: what was sent holds the secrets.
        findings.add(
            START, (), f"expected a configuration, found one whose check answered nonsense ({type(error).__name__})"
        )
    return Reading(CheckResult(None, findings.problems(), ()), None)


def _settings(values: dict[str, Any], slices: list[bytes]) -> Settings:
    """The settings; subscriptions come in slices, as each is checked without any other thread getting a turn."""
    subscriptions: list[SubscriptionSettings] = []
    for one in slices:
        subscriptions += _subscriptions.validate_json(one, strict=True)
    return settings_of(values).model_copy(update={"subscriptions": tuple(subscriptions)})


def _problems(file: str, listed: list[tuple[int, int, str, str]]) -> tuple[ConfigProblem, ...]:
    return tuple(ConfigProblem(file, line, column, where, message) for line, column, where, message in listed)


def _end(code: int, limits: Limits) -> str:
    """How the process ended, in words."""
    if code == -signal.SIGXCPU:
        return f"takes more than {limits.processor_s} s of the processor"
    if code < 0:
        return f"is ended by signal {-code} ({signal.strsignal(-code)})"
    return f"breaks (exit code {code})"
