"""The command `switchboard`. What a subcommand needs is imported when it runs, so that `--version` answers at once."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.version import __version__

if TYPE_CHECKING:
    from engine.config.model import Settings
    from tui.app.preferences import Preferences

# Imports inside functions: pydantic, aiohttp and Textual cost a few hundred milliseconds, and most commands need one.

FINE, FAILED, BAD_USAGE = 0, 1, 2

DEMO_SECONDS = 15.0
"""How long the demo runs where there is no terminal to show it."""

_EXIT_CODES = "exit codes: 0 fine, 1 failed, 2 bad usage or configuration"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; the exit code."""
    chosen = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone; there is nobody to tell
        return FAILED
    except Exception as error:  # noqa: BLE001 - Python's own report would show passwords, and whatever a peer said
        for line in traceback.format_exception(error):
            for part in line.splitlines():
                _complain(part)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="switchboard",
        description="Operator console and dispatcher for virtual event subscribers (the OpenSIPS event interface).",
        epilog=f"""Without a command: `run` on your own configuration ({_own_place()}),
or the demo where there is none.

example: switchboard run /etc/switchboard/switchboard.yaml

{_EXIT_CODES}""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"switchboard {__version__}")
    parser.set_defaults(run=_run_own, seconds=DEMO_SECONDS, mi=None)
    _add_looks(parser)
    _add_commands(parser.add_subparsers(title="commands", metavar="COMMAND"))
    return parser


def _add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "the console on a demo that needs nothing else"
    demo = _add(commands, "demo", _demo, text, "switchboard demo\n         switchboard demo --seconds 5 </dev/null")
    text = "how long it runs where there is no terminal (default: %(default)g)"
    _add_looks(demo)
    demo.add_argument("--seconds", type=_seconds, default=DEMO_SECONDS, metavar="N", help=text)
    text = "where its management interface listens (default: a free port of 127.0.0.1)"
    demo.add_argument("--mi", type=_listen_address, metavar="HOST:PORT", help=text)
    text = "the engine and its console"
    run = _add(commands, "run", _run, text, "switchboard run switchboard.yaml")
    _add_looks(run)
    run.add_argument("file", type=Path, metavar="FILE", help="configuration")
    text = "show an incident bundle again: the console on what was recorded, standing still"
    opened = _add(commands, "open", _open, text, "switchboard open incident-20260101T120000Z.json")
    _add_looks(opened)
    opened.add_argument("file", type=Path, metavar="FILE", help="incident bundle, as `E` in the console writes it")
    text = "the engine without a screen: SIGTERM stops it, SIGHUP reads FILE again"
    serve = _add(commands, "serve", _serve, text, "switchboard serve /etc/switchboard/switchboard.yaml")
    serve.add_argument("file", type=Path, metavar="FILE", help="configuration")
    text = "say everything that is wrong with a configuration"
    check = _add(commands, "check", _check, text, "switchboard check switchboard.yaml")
    check.add_argument("files", type=Path, metavar="FILE", nargs="+", help="configuration")
    text = "say where files are, what the terminal can do, and whether every endpoint of a configuration answers"
    doctor = _add(commands, "doctor", _doctor, text, "switchboard doctor switchboard.yaml")
    doctor.add_argument("file", type=Path, metavar="FILE", nargs="?", help="configuration (default: your own)")
    text = "print the JSON Schema of configurations, for editors"
    _add(commands, "schema", _schema, text, "switchboard schema > switchboard.schema.json")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=f"example: {example}\n\n{_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def _add_looks(parser: argparse.ArgumentParser) -> None:
    """What can be said of every console. Not given twice: what stands before a command counts as well."""
    unsaid = argparse.SUPPRESS
    parser.add_argument("--read-only", action="store_true", default=unsaid, help="refuse what would change the engine")
    text = "start on this screen, for example feed (default: the one that was left)"
    parser.add_argument("--screen", default=unsaid, metavar="NAME", help=text)
    text = "start with this filter of the subscriptions, for example 'state:failed' (default: the one that was left)"
    parser.add_argument("--filter", type=_filter, default=unsaid, metavar="TEXT", help=text)
    parser.add_argument("--ascii", action="store_true", default=unsaid, help="only signs that every font has")
    parser.add_argument("--no-motion", action="store_true", default=unsaid, help="nothing slides or blinks")


def _preferences(chosen: argparse.Namespace) -> Preferences:
    from tui.app.preferences import Preferences  # noqa: PLC0415

    return Preferences(
        is_read_only=getattr(chosen, "read_only", False),
        screen=getattr(chosen, "screen", None),
        filter_text=getattr(chosen, "filter", None),
        is_ascii=getattr(chosen, "ascii", False),
        has_motion=not getattr(chosen, "no_motion", False),
    )


def _filter(text: str) -> str:
    from tui.model.filters import FilterError, parse_filter  # noqa: PLC0415

    try:
        return parse_filter(text).text
    except FilterError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"expected seconds from above 0 to 86400, found {text}")
    return seconds


def _own_place() -> str:
    return "$XDG_CONFIG_HOME/switchboard/switchboard.yaml"


def _own_file() -> Path:
    from tui.userfiles.places import own_configuration  # noqa: PLC0415

    return own_configuration()


def _run_own(chosen: argparse.Namespace) -> int:
    """`run` on the user's own configuration, the demo where there is none."""
    own = _own_file()
    if not own.exists():
        return _demo(chosen)
    return _console_on(own, _preferences(chosen))


