"""One table of everything that an operator can do. Key bindings, the palette, the help screen and the guide read it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from textual.binding import Binding
from textual.keys import format_key


class Action(NamedTuple):
    """One thing to do. `name` is the method `action_<name>` of its screen, or of the app where `is_global`."""

    name: str
    keys: str
    """Comma-separated, in Textual's names."""
    title: str
    help: str
    group: str
    short: str = ""
    """Its word in the footer; empty keeps it out of there."""
    is_global: bool = False
    """Whether it works on every screen."""
    screen: str = "dashboard"
    """The screen that it belongs to, unless it works on every one."""
    tab: str = ""
    """What the footer calls the screen that it shows."""
    commands: tuple[str, ...] = ()
    """The commands of the engine that it carries out; whether one asks a person first is declared there."""
    is_first: bool = False
    """Whether its keys go before those of what has the focus, so that they work in forms too."""

    @property
    def binding(self) -> Binding:
        """The binding of its keys."""
        return Binding(
            self.keys,
            self.name,
            self.short or self.title,
            show=bool(self.short),
            key_display=key_sign(self.keys.partition(",")[0]),
            priority=self.is_first,
            tooltip=self.help,
            id=self.name,
        )

    @property
    def shown_keys(self) -> str:
        """Its keys as they stand on the keyboard."""
        return " or ".join(key_sign(key) for key in self.keys.split(","))


def key_sign(key: str) -> str:
    """A key as it stands on the keyboard."""
    modifiers, plus, base = key.rpartition("+")
    sign = _KEY_SIGNS.get(base) or (format_key(base) if "_" in base else base)
    return f"{modifiers}{plus}{sign}".replace("ctrl+", "^")


_KEY_SIGNS = {
    "question_mark": "?",
    "exclamation_mark": "!",
    "at": "@",
    "slash": "/",
    "asterisk": "*",
    "comma": ",",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "delete": "del",
    "escape": "esc",
    "up": "↑",
    "left": "←",
    "right": "→",
    "down": "↓",
    "pageup": "pg up",
    "pagedown": "pg dn",
}

