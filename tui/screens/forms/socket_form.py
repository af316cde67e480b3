"""What forms with sockets have in common: a socket is filled in field by field, or tested, where it stands."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, NamedTuple

from textual import work
from textual.binding import BindingType
from textual.screen import ModalScreen

from tui.keys.actions import bindings_of
from tui.link.protocol import Link
from tui.screens.dialogs.probe import ProbeSocketScreen
from tui.screens.forms.socket import SocketScreen
from tui.sturdy.survival import Sturdy


class TypedMember(NamedTuple):
    """A member as it is typed: its place, from 1, and its socket with its password."""

    number: int
    socket: str


class SocketFormScreen(Sturdy, ModalScreen[str | None]):
    """A form on the socket of a new subscription, or on those of one that there is."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("form")]

    def __init__(self, link: Link, subscription: str | None = None) -> None:
        super().__init__()
        self._link = link
        self._subscription = subscription

    @property
    @abstractmethod
    def typed_member(self) -> TypedMember | None:
        """The member that the operator is at; None when there is none."""

    @abstractmethod
    def take_socket(self, socket: str) -> None:
        """Put another socket in its place."""

    @work(exclusive=True, group="dialogs")
    async def action_fill_fields(self) -> None:
        """Fill this member's socket in field by field."""
        member = self.typed_member
        if member is None:
            self.notify("Add a member first (f2)", severity="warning")
            return
        socket = await self.app.push_screen_wait(SocketScreen(self._link, *member, self._subscription))
        if socket is not None:
            self.take_socket(socket)

    def action_test_typed(self) -> None:
        """Test this member's socket as it is typed."""
        member = self.typed_member
        if member is None or not member.socket:
            self.notify("Type a socket first", severity="warning")
            return
        self.app.push_screen(ProbeSocketScreen(self._link, *member, self._subscription))
