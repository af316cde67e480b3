"""Testing one member: each step on the way to it, its time, and what to try when it fails."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from engine.address import mask_text
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.link.answers import ask
from tui.link.protocol import Link
from tui.render.forms import failure_lines
from tui.render.line import Part
from tui.render.probe import probe_lines
from tui.sturdy.survival import Sturdy
from tui.terminal.safe_text import clean
from tui.widgets.lines import Lines


class ProbingScreen(Sturdy, ModalScreen[None]):
    """Connects at once, which harms nobody; a test event is sent only when asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    def __init__(self, link: Link, number: int, socket: str) -> None:
        super().__init__()
        self._link = link
        self._number = number
        self._socket = socket

    @property
    @abstractmethod
    def subject(self) -> tuple[str, dict[str, Any]]:
        """The command that tests, and its parameters."""

    def compose(self) -> ComposeResult:
        """The member, the steps, what can be done."""
        with VerticalScroll(classes="dialog -broad", can_focus=False):
            yield Static(f"Test member {self._number}", classes="form-title", markup=False)
            yield Static(clean(mask_text(self._socket)), markup=False)
            yield Lines(id="probe-steps")
            with Horizontal(classes="form-buttons"):
                yield Button("Send a test event ⏎", id="probe-send", variant="primary")
                yield Button("Connect only", id="probe-connect")
                yield Button("Back esc", id="probe-back")

    def on_mount(self) -> None:
        """Connect."""
        self.query_one("#probe-send").focus()
        self._probe(is_sending=False)

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        if message.button.id == "probe-back":
            self.dismiss()
        else:
            self._probe(is_sending=message.button.id == "probe-send")

    @work(exclusive=True, group="probe")
    async def _probe(self, *, is_sending: bool) -> None:
        steps = self.query_one("#probe-steps", Lines)
        steps.show([(Part("… sending a test event" if is_sending else "… connecting", "faint"),)])
        command, parameters = self.subject
        answer = await ask(self._link, command, **parameters, is_sending=is_sending)
        steps.show(failure_lines(answer.failure) if answer.failure else probe_lines(answer.value))


class ProbeScreen(ProbingScreen):
    """Tests a member that there is."""

    def __init__(self, link: Link, row: SubscriptionRow, member: MemberRow) -> None:
        super().__init__(link, member.index + 1, member.socket)
        self._parameters = {"subscription": row.id, "member": member.index}

    @property
    def subject(self) -> tuple[str, dict[str, Any]]:
        """The member by its place."""
        return "probe_member", self._parameters


class ProbeSocketScreen(ProbingScreen):
    """Tests a socket as it is typed, before anything is sent there."""

    def __init__(self, link: Link, number: int, socket: str, subscription: str | None) -> None:
        super().__init__(link, number, socket)
        self._subscription = subscription

    @property
    def subject(self) -> tuple[str, dict[str, Any]]:
        """The socket's text."""
        return "probe_socket", {"socket": self._socket, "subscription": self._subscription}
