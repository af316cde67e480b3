"""What an operator can do to one member: pause, kill its receiver, test it. Flat files are reopened all at once."""

from __future__ import annotations

from textual import work

from engine.health import State
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.screens.dashboard.base import DashboardBase
from tui.screens.dialogs.probe import ProbeScreen
from tui.terminal.safe_text import clean


class MembersPart(DashboardBase):
    """Acts on the selected member, or a plain subscription's only one."""

    @work(group="commands")
    async def action_toggle_pause(self) -> None:
        """Pause or resume the selected member."""
        chosen = self._chosen()
        if chosen is None:
            return
        row, member = chosen
        is_paused = member.state is State.PAUSED
        command = "resume_member" if is_paused else "pause_member"
        if await self.command(command, subscription=row.id, member=member.index) is not None:
            done = "resumed" if is_paused else "paused"
            self.notify(f"{member.index + 1} {clean(member.socket)} {done}", markup=False)

    @work(group="commands")
    async def action_toggle_receiver(self) -> None:
        """Stop or start the lab's receiver behind the selected member."""
        chosen = self._chosen()
        if chosen is None:
            return
        row, member = chosen
        await self.turn_receiver(row.id, member.index)

    def action_test_member(self) -> None:
        """Open the test of the selected member."""
        chosen = self._chosen()
        if chosen is not None:
            self.app.push_screen(ProbeScreen(self.link, *chosen))

    @work(group="commands")
    async def action_reopen_files(self) -> None:
        """Reopen all flat files."""
        answer = await self.command("reopen_files")
        if answer is not None:
            self.notify(f"{answer['files']} files reopened", markup=False)

    def _chosen(self) -> tuple[SubscriptionRow, MemberRow] | None:
        """What is to be acted on. Says so when there is nothing."""
        chosen = self.selected_member
        if chosen is None:
            self.say_nothing_selected("member")
        return chosen
