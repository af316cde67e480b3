"""One member's socket, filled in field by field; the text that it makes is shown as it is typed."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Select

from engine.address import MASK, MemberAddress, UdpAddress, printed, usable_kind, usable_kinds
from engine.address.fields import FieldProblem, FieldsError, address_of, fields_of, socket_of
from engine.errors import SocketTextError
from engine.transports.registry import schemes
from tui.keys.actions import bindings_named
from tui.keys.in_force import key_of
from tui.link.answers import ask
from tui.link.protocol import Link
from tui.render.forms import problem_line
from tui.render.line import Line, Part
from tui.screens.dialogs.probe import ProbeSocketScreen
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.widgets.form_row import choice
from tui.widgets.lines import Lines
from tui.widgets.socket_fields import SocketFields


class SocketScreen(Sturdy, ModalScreen[str | None]):
    """Dismissed with the socket, its password in it, or None. `subscription` is asked for a password that is masked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("ctrl+s", "take", "Take"),
        *bindings_named("test_typed"),
    ]

    def __init__(self, link: Link, number: int, socket: str, subscription: str | None) -> None:
        super().__init__()
        self._link = link
        self._number = number
        self._subscription = subscription
        self._kind, self._values, self._unread = _read(socket)

    def compose(self) -> ComposeResult:
        """Transport, its fields, the socket, what can be done."""
        offered = {kind.scheme for kind in usable_kinds()}
        with VerticalScroll(classes="dialog -footed", can_focus=False):
            yield Label(f"Socket of member {self._number}", classes="form-title", markup=False)
            with Horizontal(classes="edit-row"):
                yield Label("transport", classes="edit-name")
                yield choice([(one, one) for one in schemes() if one in offered], self._kind.scheme)
            yield Label("", id="socket-form", markup=False)
            yield SocketFields(self._kind, self._values, id="socket-fields")
            yield Lines(id="socket-said")
            with Horizontal(classes="form-foot"):
                yield Button("Take ⏎", id="socket-take", variant="primary", compact=True)
                yield Button(f"test {key_of(self, 'test_typed')}", id="socket-test", compact=True)
                yield Button("Back esc", id="socket-back", compact=True)

    def on_mount(self) -> None:
        """Begin with the first field, and say how far it is."""
        fields = self.query_one(SocketFields)
        self.query_one("#socket-form", Label).update(fields.kind.form)
        fields.focus_first(())
        self._say(self._problems())

    @on(Input.Changed)
    @on(Select.Changed)
    async def _changed(self) -> None:
        # Not in the worker, which the next change cancels: no half of the fields must be left out.
        fields, chosen = self.query_one(SocketFields), self.query_one(Select).value
        kind = usable_kind(chosen) if isinstance(chosen, str) else None
        if kind is not None and kind is not fields.kind:
            await fields.turn_to(kind)
            self.query_one("#socket-form", Label).update(kind.form)
        self._check()

    @work(exclusive=True, group="check")
    async def _check(self) -> None:
        await self._checked()

    @on(Input.Submitted)
    @work(exclusive=True, group="take")
    async def action_take(self) -> None:
        """Go, with the socket, unless something is wrong with it."""
        problems = await self._checked()
        fields = self.query_one(SocketFields)
        if problems:
            fields.focus_first(problems)
            return
        self.dismiss(socket_of(fields.kind, fields.values))

    def action_test_typed(self) -> None:
        """Test the socket as it is."""
        fields = self.query_one(SocketFields)
        if problems := self._problems():
            self._say(problems)
            fields.focus_first(problems)
            return
        socket = socket_of(fields.kind, fields.values)
        self.app.push_screen(ProbeSocketScreen(self._link, self._number, socket, self._subscription))

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        if message.button.id == "socket-take":
            self.action_take()
        elif message.button.id == "socket-test":
            self.action_test_typed()
        else:
            self.dismiss(None)

    async def _checked(self) -> tuple[FieldProblem, ...]:
        """What is wrong, shown; the engine is asked where the fields alone say nothing."""
        problems = self._problems()
        if not problems:
            problems = await self._engines_problems()
        self._say(problems)
        return problems

    def _problems(self) -> tuple[FieldProblem, ...]:
        fields = self.query_one(SocketFields)
        try:
            address_of(fields.kind, fields.values)
        except FieldsError as error:
            return error.problems
        return ()

    async def _engines_problems(self) -> tuple[FieldProblem, ...]:
        """What only the engine knows: whether a masked password is one that it has."""
        fields = self.query_one(SocketFields)
        socket = socket_of(fields.kind, fields.values)
        answer = await ask(self._link, "check_socket", socket=socket, subscription=self._subscription)
        if answer.failure:
            return ()  # the form checks it again before anything is changed
        at_mask, secret = socket.find(MASK) + 1, fields.kind.secret_name
        return tuple(
            FieldProblem(secret if problem["column"] == at_mask else None, problem["message"], problem["hint"])
            for problem in answer.value["problems"]
        )

    def _say(self, problems: tuple[FieldProblem, ...]) -> None:
        fields = self.query_one(SocketFields)
        fields.complain(problems)
        lines: list[Line] = []
        is_untouched = fields.kind is self._kind and not any(fields.values.values())
        if self._unread and is_untouched:
            lines = [(Part("what stood there could not be read, and will be replaced:", "warn"),)]
            lines.append((Part(clean(self._unread), "warn"),))
        elif problems:
            lines = [problem_line(one.message, one.hint) for one in problems if one.field is None]
            lines = lines or [(Part("✖ see above", "bad"),)]
        else:
            shown = printed(address_of(fields.kind, fields.values))
            lines = [(Part("✓ ", "good"), Part(clean(shown), "good"))]
        self.query_one("#socket-said", Lines).show(lines)


def _read(socket: str) -> tuple[type[MemberAddress], dict[str, str], str]:
    """Kind and fields to begin with; and why the text could not be read, where it could not."""
    try:
        return (*fields_of(socket), "")
    except SocketTextError as error:
        scheme = socket.partition(":")[0]
        is_begun = socket.rstrip(":") in {"", scheme}
        return usable_kind(scheme) or UdpAddress, {}, "" if is_begun else str(error)
