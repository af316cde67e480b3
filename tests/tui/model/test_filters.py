"""The filter language: what it lets through, and what it says of a filter that cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.filters import FEED_WORDS, LENGTH_MAX, NO_FILTER, SUBSCRIPTION_WORDS, FilterError, parse_filter

RABBIT = {
    "event": ("E_PIKE_BLOCKED",),
    "state": ("failed",),
    "transport": ("rabbitmq",),
    "policy": ("FAILOVER",),
    "socket": ("rabbitmq:guest:•••@127.0.0.1:5672/pike",),
    "member": ("1",),
    "error": ("connection refused",),
}

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("", True),
        ("state:failed", True),
        ("STATE:Failed", True),
        ("state:up", False),
        ("state:up,failed", True),
        ("state:*ai*", True),
        ("-state:failed", False),
        ("-state:up", True),
        ("event:E_PIKE*", True),
        ("event:E_PIKE", False),
        ("event:E_?IKE_BLOCKED", True),
        ("state:failed transport:rabbitmq event:E_PIKE*", True),
        ("state:failed transport:udp", False),
        ("refused", True),
        ('"connection refused"', True),
        ("connection lost", False),
        ('-"connection refused"', False),
        ("127.0.0.1:5672", True),
        ("socket:*:5672*", True),
        ("member:1", True),
        ("policy:failover", True),
        ("[a-z]", False),
    ],
)
def test_it_lets_through_what_matches(text: str, is_shown: bool) -> None:
    assert parse_filter(text).matches(RABBIT) is is_shown


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("stat:failed", 1, "unknown key 'stat'; did you mean state?"),
        ("event:E_A  state:faild", 18, "unknown state 'faild'; did you mean failed?"),
        ("transport:", 11, "transport: needs a value"),
        ("transport:,", 11, "transport: needs a value"),
        ('up "open', 4, "this quote is not closed"),
        ("zzz:1", 1, "there are event, state, transport"),
        ("x" * (LENGTH_MAX + 1), LENGTH_MAX + 1, "at most 500 signs"),
    ],
)
def test_it_says_what_cannot_be_understood_and_where(text: str, column: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert caught.value.column == column
    assert words in str(caught.value)


def test_the_feed_has_states_of_its_own() -> None:
    assert parse_filter("state:undelivered", FEED_WORDS)
    with pytest.raises(FilterError):
        parse_filter("state:undelivered", SUBSCRIPTION_WORDS)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_an_error_with_a_column_inside_it(text: str) -> None:
    column = 1
    try:
        made = parse_filter(text)
    except FilterError as error:
        column = error.column
    else:
        assert isinstance(made.matches(RABBIT), bool)
        assert parse_filter(made.text) == made
    assert 1 <= column <= len(text) + 1


@given(WORDS, st.text(max_size=20), st.text(max_size=20))
def test_a_quoted_word_is_found_wherever_it_stands(word: str, before: str, after: str) -> None:
    plain = word.replace('"', "").replace("*", "").replace("?", "") or "x"
    facts = {"socket": (before + plain + after,)}
    if (before + plain + after).lower() != before.lower() + plain.lower() + after.lower():
        return  # a sign whose lower case depends on its neighbours
    assert parse_filter(f'"{plain}"').matches(facts)
    assert not parse_filter(f'-"{plain}"').matches(facts)


@given(st.lists(st.sampled_from(["state:failed", "state:up", "refused", "-member:1", "event:E_*", "nothing"])))
def test_terms_hold_together_in_any_order(terms: list[str]) -> None:
    shown = parse_filter(" ".join(terms)).matches(RABBIT)
    assert shown is all(parse_filter(term).matches(RABBIT) for term in terms)
    assert shown is parse_filter(" ".join(reversed(terms))).matches(RABBIT)


def test_no_filter_lets_everything_through() -> None:
    assert not NO_FILTER
    assert NO_FILTER.matches({})
