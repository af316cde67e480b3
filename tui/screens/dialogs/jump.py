"""Jump mode: a letter over each place that one can go to."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.events import Click, Key
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys.jump import LETTERS, JumpTarget, labels
from tui.sturdy.survival import Sturdy


class JumpScreen(Sturdy, ModalScreen[JumpTarget | None]):
    """Lies over a screen, which stands still meanwhile. Dismissed with the place whose letter was typed, or None."""

    def __init__(self, targets: Sequence[JumpTarget]) -> None:
        super().__init__()
        self._targets = dict(zip(labels(len(targets)), targets, strict=False))
        self._typed = ""

    def compose(self) -> ComposeResult:
        """The letters, each where its place begins."""
        for text, target in self._targets.items():
            label = Static(text, classes="jump-label", name=text, markup=False)
            label.styles.offset = target.at
            yield label

    def on_key(self, event: Key) -> None:
        """Go to the place; `esc` and letters that stand nowhere lead back."""
        event.stop()
        event.prevent_default()
        typed = self._typed + (event.key.lower() if event.key.lower() in LETTERS else " ")
        if typed in self._targets:
            self.dismiss(self._targets[typed])
        elif any(text.startswith(typed) for text in self._targets):
            self._typed = typed
            for label in self.query(".jump-label"):
                label.display = str(label.name).startswith(typed)
        else:
            self.dismiss(None)

    def on_click(self, event: Click) -> None:
        """Go to the place whose letter was clicked."""
        clicked, _ = self.get_widget_at(*event.screen_offset)
        self.dismiss(self._targets.get(clicked.name or ""))
