"""What breaks in the console is shown, logged and survived: the part that broke says so, everything else goes on.

Textual ends an app at the first exception that nobody caught, and a widget's loop of messages with it. Parts of the
console are therefore `Sturdy`, and the app takes what is left. Where that is not enough, the console starts anew.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual._context import active_message_pump
from textual.actions import ActionParseResult
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode
from textual.events import Mount
from textual.geometry import Region
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.strip import Strip
from textual.worker import WorkerFailed

from engine.address import mask_text
from tui.sturdy.closed_screens import forget_gone_screens
from tui.terminal.safe_text import clean

if TYPE_CHECKING:
    from textual.widget import Widget

    _Part = Widget
else:
    _Part = object  # style sheets follow the first base that is a widget, which must be the real one

_log = logging.getLogger(__name__)

REPEAT_S = 60.0
"""What breaks again and again is logged and told once in so many seconds."""

KINDS_MAX = 100
"""Different breakages that are remembered for that."""

DEAD_AFTER_S = 0.1
"""So long after an exception a part that lost its loop is seen to be dead."""

RETRY_S = 1.0
"""So often a part that could not be drawn is tried again."""

_LOUD = Style(bold=True, reverse=True)


class Sturdy(_Part):
    """Comes before the Textual class among a widget's or screen's bases: what it raises harms only itself."""

    _breakage = ""
    """Why the part cannot be shown, until it can again."""

    @contextmanager
    def surviving(self, *, heals: bool = True) -> Iterator[None]:
        """Within it the part takes something new. If it cannot, it says so in its own place, until it can again.

        What is done without news of the engine does not show that it can: it `heals` nothing.
        """
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever breaks a part must not break the others
            self._breakage = self._broke(error)
            self.refresh()
        else:
            if heals:
                self._heal()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region; where they cannot be drawn, why."""
        if not self._breakage:
            try:
                return super().render_lines(crop)
            except Exception as error:  # noqa: BLE001 - the other parts are to be drawn all the same
                self._breakage = self._broke(error)
                self.call_later(self.refresh)
                self.set_timer(RETRY_S, self._heal)
        return _saying(self._breakage, crop)

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # noqa: BLE001 - the part must go on to hear messages, or it is dead
            self._broke(error)
            if isinstance(self, Screen) and isinstance(message, Mount):
                _console_of(self).leave(self, error)

    def on_unmount(self) -> None:
        """A screen that has gone takes what was remembered of it along."""
        if isinstance(self, Screen):
            forget_gone_screens()

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Leave a screen, once. Textual takes the topmost one away: a key in a hurry would take the one below, too."""
        screen: Any = super()
        is_topmost = isinstance(self, Screen) and self.is_active
        left: AwaitComplete = screen.dismiss(result) if is_topmost else AwaitComplete()
        return left

    def _heal(self) -> None:
        if self._breakage:
            self._breakage = ""
            self.refresh()

    def _broke(self, error: Exception) -> str:
        return _console_of(self).broke(type(self).__name__, error)


class SurvivingApp(App[int]):
    """The part of the console that takes what nobody else caught."""

    breakage = ""
    """Why the console has to start anew; empty when it was left on purpose."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.breakages: dict[str, tuple[int, float]] = {}
        """What broke where, whatever its words: how often, and when it was last told (monotonic)."""

    def broke(self, part: str, error: BaseException) -> str:
        """Log and tell that a part broke; what is to be said of it."""
        error = _cause(error)
        text, kind = f"{part} broke: {_said(error)}", f"{part} {type(error).__name__} {_place(error)}"
        times, told_at = self.breakages.pop(kind, (0, None))
        now = time.monotonic()
        is_told = told_at is not None and now - told_at < REPEAT_S
        if not is_told:
            _log.error("%s (time %d); the console goes on", text, times + 1, exc_info=error)
            self._tell(text)
        if len(self.breakages) >= KINDS_MAX:
            self.breakages.pop(next(iter(self.breakages)))
        self.breakages[kind] = (times + 1, told_at if is_told and told_at is not None else now)
        return f"{text}; the log tells where"

    def leave(self, screen: Screen[object], error: BaseException) -> None:
        """Take a screen away that could not be set up; without the first one there is nothing to go on with."""
        if len(self.screen_stack) > 2:
            self.call_later(self._dismiss, screen)
        else:
            self.start_anew(error)

    def start_anew(self, error: BaseException) -> None:
        """End this console, so that another one takes its place on the same engine."""
        cause = _cause(error)
        self.breakage = _said(cause)
        self.exit(return_code=1)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Carry out an action; it was done, too, when it broke."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except Exception as error:  # noqa: BLE001 - it would end the loop of the app
            self.broke(f"action {action if isinstance(action, str) else action[1]}", error)
            return True

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # noqa: BLE001 - it would end the loop of the app
            self.broke("console", error)

    def _handle_exception(self, error: Exception) -> None:
        """What Textual would end the app for: it goes on, unless the part that raised it is dead now."""
        part = active_message_pump.get(None)
        self.broke("console" if part is None or part is self else type(part).__name__, error)
        if part is not None and self.is_running:
            self.set_timer(DEAD_AFTER_S, lambda: self._look_after(part, error))
        elif not self.is_running:
            self.start_anew(error)

    def _look_after(self, part: MessagePump, error: Exception) -> None:
        if not part.is_running and not part._closing:
            self.start_anew(error)

    def _dismiss(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            screen.dismiss()

    def _tell(self, text: str) -> None:
        if self._exit:
            return
        try:
            self.notify(f"{text}. The rest goes on; the log tells where.", severity="error", timeout=15.0, markup=False)
        except Exception:  # noqa: BLE001 - without toasts the log is all there is
            _log.exception("what broke cannot be told")


def _console_of(part: Widget) -> SurvivingApp:
    app = part.app
    assert isinstance(app, SurvivingApp)  # noqa: S101 - the console has no other
    return app


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {clean(mask_text(str(error)))}"


def _place(error: BaseException) -> str:
    """Where it was raised: file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _cause(error: BaseException) -> BaseException:
    """What a worker failed with, instead of that it did."""
    return error.error if isinstance(error, WorkerFailed) else error


def _saying(text: str, crop: Region) -> list[Strip]:
    """A text in the first line of a part, of which a region is to be drawn."""
    first = Strip([Segment(f" {text} ", _LOUD)]).adjust_cell_length(crop.right).crop(crop.x, crop.right)
    return [first if y == 0 else Strip.blank(crop.width) for y in crop.line_range]
