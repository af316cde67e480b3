"""The demo is in nobody's way, and listens where it is asked to."""

from __future__ import annotations

import socket

from engine.config.model import Settings
from tui.programs.demo import run_demo


def settings_of_demo(mi: str | None = None) -> Settings:
    shown: list[Settings] = []

    def console(settings: Settings, _title: str, _notices: tuple[str, ...]) -> int:
        shown.append(settings)
        return 0

    assert run_demo(console, 1, lambda _: None, mi) == 0
    return shown[0]


def test_its_management_interface_takes_a_free_port_unless_asked() -> None:
    settings = settings_of_demo()
    assert settings.mi is not None
    assert settings.mi.http == "127.0.0.1:0"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    settings = settings_of_demo(place)
    assert settings.mi is not None
    assert settings.mi.http == place
