"""A field for a socket, which completes what is typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.suggester import Suggester
from textual.widgets import Input

from tui.render.sockets import beginnings, completed


class SocketSuggester(Suggester):
    """Suggests sockets that are known, and the form of each transport's sockets."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known = tuple(known)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole text, completed."""
        return completed(value, self._known)


class SocketInput(Input):
    """`→` takes the suggestion. While it is empty it says what a socket can begin with."""

    def __init__(self, value: str = "", *, known: Iterable[str] = (), **options: Any) -> None:
        options = {"placeholder": " ".join(beginnings()), **options}
        super().__init__(value, suggester=SocketSuggester(known), **options)
