"""The inspector: one delivery or one member taken apart. It is asked for again while it is shown."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from engine.event import Event
from engine.view.answers import DeliveryInspection, MemberInspection
from tui.keys.actions import bindings_named, bindings_of
from tui.keys.in_force import key_of
from tui.link.answers import ask
from tui.link.protocol import Link
from tui.model.pump import BEAT_S, Pump
from tui.render.bytesview import VIEWS, View
from tui.render.copies import Copy, json_of
from tui.render.inspection import delivery_lines, has_ended, last_member
from tui.render.line import Line, Part, plain
from tui.render.memberview import member_lines
from tui.screens.dialogs.copy import Copies, copies_of, copy_as, put
from tui.sturdy.survival import Sturdy
from tui.widgets.footer import ActionBar
from tui.widgets.lines import Lines
from tui.widgets.scroll_body import ScrollBody

BEATS_PER_ASK = round(1.0 / BEAT_S)
"""What may still change is asked for once a second."""


class Subject(NamedTuple):
    """What is inspected: a delivery where `seq` is given, otherwise a member."""

    subscription: str
    member: int = 0
    seq: int | None = None

    @property
    def title(self) -> str:
        """What kind of thing it is."""
        return "Inspector ─ member" if self.seq is None else "Inspector ─ delivery"


class InspectorScreen(Sturdy, Screen[Event | None]):
    """Dismissed with an event that is to be raised again, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("inspector"),
        *bindings_named("copy", "copy_json"),
        Binding("escape", "dismiss", "Back"),
    ]

    DEFAULT_CSS = """
    InspectorScreen {
        background: $background;
        & .inspector-title { width: 1fr; padding: 0 1; background: $surface; color: $text-primary; text-style: bold; }
        & #inspector-body { height: 1fr; padding: 1 1 0 1; scrollbar-size-vertical: 1; }
    }
    """

    def __init__(self, link: Link, pump: Pump, subject: Subject) -> None:
        super().__init__()
        self._link = link
        self._pump = pump
        self._subject = subject
        self._told: DeliveryInspection | MemberInspection | None = None
        self._failure = ""
        self._view: View = VIEWS[0]
        self._beats = 0

    def compose(self) -> ComposeResult:
        """Title, text, footer."""
        yield Static(self._subject.title, classes="inspector-title", markup=False)
        with ScrollBody(id="inspector-body"):
            yield Lines(id="inspection")
        yield ActionBar(id="footer")

    def on_mount(self) -> None:
        """Ask for it."""
        self.query_one("#inspector-body").focus()
        self._ask()

    def on_resize(self) -> None:
        """Lines are cut for the width."""
        self._show()

    def beat(self) -> None:
        """The console's timer beats: ask again for what may have changed."""
        self._beats += 1
        if self._beats % BEATS_PER_ASK == 0 and not self._is_final:
            self._ask()

    @property
    def _is_final(self) -> bool:
        """Whether nothing about it will change."""
        return isinstance(self._told, DeliveryInspection) and has_ended(self._told)

    @work(exclusive=True, group="inspector")
    async def _ask(self) -> None:
        of = self._subject
        if of.seq is None:
            answer = await ask(self._link, "inspect_member", subscription=of.subscription, member=of.member)
        else:
            answer = await ask(self._link, "inspect_delivery", subscription=of.subscription, seq=of.seq)
        self._failure = answer.failure
        if not answer.failure:
            self._told = answer.value
        self._show()

    def _show(self) -> None:
        lines = self._lines()
        inspection = self.query_one("#inspection", Lines)
        if inspection.lines != tuple(lines):
            inspection.show(lines)

    def _lines(self) -> list[Line]:
        """What is known, under the reason why it is not known better."""
        lines: list[Line] = []
        if self._failure:
            lines.append((Part(f"✖ {self._failure}", "bad"),))
        if self._told is None:
            return lines or [(Part("…", "faint"),)]
        if self._failure:
            lines.append((Part("What follows is older.", "warn"),))
        offset = self._pump.wall_offset
        if isinstance(self._told, MemberInspection):
            return [*lines, *member_lines(self._told, offset)]
        width = self.query_one("#inspector-body").scrollable_content_region.width
        return [*lines, *delivery_lines(self._told, offset, self._view, width)]

    # What an operator can do; the table in `tui.keys.actions` says how each is called.

    @work(exclusive=True, group="dialogs")
    async def action_copy(self) -> None:
        """Choose a form of it, and copy it."""
        of = self._subject
        text = Copy("t", "the text", "\n".join(plain(line).rstrip() for line in self._lines()))
        copies = await copies_of(self._link, self._pump, of.subscription, of.member, of.seq)
        await copy_as(self.app, Copies([text, *copies.choices]))

    def action_copy_json(self) -> None:
        """Copy all that is known."""
        if self._told is None:
            self._nothing()
            return
        put(self.app, json_of(self._told))

    def action_bytes_view(self) -> None:
        """Show bytes in the next way."""
        if self._subject.seq is None:
            self.notify(
                f"A member has no bytes; open a delivery ({key_of(self, 'open')} in the feed)", severity="warning"
            )
            return
        self._view = VIEWS[(VIEWS.index(self._view) + 1) % len(VIEWS)]
        self._show()

    def action_raise_again(self) -> None:
        """Go back, with the event in the form."""
        if not isinstance(self._told, DeliveryInspection):
            self.notify(
                f"Open a delivery to raise its event again ({key_of(self, 'open')} in the feed)", severity="warning"
            )
            return
        if self._told.cut:
            self.notify("Its long texts were cut, so it cannot be raised again as it was", severity="warning")
            return
        self.dismiss(Event(self._told.event, self._told.params))

    def action_show_member(self) -> None:
        """Inspect the member that had to do with the delivery last."""
        if not isinstance(self._told, DeliveryInspection):
            self._nothing()
            return
        member = last_member(self._told)
        if member is None:
            self.notify("No member that there still is had to do with it", severity="warning")
            return
        self.app.push_screen(InspectorScreen(self._link, self._pump, Subject(self._subject.subscription, member)))

    def _nothing(self) -> None:
        what = "This is the member" if self._subject.seq is None else "Nothing is known of it"
        self.notify(what, severity="warning")