ACTIONS: tuple[Action, ...] = (
    Action(
        "raise_event", "r", "Raise an event", "See what becomes of it.", "Events", "Raise", commands=("raise_event",)
    ),
    Action("pick_event", "f7", "Pick an event", "Choose one of the catalogue for the form.", "Events"),
    Action("raised_before", "f5", "History and templates", "Fill the form with what was raised or saved.", "Events"),
    Action("save_template", "ctrl+s", "Save as template", "Keep what stands in the form under a name.", "Events"),
    Action("params_as_json", "ctrl+j", "Parameters as JSON", "Instead of fields; again, and back.", "Events"),
    Action(
        "add_subscription",
        "a",
        "Add a subscription",
        "Subscribe a socket to an event.",
        "Subscriptions",
        "Add",
        commands=("subscribe",),
    ),
    Action(
        "remove_subscription",
        "x,delete",
        "Remove subscription",
        "End the selected subscription. It asks first.",
        "Subscriptions",
        "Remove",
        commands=("unsubscribe",),
    ),
    Action(
        "edit_subscription",
        "e",
        "Edit subscription",
        "Change policy, members, expiry, options.",
        "Subscriptions",
        "Edit",
        commands=("change_subscription",),
    ),
    Action(
        "undo_change",
        "u",
        "Undo",
        "Take the last change of a subscription back. It asks first.",
        "Subscriptions",
        commands=("undo_change",),
    ),
    Action(
        "save",
        "W",
        "Save to file",
        "Write changed subscriptions to the configuration. It asks.",
        "Subscriptions",
        commands=("save_subscriptions",),
    ),
    Action(
        "reopen_files",
        "o",
        "Reopen files",
        "Reopen all flat files, after a log rotation.",
        "Subscriptions",
        commands=("reopen_files",),
    ),
    Action(
        "toggle_pause",
        "p",
        "Pause or resume member",
        "Have the selected member passed over, until it is resumed.",
        "Members",
        "Pause",
        commands=("pause_member", "resume_member"),
    ),
    Action(
        "toggle_receiver",
        "K",
        "Kill or revive receiver",
        "Stop the demo's receiver behind the selected member, or start it again.",
        "Members",
        "Kill/revive",
        commands=("toggle_receiver",),
    ),
    Action(
        "test_member",
        "t",
        "Test member",
        "Try every step on the way to the selected member: connect, log in, send, confirm.",
        "Members",
        "Test",
        commands=("probe_member",),
    ),
    Action(
        "next_problem",
        "exclamation_mark",
        "Next problem",
        "Select the next member that is failed, due or paused.",
        "Members",
        "Problem",
    ),
    Action("previous_problem", "at", "Previous problem", "Select the member before it that is out.", "Members"),
    Action("filter", "slash", "Filter", "Filter the subscriptions, or the feed when it has the focus.", "View"),
    Action("sort", "s", "Sort", "Order as subscribed, by trouble, by event, by rate.", "View"),
    Action("pin", "asterisk", "Pin", "Keep the selected subscription on top, or no longer.", "View"),
    Action("follow", "f", "Follow selection", "Have the feed follow the selection, or show everything.", "View"),
    Action("feed_order", "O", "Feed order", "Show the newest deliveries at the bottom, or at the top.", "View"),
    Action("fold_all", "z", "Fold all", "Fold all subscriptions, or unfold them.", "View"),
    Action("open", "enter", "Open", "Inspect the selected member or delivery; fold a subscription.", "View"),
    Action("show_subscriptions", "1", "Subscriptions", "Go to the subscriptions.", "View", tab="Dashboard"),
    Action("show_feed", "2", "Feed", "Go to the feed of deliveries; again, and back.", "View", tab="Feed"),
    Action("wallboard", "w", "Wallboard", "Big digits and few lines, for a projector.", "View", is_global=True),
    Action("toggle_freeze", "space", "Freeze", "Let the whole picture stand still, or go on.", "View"),
    Action("copy", "y", "Copy as", "A socket, YAML, JSON, or the line that does the same by hand.", "View"),
    Action("copy_json", "Y", "Copy JSON", "Copy all that is known, as JSON.", "View"),
    Action("step_back", "comma", "Step back", "One moment earlier, in a recording.", "Recording"),
    Action("step_on", "full_stop", "Step on", "One moment later, in a recording.", "Recording"),
    Action("minute_back", "less_than_sign", "Minute back", "A minute earlier, in a recording.", "Recording"),
    Action("minute_on", "greater_than_sign", "Minute on", "A minute later, in a recording.", "Recording"),
    Action("bytes_view", "v", "Show bytes", "As pretty text, raw or in hex.", "Inspector", "Bytes", screen="inspector"),
    Action("show_member", "m", "Show member", "The one that a delivery went to last.", "Inspector", screen="inspector"),
    Action(
        "raise_again", "R", "Raise again", "Fill the form with a delivery's event.", "Inspector", screen="inspector"
    ),
    Action(
        "fill_fields",
        "f4",
        "Fill in fields",
        "Fill the socket in field by field: host, port, exchange.",
        "Forms",
        screen="form",
    ),
    Action(
        "test_typed",
        "f6",
        "Test what is typed",
        "Try every step on the way to the socket in the form, before it is applied.",
        "Forms",
        screen="form",
    ),
    Action("lock", "L", "Lock", "Refuse what would change the engine, or allow it again.", "Program", is_global=True),
    Action("pace", "P", "Pace", "Slow motion, live, or step by step.", "Policy stage", "Pace", screen="stage"),
    Action("step", "n", "Next step", "One move on, or on to the newest event.", "Policy stage", "Step", screen="stage"),
    Action(
        "slow_receiver",
        "S",
        "Slow receiver",
        "Have the receiver behind the member answer slowly, or heal it.",
        "Policy stage",
        "Slow",
        screen="stage",
    ),
    Action(
        "hang_receiver",
        "H",
        "Hang receiver",
        "Have the receiver behind the member answer nothing, or heal it.",
        "Policy stage",
        "Hang",
        screen="stage",
    ),
    Action(
        "next_subscription",
        "right_square_bracket",
        "Next subscription",
        "Show the subscription after this one.",
        "Policy stage",
        screen="stage",
    ),
    Action(
        "previous_subscription",
        "left_square_bracket",
        "Previous subscription",
        "Show the subscription before this one.",
        "Policy stage",
        screen="stage",
    ),
    Action("time_span", "T", "Time span", "A minute, five, an hour, a day.", "Charts", "Span", screen="charts"),
    Action(
        "next_member",
        "right_curly_bracket",
        "Next member",
        "Draw each member of the subscription, one after the other.",
        "Charts",
        "Member",
        screen="charts",
    ),
    Action(
        "previous_member",
        "left_curly_bracket",
        "Previous member",
        "Draw the member before this one.",
        "Charts",
        screen="charts",
    ),
    Action(
        "show_charts",
        "3",
        "Charts",
        "Rates, failures, queues and latency over time; again, and back.",
        "View",
        tab="Charts",
        is_global=True,
    ),
    Action("log_level", "V", "Log level", "Everything, or only from some level on.", "Log", "Level", screen="log"),
    Action(
        "show_log",
        "5",
        "Log",
        "Read the engine's log, by level and text; again, and back.",
        "View",
        tab="Log",
        is_global=True,
    ),
    Action(
        "show_stage",
        "4",
        "Policy stage",
        "Watch the policy of the selected subscription decide, drawn large; again, and back.",
        "View",
        tab="Stage",
        is_global=True,
    ),
    Action("raise_many", "N", "Raise many times", "At once or at a rate, with progress.", "Events", is_global=True),
    Action(
        "show_audit", "A", "Audit trail", "Show who changed what, when, with what result.", "Program", is_global=True
    ),
    Action(
        "export", "E", "Export", "A table, the screen, or an incident bundle, to a file.", "Program", is_global=True
    ),
    Action(
        "jump",
        "ctrl+o",
        "Jump",
        "Show a letter on each place to go to: lines, parts, fields, screens. The letter goes there.",
        "View",
        is_global=True,
        is_first=True,
    ),
    Action("help", "question_mark,f1", "Help", "Show every key and sign.", "Program", "Help", is_global=True),
    Action("quit", "q,ctrl+q", "Quit", "End the console.", "Program", is_global=True),
)
"""Everything, in the order in which the footer and the help show it."""

