"""rsyslog, as it is configured for a row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.forwarders.program import Forwarder, Work, found

INPUT = """\
global(net.enableDNS="off")
main_queue(queue.type="FixedArray" queue.size="1000000" queue.workerThreads="1"
  queue.dequeueBatchSize="1024" queue.timeoutEnqueue="600000")
module(load="imptcp" threads="1")
module(load="mmsequence")
template(name="payload" type="string" string="%msg:2:$%\\n")
input(type="imptcp" address="127.0.0.1" port="{port}")
"""
"""The queue holds more lines than a round has, and waits rather than drops: nothing is lost by design."""


class Rsyslog(Forwarder):
    """Lines through the main queue, to actions that run one after the other in its worker."""

    name = "rsyslog"
    package = "rsyslog"
    version_option = "-v"

    def binary(self) -> str:
        """Where the program is; empty when it is not installed."""
        return found("rsyslogd")

    def cannot(self, policy: str, kind: str) -> str:
        """FAILOVER over udp: the next action is taken after an error, and omfwd sees none of a refused datagram."""
        return "it does not notice that a datagram was refused" if (policy, kind) == ("FAILOVER", "udp") else ""

    def config(self, work: Work, port: int) -> str:
        """The configuration that reads lines on this TCP port and does that work."""
        return INPUT.format(port=port) + "\n".join(self._actions(work)) + "\n"

    def _actions(self, work: Work) -> list[str]:
        if work.kind == "file":
            return [f'action(type="omfile" file="{work.path}" template="payload" ioBufferSize="64k")']
        next_one = ' action.execOnlyWhenPreviousIsSuspended="on"' if work.policy == "FAILOVER" else ""
        last = len(work.ports) - 1
        retries = ' action.resumeRetryCount="-1" action.resumeInterval="1"' if work.retries else ""
        actions = [
            f'action(type="omfwd" target="127.0.0.1" port="{port}" protocol="{work.kind}" template="payload"'
            f"{next_one if place else ''}{retries if place == last else ''})"
            for place, port in enumerate(work.ports)
        ]
        return actions if work.policy != "ROUND-ROBIN" else self._in_turn(actions)

    def _in_turn(self, actions: list[str]) -> list[str]:
        """A counter modulo the members chooses: it passes nobody over, also not one that failed."""
        chosen = [f"if $!member == {place} then {{ {action} }}" for place, action in enumerate(actions)]
        counter = f'action(type="mmsequence" mode="instance" from="0" to="{len(actions)}" var="$!member")'
        return [counter, "\nelse ".join(chosen)]

    def options(self, config: Path) -> Sequence[str]:
        """The options for a private instance in the foreground, with all its files beside its configuration."""
        return ["-n", "-f", str(config), "-i", str(config.with_name("pid"))]
