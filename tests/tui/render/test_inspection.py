"""A delivery and a member taken apart, as text."""

from __future__ import annotations

import copy
from typing import Any

from tests.tui.inspected import ANSWER, DELIVERY, ended, step
from tests.tui.world import NOW, WALL
from tui.render.inspection import delivery_lines, has_ended, last_member
from tui.render.line import plain


def delivery(**changes: Any) -> str:
    told = {**copy.deepcopy(DELIVERY), **changes}
    return "\n".join(plain(line) for line in delivery_lines(told, WALL - NOW, "pretty", 100))


def test_the_way_is_told_step_by_step_in_the_words_of_the_feed() -> None:
    text = delivery()
    steps = [line for line in text.split("\n") if line.strip().startswith("+")]
    assert [line.split("  ", 1)[1].strip().split("  ")[-1] for line in steps] == [
        "✖ 1 rabbitmq:guest:•••@127.0.0.1:5672/pike: skipped, failed 12.4 s ago: connection refused",
        "→ given to 2 tcp:127.0.0.1:9000",
        "✖ 2 tcp:127.0.0.1:9000: failed: error -32000: no",
        "✖ 1 rabbitmq:guest:•••@127.0.0.1:5672/pike: skipped, failed 12.4 s ago: connection refused",
        "→ given to 3 flatstore:/var/log/pike.log",
        "✓ 3 flatstore:/var/log/pike.log: written in 300 µs",
    ]
    assert "by MI 127.0.0.1:51234   FAILOVER" in text


def test_it_says_whom_the_bytes_went_to_and_what_was_answered() -> None:
    text = delivery()
    assert "not sent; it would go to 1" in text
    assert "to 3" in text
    assert f"2 tcp:127.0.0.1:9000  {len(ANSWER)} bytes" in text
    assert text.count('"ok": ') == 2, "a name that comes again is not lost"


def test_held_and_undelivered_are_told() -> None:
    reason = ended("failed", "held for 60 s", "engine")
    text = delivery(
        steps=[step(0, "held", skipped=[[0, "paused"]]), step(9, "ended", outcome=reason)], payloads=[], members=[]
    )
    assert "‖ held: nobody can take it now" in text
    assert "✖ undelivered: held for 60 s" in text
    assert "the subscription has ended" in text


def test_an_end_is_known_as_one() -> None:
    steps = DELIVERY["steps"]
    assert has_ended(DELIVERY)
    assert not has_ended({**DELIVERY, "steps": steps[:3]})
    assert not has_ended({**DELIVERY, "steps": steps[:2]}), "it goes on elsewhere"
    assert has_ended({**DELIVERY, "steps": [step(1, "ended", outcome=ended("failed", "no"))]})
    to_all = [step(0, "planned"), *(step(1, "settled", index, outcome=ended("sent")) for index in range(3))]
    assert has_ended({**DELIVERY, "steps": to_all})
    assert not has_ended({**DELIVERY, "steps": to_all[:-1]})


def test_the_last_member_is_the_one_that_had_to_do_with_it() -> None:
    assert last_member(DELIVERY) == 2
    assert last_member({**DELIVERY, "members": []}) is None
