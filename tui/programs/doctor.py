"""`switchboard doctor`: what is where, what the terminal can do, whether each endpoint answers, and what to do."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.address import MemberAddress, VirtualAddress, identity, parse, printed
from engine.clock import SystemClock
from engine.commands.probe_steps import StepFailedError, StepLog, advice_for, reach
from engine.config import check_config
from engine.config.model import Settings
from engine.errors import SwitchboardError
from engine.lab.ports import taken_ports
from engine.tasks import Tasks
from engine.transports.registry import load
from engine.version import __version__
from tui.keys.keymap import check_keys
from tui.userfiles import places

LIMIT_MAX_S = 5.0
"""No endpoint is waited for longer, whatever its transport's own limit is."""

PACKAGES = ("textual", "pika", "aiohttp", "aiofiles", "pydantic", "orjson", "pyyaml", "platformdirs")

COLUMNS_MIN, ROWS_MIN = 80, 24


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `is_fine` is None for what is only said."""

    text: str
    is_fine: bool | None = None
    advice: str = ""

    def lines(self) -> list[str]:
        """The line, and below it what to do."""
        sign = {None: "·", True: "✓", False: "✖"}[self.is_fine]
        return [f"  {sign} {self.text}", *([f"      → {self.advice}"] if self.advice else [])]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of a configuration, and the members that are served by it."""

    address: MemberAddress
    users: tuple[str, ...]


def examine(file: Path | None, say: Callable[[str], object], environment: Mapping[str, str] | None = None) -> bool:
    """Look at everything and say it; whether all is well. Without a file, the user's own is looked at."""
    env = os.environ if environment is None else environment
    found = list(_told("Versions", versions(), say))
    found += _told("Files", files(file), say)
    found += _told("Terminal", terminal(env, shutil.get_terminal_size((0, 0)), is_tty=sys.stdout.isatty()), say)
    chosen = file or places.own_configuration()
    if file is not None or chosen.exists():
        settings, said = configuration(chosen)
        found += _told(f"Configuration {chosen}", said, say)
        if settings is not None:
            found += _told("Ports to listen on", asyncio.run(try_ports(settings)), say)
            found += _told("Endpoints", asyncio.run(try_endpoints(settings)), say)
    wrong = sum(one.is_fine is False for one in found)
    well = "nothing is wrong with what was looked at (there was no login, and nothing was sent)"
    say(well if not wrong else f"{wrong} thing{' is' if wrong == 1 else 's are'} wrong")
    return not wrong


def versions() -> list[Finding]:
    """The program's own version, Python's, and those of the libraries."""
    wanted = [Finding(f"Switchboard {__version__}, Python {platform.python_version()} on {platform.system()}", True)]
    return wanted + [_library(name) for name in PACKAGES]


def files(file: Path | None) -> list[Finding]:
    """Where the user's own files are, and whether they can be written."""
    own = places.own_configuration()
    without = "nothing there; without FILE, `switchboard` opens the demo"
    said = [] if file is not None else [Finding(f"configuration {own}: {'there' if own.exists() else without}")]
    return [*said, _writable("log", places.log_file().parent), _writable("state", places.state_folder())]


def terminal(environment: Mapping[str, str], size: os.terminal_size, *, is_tty: bool) -> list[Finding]:
    """What the terminal can show."""
    if not is_tty:
        return [Finding("no terminal here: the console needs one, `switchboard serve` does not")]
    is_large = size.columns >= COLUMNS_MIN and size.lines >= ROWS_MIN
    advice = "" if is_large else f"make it {COLUMNS_MIN}x{ROWS_MIN} or larger"
    said = [Finding(f"{size.columns}x{size.lines}, TERM={environment.get('TERM', '')}", is_large, advice)]
    return [*said, _colours(environment), _letters(sys.stdout.encoding or "")]


def configuration(file: Path) -> tuple[Settings | None, list[Finding]]:
    """The settings of a file, and every problem with it."""
    result = check_config(file, further=check_keys)
    said = [
        Finding(str(problem), False, "correct it; `switchboard check` tells the same") for problem in result.problems
    ]
    said += [Finding(f"{warning.where}: {warning.message}") for warning in result.warnings]
    if result.settings is not None:
        count = len(result.settings.subscriptions)
        said.append(Finding(f"can be used: {count} subscription{'' if count == 1 else 's'}", True))
    return result.settings, said


