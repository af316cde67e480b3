"""Help: every key, what each state and sign means, what each policy does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Label

from tui.keys.actions import ACTIONS, MOVES, Action, bindings_named, key_sign, leaving
from tui.keys.keymap import MOVING
from tui.render.health import CONNECTING_LOOK, STATE_LOOKS
from tui.render.line import Line, Part, cell, plain
from tui.render.policies import policy_lines
from tui.sturdy.survival import Sturdy
from tui.widgets.lines import Lines
from tui.widgets.scroll_body import ScrollBody
from tui.widgets.search_field import SearchField

_SIGNS: tuple[tuple[str, str], ...] = (
    ("▶", "the member that gets the next event"),
    ("✓ ~ ✖ ·", "a member's last outcomes: delivered (confirmed), sent, failed, not chosen"),
    (
        "2.1/8.4 ms",
        "half of its notifications of the last minute took less than the first, 99 of 100 less than the second",
    ),
    ("▰▰▰▱▱", "time until a failed member may be tried again"),
    ("┃ ╎", "the member's state changed just now"),
    ("◆", "the subscription is pinned on top"),
    ("▼ ▶", "the subscription is unfolded, folded"),
)

_STATE_HELP: dict[str, str] = {
    "UP": "the last notification went well",
    "FAILED": "the last notification failed; FAILOVER skips the member until its failover_timeout has passed",
    "SLOW": "it let events wait (slow_after); FAILOVER passes it over for that time while another can take them",
    "DUE": "the failover_timeout has passed; the next event tries the member",
    "UNTRIED": "nothing was sent to it yet",
    "CONNECTING": "its connection is being made; what comes waits for that",
    "PAUSED": "taken out by the operator; it is passed over until it is resumed",
}

KEY_WIDTH = 16

Entries = Sequence[tuple[str, str]]


class HelpScreen(Sturdy, ModalScreen[None]):
    """Made from the tables that also make the bindings, so that it cannot be wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        leaving("help"),
        *bindings_named("filter"),
    ]

    def __init__(self, actions: Sequence[Action] = ACTIONS, here: Entries = (), *, has_motion: bool = True) -> None:
        super().__init__()
        self._actions = actions
        self._here = here
        self._beats: int | None = 0 if has_motion else None

    def compose(self) -> ComposeResult:
        """One scrolling text, and the pictures of the policies."""
        with Vertical(classes="dialog -broad", id="help"):
            filter_key = next(action.shown_keys for action in self._actions if action.name == "filter")
            yield Label(f"Help ─ {filter_key} finds, esc leads back", classes="form-title", markup=False)
            placeholder = "words to look for; enter keeps them, esc takes them off"
            yield SearchField(placeholder, stays=True, id="help-filter")
            with ScrollBody(id="help-body"):
                yield Lines(id="help-text")
                yield Lines(id="help-policies")

    def on_mount(self) -> None:
        """Fill it."""
        self._fill("")
        self.query_one(ScrollBody).focus()

    def beat(self) -> None:
        """The console's timer beats: move the pictures on, if anything is to move."""
        pictures = self.query("#help-policies")  # none yet, or no longer, at a beat in between
        if self._beats is not None and pictures and pictures.first().display:
            self._beats += 1
            self._show_pictures()

    def action_filter(self) -> None:
        """Type words to look for."""
        self.query_one(SearchField).open()

    def action_back(self) -> None:
        """Take the filter off while it is typed; else leave."""
        if not self.query_one(SearchField).clear_shown():
            self.dismiss()

    @on(SearchField.Changed)
    def _typed(self, message: SearchField.Changed) -> None:
        self._fill(message.value)

    @on(SearchField.Left)
    def _read(self) -> None:
        self.query_one(ScrollBody).focus()

    def _fill(self, text: str) -> None:
        about_policies = "\n".join(map(plain, policy_lines(None))).lower()
        has_policies = text.lower() in about_policies
        lines = help_lines(self._actions, self._here, text)
        self.query_one("#help-text", Lines).show(lines or ([] if has_policies else [_nothing(text)]))
        self._show_pictures()
        self.query_one("#help-policies").display = has_policies

    def _show_pictures(self) -> None:
        pictures = self.query_one("#help-policies", Lines)
        lines: list[Line] = [(Part("Policies", "strong"),), *policy_lines(self._beats)]
        if pictures.lines != tuple(lines):
            pictures.show(lines)


