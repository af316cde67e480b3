"""The footer: the keys that apply here."""

from __future__ import annotations

from typing import Any

from textual.widgets import Footer


class KeysFooter(Footer):
    """Textual's footer, in its compact form, that lets go of the keys it no longer shows.

    The original keeps each key that it ever showed, as each change of the focus makes all anew: the console's memory
    would grow with every screen that is opened (Textual 8.2.8, `data_bind` in `Footer.compose`).
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(compact=True, **options)

    async def recompose(self) -> None:
        """Show other keys."""
        await super().recompose()
        # Telling those who watch a value drops the ones that have gone; there is no way to drop them alone.
        self.mutate_reactive(Footer.compact)
