"""The form to add a subscription. Its socket is checked by the engine as it is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label

from tui.keys.in_force import key_of
from tui.link.answers import ask
from tui.link.protocol import Link
from tui.model.typed_passwords import TypedPasswords
from tui.render.forms import failure_lines
from tui.render.line import Line, Part
from tui.render.sockets import Piece, beginnings, piece_at
from tui.render.typed import marked
from tui.screens.forms.socket_form import SocketFormScreen, TypedMember
from tui.terminal.safe_text import clean
from tui.widgets.lines import Lines
from tui.widgets.socket_input import SocketInput

EXAMPLES = (
    "udp:127.0.0.1:9000",
    "virtual:FAILOVER rabbitmq:127.0.0.1/events flatstore:/var/log/events.log",
    "virtual:ROUND-ROBIN tcp:10.0.0.1:9000/event tcp:10.0.0.2:9000/event",
)


class AddSubscriptionScreen(SocketFormScreen):
    """Dismissed with the id of the new subscription, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, link: Link, events: tuple[str, ...], event: str, known: Sequence[str] = ()) -> None:
        super().__init__(link)
        self._events = events
        self._event = event
        self._known = known
        self._passwords = TypedPasswords()

    def compose(self) -> ComposeResult:
        """Event, socket with what is said of it, expiry."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Label("Add a subscription", classes="form-title")
            yield Label("Event", classes="form-label")
            suggester = SuggestFromList(sorted(self._events), case_sensitive=False)
            yield Input(self._event, id="add-event", suggester=suggester)
            yield Label("Socket", classes="form-label")
            placeholder = f"{' '.join(beginnings())} or virtual:FAILOVER first second"
            yield SocketInput(known=self._known, placeholder=placeholder, id="add-socket")
            yield Lines(id="add-verdict")
            yield Label("Expires after (seconds; empty is permanent)", classes="form-label")
            yield Input(id="add-expire", type="number", placeholder="permanent")
            yield Lines(id="add-error")
            with Horizontal(classes="form-buttons"):
                yield Button("Add ⏎", id="add-now", variant="primary")
                yield Button(f"fields {key_of(self, 'fill_fields')}", id="add-fields")
                yield Button(f"test {key_of(self, 'test_typed')}", id="add-test")
                yield Button("Back esc", id="add-back")

    def on_mount(self) -> None:
        """Begin where there is something to type."""
        self.query_one("#add-socket" if self._event else "#add-event").focus()
        self._examples()

    @property
    def typed_member(self) -> TypedMember:
        """The socket at the cursor, of several behind a policy."""
        piece = self._piece
        return TypedMember(piece.number, self._passwords.reveal(piece.text.strip()))

    def take_socket(self, socket: str) -> None:
        """Put another socket in its place; its password is masked."""
        field, piece = self.query_one(SocketInput), self._piece
        field.value = piece.replaced(field.value, self._passwords.hide(socket))
        field.cursor_position = len(field.value)
        field.focus()

    @property
    def _piece(self) -> Piece:
        field = self.query_one(SocketInput)
        return piece_at(field.value, field.cursor_position)

    @on(Input.Changed, "#add-socket")
    def _socket_changed(self, message: Input.Changed) -> None:
        self._say("#add-error", [])  # it was about another text
        if message.value.strip():
            self._check(message.value)
        else:
            self._examples()

    @work(exclusive=True, group="check")
    async def _check(self, socket: str) -> None:
        answer = await ask(self._link, "check_socket", socket=self._passwords.checkable(socket))
        if answer.failure:
            self._say("#add-verdict", failure_lines(answer.failure))
            return
        width = self.query_one("#add-verdict").content_size.width
        self._say("#add-verdict", verdict_lines(socket, answer.value, width))

    @on(Input.Submitted)
    @on(Button.Pressed, "#add-now")
    @work(exclusive=True, group="add")
    async def _add(self) -> None:
        event = self.query_one("#add-event", Input).value.strip()
        socket = self._passwords.reveal(self.query_one("#add-socket", Input).value.strip())
        try:
            expire = _seconds(self.query_one("#add-expire", Input).value)
        except ValueError as error:
            self._say("#add-error", [(Part(f"✖ {clean(str(error))}", "bad"),)])
            return
        added = await ask(self._link, "subscribe", event=event, socket=socket, expire=expire, is_by_hand=True)
        if added.failure:
            self._say("#add-error", failure_lines(added.failure))
            return
        for warning in added.value["warnings"]:
            self.notify(warning, title="Added, but mind", severity="warning", markup=False)
        self.dismiss(added.value["id"])

    @on(Button.Pressed)
    async def _pressed(self, message: Button.Pressed) -> None:
        if message.button.id == "add-back":
            self.dismiss(None)
        elif message.button.id == "add-fields":
            self.action_fill_fields()
        elif message.button.id == "add-test":
            self.action_test_typed()

    def _examples(self) -> None:
        self._say("#add-verdict", [(Part(example, "faint"),) for example in EXAMPLES])

    def _say(self, where: str, lines: list[Line]) -> None:
        self.query_one(where, Lines).show(lines)


def verdict_lines(socket: str, verdict: Mapping[str, Any], width: int) -> list[Line]:
    """What `check_socket` said: the problems under their column, or the normal form and the warnings."""
    if verdict["problems"]:
        return list(marked(socket, verdict["problems"], width))
    lines: list[Line] = [(Part("✓ ", "good"), Part(clean(str(verdict["normal"])), "good"))]
    return [*lines, *((Part(f"⚠ {clean(warning)}", "warn"),) for warning in verdict["warnings"])]


def _seconds(text: str) -> float | None:
    """Seconds as typed; None for nothing.

    Raises:
        ValueError: not a number.
    """
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expiry: expected seconds, found {text!r}") from None
