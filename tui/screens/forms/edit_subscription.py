"""The form to change a subscription: policy, members, expiry, options. The engine checks it as it is typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Label, Select

from engine.options import OPTIONS, options_heeded
from engine.view.answers import Description
from tui.keys.in_force import key_of
from tui.link.answers import ask
from tui.link.protocol import Link
from tui.render.difference import changed_only, difference_lines
from tui.render.forms import expiry_words, failure_lines, problem_line
from tui.render.line import Line, Part
from tui.screens.dialogs.difference import DifferenceScreen
from tui.screens.forms.socket_form import SocketFormScreen, TypedMember
from tui.terminal.safe_text import clean
from tui.widgets.form_row import FormRow, choice
from tui.widgets.lines import Lines
from tui.widgets.member_fields import MemberFields

PLAIN = "none: one plain socket"
POLICIES = ("PARALLEL", "FAILOVER", "ROUND-ROBIN", PLAIN)


class EditSubscriptionScreen(SocketFormScreen):
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

    def __init__(self, link: Link, described: Description, known: Sequence[str]) -> None:
        super().__init__(link, described.id)
        self._described = described
        self._known = known

    def compose(self) -> ComposeResult:
        """Policy, members with what can be done to them, expiry and options, what is wrong or different."""
        described = self._described
        with VerticalScroll(classes="dialog -broad -footed", can_focus=False):
            yield Label(f"Edit subscription to {clean(described.event)}", classes="form-title", markup=False)
            policy = choice([(policy, policy) for policy in POLICIES], described.policy or PLAIN)
            yield FormRow("policy", "policy", policy, "")
            yield MemberFields(described.members, self._known, id="edit-members")
            yield from self._member_buttons()
            yield FormRow("expire", "expire", Input(_text(described.expire), classes="edit-value"), "")
            for name, option in OPTIONS.items():
                value = _text(described.options[name])
                control = choice(option.choices, value) if option.choices else Input(value, classes="edit-value")
                yield FormRow(name, name, control, option.label)
            yield Lines(id="edit-said")
            with Horizontal(classes="form-foot"):
                yield Button("Apply ^s", id="edit-apply", variant="primary", compact=True)
                yield Button("Back esc", id="edit-back", compact=True)
                yield Lines(id="edit-verdict")

    def on_mount(self) -> None:
        """Begin with the first member."""
        self._show_what_matters()
        self.query_one(MemberFields).focus_here()

    @property
    def typed_member(self) -> TypedMember | None:
        """The member that has the focus, or had it last."""
        here = self.query_one(MemberFields).here
        return None if here is None else TypedMember(here[0], here[1].socket)

    def take_socket(self, socket: str) -> None:
        """Put another socket there, and go back to it."""
        members = self.query_one(MemberFields)
        if members.here is not None:
            members.here[1].fill(socket)
            members.focus_here()
            self._check()  # where only the password is another one, the field shows no change

    def draft(self) -> dict[str, Any]:
        """What the form holds, as the engine's commands take it; options that mean nothing now stay as they are."""
        typed = {row.field: row.typed.strip() for row in self.query(FormRow)}
        policy = None if typed["policy"] == PLAIN else typed["policy"]
        return {
            "subscription": self._described.id,
            "policy": policy,
            "members": self.query_one(MemberFields).sockets,
            "expire": typed["expire"] or None,
            "options": {name: typed[name] for name in options_heeded(policy) if typed[name]},
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
        self._show_what_matters()
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
        question = f"Change the subscription to {clean(self._described.event)}?"
        if not await self.app.push_screen_wait(DifferenceScreen(question, verdict["diff"], "Change")):
            return
        changed = await ask(self._link, "change_subscription", **draft)
        if changed.failure:
            self._say(failure_lines(changed.failure))
            return
        for warning in changed.value["warnings"]:
            self.notify(warning, title="Changed, but mind", severity="warning", markup=False)
        self.dismiss(changed.value["id"])

    async def _checked(self) -> Mapping[str, Any] | None:
        """What the engine says of the draft, shown; None when it could not be asked."""
        answer = await ask(self._link, "check_change", **self.draft())
        if answer.failure:
            self._say(failure_lines(answer.failure))
            return None
        verdict: Mapping[str, Any] = answer.value
        self.query_one(MemberFields).complain(verdict["problems"])
        for row in self.query(FormRow):
            own = [one for one in verdict["problems"] if one["field"] == row.field]
            row.complain([problem_line(str(one["message"]), one.get("hint")) for one in own])
        self._say(said_lines(verdict, {row.field for row in self.query(FormRow)}))
        self.query_one("#edit-verdict", Lines).show([verdict_line(verdict)])
        return verdict

    def _show_what_matters(self) -> None:
        """Show the options that the policy heeds, and when the subscription would expire."""
        rows = {row.field: row for row in self.query(FormRow)}
        heeded = options_heeded(rows["policy"].typed)
        for name in OPTIONS:
            rows[name].display = name in heeded
        described = self._described
        rows["expire"].hint(expiry_words(rows["expire"].typed.strip(), described.expire, described.left_s))

    def _member_buttons(self) -> ComposeResult:
        with Horizontal(classes="form-buttons -tight"):
            yield Button("add f2", id="edit-add", compact=True)
            yield Button("duplicate f3", id="edit-duplicate", compact=True)
            yield Button(f"fields {key_of(self, 'fill_fields')}", id="edit-fields", compact=True)
            yield Button(f"test {key_of(self, 'test_typed')}", id="edit-test", compact=True)
            yield Button("remove f8", id="edit-remove", compact=True)
            yield Button("up ^↑", id="edit-up", compact=True)
            yield Button("down ^↓", id="edit-down", compact=True)

    def _say(self, lines: list[Line]) -> None:
        self.query_one("#edit-said", Lines).show(lines)


_BUTTON_ACTIONS = {
    "edit-add": "add",
    "edit-duplicate": "duplicate",
    "edit-fields": "fill_fields",
    "edit-test": "test_typed",
    "edit-remove": "remove",
    "edit-up": "shift(-1)",
    "edit-down": "shift(1)",
    "edit-apply": "apply",
}


def said_lines(verdict: Mapping[str, Any], shown: Collection[str] = ()) -> list[Line]:
    """What is wrong beside the members and the fields that show it; or what would change, and what to mind."""
    problems = [one for one in verdict["problems"] if one.get("member") is None and one["field"] not in shown]
    if verdict["problems"]:
        return [problem_line(f"{one['field']}: {one['message']}") for one in problems]
    warnings: list[Line] = [(Part(f"⚠ {clean(warning)}", "warn"),) for warning in verdict["warnings"]]
    if not verdict["is_changed"]:
        return warnings
    return [*warnings, *(difference_lines(changed_only(verdict["diff"])) or [(Part("~ the order", "good"),)])]


def verdict_line(verdict: Mapping[str, Any]) -> Line:
    """The same in a few words, for where it is always in view."""
    if problems := verdict["problems"]:
        places = dict.fromkeys(f"member {one['member']}" if one.get("member") else one["field"] for one in problems)
        return (Part(f"✖ not yet: {', '.join(map(str, places))}", "bad"),)
    warnings = len(verdict["warnings"])
    minding = f", {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""
    if not verdict["is_changed"]:
        return (Part(f"nothing is different yet{minding}", "faint"),)
    return (Part(f"✓ can be applied{minding}", "good"),)


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
