"""Tells trouble that goes on as a story: its beginning at once, then sums with growing gaps, and its end.

So one member that fails at each event is no line an event, and ten thousand that fail at once are not ten thousand
lines: those that there is no room for are counted, and told together. Pure: it is given the time.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from engine.log.rate import Allowance

GAP_S = 60.0
"""Seconds from a line about something to the next one; it doubles while the trouble goes on, up to `GAP_MAX_S`."""

GAP_MAX_S = 3_600.0

BURST = 50
"""Lines that may come at once."""

PER_S = 1.0
"""Lines a second that are written for ever."""


class Told(NamedTuple):
    """A line to write."""

    text: str
    is_end: bool = False
    """Whether it says that trouble is over."""


class Words(Protocol):
    """How lines about one kind of trouble read. `seconds` is since the last line about it."""

    def begins(self, name: str, reason: str, times: int) -> str:
        """The first line."""

    def goes_on(self, name: str, reason: str, times: int, seconds: int, *, is_over: bool) -> str:
        """A sum."""

    def ends(self, name: str) -> str | None:
        """The last line; None where the end is nothing to tell."""

    def others(self, crowd: Crowd, seconds: int) -> str:
        """A sum of those that are not named."""


@dataclass(slots=True)
class Crowd:
    """Those that there was no room to name, since the last line about them."""

    joined: int = 0
    """How many came to be in trouble."""
    left: int = 0
    """How many are out of it."""
    size: int = 0
    """How many are in it now."""
    times: int = 0
    name: str = ""
    """The last one, and why."""
    reason: str = ""


@dataclass(slots=True)
class _Story:
    name: str
    reason: str
    times: int = 0
    """Since the last line."""
    is_bad: bool = False
    is_told_bad: bool = False
    """Whether the last line said that there is trouble."""
    is_named: bool = False
    is_in_crowd: bool = False
    told_at: float = 0.0
    last_at: float = 0.0
    """When there was trouble last."""
    gap_s: float = GAP_S


class Stories:
    """The stories of one kind. Between two `turn`s, everything that may have one is given to `note` or `keep` once."""

    def __init__(self, words: Words, allowance: Allowance | None = None) -> None:
        self._words = words
        self._allowance = allowance or Allowance(BURST, PER_S)
        self._stories: dict[Hashable, _Story] = {}
        self._seen: dict[Hashable, _Story] = {}
        self._crowd = Crowd()
        self._crowd_told_at: float | None = None

    def note(self, key: Hashable, now: float, name: str, reason: str | None, times: int) -> Told | None:
        """Note how it is with something: `reason` when it is in trouble now, and how many times more it was.

        Returns:
            The line to write, if any.
        """
        story = self._stories.pop(key, None)
        if story is None:
            if reason is None:
                return None
            story = _Story(name, reason)
        if reason is not None:
            story.reason, story.last_at = reason, now
            times = times or (0 if story.is_bad else 1)
        story.is_bad = reason is not None
        story.times += times
        line = self._line(story, now)
        if story.is_bad or story.is_told_bad or story.times or now - story.last_at < GAP_S:
            self._seen[key] = story
        return line

    def __contains__(self, key: Hashable) -> bool:
        return key in self._stories

    def keep(self, key: Hashable) -> None:
        """Note that nothing can be said of it now: its story is as it was."""
        if (story := self._stories.pop(key, None)) is not None:
            self._seen[key] = story

    def turn(self, now: float) -> list[Told]:
        """End a look: the lines about what is there no more, and about those that are not named."""
        lines = []
        for story in self._stories.values():
            if story.is_in_crowd:
                self._leave_crowd(story)
            elif story.times and self._allowance.take(now):
                lines.append(self._sum(story, now))
            else:
                self._crowd.times += story.times
        self._stories, self._seen = self._seen, {}
        crowd, told_at = self._crowd, self._crowd_told_at
        if (crowd.joined or crowd.left or crowd.times) and (
            told_at is None or now - told_at >= GAP_S or not crowd.size
        ):
            seconds = 1 if told_at is None else _seconds(now - told_at)
            lines.append(Told(self._words.others(crowd, seconds), is_end=not crowd.size))
            self._crowd = Crowd(size=crowd.size)
            self._crowd_told_at = now if crowd.size else None
        return lines

    def _line(self, story: _Story, now: float) -> Told | None:
        if story.is_in_crowd:
            self._crowd.times += story.times
            story.times = 0
            if now - story.last_at >= GAP_S and not story.is_bad:
                self._leave_crowd(story)
            return None
        if story.is_told_bad and not story.is_bad:
            return self._end(story, now)
        gap = story.gap_s if story.is_bad else GAP_S
        if not story.times or (story.is_named and now - story.told_at < gap):
            return None
        if not self._allowance.take(now):
            self._join_crowd(story)
            return None
        if story.is_named:
            return self._sum(story, now)
        line = Told(self._words.begins(story.name, story.reason, story.times))
        self._tell(story, now, GAP_S)
        return line

    def _sum(self, story: _Story, now: float) -> Told:
        seconds = _seconds(now - story.told_at)
        line = Told(self._words.goes_on(story.name, story.reason, story.times, seconds, is_over=not story.is_bad))
        self._tell(story, now, min(2 * story.gap_s, GAP_MAX_S) if story.is_told_bad else GAP_S)
        return line

    def _end(self, story: _Story, now: float) -> Told | None:
        text = self._words.ends(story.name)
        if text is None:
            story.is_told_bad = False
            return None
        if not self._allowance.take(now):
            return None  # it is told at one of the next looks
        self._tell(story, now, GAP_S)
        return Told(text, is_end=True)

    @staticmethod
    def _tell(story: _Story, now: float, gap_s: float) -> None:
        story.times, story.told_at, story.gap_s = 0, now, gap_s
        story.is_named, story.is_told_bad = True, story.is_bad

    def _join_crowd(self, story: _Story) -> None:
        story.is_in_crowd = True
        crowd = self._crowd
        crowd.joined, crowd.size, crowd.times = crowd.joined + 1, crowd.size + 1, crowd.times + story.times
        crowd.name, crowd.reason = story.name, story.reason
        story.times = 0

    def _leave_crowd(self, story: _Story) -> None:
        story.is_in_crowd = False
        self._crowd.left += 1
        self._crowd.size -= 1


def _seconds(seconds: float) -> int:
    return max(1, round(seconds))
