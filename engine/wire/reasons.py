"""Why text cannot become bytes, in the words that an operator reads."""

from __future__ import annotations


def no_byte_for(error: UnicodeEncodeError) -> str:
    """What stands in the text that has no encoding: a lone surrogate that is not the mark of a raw byte."""
    return f"a lone surrogate (U+{ord(error.object[error.start]):04X}) stands for no byte"
