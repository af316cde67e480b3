"""What a transport without connections knows of a receiver that is not there, and when it looks again."""

from __future__ import annotations

from collections.abc import Callable

from engine.transports.base import IDLE, Connection, ConnectionState, TransportContext
from engine.transports.peers import Peer


class Absence:
    """Its `connection` is DOWN from a refusal until it is worth sending again, then IDLE.

    `knock` says whether it is worth it: None, or why not. For udp it proves nothing, as only an event can find out:
    then `down_since` stays until something was sent, because the tries before that belong to the same absence.
    """

    def __init__(
        self, peer: Peer, context: TransportContext, knock: Callable[[], str | None], *, is_proof: bool
    ) -> None:
        self.connection: Connection = IDLE
        self._peer = peer
        self._context = context
        self._knock = knock
        self._is_proof = is_proof

    def begin(self, reason: str, *, is_refused: bool) -> bool:
        """Nobody received, for `reason`. Returns whether that is news; the caller says so once it has settled."""
        before, now = self.connection, self._context.clock.now()
        wait_s = self._peer.failed(self._attempt, is_refused=is_refused)
        since = now if before.down_since is None else before.down_since
        self.connection = Connection(ConnectionState.DOWN, reason, now + wait_s, since)
        return (before.state, before.error) != (ConnectionState.DOWN, reason)

    def sent(self) -> None:
        """Something was sent."""
        self._peer.reached(self._attempt)
        self.connection = Connection(ConnectionState.IDLE, back_at=self._context.clock.now())

    def hurry(self) -> None:
        """Something is to be sent: look again soon."""
        self._peer.hurry(self._attempt)

    def close(self) -> None:
        """Look no more."""
        self._peer.leave(self._attempt)

    def _attempt(self) -> None:
        self._peer.began(self._attempt)
        reason = self._knock()
        if reason is None:
            self._knocked()
        elif not self.begin(reason, is_refused=True):
            return
        self._context.changed()

    def _knocked(self) -> None:
        if self._is_proof:
            self.sent()
        else:
            self._peer.leave(self._attempt)
            self.connection = Connection(ConnectionState.IDLE, down_since=self.connection.down_since)
