"""What events take in memory, about, and texts that are cut."""

from __future__ import annotations

from engine.event import Event
from engine.sizes import COUNTED_MAX, LONG_TEXT, CutText, cut, size_of
from tests.support.events import MIB, big


def test_the_size_of_events_is_counted_or_estimated_from_some() -> None:
    assert MIB <= size_of([big(1)]) <= MIB + 100
    small = [Event("E", (("text", f"{number:04}" * 10),)) for number in range(10 * COUNTED_MAX)]
    assert 40 * len(small) <= size_of(small) <= 100 * len(small)
    mixed = [big(number, 100_000) for number in range(512)]
    assert 51_200_000 <= size_of(mixed) <= 52_000_000
    assert size_of([]) <= 10


def test_long_texts_are_cut_and_say_how_long_they_were() -> None:
    event = Event("E", ((None, 7), (None, "ä" * 10_000), (None, "short"), (None, None)))
    (short,) = cut([event])
    (seven, text, rest, null) = short.values
    assert (seven, rest, null) == (7, "short", None)
    assert isinstance(text, CutText)
    assert (text, text.whole) == ("ä" * LONG_TEXT, 20_000)
    assert text.words.endswith("… (cut, 20,000 bytes)")
    events = [Event("E", ((None, "x" * LONG_TEXT),))]
    assert cut(events) is events


def test_bytes_that_are_no_text_are_cut_too() -> None:
    (event,) = cut([Event("E", ((None, "\udcff" * 5_000),))])
    (text,) = event.values
    assert isinstance(text, CutText)
    assert text.whole == 5_000
