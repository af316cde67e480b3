"""What failed at the members of a FAILOVER subscription, until it may go back into the line. No clock, no policy."""

from __future__ import annotations

from engine.lanes.waiting import Pending, WaitingLine


class Returns:
    """Keeps the order raised: what failed goes back when nothing older can fail behind it any more.

    What failed at the member that has events in flight goes back when it has settled all of these. Nobody waits for a
    member that was left because it was too slow: what fails there goes back by itself.
    """

    def __init__(self, line: WaitingLine) -> None:
        self._line = line
        self._returned: list[Pending] = []
        self._late: list[Pending] = []
        """What failed at members that were left."""
        self._left: set[int] = set()

    def __bool__(self) -> bool:
        """Whether something waits for the rest of what is in flight."""
        return bool(self._returned)

    @property
    def count(self) -> int:
        """Events that wait for the rest of what is in flight."""
        return sum(len(pending.indices) for pending in self._returned)

    @property
    def is_any_left(self) -> bool:
        """Whether some member was left and still has events in flight."""
        return bool(self._left)

    def is_left(self, member: int) -> bool:
        """Whether a member was left and still has events in flight."""
        return member in self._left

    def add(self, member: int, failed: Pending) -> None:
        """Keep what failed at a member."""
        (self._late if member in self._left else self._returned).append(failed)

    def leave(self, member: int) -> None:
        """Wait no longer for a member, which has events in flight."""
        self._left.add(member)

    def rejoin(self, member: int) -> None:
        """A member that was left has settled everything, or is given events again."""
        self._left.discard(member)

    def put_back(self) -> None:
        """Nothing is in flight that anybody waits for: what failed goes back."""
        returned, self._returned = self._returned, []
        self._line.put_back(returned)

    def put_back_late(self) -> bool:
        """What failed at members that were left goes back: it is older than what waits. Whether there was any."""
        late, self._late = self._late, []
        self._line.put_back(late)
        return bool(late)
