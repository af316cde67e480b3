"""A delivery and a member taken apart, as text."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine.feed import Step
from engine.run import SENT, Fault, Skip, failed
from tests.tui.inspected import ANSWER, DELIVERY, step
from tests.tui.world import NOW, WALL
from tui.render.inspection import delivery_lines, has_ended, last_member
from tui.render.line import plain


def delivery(**changes: Any) -> str:
    told = replace(DELIVERY, **changes)
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
    reason = failed("held for 60 s", Fault.ENGINE)
    held = step(0, Step.HELD, skipped=(Skip(0, "paused"),))
    text = delivery(steps=(held, step(9, Step.ENDED, outcome=reason)), payloads=(), members=())
    assert "‖ held: nobody can take it now" in text
    assert "✖ undelivered: held for 60 s" in text
    assert "the subscription has ended" in text


def test_an_end_is_known_as_one() -> None:
    steps = DELIVERY.steps
    assert has_ended(DELIVERY)
    assert not has_ended(replace(DELIVERY, steps=steps[:3]))
    assert not has_ended(replace(DELIVERY, steps=steps[:2])), "it goes on elsewhere"
    assert has_ended(replace(DELIVERY, steps=(step(1, Step.ENDED, outcome=failed("no")),)))
    to_all = (step(0, Step.PLANNED), *(step(1, Step.SETTLED, index, outcome=SENT) for index in range(3)))
    assert has_ended(replace(DELIVERY, steps=to_all))
    assert not has_ended(replace(DELIVERY, steps=to_all[:-1]))


def test_the_last_member_is_the_one_that_had_to_do_with_it() -> None:
    assert last_member(DELIVERY) == 2
    assert last_member(replace(DELIVERY, members=())) is None
