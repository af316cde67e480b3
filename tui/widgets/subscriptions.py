"""The subscriptions and their members, one line each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Offset, Region
from textual.message import Message

from engine.health import State
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.keys.jump import JumpTarget
from tui.keys.moves import CURSOR_KEYS
from tui.model.arrangement import Arrangement, Shown, arranged
from tui.model.condition import state_at
from tui.render import health
from tui.render.line import Line, Part
from tui.render.subscription import member_details, member_line, subscription_line
from tui.widgets.lineview import LineView

NARROW = 110
"""Below this width the selected member has a second line."""


class Place(NamedTuple):
    """What a line stands for: a subscription, or one of its members."""

    subscription: str
    member: int | None


class _Row(NamedTuple):
    place: Place
    row: SubscriptionRow
    member: MemberRow | None
    kind: str
    """`head`, `member`, `details` or `gap`."""
    is_pinned: bool = False


class SubscriptionsView(LineView):
    """A cursor moves over subscriptions and members; a subscription folds."""

    class Selected(Message):
        """The cursor went to another line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("left,h", "close", "Fold", show=False),
        Binding("right,l", "open", "Unfold", show=False),
    ]

    def __init__(self, now: Callable[[], float], **options: Any) -> None:
        super().__init__(**options)
        self._now = now
        self.arrangement = Arrangement()
        self._rows: tuple[SubscriptionRow, ...] = ()
        self._rates: Mapping[str, float] = {}
        self._wall_offset: float | None = None
        self._shown: list[Shown] = []
        self._lines: list[_Row] = []
        self._folded: set[str] = set()
        self._place: Place | None = None

    @property
    def selected(self) -> tuple[SubscriptionRow, MemberRow | None] | None:
        """What the cursor is on; the member is None on a subscription's own line."""
        return next(((line.row, line.member) for line in self._lines if line.place == self._place), None)

    @property
    def shown_members(self) -> int:
        """How many members are shown, folded ones included."""
        return sum(len(one.members) for one in self._shown)

    def show(
        self,
        rows: tuple[SubscriptionRow, ...],
        rates: Mapping[str, float] | None = None,
        wall_offset: float | None = None,
    ) -> None:
        """Take the rows of a snapshot, and the deliveries a second of each. `wall_offset`: wall clock - monotonic."""
        self._rows = rows
        self._wall_offset = wall_offset
        self._rates = rates or {}
        self._folded &= {row.id for row in rows}
        self.rearrange(self.arrangement)

    def rearrange(self, arrangement: Arrangement) -> None:
        """Show the rows in this way."""
        self.arrangement = arrangement
        self._shown = arranged(self._rows, arrangement, self._now(), self._rates)
        self._lay_out()
        self.repaint()

    def fold_all(self) -> None:
        """Fold all subscriptions; unfold them when all are folded."""
        ids = {row.id for row in self._rows}
        self._folded = set() if self._folded >= ids else ids
        if self._place is not None:
            self.select(Place(self._place.subscription, None))

    def select(self, place: Place) -> None:
        """Put the cursor on a line, and unfold and scroll to it."""
        if place.member is not None:
            self._folded.discard(place.subscription)
        self._go(place, is_laid_out=False)

    def _go(self, place: Place, *, is_laid_out: bool) -> None:
        if place != self._place:
            self.post_message(self.Selected())
        self._place = place
        if not is_laid_out:
            self._lay_out()
        self.repaint()
        self._reveal()

    def fold(self) -> None:
        """Fold or unfold the subscription under the cursor."""
        if self._place is None:
            return
        self._folded ^= {self._place.subscription}
        self.select(Place(self._place.subscription, None))

    def action_close(self) -> None:
        """Fold the subscription, or go from a member to its subscription."""
        if self._place is None:
            return
        if self._place.member is None:
            self._folded.add(self._place.subscription)
        self.select(Place(self._place.subscription, None))

    def action_open(self) -> None:
        """Unfold the subscription."""
        if self._place is not None:
            self._folded.discard(self._place.subscription)
            self.select(self._place)

    def next_problem(self, step: int = 1) -> bool:
        """Go to the next member that is out, or to the one before; whether there is one."""
        now = self._now()
        out = [
            Place(row.id, member.index)
            for row, members, _ in self._shown
            for member in members
            if state_at(member, now) in {State.FAILED, State.SLOW, State.DUE, State.PAUSED}
        ]
        if not out:
            return False
        order = [Place(one.row.id, index) for one in self._shown for index in (None, *range(len(one.row.members)))]
        here = order.index(self._place) if self._place in order else -1
        further = [place for place in out[::step] if (order.index(place) - here) * step > 0]
        self.select((further or out[::step])[0])
        return True

    def action_move(self, step: int) -> None:
        """Move the cursor by some lines, or to the end when that is nearer."""
        places = list(dict.fromkeys(line.place for line in self._lines))
        if not places:
            return
        here = places.index(self._place) if self._place in places else 0
        # Where no line is added for the cursor, a move changes no line's place: a key is not to cost a look at all.
        self._go(places[min(max(here + step, 0), len(places) - 1)], is_laid_out=self.size.width >= NARROW)

    def jump_targets(self) -> Iterable[JumpTarget]:
        """Each subscription and member in view."""
        seen: set[Place] = set()
        for y in range(self.scrollable_content_region.height):
            index = y + self.scroll_offset.y
            line = self._lines[index] if index < len(self._lines) else None
            if line is not None and line.kind != "gap" and line.place not in seen:
                seen.add(line.place)
                yield JumpTarget(self.scrollable_content_region.offset + Offset(0, y), partial(self._jump, line.place))

    def _jump(self, place: Place) -> None:
        self.focus()
        self.select(place)

    async def on_click(self, event: Click) -> None:
        """Select the line that was clicked; a second click folds a subscription, or opens a member."""
        index = self.line_at(event)
        if index is None:
            return
        place = self._lines[index].place
        if place == self._place:
            await self.screen.run_action("open")
        else:
            self.select(place)

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def is_selected(self, index: int) -> bool:
        """Whether the cursor is on the line."""
        return index < len(self._lines) and self._lines[index].place == self._place and self._is_real(index)

    def key_of(self, index: int) -> Hashable:
        """Row, version and, where the line shows time, the time."""
        line = self._lines[index]
        row, now = line.row, self._now()
        states = tuple((state_at(member, now), health.mark(member, now)) for member in row.members)
        is_folded = row.id in self._folded
        return (
            line.place,
            line.kind,
            row.version,
            states,
            is_folded,
            line.is_pinned,
            health.moment(row, line.member, now),
        )

    def line_of(self, index: int, width: int) -> Line:
        """The line."""
        _, row, member, kind, is_pinned = self._lines[index]
        if kind == "gap":
            return (Part(" " * width),)
        now = self._now()
        if member is None:
            is_folded = row.id in self._folded
            offset = self._wall_offset
            return subscription_line(row, now, width, is_folded=is_folded, is_pinned=is_pinned, wall_offset=offset)
        return (member_details if kind == "details" else member_line)(row, member, now, width)

    def on_resize(self) -> None:
        """Whether there are second lines depends on the width. The base class paints anew after this."""
        self._lay_out()

    def _is_real(self, index: int) -> bool:
        return self._lines[index].kind != "gap"

    def _lay_out(self) -> None:
        is_wide = self.size.width >= NARROW
        lines: list[_Row] = []
        for row, members, is_pinned in self._shown:
            if is_wide and lines:
                lines.append(_Row(lines[-1].place, row, None, "gap"))
            lines.append(_Row(Place(row.id, None), row, None, "head", is_pinned))
            if row.id not in self._folded:
                lines += self._member_lines(row, members, is_wide=is_wide)
        self._lines = lines
        if lines and all(line.place != self._place for line in lines):
            self._place = lines[0].place

    def _member_lines(self, row: SubscriptionRow, members: tuple[MemberRow, ...], *, is_wide: bool) -> list[_Row]:
        lines = []
        for member in members:
            place = Place(row.id, member.index)
            lines.append(_Row(place, row, member, "member"))
            if place == self._place and not is_wide:
                lines.append(_Row(place, row, member, "details"))
        return lines

    def _reveal(self) -> None:
        ys = [y for y, line in enumerate(self._lines) if line.place == self._place and line.kind != "gap"]
        if ys:
            region = Region(0, ys[0], 1, len(ys))
            self.scroll_to_region(region, animate=False, force=True, immediate=True)