def _keys_of(settings: Settings) -> Mapping[str, str]:
    return {} if settings.console is None else settings.console.keys


def _with_own_keys(preferences: Preferences) -> Preferences:
    """With the keys of the user's own configuration, for consoles that have none; says why where it cannot be used."""
    from dataclasses import replace  # noqa: PLC0415

    from engine.config import check_config  # noqa: PLC0415
    from tui.keys.keymap import check_keys  # noqa: PLC0415

    own = _own_file()
    if not own.exists():
        return preferences
    result = check_config(own, further=check_keys)
    if result.settings is not None:
        return replace(preferences, keys=_keys_of(result.settings))
    notice = f"The usual keys are used, as your own configuration has a problem: {result.problems[0]}"
    return replace(preferences, notices=(*preferences.notices, notice))


def _listen_address(text: str) -> str:
    from engine.errors import SwitchboardError  # noqa: PLC0415
    from engine.mi.access import listen_address  # noqa: PLC0415

    try:
        listen_address(text)
    except SwitchboardError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _demo(chosen: argparse.Namespace) -> int:
    from dataclasses import replace  # noqa: PLC0415

    from engine.errors import SwitchboardError  # noqa: PLC0415
    from tui.programs.demo import run_demo  # noqa: PLC0415
    from tui.terminal.signals import clean_end  # noqa: PLC0415

    def console(settings: Settings, title: str, notices: tuple[str, ...]) -> int:
        return _console(settings, title, _with_own_keys(replace(_preferences(chosen), notices=notices)))

    try:
        with clean_end():
            return run_demo(console if _has_terminal() else None, chosen.seconds, _say, chosen.mi)
    except SwitchboardError as error:
        _complain(f"not started: {error}")
        return FAILED


def _run(chosen: argparse.Namespace) -> int:
    return _console_on(chosen.file, _preferences(chosen))


def _open(chosen: argparse.Namespace) -> int:
    from dataclasses import replace  # noqa: PLC0415

    from tui.bundle.recording import BundleError, missing, read_bundle  # noqa: PLC0415

    try:
        recording = read_bundle(chosen.file)
    except BundleError as error:
        _complain(str(error))
        return BAD_USAGE
    if not _has_terminal():
        _complain("the console needs a terminal; the bundle is JSON, and can be read as it is")
        return BAD_USAGE
    from tui.app.console import show_console  # noqa: PLC0415
    from tui.bundle.link import RecordedLink  # noqa: PLC0415

    preferences = _with_own_keys(replace(_preferences(chosen), notices=missing(recording)))
    return show_console(RecordedLink(recording), f"recording {chosen.file.name}", preferences)


