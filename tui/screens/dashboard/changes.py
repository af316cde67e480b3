"""What an operator can do to the subscriptions: add, edit, remove, take a change back, and save to the file."""

from __future__ import annotations

from textual import work

from engine.view.snapshot import EngineSnapshot
from tui.keys.in_force import key_of
from tui.render import figures
from tui.render.dashboard import removal
from tui.render.difference import save_note
from tui.screens.dashboard.base import DashboardBase
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.difference import DifferenceScreen
from tui.screens.forms.add_subscription import AddSubscriptionScreen
from tui.screens.forms.edit_subscription import EditSubscriptionScreen
from tui.terminal.safe_text import clean
from tui.widgets.subscriptions import Place


class ChangesPart(DashboardBase):
    """Asks before what cannot be taken back."""

    @work(group="dialogs", exclusive=True)
    async def action_add_subscription(self) -> None:
        """Open the form to add a subscription."""
        snapshot, chosen = self.pump.snapshot, self.selected
        events = () if snapshot is None else snapshot.events
        event = "" if chosen is None else chosen[0].event
        form = AddSubscriptionScreen(self.link, events, event, _sockets(snapshot))
        added = await self.app.push_screen_wait(form)
        if added is not None:
            self.notify(f"Subscribed: {added}", markup=False)
            await self.pump.ask()
            self.show_news()
            self.subscriptions.select(Place(added, None))

    @work(group="dialogs", exclusive=True)
    async def action_remove_subscription(self) -> None:
        """Ask, and end the selected subscription."""
        chosen = self.selected
        if chosen is None:
            self.say_nothing_selected("subscription")
            return
        row = chosen[0]
        question = ConfirmScreen(f"Remove {clean(row.event)}?", removal(row), "Remove")
        if not await self.is_agreed("unsubscribe", question):
            return
        if await self.command("unsubscribe", subscription=row.id) is not None:
            self.notify(f"{clean(row.event)}: subscription removed", markup=False)

    @work(group="dialogs", exclusive=True)
    async def action_edit_subscription(self) -> None:
        """Open the form to change the selected subscription."""
        chosen, snapshot = self.selected, self.pump.snapshot
        if chosen is None or snapshot is None:
            self.say_nothing_selected("subscription")
            return
        described = await self.command("describe_subscription", subscription=chosen[0].id)
        if described is None:
            return
        if await self.app.push_screen_wait(EditSubscriptionScreen(self.link, described, _sockets(snapshot))):
            undo = key_of(self, "undo_change")
            self.notify(f"{clean(described.event)}: subscription changed; {undo} takes it back", markup=False)
            self.ask_now()

    @work(group="dialogs", exclusive=True)
    async def action_undo_change(self) -> None:
        """Show what the last change was, ask, and take it back."""
        last = await self.command("last_change")
        if last is None:
            return
        if not last["left"]:
            self.notify("No subscription was changed by hand since the start", severity="warning")
            return
        title = f"Undo: subscription to {clean(last['event'])} {last['was']} {figures.span(last['age_s'])} ago"
        if not await self.is_agreed("undo_change", DifferenceScreen(title, last["diff"], "Undo")):
            return
        if await self.command("undo_change") is not None:
            self.notify(f"{clean(last['event'])}: taken back", markup=False)

    @work(group="dialogs", exclusive=True)
    async def action_save(self) -> None:
        """Show how the configuration file would change, ask, and save it."""
        preview = await self.command("preview_save")
        if preview is None:
            return
        if not preview["is_changed"]:
            self.notify("The file says what runs already; nothing was changed by hand", severity="warning")
            return
        question = DifferenceScreen(f"Write {clean(preview['file'])}?", preview["diff"], "Write", save_note(preview))
        if not await self.is_agreed("save_subscriptions", question):
            return
        saved = await self.command("save_subscriptions", digest=preview["digest"])
        if saved is not None:
            self.notify(f"{clean(saved['file'])} written; as it was it is kept as {clean(saved['copy'])}", markup=False)


def _sockets(snapshot: EngineSnapshot | None) -> list[str]:
    """The members' sockets in use, to complete what is typed."""
    return sorted({member.socket for row in (snapshot.subscriptions if snapshot else ()) for member in row.members})
