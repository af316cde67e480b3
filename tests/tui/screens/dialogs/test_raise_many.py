"""Raising many times: what is asked for, how far it is, and stopping."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Button, Input, Label

from engine.event import Event, Param
from tests.tui.pilots import Console, console
from tests.tui.world import FakeLink
from tui.render.line import plain
from tui.screens.dialogs.raise_many import RaiseManyScreen, progress_line
from tui.widgets.raise_form import RaiseForm

HALF = {"event": "E_PIKE_BLOCKED", "count": 100, "raised": 50, "running": True, "failure": ""}


def fill(shown: Console, name: str, text: str) -> None:
    shown.app.screen.query_one(f"#{name}", Input).value = text


async def opened(shown: Console) -> None:
    await shown.press("N")
    await shown.until(lambda: isinstance(shown.app.screen, RaiseManyScreen), "the dialog")
    await shown.until(lambda: shown.app.screen.query("#many-stop"), "its buttons")


async def test_a_series_is_started_with_what_was_typed_and_shows_how_far_it_is() -> None:
    link = FakeLink()
    link.answers = {"raise_series": HALF, "series_progress": HALF}
    async with console(link) as shown:
        await opened(shown)
        fill(shown, "many-params", '{"ip": "192.0.2.66"}')
        fill(shown, "many-rate", "10")
        await shown.press("enter")
        wanted: dict[str, Any] = {"event": "E_PIKE_BLOCKED", "params": [("ip", "192.0.2.66")], "count": 100}
        wanted["rate"] = 10
        await shown.until(lambda: ("raise_series", wanted) in link.commands, "the command")
        await shown.until(lambda: "50 of 100  raising" in shown.said("#many-progress"), "the progress")
        link.answers["series_progress"] = HALF | {"raised": 75}
        await shown.until(lambda: "75 of 100" in shown.said("#many-progress"), "the progress at a later beat")


async def test_a_series_is_stopped() -> None:
    link = FakeLink()
    link.answers = {"series_progress": HALF, "stop_series": HALF | {"running": False}}
    async with console(link) as shown:
        await opened(shown)
        shown.app.screen.query_one("#many-stop", Button).press()
        await shown.until(lambda: "Stopped; 50 were raised" in shown.toasts, "the toast")
        await shown.press("escape")
        assert shown.app.screen is shown.dashboard


async def test_what_cannot_be_understood_or_is_refused_is_said() -> None:
    link = FakeLink()
    link.answers = {"series_progress": None}
    async with console(link) as shown:
        await opened(shown)
        for name, wrong, said in (
            ("many-params", "{", "column 2: expecting property name"),
            ("many-count", "-1", "expected a whole number"),
        ):
            before = shown.app.screen.query_one(f"#{name}", Input).value
            fill(shown, name, wrong)
            await shown.press("enter")
            await shown.until(lambda said=said: any(said in toast for toast in shown.toasts), said)  # type: ignore[misc]
            fill(shown, name, before)
        await shown.press("enter")
        await shown.until(lambda: any("no answer to raise_series" in toast for toast in shown.toasts), "the refusal")


async def test_the_limit_is_named_and_kept_to_while_one_types() -> None:
    link = FakeLink()
    link.answers = {"series_progress": None, "series_limits": {"count": 2_000, "rate": 500}, "raise_series": HALF}
    async with console(link) as shown:
        await opened(shown)
        title = shown.app.screen.query_one("#many-count-title", Label)
        await shown.until(lambda: "Times, at most 2,000 (raise_limit)" in str(title.render()), "the limit")
        for name, wrong, said in (
            ("many-count", "2001", "times: expected 1 to 2,000 (raise_limit), found 2,001"),
            ("many-count", "0", "times: expected 1 to 2,000 (raise_limit), found 0"),
            ("many-rate", "501", "a second: expected 1 to 500 (raise_limit), found 501"),
            ("many-count", "9" * 5_000, "times: expected 1 to 2,000 (raise_limit), found 1,000,000,000,000"),
        ):
            before = shown.app.screen.query_one(f"#{name}", Input).value
            fill(shown, name, wrong)
            await shown.until(lambda said=said: said in shown.said("#many-problem"), said)  # type: ignore[misc]
            fill(shown, name, before)
        await shown.until(lambda: not shown.said("#many-problem"), "nothing wrong")
        assert "raise_series" not in [name for name, _ in link.commands]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ((("ip", "192.0.2.1"), ("n", 7), ("ip", None)), '{"ip": "192.0.2.1", "n": 7, "ip": null}'),
        (((None, "x"),), '["x"]'),
        (((None, 42), (None, None)), "[[null, 42], [null, null]]"),
        ((), "{}"),
    ],
)
async def test_it_begins_with_exactly_what_stands_in_the_form(params: tuple[Param, ...], text: str) -> None:
    link = FakeLink()
    link.answers = {"series_progress": None, "raise_series": HALF}
    async with console(link) as shown:
        await shown.press("r")
        form = shown.dashboard.query_one(RaiseForm)
        await form.fill(Event("E_MINE", params))
        form.query_one("#raise-many-times", Button).press()
        await shown.until(lambda: isinstance(shown.app.screen, RaiseManyScreen), "the dialog")
        await shown.until(lambda: shown.app.screen.query("#many-stop"), "its buttons")
        assert shown.app.screen.query_one("#many-params", Input).value == text
        await shown.press("enter")
        wanted = {"event": "E_MINE", "params": list(params), "count": 100, "rate": None}
        await shown.until(lambda: ("raise_series", wanted) in link.commands, "the command")
        book = shown.dashboard.book
        await shown.until(lambda: book.load().history == (Event("E_MINE", params),), "the history")


def test_progress_is_a_bar_figures_and_a_word() -> None:
    assert plain(progress_line(HALF)).startswith("▰" * 20 + "▱" * 20)
    assert "all raised" in plain(progress_line(HALF | {"raised": 100, "running": False}))
    assert "stopped: the engine stops" in plain(progress_line(HALF | {"running": False, "failure": "the engine stops"}))