def _serve(chosen: argparse.Namespace) -> int:
    from engine.host.gc_tuning import look_seldom  # noqa: PLC0415

    look_seldom()
    from engine.host.serve import serve  # noqa: PLC0415

    return serve(chosen.file)


def _check(chosen: argparse.Namespace) -> int:
    bad = [file for file in chosen.files if _checked(file) is None]
    return BAD_USAGE if bad else FINE


def _doctor(chosen: argparse.Namespace) -> int:
    from tui.programs.doctor import examine  # noqa: PLC0415

    return FINE if examine(chosen.file, _say) else FAILED


def _schema(_chosen: argparse.Namespace) -> int:
    import json  # noqa: PLC0415

    from engine.config import json_schema  # noqa: PLC0415
    from engine.errors import SwitchboardError  # noqa: PLC0415
    from tui.keys.keymap import add_key_names  # noqa: PLC0415

    try:
        sys.stdout.write(json.dumps(add_key_names(json_schema()), indent=2) + "\n")
    except SwitchboardError as error:
        _complain(str(error))
        return FAILED
    return FINE


def _checked(file: Path) -> Settings | None:
    """The settings of a file, after saying what is wrong with it."""
    from engine.config import check_config  # noqa: PLC0415
    from tui.keys.keymap import check_keys  # noqa: PLC0415

    result = check_config(file, further=check_keys)
    for problem in result.problems:
        _say(str(problem))
    for warning in result.warnings:
        _say(f"{warning.file}:{warning.line}:{warning.column}: warning: {warning.where}: {warning.message}")
    if result.settings is not None:
        count = len(result.settings.subscriptions)
        _say(f"{file}: fine, {count} subscription{'' if count == 1 else 's'}")
    return result.settings


def _console_on(file: Path, preferences: Preferences) -> int:
    if not _has_terminal():
        _complain(f"the console needs a terminal; without one use: switchboard serve {file}")
        return BAD_USAGE
    from dataclasses import replace  # noqa: PLC0415

    from engine.config import check_config  # noqa: PLC0415
    from tui.keys.keymap import check_keys  # noqa: PLC0415

    result = check_config(file, further=check_keys)
    if result.settings is None:
        for problem in result.problems:
            _complain(str(problem))
        return BAD_USAGE
    preferences = replace(preferences, keys=_keys_of(result.settings))
    return _console(result.settings, result.settings.label or file.name, preferences, file)


def _console(settings: Settings, title: str, preferences: Preferences, file: Path | None = None) -> int:
    """The console on an engine in the background, until it is left."""
    from engine.errors import SwitchboardError  # noqa: PLC0415
    from engine.host.background import BackgroundEngine  # noqa: PLC0415
    from engine.host.service import Service  # noqa: PLC0415
    from tui.app.console import run_console  # noqa: PLC0415
    from tui.terminal.signals import undisturbed  # noqa: PLC0415

    _log_beside_the_screen()
    background = BackgroundEngine(settings, lambda settings: Service(settings, file=file))
    try:
        background.start()
    except SwitchboardError as error:
        _complain(f"not started: {error}")
        return FAILED
    try:
        return run_console(background, title=title, preferences=preferences)
    finally:
        with undisturbed():
            background.stop()


def _log_beside_the_screen() -> None:
    from engine.log.handlers import log_to_file  # noqa: PLC0415
    from tui.userfiles.places import log_file  # noqa: PLC0415

    path = log_file()
    try:
        log_to_file(path)
    except OSError as error:
        _complain(f"there will be no log: {path}: {error.strerror}")


def _has_terminal() -> bool:
    # Textual draws to standard error.
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def _say(line: str) -> None:
    sys.stdout.write(f"{_harmless(line)}\n")
    sys.stdout.flush()


def _complain(line: str) -> None:
    sys.stderr.write(f"switchboard: {_harmless(line)}\n")


def _harmless(line: str) -> str:
    """A line as it may be printed, wherever its words come from."""
    from engine.log.printable import printable  # noqa: PLC0415

    return printable(line)
