"""The members of a subscription as fields: add, remove, reorder, duplicate; problems under their column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from tui.model.typed_passwords import TypedPasswords
from tui.render.line import Line, Part
from tui.render.sockets import form_hint
from tui.render.typed import marked
from tui.sturdy.survival import Sturdy
from tui.widgets.lines import Lines
from tui.widgets.socket_input import SocketInput


class MemberField(Vertical):
    """One member: its number, its socket, what is wrong with it."""

    def __init__(self, socket: str, known: Sequence[str]) -> None:
        super().__init__()
        self._passwords = TypedPasswords()
        self._socket = self._passwords.hide(socket)
        self._known = known

    def compose(self) -> ComposeResult:
        """Number and socket in one line, problems below."""
        with Horizontal(classes="member-row"):
            yield Label("", classes="member-number")
            yield SocketInput(self._socket, known=self._known, classes="member-socket")
        yield Lines(classes="member-problems")

    @property
    def socket(self) -> str:
        """What is typed, with the password that was filled in."""
        return self._passwords.reveal(self._shown)

    def fill(self, socket: str) -> None:
        """Put another socket there; its password is masked."""
        self.query_one(".member-socket", Input).value = self._passwords.hide(socket)

    def number(self, position: int) -> None:
        """Show its place, from 1."""
        self.query_one(".member-number", Label).update(str(position))

    def complain(self, problems: Sequence[Mapping[str, Any]]) -> None:
        """Mark the problems, or say nothing."""
        lines = self.query_one(".member-problems", Lines)
        width = max(lines.content_size.width, 20)
        shown = self._shown
        form: Line = (Part(f"a socket like {form_hint(shown)}; f4 fills it in", "faint"),)
        lines.show((*marked(shown, problems, width), form) if problems else ())
        lines.display = bool(problems)

    @property
    def _shown(self) -> str:
        found = self.query(".member-socket")
        return found.first(Input).value.strip() if found else self._socket


class MemberFields(Sturdy, Vertical):
    """All members in order. The one that has the focus is the one that is moved, doubled or removed."""

    def __init__(self, sockets: Sequence[str], known: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self._sockets = sockets
        self._known = known
        self._here = 0

    def compose(self) -> ComposeResult:
        """A field for each."""
        yield from (MemberField(socket, self._known) for socket in self._sockets)

    def on_mount(self) -> None:
        """Number them."""
        self._renumber()

    def on_descendant_focus(self) -> None:
        """Remember where the operator is, as buttons take the focus away."""
        self._here = next((at for at, one in enumerate(self.fields) if one.has_focus_within), self._here)

    @property
    def fields(self) -> list[MemberField]:
        """The fields, in order."""
        return list(self.query(MemberField))

    @property
    def sockets(self) -> list[str]:
        """What is typed, in order."""
        return [one.socket for one in self.fields]

    @property
    def here(self) -> tuple[int, MemberField] | None:
        """The place, from 1, and the field of the member that the operator is at; None when there is no member."""
        fields = self.fields
        at = min(self._here, len(fields) - 1)
        return (at + 1, fields[at]) if fields else None

    async def add(self, socket: str = "") -> None:
        """A new member below this one."""
        field, fields = MemberField(socket, self._known), self.fields
        if fields:
            await self.mount(field, after=fields[min(self._here, len(fields) - 1)])
            self._here += 1
        else:
            await self.mount(field)
        self._renumber()
        self.focus_here()

    async def duplicate(self) -> None:
        """The same member once more, below it."""
        fields = self.fields
        if fields:
            await self.add(fields[min(self._here, len(fields) - 1)].socket)

    async def remove_here(self) -> None:
        """Take this member out."""
        fields = self.fields
        if fields:
            await fields[min(self._here, len(fields) - 1)].remove()
            self._here = max(0, min(self._here, len(fields) - 2))
            self._renumber()
            self.focus_here()

    def shift(self, step: int) -> None:
        """Move this member up (-1) or down (1)."""
        fields, to = self.fields, self._here + step
        if not (0 <= self._here < len(fields) and 0 <= to < len(fields)):
            return
        if step < 0:
            self.move_child(fields[self._here], before=fields[to])
        else:
            self.move_child(fields[self._here], after=fields[to])
        self._here = to
        self._renumber()

    def complain(self, problems: Sequence[Mapping[str, Any]]) -> None:
        """Hand each member its problems."""
        for position, one in enumerate(self.fields, 1):
            one.complain([problem for problem in problems if problem.get("member") == position])

    def focus_here(self) -> None:
        """Give this member the focus."""
        fields = self.fields
        if fields:
            fields[min(self._here, len(fields) - 1)].query_one(Input).focus()

    def _renumber(self) -> None:
        for position, one in enumerate(self.fields, 1):
            one.number(position)
