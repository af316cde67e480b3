"""How the console was left: theme, order, filters, screen. Kept in the user's state, versioned; damage is survived."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tui.userfiles.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Remembered:
    """How a console was left, or is to be opened."""

    theme: str = ""
    sort: str = ""
    """Value of `Sort`; empty is the usual one."""
    filter: str = ""
    """Of the subscriptions, as typed."""
    feed_filter: str = ""
    is_newest_last: bool = False
    """The feed's order."""
    screen: str = ""
    """What `show_<screen>` shows; empty is the dashboard."""

    def but(self, *, screen: str | None, filter_text: str | None) -> Remembered:
        """The same with what the command line says; None says nothing."""
        screen = self.screen if screen is None else screen
        return replace(self, screen=screen, filter=self.filter if filter_text is None else filter_text)


class Memory(StateFile):
    """The file that outlives the console."""

    otherwise = "the console starts as usual"

    def load(self) -> Remembered:
        """What was remembered; the usual where there is nothing, or nothing that can be used."""
        return self.read(_remembered) or Remembered()

    def save(self, remembered: Remembered) -> None:
        """Write it down, whole or not at all. What goes wrong is said in `trouble`."""
        self.write(asdict(remembered))


def _remembered(document: dict[str, Any]) -> Remembered:
    return Remembered(**{one.name: _checked(document, one.name, one.type) for one in fields(Remembered)})


def _checked(document: dict[str, Any], name: str, kind: object) -> Any:
    value = document.get(name, False if kind == "bool" else "")
    if not isinstance(value, bool if kind == "bool" else str):
        raise ValueError(f"{name} is {value!r}")
    return value
