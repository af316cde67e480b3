"""Address to text: masked for people, whole for saving."""

from __future__ import annotations

from engine.address.model import Address


def printed(address: Address, *, secrets: bool = False) -> str:
    """The normal form: what `subscribers_list` prints, plus everything that it loses (docs/event-interface.md, D27).

    Args:
        address: what to print.
        secrets: print passwords, too, so that `parse` gives the same address again; otherwise they are masked.
    """
    return address.printed(secrets=secrets)
