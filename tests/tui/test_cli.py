"""The command `switchboard`, as people and scripts call it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine.config.model import LabSettings, ReceiverSettings, Settings
from engine.host.background import BackgroundEngine
from engine.version import __version__
from tui import cli
from tui.app.preferences import Preferences

ROOT = Path(__file__).parents[2]
COMMANDS = ("demo", "run", "serve", "check", "doctor", "open", "schema")
HEAVY = ("textual", "rich", "aiohttp", "pydantic", "yaml", "pika", "asyncio")


def switchboard(*arguments: str, limit_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, without a terminal."""
    command = [sys.executable, "-m", "tui", *arguments]
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit_s, check=False
    )


def main(*arguments: str) -> int:
    """Run the command here; also what argparse ends with is an exit code."""
    try:
        return cli.main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the command believe that somebody looks at a screen."""
    monkeypatch.setattr(cli, "_has_terminal", lambda: True)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, str]]:
    """What the console would have been opened on."""
    calls: list[tuple[Settings, str]] = []

    def console(settings: Settings, title: str, _preferences: Preferences, _file: Path | None = None) -> int:
        calls.append((settings, title))
        return 0

    monkeypatch.setattr(cli, "_console", console)
    return calls


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty place for the user's own files."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def test_the_version_is_said_without_importing_what_takes_time() -> None:
    code = (
        "import sys\nfrom tui.cli import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print(*[name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == f"switchboard {__version__}\n\n"


@pytest.mark.parametrize("command", [(), *[(name,) for name in COMMANDS]])
def test_help_has_an_example_and_the_exit_codes(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*command, "--help") == 0
    text = capsys.readouterr().out
    assert "example: switchboard " + " ".join(command) in text
    assert "0 fine, 1 failed, 2 bad usage or configuration" in text


@pytest.mark.parametrize("arguments", [("dance",), ("check",), ("run",), ("demo", "--seconds", "0"), ("demo", "x")])
def test_bad_usage_is_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*arguments) == 2
    assert "usage: switchboard" in capsys.readouterr().err


def test_check_says_what_is_wrong_in_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("mi: {http: '0.0.0.0:1'}\n")
    bad.write_text("queue_size: 0\nlabl: A\n")
    assert main("check", str(good)) == 0
    assert main("check", str(bad), str(good)) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{good}:1:12: warning: mi.http: ")
    assert lines[1] == f"{good}: fine, 0 subscriptions"
    assert lines[2] == f"{bad}:1:13: queue_size: expected a number above 0, found 0"
    assert lines[3].startswith(f"{bad}:2:1: labl: expected a known key")
    assert lines[5] == lines[1]


@pytest.mark.parametrize("command", ["check", "doctor"])
def test_what_a_file_holds_is_printed_harmless(
    command: str, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text('"rabbitmq:u:hush@h/q": 1\n"\\e]52;c;aGFybWxlc3M=\\a\\nall is well": 2\nlabel: !<x%1b> y\n')
    assert main(command, str(file)) != 0
    printed = capsys.readouterr().out
    assert "hush" not in printed
    assert all(line.isprintable() for line in printed.removesuffix("\n").split("\n"))
    assert not any(line.startswith("all is well") for line in printed.splitlines())
    assert "rabbitmq:u:•••@h/q" in printed


def test_what_is_wrong_with_a_file_is_told_in_a_bounded_number_of_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("".join(f"unknown_{number}: 1\n" for number in range(4_232)))
    assert main("check", str(file)) == 2
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 101
    assert lines[-1] == f"{file}:101:1: configuration: and 4,132 more problems, the first of them here"


def test_what_nobody_foresaw_is_told_without_passwords(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("rabbitmq:me:hush@h/q\x1b[2J\nall is well")

    monkeypatch.setattr("engine.config.check_config", broken)
    assert main("check", "a.yaml") == 1
    lines = capsys.readouterr().err.removesuffix("\n").split("\n")
    assert all(line.isprintable() and line.startswith("switchboard: ") for line in lines)
    assert "switchboard: LookupError: rabbitmq:me:•••@h/q" in lines[-2]
    assert "hush" not in "".join(lines)


def test_schema_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Switchboard configuration"


def test_run_needs_a_terminal_and_says_what_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("run", "a.yaml") == 2
    assert capsys.readouterr().err == (
        "switchboard: the console needs a terminal; without one use: switchboard serve a.yaml\n"
    )


@pytest.mark.usefixtures("terminal")
def test_run_says_everything_that_is_wrong_with_the_configuration(
    tmp_path: Path, shown: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("queue_size: 0\ninbox_size: 0\n")
    assert main("run", str(file)) == 2
    assert capsys.readouterr().err.count("expected a number above 0") == 2
    assert shown == []


@pytest.mark.usefixtures("terminal")
def test_run_opens_the_console_under_the_label_or_the_files_name(tmp_path: Path, shown: list[Any]) -> None:
    (tmp_path / "a.yaml").write_text("label: LAB\n")
    (tmp_path / "b.yaml").write_text("")
    assert main("run", str(tmp_path / "a.yaml")) == main("run", str(tmp_path / "b.yaml")) == 0
    assert shown == [(Settings(label="LAB"), "LAB"), (Settings(), "b.yaml")]


@pytest.mark.usefixtures("terminal")
def test_no_command_runs_the_users_own_configuration(home: Path, shown: list[tuple[Settings, str]]) -> None:
    own = home / "switchboard" / "switchboard.yaml"
    own.parent.mkdir()
    own.write_text("label: MINE\n")
    assert main() == 0
    assert [title for _, title in shown] == ["MINE"]


@pytest.mark.usefixtures("terminal", "home")
def test_no_command_runs_the_demo_where_there_is_no_configuration(shown: list[tuple[Settings, str]]) -> None:
    assert main() == 0
    ((settings, title),) = shown
    assert settings.label == "DEMO"
    assert title.startswith("Demo")


def test_a_replaced_port_of_the_demo_is_said_on_the_command_line(
    terminal: None,
    shown: list[tuple[Settings, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        lab = LabSettings(receivers=(ReceiverSettings(name="r", socket=f"tcp:127.0.0.1:{taken.getsockname()[1]}"),))
        monkeypatch.setattr("tui.programs.demo.demo_settings", lambda _: Settings(lab=lab))
        assert main("demo") == 0
    assert [title for _, title in shown] == ["Demo (1 port replaced)"]
    assert "Ports that were taken are replaced: r " in capsys.readouterr().out


@pytest.mark.xdist_group("demo")
def test_the_demo_without_a_terminal_says_who_delivered_what() -> None:
    done = switchboard("demo", "--seconds", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    for heading in ("E_PIKE_BLOCKED (virtual, PARALLEL)", "E_ACC_CDR (virtual, FAILOVER)", "E_UL_CONTACT_INSERT"):
        assert heading in done.stdout
    assert done.stdout.count("flatstore:") == 2
    assert done.stdout.rstrip().endswith(": nothing was lost")
    assert not done.stderr


class FakeApp(ModuleType):
    """Stands in for `tui.app.console`: looks at the engine instead of showing it."""

    def __init__(self, code: int) -> None:
        super().__init__("tui.app.console")
        self.code = code
        self.seen: list[tuple[str, int]] = []
        self.background: BackgroundEngine | None = None

    def run_console(self, background: BackgroundEngine, *, title: str, preferences: Preferences) -> int:
        assert not preferences.is_read_only

        async def count() -> int:
            return len(background.engine.table)

        self.background = background
        self.seen.append((title, background.submit(count()).result(10)))
        return self.code


@pytest.mark.usefixtures("terminal", "home")
def test_the_console_runs_beside_an_engine_that_ends_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app = FakeApp(7)
    monkeypatch.setitem(sys.modules, "tui.app.console", app)
    file = tmp_path / "a.yaml"
    file.write_text("subscriptions: [{event: E_ACC_CDR, socket: 'unix:/tmp/nobody'}]\n")
    assert main("run", str(file)) == 7
    assert app.seen == [("a.yaml", 1)]
    assert app.background is not None
    assert app.background.service.engine.snapshot().is_stopping


@pytest.mark.usefixtures("terminal", "home")
def test_what_keeps_the_engine_from_starting_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = FakeApp(0)
    monkeypatch.setitem(sys.modules, "tui.app.console", app)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        file = tmp_path / "a.yaml"
        file.write_text(f"mi: {{http: '{where}'}}\n")
        assert main("run", str(file)) == 1
    assert f"switchboard: not started: MI cannot listen on {where}" in capsys.readouterr().err
    assert app.seen == []
