"""What Textual remembers of screens that have gone, and must not: the console is open for nights."""

from __future__ import annotations

from textual._styles_cache import StylesCache


def forget_gone_screens() -> None:
    """Let go of the lines of widgets that have gone.

    Textual 8.2.8 remembers two colours for each of the last 1,024 widgets, under the cache of the widget
    itself, and so keeps all lines that each of them ever drew: some 100 MiB after many screens that were opened and
    closed. What is still shown is worked out again, which costs nothing that can be measured.
    """
    StylesCache.get_inner_outer.cache_clear()
