"""Changing one entry of a configuration where it stands: as little of the text as it takes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.config.writer import EditError, change_subscription, loaded

HEAD = "# ours\nsubscriptions:\n"
TAIL = "\n# the rest\nmi: {http: '127.0.0.1:8888'}\n"


def changed(entry: str, **values: Any) -> str:
    """What becomes of an entry between a head and a tail that stay; a value of None takes the key away."""
    text = HEAD + entry + TAIL
    said = loaded(text)["subscriptions"][0] | values
    after = change_subscription(text, 0, {key: value for key, value in said.items() if value is not None})
    assert after.startswith(HEAD)
    assert after.endswith(TAIL)
    return after[len(HEAD) : -len(TAIL)]


MEMBERS = (
    "  - event: E_A # ours\n    members:\n"
    "      # first\n      - 'udp:h:1'  # one\n\n      - udp:h:2\n    policy: FAILOVER\n"
)


@pytest.mark.parametrize(
    ("entry", "values", "expected"),
    [
        ("- {event: E_A, socket: udp:h:1} # x\n", {"socket": "udp:h:2"}, "- {event: E_A, socket: udp:h:2} # x\n"),
        ("- {event: E_A, socket: 'udp:h:1'}\n", {"socket": "udp:h:2"}, "- {event: E_A, socket: 'udp:h:2'}\n"),
        (
            '- {socket: "udp:h:1", event: E_A}\n',
            {"expire": 60, "socket": "/a"},
            '- {socket: "/a", event: E_A, expire: 60}\n',
        ),
        ("- {event: E_A, expire: 60, socket: /a}\n", {"expire": None}, "- {event: E_A, socket: /a}\n"),
        ("- {event: E_A, socket: /a, expire: 60}\n", {"expire": None}, "- {event: E_A, socket: /a}\n"),
        ("- {event: E_A, members: [ /a,  /b ]}\n", {"members": ["/b"]}, "- {event: E_A, members: [ /b ]}\n"),
        (
            "- {event: E_A, members: [ /a,  /b ]}\n",
            {"members": ["/b", "/c", "/a"]},
            "- {event: E_A, members: [ /b,  /c,  /a ]}\n",
        ),
        (
            "- event: E_A\n  members: [/a,\n    '/b']\n",
            {"members": ["/a", "/b", "/c"]},
            "- event: E_A\n  members: [/a,\n    '/b',\n    '/c']\n",
        ),
        ("-\n  event: E_A\n  socket: /a\n", {"expire": 5}, "-\n  event: E_A\n  socket: /a\n  expire: 5\n"),
        ("- event: E_A\n  socket: >-\n    udp:h:1\n", {"socket": "/a"}, "- event: E_A\n  socket: /a\n"),
        ("- event: E_A\n  expire:\n  socket: /a\n", {"expire": 5}, "- event: E_A\n  expire: 5\n  socket: /a\n"),
        (
            "- event: E_A\n  expire: 60 # a minute\n  socket: /a\n",
            {"expire": 5},
            "- event: E_A\n  expire: 5 # a minute\n  socket: /a\n",
        ),
        ("- event: E_A\n  expire: 60 # a minute\n  socket: /a\n", {"expire": None}, "- event: E_A\n  socket: /a\n"),
        (MEMBERS, {"members": ["udp:h:1", "udp:h:2", "/c"]}, MEMBERS.replace("h:2\n", "h:2\n      - /c\n")),
        (MEMBERS, {"members": ["udp:h:1"]}, MEMBERS.replace("      - udp:h:2\n", "")),
        (MEMBERS, {"members": ["udp:h:9", "udp:h:2"]}, MEMBERS.replace("h:1", "h:9")),
        (
            MEMBERS,
            {"members": ["udp:h:2", "udp:h:1"]},
            MEMBERS.replace("      - udp:h:2\n", "").replace("# first\n", "# first\n      - udp:h:2\n"),
        ),
        (
            MEMBERS,
            {"policy": "PARALLEL", "queue_size": 5},
            MEMBERS.replace("FAILOVER\n", "PARALLEL\n    queue_size: 5\n"),
        ),
        (
            "- socket: /a # here\n  event: E_A\n",
            {"socket": None, "policy": "PARALLEL", "members": ["/a", "/b"]},
            "- event: E_A\n  policy: PARALLEL\n  members:\n  - /a\n  - /b\n",
        ),
    ],
)
def test_the_difference_is_as_small_as_it_can_be(entry: str, values: dict[str, Any], expected: str) -> None:
    assert changed(entry, **values) == expected


def test_an_entry_between_brackets_is_changed_there() -> None:
    text = "subscriptions: [{event: E_A, socket: /a}, {event: E_B, socket: /b}]"
    after = change_subscription(text, 0, {"event": "E_A", "socket": "/c"})
    assert after == text.replace("/a", "/c")


def test_the_last_line_may_lack_its_end() -> None:
    text = "subscriptions:\n- event: E_A\n  members:\n  - /a"
    entry = {"event": "E_A", "members": ["/a", "/b"]}
    assert change_subscription(text, 0, entry) == text + "\n  - /b"
    assert change_subscription(text, 0, {"event": "E_A", "members": ["/a"], "expire": 5}) == text + "\n  expire: 5\n"


def test_what_others_refer_to_is_left_alone() -> None:
    text = "subscriptions:\n  - {event: E_A, members: &m [/a, /b]}\n  - {event: E_B, members: *m}\n"
    with pytest.raises(EditError):
        change_subscription(text, 0, {"event": "E_A", "members": ["/a"]})
    after = change_subscription(text, 1, {"event": "E_B", "members": ["/a"]})
    assert after == text.replace("{event: E_B, members: *m}", "{event: E_B, members: [/a]}")


SOCKETS = st.sampled_from(
    ["/a", "/b c", "udp:h:1", "unix:/x#y", "rabbitmq:u:p@h/q, w", "${A}", "a: b", "[x]", "'", '"']
)
ENTRIES = st.fixed_dictionaries(
    {"event": st.sampled_from(["E_A", "E_B"]), "members": st.lists(SOCKETS, min_size=1, unique=True)},
    optional={
        "expire": st.none() | st.integers(1, 99),
        "failover_timeout": st.floats(1, 99),
        "drop": st.sampled_from(["never", "oldest"]),
    },
)


@st.composite
def written(draw: st.DrawFn, entry: dict[str, Any]) -> list[str]:
    """The lines of an entry in block style: any order, with comments, members as a block or between brackets."""
    lines: list[str] = []
    for key in draw(st.permutations(sorted(entry))):
        comment = draw(st.sampled_from(["", " # why"]))
        if key == "members" and draw(st.booleans()):
            quotes = draw(st.sampled_from([None, "'", '"']))
            items = [yaml.safe_dump(item, default_style=quotes).removesuffix("\n...\n").strip() for item in entry[key]]
            lines += [f"{key}:{comment}", *(f"  - {item}{draw(st.sampled_from(['', ' # it']))}" for item in items)]
        else:
            value = yaml.safe_dump([entry[key]], default_flow_style=True, width=10**6).strip()[1:-1]
            lines.append(f"{key}: {value}{comment}")
    return [("- " if number == 0 else "  ") + line for number, line in enumerate(lines)]


@given(st.data())
def test_any_entry_can_become_any_other_and_its_neighbours_stay(data: st.DataObject) -> None:
    entries = data.draw(st.lists(ENTRIES, min_size=1, max_size=3))
    blocks = ["".join(f"{line}\n" for line in data.draw(written(entry))) for entry in entries]
    text = "# head\nsubscriptions:\n" + "# between\n".join(blocks) + "# tail\n"
    index, after = data.draw(st.integers(0, len(entries) - 1)), data.draw(ENTRIES)
    assert change_subscription(text, index, entries[index]) == text, "no change, not a byte"
    result = change_subscription(text, index, after)
    assert loaded(result)["subscriptions"] == [*entries[:index], after, *entries[index + 1 :]]
    pieces = result.split("# between\n")
    assert [piece for number, piece in enumerate(pieces) if number != index] == [
        piece for number, piece in enumerate(text.split("# between\n")) if number != index
    ]
