"""The demo: its configuration, its ports, and its files, which are gone afterwards."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from engine.config.model import LabSettings, ReceiverSettings, Settings, SubscriptionSettings
from tui.programs.demo import demo_settings, run_demo

ROOT = Path(__file__).parents[3]


def test_its_files_are_in_a_directory_of_its_own_that_is_gone_afterwards() -> None:
    directories: set[Path] = set()

    def console(settings: Settings, _title: str, _notices: tuple[str, ...]) -> int:
        files = [member for entry in settings.subscriptions for member in entry.members or () if "flatstore:" in member]
        directories.update(Path(member.removeprefix("flatstore:")).parent for member in files)
        assert all(directory.is_dir() for directory in directories)
        return 7

    assert run_demo(console, 0, lambda _: None) == 7
    (directory,) = directories
    assert not directory.exists()


def test_a_taken_port_is_replaced_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[Settings, str, tuple[str, ...]]] = []
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        wanted = f"tcp:127.0.0.1:{port}"
        lab = LabSettings(receivers=(ReceiverSettings(name="billing", socket=wanted),))
        entries = (SubscriptionSettings(event="E_ACC_CDR", socket=wanted),)
        monkeypatch.setattr("tui.programs.demo.demo_settings", lambda _: Settings(subscriptions=entries, lab=lab))
        assert run_demo(lambda *what: shown.append(what) or 0, 0, said.append) == 0
    ((settings, title, notices),) = shown
    used = settings.subscriptions[0].socket_text.rpartition(":")[2]
    assert used != str(port)
    assert title == "Demo (1 port replaced)"
    assert said == list(notices) == [f"Ports that were taken are replaced: billing {used} for {port}"]


def test_all_ports_free_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr("tui.programs.demo.demo_settings", lambda _: Settings())
    assert run_demo(lambda _, *what: shown.append(what) or 0, 0, pytest.fail) == 0
    assert shown == [("Demo", ())]


def test_what_is_installed_is_the_sample_and_can_be_used(tmp_path: Path) -> None:
    assert (ROOT / "tui/programs/demo.yaml").read_bytes() == (ROOT / "sample_configs/demo.yaml").read_bytes()
    settings = demo_settings(str(tmp_path))
    assert settings.label == "DEMO"
    assert str(tmp_path) in str(settings.subscriptions)
