"""What pika's errors say, in the words of an operator."""

from __future__ import annotations

from pika.exceptions import (
    AMQPConnectionError,
    AMQPHeartbeatTimeout,
    ChannelClosed,
    ConnectionClosed,
    IncompatibleProtocolError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    StreamLostError,
)

from engine.errors import SwitchboardError
from engine.transports.reasons import reason_of

ACCESS_REFUSED = 403
NOT_ALLOWED = 530


class BrokerError(SwitchboardError):
    """The broker cannot be used; the text says why."""


def words_of(error: BaseException) -> str:
    """Why a connection or a channel ended; never with a password, which no error of pika's holds."""
    cause = _root_of(error)
    match cause:
        case BrokerError():
            return str(cause)
        case AMQPHeartbeatTimeout():
            return "the broker sent no heartbeat"
        case StreamLostError():
            return "connection lost"
        case ConnectionClosed():
            return f"the broker closed the connection: {cause.reply_code} {cause.reply_text}"
        case ChannelClosed():
            return f"the broker closed the channel: {cause.reply_code} {cause.reply_text}"
        case IncompatibleProtocolError():
            return "what listens there does not speak AMQP 0-9-1"
        case AMQPConnectionError():
            return "connection lost"
    return reason_of(cause)


def is_ours(error: BaseException) -> bool:
    """Whether we broke the connection off, as nothing came any more, and the broker did not end it."""
    return isinstance(_root_of(error), BrokerError)


def words_of_login(error: BaseException, user: str, vhost: str) -> str:
    """Why a connection was not opened."""
    cause = _root_of(error)
    code = cause.reply_code if isinstance(cause, ConnectionClosed) else None
    if _is_guess(cause):
        if isinstance(cause, IncompatibleProtocolError):
            return "closed without a word of AMQP 0-9-1: the broker is starting or stopping, expects TLS, or is none"
        return f"connection lost during the login of user {user}"
    if isinstance(cause, ProbableAuthenticationError) or code == ACCESS_REFUSED:
        return f"login refused for user {user}"
    if isinstance(cause, ProbableAccessDeniedError) or code == NOT_ALLOWED:
        return f"user {user} may not use the virtual host {vhost}, or there is none of that name"
    return words_of(cause)


def _is_guess(cause: BaseException) -> bool:
    """Whether the connection was merely lost, and pika guesses why; of the loss it keeps the text alone."""
    guesses = (IncompatibleProtocolError, ProbableAccessDeniedError, ProbableAuthenticationError)
    return isinstance(cause, guesses) and StreamLostError.__name__ in str(cause.args)


def _root_of(error: BaseException) -> BaseException:
    """The error that pika wrapped, several times over, while it was connecting."""
    inner = _inner_of(error)
    while inner is not None:
        error, inner = inner, _inner_of(inner)
    return error


def _inner_of(error: BaseException) -> BaseException | None:
    if isinstance(inner := getattr(error, "exception", None), BaseException):
        return inner
    candidates = getattr(error, "exceptions", error.args)
    return next((error for error in reversed(candidates) if isinstance(error, BaseException)), None)
