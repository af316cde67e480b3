"""What commands act on: the engine with its surroundings."""

from __future__ import annotations

from engine.commands.context import Context


async def test_a_snapshot_has_the_address_of_mi_which_the_engine_does_not_know(context: Context) -> None:
    assert (await context.look()).mi_url is None
    context.mi_url = "http://127.0.0.1:1/mi"
    assert (await context.look()).mi_url == context.mi_url
    assert (await context.engine.look()).mi_url is None


def test_two_contexts_share_nothing_but_what_they_are_given(context: Context) -> None:
    other = Context(context.engine)
    other.audit.add(1.0, "subscribe", {})
    assert context.audit.last(1) == ()
    assert other.log is not context.log