class Section(NamedTuple):
    """A part of the help."""

    title: str
    entries: Entries


def help_lines(actions: Sequence[Action] = ACTIONS, here: Entries = (), text: str = "") -> list[Line]:
    """Keys of the screen that is shown, all keys by group, those of forms, moves, signs: lines with `text` in them."""
    lines: list[Line] = []
    for title, entries in _sections(actions, here):
        found = [entry for entry in _entry_lines(entries) if text.lower() in plain(entry).lower()]
        if found:
            lines += [(Part(title, "strong"),), *found, (Part(" "),)]
    return lines


def _nothing(text: str) -> Line:
    return (Part(f"Nothing here has {text!r} in it.", "warn"),)


def keys_here(screen: Screen[Any]) -> Entries:
    """What the keys of a screen do: its own, and those of the part that has the focus."""
    by_action: dict[str, list[tuple[str, str]]] = {}
    for node, binding, _, tooltip in screen.active_bindings.values():
        if binding.action in _own_actions(type(node)) and node is not screen.app and not _moves(binding):
            text = f"{binding.description}: {tooltip}" if tooltip else binding.description
            by_action.setdefault(binding.action, []).append((key_sign(binding.key), text))
    return [(" ".join(sign for sign, _ in found), found[0][1]) for found in by_action.values()]


def _own_actions(kind: type[DOMNode]) -> set[str]:
    """What a part does by keys that were bound here, not in Textual: fields have dozens of those."""
    ours = [one for one in kind.__mro__ if one.__module__.startswith("tui.")]
    return {binding.action for one in ours for binding in Binding.make_bindings(vars(one).get("BINDINGS", ()))}


def _moves(binding: Binding) -> bool:
    """Whether a binding is one that every line view and form has; they have a section of their own."""
    return binding.system or binding.key in MOVING or "." in binding.action or binding.action.startswith("page_")


def form_entries() -> Iterator[tuple[str, str]]:
    """What the keys of each form and dialog do, beside those of the table, from its bindings."""
    for form in _forms(Screen):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", form.__name__.removesuffix("Screen")).capitalize()
        for binding in Binding.make_bindings(vars(form).get("BINDINGS", ())):
            if binding.id is None and binding.key != "escape":
                yield key_sign(binding.key), f"{name}: {binding.description}"


def _forms(kind: type[Screen[Any]]) -> Iterator[type[Screen[Any]]]:
    for child in kind.__subclasses__():
        if Sturdy in child.__mro__:
            yield child
        yield from _forms(child)


def _sections(actions: Sequence[Action], here: Entries) -> Iterator[Section]:
    if here:
        yield Section("On this screen", here)
    groups = list(dict.fromkeys(action.group for action in actions))
    for group, members in groupby(sorted(actions, key=lambda one: groups.index(one.group)), lambda one: one.group):
        yield Section(group, [(action.shown_keys, f"{action.title}: {action.help}") for action in members])
    yield Section("In forms and dialogs", list(form_entries()))
    yield Section("Moving about", MOVES)
    all_looks = (*STATE_LOOKS.values(), CONNECTING_LOOK)
    looks = [(f"{look.sign} {look.word}", _STATE_HELP[look.word]) for look in all_looks]
    yield Section("Signs", [*looks, *_SIGNS])


def _entry_lines(entries: Iterable[tuple[str, str]]) -> list[Line]:
    return [(cell(f"  {keys}", KEY_WIDTH, "accent"), Part(text)) for keys, text in entries]
