"""Picking an event of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from engine.catalogue import EventInfo
from tui.render.line import Line, Part, cell
from tui.screens.dialogs.choice import ChoiceScreen
from tui.terminal.safe_text import clean
from tui.widgets.choices import Choice


class PickEventScreen(ChoiceScreen):
    """Dismissed with the name of an event, or None."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__(
            f"Pick an event ─ {len(choices)}, those with subscriptions first",
            choices,
            "↑ ↓ move   enter takes it   esc back",
            "the engine has not told yet which events there are",
        )


def event_choices(events: Sequence[str], subscribed: Collection[str], known: Mapping[str, EventInfo]) -> list[Choice]:
    """The events that may be raised, those that somebody hears first, each by name."""
    ordered = sorted(events, key=lambda name: (name not in subscribed, name))
    return [_choice(name, known.get(name), is_heard=name in subscribed) for name in ordered]


def _choice(name: str, info: EventInfo | None, *, is_heard: bool) -> Choice:
    module, about = ("", "of the configuration") if info is None else (info.module, info.description)
    line: Line = (
        cell("heard" if is_heard else "", 6, "good"),
        cell(clean(name), 28, "strong"),
        Part(" "),
        cell(module, 12, "accent"),
        Part(" "),
        Part(clean(about), "faint"),
    )
    return Choice(name, line, f"{name} {module} {about}{' heard' if is_heard else ''}", clean(f"{name}: {about}"))
