"""Brings a console back to how it was left, and sees how it is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol, runtime_checkable

from textual.app import App

from tui.app.base import AppBase
from tui.keys.actions import ACTIONS
from tui.model.arrangement import Sort
from tui.model.filters import FEED_WORDS, SUBSCRIPTION_WORDS, Filter, FilterError, Vocabulary, parse_filter
from tui.screens.dashboard.screen import DashboardScreen
from tui.userfiles.session import Remembered

SHOWS = "show_"
"""Actions that go somewhere are named so; what follows is the name of a screen."""

USUAL_TAB = "show_subscriptions"


@runtime_checkable
class Tab(Protocol):
    """A screen that an action leads to. Forms and dialogs over it are none."""

    tab: str
    """The action; empty where it is not one that the console can start with."""


def screen_names() -> list[str]:
    """Screens that one can start on."""
    first = [action.name for action in ACTIONS if action.is_global or action.screen == "dashboard"]
    return [name.removeprefix(SHOWS) for name in first if name.startswith(SHOWS)]


class RestorePart(AppBase):
    """Opens the console as it was left."""

    remembered = Remembered()
    """How the console is to be opened, and, once it was quit, how it was left."""

    async def reopen(self) -> None:
        """Bring the console back to how it was left; what is no longer possible is said."""
        troubles = [*restore(self, self.dashboard, self.remembered)]
        troubles += await go_to(self, self.dashboard, self.remembered.screen)
        for trouble in troubles:
            self.notify(trouble, title="Not as it was", severity="warning", markup=False)

    async def action_quit(self) -> None:
        """End the console, and see how it is left."""
        self.remembered = seen(self, self.dashboard)
        self.exit()


def restore(app: App[int], dashboard: DashboardScreen, remembered: Remembered) -> Iterator[str]:
    """Bring a console back; yields what of it is no longer possible, in words."""
    if remembered.theme in app.available_themes:
        app.theme = remembered.theme
    elif remembered.theme:
        yield f"there is no theme {remembered.theme!r}"
    view, feed = dashboard.subscriptions, dashboard.feed
    sort = remembered.sort if remembered.sort in list(Sort) else Sort.GIVEN
    view.rearrange(replace(view.arrangement, sort=Sort(sort)))
    for part, text, words in _filters(remembered):
        try:
            dashboard.use_filter(part, parse_filter(text, words))
        except FilterError as error:
            dashboard.use_filter(part, Filter())
            yield f"filter of {part}, {error}"
    if feed.is_newest_last != remembered.is_newest_last:
        feed.turn_round()


async def go_to(app: App[int], dashboard: DashboardScreen, screen: str) -> list[str]:
    """Show the screen of that name; why it cannot be, in words."""
    if screen and screen not in screen_names():
        return [f"there is no screen {screen!r}; there are {', '.join(screen_names())}"]
    if screen:
        owner = dashboard if hasattr(dashboard, f"action_{SHOWS}{screen}") else app
        await owner.run_action(f"{SHOWS}{screen}")
    return []


def seen(app: App[int], dashboard: DashboardScreen) -> Remembered:
    """How the console is left."""
    view, feed = dashboard.subscriptions, dashboard.feed
    return Remembered(
        theme=app.theme,
        sort=view.arrangement.sort,
        filter=view.arrangement.filter.text,
        feed_filter=feed.choice.filter.text,
        is_newest_last=feed.is_newest_last,
        screen=_screen_shown(app),
    )


def _screen_shown(app: App[int]) -> str:
    """The name of the screen that is shown, under dialogs; empty where it is the subscriptions."""
    tab = next(screen.tab for screen in reversed(app.screen_stack) if isinstance(screen, Tab) and screen.tab)
    return "" if tab == USUAL_TAB else tab.removeprefix(SHOWS)


def _filters(remembered: Remembered) -> tuple[tuple[str, str, Vocabulary], ...]:
    return (
        ("subscriptions", remembered.filter, SUBSCRIPTION_WORDS),
        ("feed", remembered.feed_filter, FEED_WORDS),
    )
