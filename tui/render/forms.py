"""What a form says beside its fields: what is wrong with one, and when a subscription would expire."""

from __future__ import annotations

from tui.render import figures
from tui.render.line import Line, Part
from tui.terminal.safe_text import clean


def problem_line(message: str, hint: str | None = None) -> Line:
    """What is wrong with a field, and what to try."""
    end = (Part(f" — {clean(hint)}", "accent"),) if hint else ()
    return (Part("✖ ", "bad"), Part(clean(message), "bad"), *end)


def expiry_words(typed: str, before: float | None, left_s: float | None) -> str:
    """When a subscription expires, if this is what stands in the field; `left_s` is what is left as it is now."""
    if not typed:
        return "never expires"
    try:
        seconds = float(typed)
    except ValueError:
        return "seconds; empty is never"
    if not 0 < seconds < float("inf"):
        return "seconds above 0; empty is never"
    if seconds == before and left_s is not None:
        return f"expires in {figures.span(left_s)}"
    return f"expires {figures.span(seconds)} from now"


def failure_lines(failure: str) -> list[Line]:
    """Why the engine did not do what it was asked, as a form shows it."""
    return [(Part(f"✖ {failure}", "bad"),)]
