"""Settling parts of runs, for transports that send a run as one stretch of bytes or datagrams."""

from __future__ import annotations

from collections.abc import Mapping

from engine.run import Fault, Outcome, Run, failed

MAYBE_PROCESSED = "the event may have been processed"
"""Said of every event that was handed over and not answered: another member may then get it as well.

See docs/event-interface.md, D23.
"""

CLOSED = failed("the connection was given up before the event was sent", Fault.ENGINE, unsent=True)
"""What `close` gives to everything that was not handed over when its deadline has passed."""

CLOSED_UNANSWERED = failed(
    f"the connection was given up before an answer came; {MAYBE_PROCESSED}",
    Fault.ENGINE,
    maybe_taken=True,
)
"""What `close` gives to everything that was handed over and has no outcome then."""


def refuse_unencodable(run: Run, failures: Mapping[int, str]) -> None:
    """Settle the events of a run that have no payload. `failures` is `Payloads.failures`: batch index -> reason."""
    if not failures:
        return
    indices = run.indices
    for index in sorted(failures, reverse=indices.step < 0):
        if index in indices:
            position = indices.index(index)
            # An outcome may take the others back from within: those have theirs by then.
            settle_open(run, range(position, position + 1), failed(failures[index], Fault.EVENT))


def settle_open(run: Run, positions: range, outcome: Outcome) -> None:
    """Settle those of `positions` that have no outcome yet. Costs nothing extra where the whole run is meant."""
    if run.unsettled == len(run):
        run.settle(positions, outcome)
        return
    for stretch in run.open_stretches():
        run.settle(range(max(stretch.start, positions.start), min(stretch.stop, positions.stop)), outcome)