def endpoints(settings: Settings) -> list[Endpoint]:
    """Every address of a configuration once, in the order of the file."""
    users: dict[str, list[str]] = {}
    addresses: dict[str, MemberAddress] = {}
    for entry in settings.subscriptions:
        parsed = parse(entry.socket_text)
        members = parsed.members if isinstance(parsed, VirtualAddress) else (parsed,)
        for position, member in enumerate(members, 1):
            key = identity(member)
            addresses.setdefault(key, member)
            users.setdefault(key, []).append(f"{entry.event} {position}")
    return [Endpoint(address, tuple(users[key])) for key, address in addresses.items()]


async def try_ports(settings: Settings) -> list[Finding]:
    """Try to listen where MI and the lab's receivers will, and let go again."""
    taken, count = await taken_ports(settings)
    advice = "stop what listens there (another Switchboard, an OpenSIPS?), or choose another port in the configuration"
    found = [Finding(f"{port.what}: {port.place}: {port.reason}", False, advice) for port in taken]
    if count > len(taken):
        found.append(Finding(f"{count - len(taken)} free", True))
    return found or [Finding("there are none")]


async def try_endpoints(settings: Settings) -> list[Finding]:
    """Try every endpoint at once; nothing is logged in to, and nothing sent."""
    own = {identity(parse(receiver.socket)) for receiver in (settings.lab.receivers if settings.lab else ())}
    tasks = Tasks()
    tried = [
        tasks.spawn(_try(endpoint, settings, tasks), f"try {printed(endpoint.address)}")
        for endpoint in endpoints(settings)
        if identity(endpoint.address) not in own
    ]
    found = [await one for one in tried]
    served = [one for one in endpoints(settings) if identity(one.address) in own]
    found += [Finding(f"{_named(one)}: a receiver of the lab, which runs with the engine") for one in served]
    return found or [Finding("there are none")]


async def _try(endpoint: Endpoint, settings: Settings, tasks: Tasks) -> Finding:
    scheme = endpoint.address.scheme
    try:
        options = settings.transport_options(scheme) or (await asyncio.to_thread(load, scheme)).Options()
        log = StepLog(SystemClock())
        await reach(endpoint.address, log, tasks, min(options.connect_timeout / 1000, LIMIT_MAX_S))
    except StepFailedError as error:
        where = log.steps[-1].name if log.steps else "try"
        return Finding(f"{_named(endpoint)}: {where}: {error}", False, advice_for(str(error), endpoint.address.advice))
    except SwitchboardError as error:
        return Finding(f"{_named(endpoint)}: {error}", False, "install what this transport needs")
    done = [step.detail for step in log.steps if step.took_s is not None]
    return Finding(f"{_named(endpoint)}: {done[-1] if done else 'fine'}", True)


def _named(endpoint: Endpoint) -> str:
    return f"{printed(endpoint.address)} ({', '.join(endpoint.users)})"


def _library(name: str) -> Finding:
    try:
        return Finding(f"{name} {version(name)}", True)
    except PackageNotFoundError:
        return Finding(f"{name} is missing", False, "install Switchboard again, with what it depends on")


def _writable(what: str, folder: Path) -> Finding:
    nearest = next(one for one in (folder, *folder.parents) if one.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding(f"{what} {folder}", True)
    return Finding(f"{what} {folder}: {nearest} cannot be written to", False, f"let this user write to {nearest}")


def _colours(environment: Mapping[str, str]) -> Finding:
    if "NO_COLOR" in environment:
        return Finding("no colours, as NO_COLOR says; every state has its sign and word")
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return Finding("16 million colours", True)
    count = "256" if "256" in environment.get("TERM", "") else "16"
    return Finding(f"{count} colours; COLORTERM=truecolor tells of more, where the terminal has them")


def _letters(encoding: str) -> Finding:
    if encoding.lower().replace("-", "") == "utf8":
        return Finding("UTF-8", True)
    return Finding(f"the locale's letters are {encoding or 'unknown'}", False, "use a UTF-8 locale: LANG=C.UTF-8")


def _told(title: str, findings: Iterable[Finding], say: Callable[[str], object]) -> list[Finding]:
    told = list(findings)
    say(title)
    for finding in told:
        for line in finding.lines():
            say(line)
    return told
