"""The lock: what would change the engine is refused, until it is taken off."""

from __future__ import annotations

from tui.app.base import AppBase
from tui.keys.in_force import key_of


class LockPart(AppBase):
    """Every header says when it is on."""

    def action_lock(self) -> None:
        """Refuse what would change the engine, or allow it again."""
        if not self.link.turn():
            self.notify("This console was started with --read-only", severity="warning")
            return
        self.show_lock()
        self.notify(
            f"Locked: nothing can be changed; {key_of(self, 'lock')} unlocks" if self.link.is_locked else "Unlocked"
        )
