"""The table of actions in docs/configuration.md. `python -m tests.tui.keytable` writes it anew."""

from __future__ import annotations

from pathlib import Path

from tui.keys.actions import ACTIONS

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
BEGIN, END = "<!-- actions: made by `python -m tests.tui.keytable`, tested -->\n", "<!-- end of actions -->"


def table() -> str:
    """Every action that can be given other keys, with the usual ones."""
    rows = [f"| `{action.name}` | `{action.keys}` | {action.title} |" for action in ACTIONS]
    return "\n".join(["| action | usual keys | |", "| --- | --- | --- |", *rows]) + "\n"


def written() -> str:
    """The table as it stands in the page."""
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