MOVES: tuple[tuple[str, str], ...] = (
    ("↑ ↓, k j", "Select the line above or below."),
    ("pg up, pg dn", "Move by a screenful."),
    ("← →, h l", "Fold or unfold a subscription; ← on a member goes to its subscription."),
    ("home, g", "Go to the first line."),
    ("end, G", "Go to the last line."),
    ("tab", "Go to the next part of the screen."),
    ("esc", "Close a form without doing anything; go back."),
    ("f1", "Open the help, from forms too."),
    ("y, n", "Answer a question: yes, no."),
    ("^p", "Open the palette, which finds every action by its name."),
)
"""Keys that every line view and form has."""


def dashboard_bindings() -> list[Binding]:
    """The bindings of the dashboard."""
    return bindings_of("dashboard")


def bindings_of(screen: str) -> list[Binding]:
    """The bindings of a screen."""
    return [action.binding for action in ACTIONS if not action.is_global and action.screen == screen]


def bindings_named(*names: str) -> list[Binding]:
    """The bindings of some actions, for a screen that does the same in its own way."""
    return [action.binding for action in ACTIONS if action.name in names]


def leaving(name: str, action: str = "dismiss") -> Binding:
    """The binding of an action's keys to leave what they opened."""
    binding = bindings_named(name)[0]
    return replace(binding, action=action, description="Back", show=False)


def global_bindings() -> list[Binding]:
    """The bindings of the app."""
    return [action.binding for action in ACTIONS if action.is_global]
