"""The filter language of the console: `state:failed transport:rabbitmq event:E_PIKE*`, and free text.

Terms are parted by blanks and must all hold. `key:a,b` holds for either value; `*` and `?` stand for any signs; `-` in
front turns a term round; quotes keep blanks together. Upper and lower case are the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from engine.errors import SwitchboardError
from engine.nearest import nearest

Facts: TypeAlias = Mapping[str, Sequence[str]]
"""What is known of a line, by key; all values are looked at."""

LENGTH_MAX = 500

_WORD = re.compile(r'\s*(-?)((?:"[^"]*"?|[^\s"])+)')


class FilterError(SwitchboardError):
    """A filter that cannot be understood. `column` counts from 1."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(f"column {column}: {message}")
        self.column = column


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The keys that lines of one kind have; those with a closed set of values name them."""

    keys: Mapping[str, tuple[str, ...]]


SUBSCRIPTION_WORDS = Vocabulary(
    {
        "event": (),
        "state": ("up", "failed", "due", "untried", "paused", "connecting"),
        "transport": (),
        "policy": ("plain", "parallel", "failover", "round-robin"),
        "socket": (),
        "member": (),
        "id": (),
    }
)
"""What subscriptions and their members can be filtered by."""

FEED_WORDS = Vocabulary(
    {
        "event": (),
        "state": ("delivered", "sent", "failed", "undelivered", "held", "skipped", "open"),
        "transport": (),
        "policy": SUBSCRIPTION_WORDS.keys["policy"],
        "socket": (),
        "member": (),
        "param": (),
        "source": (),
        "id": (),
    }
)
"""What deliveries can be filtered by; `state` is what became of them."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. Without a key it is looked for in everything."""

    key: str | None
    patterns: tuple[str, ...]
    """In lower case; one of them has to match."""
    is_negated: bool = False

    def holds(self, facts: Facts) -> bool:
        """Whether it holds for a line."""
        return self._matches(facts) != self.is_negated

    def _matches(self, facts: Facts) -> bool:
        if self.key is None:
            values = [value.lower() for many in facts.values() for value in many]
            return any(fnmatchcase(value, f"*{pattern}*") for pattern in self.patterns for value in values)
        values = [value.lower() for value in facts.get(self.key, ())]
        return any(fnmatchcase(value, pattern) for pattern in self.patterns for value in values)


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that must all hold; none lets everything through."""

    text: str = ""
    """As it was typed."""
    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def matches(self, facts: Facts) -> bool:
        """Whether a line with these facts is shown."""
        return all(term.holds(facts) for term in self.terms)


NO_FILTER = Filter()


def parse_filter(text: str, words: Vocabulary = SUBSCRIPTION_WORDS) -> Filter:
    """The filter that a text describes.

    Raises:
        FilterError: an unknown key or state, a missing value, an open quote; the text says where and what is known.
    """
    if len(text) > LENGTH_MAX:
        raise FilterError(LENGTH_MAX + 1, f"a filter has at most {LENGTH_MAX} signs")
    found = _WORD.finditer(text)
    terms = tuple(_term(match[2], match.start(2) + 1, words, is_negated=bool(match[1])) for match in found)
    return Filter(text.strip(), terms)


def _term(word: str, column: int, words: Vocabulary, *, is_negated: bool) -> Term:
    if word.count('"') % 2:
        raise FilterError(column + word.rindex('"'), "this quote is not closed")
    key, colon, value = word.partition(":")
    if not colon or '"' in key or not key.isalpha():
        return Term(None, (_pattern(word),), is_negated)
    if key.lower() not in words.keys:
        raise FilterError(column, _unknown("key", key, words.keys))
    values = [one for one in value.split(",") if one.strip('"')]
    if not values:
        raise FilterError(column + len(key) + 1, f"{key}: needs a value")
    patterns = tuple(map(_pattern, values))
    for pattern in patterns:
        _check_value(key.lower(), pattern, column + len(key) + 1, words)
    return Term(key.lower(), patterns, is_negated)


def _pattern(text: str) -> str:
    """A pattern for `fnmatchcase` in which only `*` and `?` are special."""
    return text.replace('"', "").lower().replace("[", "[[]")


def _check_value(key: str, pattern: str, column: int, words: Vocabulary) -> None:
    known = words.keys[key]
    if known and not any(fnmatchcase(value, pattern) for value in known):
        raise FilterError(column, _unknown(key, pattern, known))


def _unknown(what: str, found: str, known: Mapping[str, object] | Sequence[str]) -> str:
    near = nearest(found, known)
    if near is not None:
        return f"unknown {what} {found!r}; did you mean {near}?"
    return f"unknown {what} {found!r}; there are {', '.join(known)} (quotes make it a plain text)"
