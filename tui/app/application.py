"""The application: wiring only."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus
from textual.screen import Screen
from textual.widgets import Input, TextArea

from engine.host.background import BackgroundEngine
from engine.host.gc_tuning import steady_heap
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.app.exporter import KeepingApp
from tui.app.preferences import USUAL, Preferences
from tui.bundle.link import RecordedLink
from tui.keys.actions import global_bindings
from tui.keys.in_force import key_of
from tui.keys.jump import JumpTarget, targets_of
from tui.link.guarded import GuardedLink
from tui.link.protocol import Link, LocalLink
from tui.model.pump import Pump
from tui.screens.dashboard.screen import DashboardScreen
from tui.screens.dialogs.jump import JumpScreen
from tui.screens.views.charts import ChartsScreen
from tui.screens.views.help import HelpScreen, keys_here
from tui.screens.views.live_view import WatchingScreen
from tui.screens.views.log import LogScreen
from tui.screens.views.stage import StageScreen
from tui.screens.views.wallboard import WallboardScreen
from tui.sturdy.restart import run_until_left
from tui.terminal.ascii import AsciiDriver, ascii_only
from tui.terminal.safe_text import clean
from tui.terminal.signals import ENDINGS, clean_end
from tui.userfiles.places import state_folder
from tui.userfiles.raised_book import RaisedBook
from tui.userfiles.session import Memory
from tui.widgets.subscriptions import SubscriptionsView

_log = logging.getLogger(__name__)


class SwitchboardApp(KeepingApp):
    """The console on a link. `clock` is this process' monotonic one; tests let it stand still."""

    CSS_PATH = "styles/console.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *global_bindings(),
        # Forms take letters, and cut the app's other bindings off.
        Binding("f1", "help", "Help", show=False, priority=True),
    ]
    # Textual declares these without ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (240, "-broad")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    def __init__(
        self,
        link: Link,
        *,
        title: str = "Switchboard",
        clock: Callable[[], float] = time.monotonic,
        preferences: Preferences = USUAL,
        book: RaisedBook | None = None,
    ) -> None:
        super().__init__(driver_class=AsciiDriver if preferences.is_ascii else None)
        self.title = title
        self.preferences = preferences
        if not isinstance(link, GuardedLink):
            link = GuardedLink(link, is_read_only=preferences.is_read_only)
        self._link: GuardedLink = link
        self.recorded = link.inner if isinstance(link.inner, RecordedLink) else None
        self.pump = Pump(self._link, clock if self.recorded is None else _no_time)
        self.pump.lock = _lock_word(self._link)
        self.dashboard = DashboardScreen(self._link, self.pump, book or RaisedBook(), self.recorded)

    async def on_mount(self) -> None:
        """Show the dashboard, the way it was left."""
        self.use_keys(self.preferences.keys)
        if not self.preferences.has_motion:
            self.animation_level = "none"
        self.set_class(self.preferences.is_ascii, "-ascii")
        has_few_colours = not self.is_headless and self.console.color_system in {None, "standard"}
        self.set_class(self.no_color or has_few_colours, "-few-colours")
        if not self.is_headless:
            for number in ENDINGS:
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
        for notice in self.preferences.notices:
            self.notify(notice, severity="warning", timeout=20, markup=False)
        await self.push_screen(self.dashboard)
        await self.reopen()
        if not self.is_headless:
            # A look at all that the console is made of would stop both threads for some 50 ms, again and again.
            self.call_after_refresh(steady_heap)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action of the table that the screen has, and the theme."""
        for action in self.actions:
            owner = self if action.is_global else screen
            if hasattr(owner, f"action_{action.name}"):
                run = self._runner(owner, action.name)
                yield SystemCommand(action.title, f"{action.help} ({action.shown_keys})", run)
        yield from self._own_commands(screen)
        yield SystemCommand("Theme", "Choose the colours of the console.", self.action_change_theme)

    def _own_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What a form or dialog does by keys of its own."""
        named = {action.name for action in self.actions}
        for _, binding in screen._bindings:
            if binding.id not in named and binding.action not in named and not binding.system and binding.description:
                run = self._runner(screen, binding.action)
                yield SystemCommand(binding.description, f"On this screen ({self.get_key_display(binding)})", run)

    def action_help(self) -> None:
        """Show every key and sign; again, and back."""
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
            return
        here = keys_here(self.screen)
        self.push_screen(HelpScreen(self.actions, here, has_motion=self.preferences.has_motion))

    def action_jump(self) -> None:
        """Show the letters of the places to go to; again, and they leave."""
        if isinstance(self.screen, JumpScreen):
            self.screen.dismiss(None)
            return
        targets = targets_of(self.screen)
        if targets:
            self.push_screen(JumpScreen(targets), _go)
        else:
            self.notify("There is nothing to jump to here", severity="warning")

    def action_go_to_feed(self) -> None:
        """Show the feed, from whatever screen."""
        self.dashboard.show_feed()

    @on(DescendantFocus)
    def _steady(self, message: DescendantFocus) -> None:
        """Let no cursor blink where nothing is to move."""
        if not self.preferences.has_motion and isinstance(message.widget, Input | TextArea):
            message.widget.cursor_blink = False

    def action_lock(self) -> None:
        """Refuse what would change the engine, or allow it again."""
        if not self._link.turn():
            self.notify("This console was started with --read-only", severity="warning")
            return
        self.pump.lock = _lock_word(self._link)
        self.notify(
            f"Locked: nothing can be changed; {key_of(self, 'lock')} unlocks" if self._link.is_locked else "Unlocked"
        )

    def action_show_stage(self) -> None:
        """Watch the policy of the selected subscription; again, and back."""
        self._watch(StageScreen, self._selected_subscription())

    def action_wallboard(self) -> None:
        """Big digits, for a projector; again, and back."""
        self._watch(WallboardScreen, None)

    def action_show_charts(self) -> None:
        """Rates, failures, queues and latency over time, of the selected member or all; again, and back."""
        chosen = self._selected()
        member = None if chosen is None else chosen[1]
        if chosen is None or member is None:
            self._watch(ChartsScreen, None)
        else:
            self._watch(ChartsScreen, chosen[0].id, member.index)

    def action_show_log(self) -> None:
        """Read the engine's log; again, and back."""
        self._watch(LogScreen, None)

    def _selected_subscription(self) -> str | None:
        chosen = self._selected()
        return None if chosen is None else chosen[0].id

    def _selected(self) -> tuple[SubscriptionRow, MemberRow | None] | None:
        dashboard = next(one for one in self.screen_stack if isinstance(one, DashboardScreen))
        return dashboard.query_one(SubscriptionsView).selected

    def _watch(self, kind: type[WatchingScreen], subscription: str | None, *member: int) -> None:
        """Show a screen beside the dashboard in place of another one, or leave it when it is shown already."""
        if isinstance(self.screen, kind):
            self.screen.dismiss()
        elif isinstance(self.screen, WatchingScreen):
            self.switch_screen(kind(self._link, self.pump, subscription, *member))
        else:
            self.push_screen(kind(self._link, self.pump, subscription, *member))

    def _runner(self, owner: App[int] | Screen[object], name: str) -> Callable[[], object]:
        async def run() -> None:
            await owner.run_action(name)

        return run


def _no_time() -> float:
    """The clock of a recording: it stands still."""
    return 0.0


def _go(target: JumpTarget | None) -> None:
    if target is not None:
        target.go()


def _lock_word(link: GuardedLink) -> str:
    """What the header says of what is refused."""
    if link.is_read_only:
        return "READ-ONLY"
    return "LOCKED" if link.is_locked else ""


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
