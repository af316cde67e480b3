"""The form to change a subscription: policy, members, expiry, options. The engine checks it as it is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label, Select

from engine.options import OnFailure, WhenAllFailed
from tui.link import Link
from tui.render.difference import changed_only, difference_lines
from tui.render.line import Line, Part, clean
from tui.screens.asking import ask
from tui.screens.difference import DifferenceScreen
from tui.surviving import Sturdy
from tui.widgets.lines import Lines
from tui.widgets.member_fields import MemberFields

PLAIN = "none: one plain socket"
POLICIES = ("PARALLEL", "FAILOVER", "ROUND-ROBIN", PLAIN)

_OPTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("failover_timeout", "FAILOVER skips a failed member for (seconds)", ()),
    ("when_all_failed", "FAILOVER, with every member failed", tuple(WhenAllFailed)),
    ("hold_max_age", "FAILOVER holds an event for at most (seconds)", ()),
    ("on_failure", "ROUND-ROBIN, when a member failed an event", tuple(OnFailure)),
    ("queue_size", "notifications that may wait", ()),
)
"""Option, what it says, its values where they are few."""


class EditSubscriptionScreen(Sturdy, ModalScreen[str | None]):
    """Dismissed with the id of the subscription when it was changed, otherwise with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("f2", "add", "Add member"),
        Binding("f3", "duplicate", "Duplicate member"),
        Binding("f8", "remove", "Remove member"),
        Binding("ctrl+up", "shift(-1)", "Move up"),
        Binding("ctrl+down", "shift(1)", "Move down"),
        Binding("ctrl+s", "apply", "Apply"),
    ]

    def __init__(self, link: Link, described: Mapping[str, Any], known: Sequence[str]) -> None:
        super().__init__()
        self._link = link
        self._described = described
        self._known = known

    def compose(self) -> ComposeResult:
        """Policy, members with what can be done to them, expiry and options, what is wrong or different."""
        described = self._described
        with VerticalScroll(classes="dialog -broad", can_focus=False):
            yield Label(f"Edit subscription to {clean(described['event'])}", classes="form-title", markup=False)
            with Horizontal(classes="edit-row"):
                yield Label("policy", classes="edit-name")
                options = [(policy, policy) for policy in POLICIES]
                value = described["policy"] or PLAIN
                yield Select(options, value=value, allow_blank=False, compact=True, id="edit-policy")
            yield MemberFields(described["members"], self._known, id="edit-members")
            yield from self._member_buttons()
            yield self._field("expire", _text(described["expire"]), "expires after (seconds; empty is never)", ())
            for name, hint, values in _OPTIONS:
                yield self._field(name, _text(described["options"][name]), hint, values)
            yield Lines(id="edit-said")
            with Horizontal(classes="form-buttons"):
                yield Button("Apply ^s", id="edit-apply", variant="primary", compact=True)
                yield Button("Back esc", id="edit-back", compact=True)

    def on_mount(self) -> None:
        """Begin with the first member."""
        self.query_one(MemberFields).focus_here()

    def draft(self) -> dict[str, Any]:
        """What the form holds, as the engine's commands take it."""
        policy = self.query_one("#edit-policy", Select).value
        typed = {name: self._typed(name) for name, _, _ in _OPTIONS}
        return {
            "subscription": self._described["id"],
            "policy": None if policy == PLAIN else policy,
            "members": self.query_one(MemberFields).sockets,
            "expire": self._typed("expire") or None,
            "options": {name: text for name, text in typed.items() if text},
        }

    async def action_add(self) -> None:
        """A new member below this one."""
        await self.query_one(MemberFields).add()
        self._check()

    async def action_duplicate(self) -> None:
        """This member once more."""
        await self.query_one(MemberFields).duplicate()
        self._check()

    async def action_remove(self) -> None:
        """Take this member out."""
        await self.query_one(MemberFields).remove_here()
        self._check()

    def action_shift(self, step: int) -> None:
        """Move this member."""
        self.query_one(MemberFields).shift(step)
        self._check()

    @on(Button.Pressed)
    async def _pressed(self, message: Button.Pressed) -> None:
        name = str(message.button.id)
        if name == "edit-back":
            self.dismiss(None)
        elif name in _BUTTON_ACTIONS:
            await self.run_action(_BUTTON_ACTIONS[name])

    @on(Input.Changed)
    @on(Select.Changed)
    @work(exclusive=True, group="check")
    async def _check(self) -> None:
        await self._checked()

    @on(Input.Submitted)
    @work(exclusive=True, group="apply")
    async def action_apply(self) -> None:
        """Show the difference, ask, and change the subscription."""
        draft = self.draft()
        verdict = await self._checked()
        if verdict is None or verdict["problems"]:
            return
        if not verdict["is_changed"]:
            self.notify("Nothing is different", severity="warning")
            return
        question = f"Change the subscription to {clean(self._described['event'])}?"
        if not await self.app.push_screen_wait(DifferenceScreen(question, verdict["diff"], "Change")):
            return
        changed = await ask(self._link, "change_subscription", **draft)
        if changed.failure:
            self._say(changed.failure_lines)
            return
        for warning in changed.value["warnings"]:
            self.notify(warning, title="Changed, but mind", severity="warning", markup=False)
        self.dismiss(changed.value["id"])

    async def _checked(self) -> Mapping[str, Any] | None:
        """What the engine says of the draft, shown; None when it could not be asked."""
        answer = await ask(self._link, "check_change", **self.draft())
        if answer.failure:
            self._say(answer.failure_lines)
            return None
        verdict: Mapping[str, Any] = answer.value
        self.query_one(MemberFields).complain(verdict["problems"])
        self._say(said_lines(verdict))
        return verdict

    def _member_buttons(self) -> ComposeResult:
        with Horizontal(classes="form-buttons"):
            yield Button("+ member f2", id="edit-add", compact=True)
            yield Button("duplicate f3", id="edit-duplicate", compact=True)
            yield Button("remove f8", id="edit-remove", compact=True)
            yield Button("up ^↑", id="edit-up", compact=True)
            yield Button("down ^↓", id="edit-down", compact=True)

    def _field(self, name: str, value: str, hint: str, values: tuple[str, ...]) -> Horizontal:
        suggester = SuggestFromList(values) if values else None
        about = f"{hint}: {', '.join(values)}" if values else hint
        return Horizontal(
            Label(name, classes="edit-name"),
            Input(value, id=f"edit-{name}", suggester=suggester, classes="edit-value"),
            Label(about, classes="edit-hint", markup=False),
            classes="edit-row",
        )

    def _typed(self, name: str) -> str:
        return self.query_one(f"#edit-{name}", Input).value.strip()

    def _say(self, lines: list[Line]) -> None:
        self.query_one("#edit-said", Lines).show(lines)


_BUTTON_ACTIONS = {
    "edit-add": "add",
    "edit-duplicate": "duplicate",
    "edit-remove": "remove",
    "edit-up": "shift(-1)",
    "edit-down": "shift(1)",
    "edit-apply": "apply",
}


def said_lines(verdict: Mapping[str, Any]) -> list[Line]:
    """What is wrong beside the members; or what would change, and what to mind."""
    problems = [problem for problem in verdict["problems"] if problem.get("member") is None]
    if verdict["problems"]:
        return [(Part(f"✖ {problem['field']}: {clean(str(problem['message']))}", "bad"),) for problem in problems]
    warnings: list[Line] = [(Part(f"⚠ {clean(warning)}", "warn"),) for warning in verdict["warnings"]]
    if not verdict["is_changed"]:
        return [*warnings, (Part("nothing is different yet", "faint"),)]
    return [*warnings, *(difference_lines(changed_only(verdict["diff"])) or [(Part("~ the order", "good"),)])]


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
