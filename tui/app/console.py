"""Showing the console of an engine, until the operator quits."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from engine.host.background import BackgroundEngine
from tui.app.application import SwitchboardApp
from tui.app.preferences import USUAL, Preferences
from tui.link.guarded import GuardedLink
from tui.link.protocol import Link, LocalLink
from tui.sturdy.restart import run_until_left
from tui.terminal.ascii import ascii_only
from tui.terminal.safe_text import clean
from tui.terminal.signals import clean_end
from tui.userfiles.places import state_folder
from tui.userfiles.raised_book import RaisedBook
from tui.userfiles.session import Memory

_log = logging.getLogger(__name__)


def run_console(background: BackgroundEngine, *, title: str, preferences: Preferences = USUAL) -> int:
    """Show the console of an engine that runs in the background, until the operator quits.

    The engine is neither started nor stopped here. Returns the exit status of the process.
    """
    return show_console(LocalLink(background), title, preferences)


def show_console(link: Link, title: str, preferences: Preferences) -> int:
    """Show the console on a link, as it was left the last time; the exit status of the process."""
    memory = Memory(state_folder() / "console.json")
    before = memory.load()
    if memory.trouble:
        preferences = replace(preferences, notices=(*preferences.notices, memory.trouble))
    book = RaisedBook(state_folder() / "raised.json")
    opened = before.but(screen=preferences.screen, filter_text=preferences.filter_text)
    guarded = GuardedLink(link, is_read_only=preferences.is_read_only)

    def start(notice: str) -> SwitchboardApp:
        notices = (*preferences.notices, notice) if notice else preferences.notices
        app = SwitchboardApp(guarded, title=title, preferences=replace(preferences, notices=notices), book=book)
        app.remembered = opened
        with _window_titled(ascii_only(title) if preferences.is_ascii else title), clean_end():
            app.run()
        return app

    app = run_until_left(start)
    if app.remembered != opened:
        memory.save(app.remembered)
    return app.return_code or 0


@contextmanager
def _window_titled(title: str) -> Iterator[None]:
    """Give the terminal's window a title; the old one comes back."""
    _tell_terminal(f"\x1b[22;2t\x1b]2;{clean(title)} - Switchboard\x07")
    try:
        yield
    finally:
        _tell_terminal("\x1b[23;2t")


def _tell_terminal(codes: str) -> None:
    try:
        sys.stdout.write(codes)
        sys.stdout.flush()
    except OSError as error:
        _log.info("the terminal has gone: %s", error)
