"""How events end that a broker did not confirm, and whether it may have them all the same."""

from __future__ import annotations

from msgspec.structs import replace
from pika.spec import Basic

from engine.address import RabbitmqAddress
from engine.run import Fault, Outcome, failed
from engine.transports.settlement import CLOSED_UNANSWERED

MAYBE_TAKEN = "the event may have been taken"
"""Said of every event that was published and not confirmed: another member may then get it as well."""

CLOSED_UNCONFIRMED = replace(
    CLOSED_UNANSWERED, reason=f"the connection was given up before a confirmation came; {MAYBE_TAKEN}"
)
"""What `close` gives to what is published and not confirmed."""

REFUSED = failed("the broker refused the message (nack)", Fault.ANSWER)
"""Of the default exchange, which knows one queue for a key."""

REFUSED_BY_ONE = failed(
    "a queue refused the message (nack); it may have been taken by another queue that is bound to the exchange",
    Fault.ANSWER,
    maybe_taken=True,
)
"""Of any other exchange: RabbitMQ nacks what one queue refuses, though others have stored it."""


def unconfirmed(reason: str) -> Outcome:
    """Of what was published on a channel that goes on, when no confirmation came in time."""
    return failed(f"{reason}; {MAYBE_TAKEN}", maybe_taken=True)


def refused(address: RabbitmqAddress) -> Outcome:
    """Of what the broker answered with a nack."""
    return REFUSED_BY_ONE if address.exchange else REFUSED


def returned(address: RabbitmqAddress, method: Basic.Return) -> Outcome:
    """Of what came back: surely nobody has it."""
    where = f"exchange {address.exchange!r}" if address.exchange else "the default exchange"
    if method.reply_text in {"NO_ROUTE", None}:
        return failed(f"no queue is bound to {where} for routing key {address.routing_key!r}", Fault.ANSWER)
    return failed(f"{where} returned the message: {method.reply_code} {method.reply_text}", Fault.ANSWER)


def blocking(reason: str) -> str:
    """What is said of a broker that takes no publishes now; `reason` is its own word for why."""
    return f"the broker is blocking publishers: {reason}"
