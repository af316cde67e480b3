"""The field for a text to look for, out of sight until it is wanted."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.message import Message
from textual.widgets import Input


class SearchField(Input):
    """Whoever shows it hears `Changed` as something is typed, and `Left` when the focus is to go elsewhere.

    `stays`: whether it is in view as long as a text is kept; otherwise somebody else says what is looked for.
    """

    class Left(Message):
        """The operator is done with typing."""

    def __init__(self, placeholder: str, *, stays: bool = False, **options: Any) -> None:
        super().__init__(placeholder=placeholder, **options)
        self.display = False
        self._stays = stays

    def open(self) -> None:
        """Have a text typed."""
        self.display = True
        self.focus()

    def clear_shown(self) -> bool:
        """Take the text off and leave, if the field is in view; whether it was."""
        was_shown = self.display
        if was_shown:
            self.value = ""
            self._leave()
        return was_shown

    @on(Input.Submitted)
    def _leave(self) -> None:
        self.display = self._stays and bool(self.value)
        self.post_message(self.Left())
