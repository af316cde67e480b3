"""syslog-ng, as it is configured for a row."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.forwarders.program import Forwarder, Work, found

ROOT = "SYSLOG_NG_ROOT"
"""Environment: where Debian's package was unpacked (`dpkg -x`), as rsyslog and syslog-ng are not installed together."""

INPUT = """\
@version: 3.35
options {{ threaded(yes); use-dns(no); dns-cache(no); keep-hostname(yes); stats-level(0); time-reopen(1); {options}}};
source lines {{
  network(ip("127.0.0.1") port({port}) transport("tcp") log-iw-size(100000) log-fetch-limit(1000));
}};
"""
"""With flow control the source reads no faster than the destinations take: nothing is dropped by design."""


class SyslogNg(Forwarder):
    """Lines through log paths with flow control."""

    name = "syslog-ng"
    package = "syslog-ng-core"
    version_option = "--version"
    has_one_port = True

    def binary(self) -> str:
        """Where the program is; empty when it is not installed."""
        unpacked = os.environ.get(ROOT)
        return f"{unpacked}/usr/sbin/syslog-ng" if unpacked else found("syslog-ng")

    def base(self) -> list[str]:
        """The program, with the modules of a package that was unpacked elsewhere."""
        unpacked = os.environ.get(ROOT)
        modules = (
            [f"--module-path={path}" for path in Path(unpacked).glob("usr/lib/syslog-ng/*.*/")] if unpacked else []
        )
        return [self.binary(), *modules]

    def environment(self) -> dict[str, str]:
        """The libraries of a package that was unpacked elsewhere."""
        unpacked = os.environ.get(ROOT)
        libraries = {"LD_LIBRARY_PATH": f"{unpacked}/usr/lib/syslog-ng"} if unpacked else {}
        return super().environment() | libraries

    def cannot(self, policy: str, kind: str) -> str:  # noqa: ARG002
        """Nothing: also a datagram that is refused makes it take the next server."""
        return ""

    def config(self, work: Work, port: int) -> str:
        """The configuration that reads lines on this TCP port and does that work."""
        text = INPUT.format(port=port, options="use-uniqid(yes); " if work.policy == "ROUND-ROBIN" else "")
        destinations = self._destinations(work)
        named = [f"destination d{place} {{ {one} }};" for place, one in enumerate(destinations)]
        return "\n".join([text, *named, self._path(work.policy, len(destinations)), ""])

    def _destinations(self, work: Work) -> list[str]:
        if work.kind == "file":
            return [f'file("{work.path}" template("$MSG\\n") log-fifo-size(1000000));']
        options = f'transport("{work.kind}") template("$MSG\\n") log-fifo-size(1000000)'
        if work.policy == "FAILOVER":
            # The other servers have the port of the first, so it is their addresses that tell them apart.
            others = ", ".join(f'"127.0.0.{place}"' for place in range(2, len(work.ports) + 1))
            options += f" failover(servers({others}))"
            return [f'network("127.0.0.1" port({work.ports[0]}) {options});']
        return [f'network("127.0.0.1" port({port}) {options});' for port in work.ports]

    def _path(self, policy: str, count: int) -> str:
        if policy != "ROUND-ROBIN":
            taken = " ".join(f"destination(d{place});" for place in range(count))
            return f"log {{ source(lines); {taken} flags(flow-control); }};"
        last = count - 1
        turns = [
            f'  log {{ filter {{ "$(% ${{RCPTID}} {count})" eq "{place}" }}; destination(d{place}); '
            "flags(final, flow-control); };"
            for place in range(last)
        ]
        rest = f"  log {{ destination(d{last}); flags(flow-control); }};"
        return "\n".join(["log {", "  source(lines);", *turns, rest, "  flags(flow-control);", "};"])

    def options(self, config: Path) -> Sequence[str]:
        """The options for a private instance in the foreground, with all its files beside its configuration."""
        files = {
            "-f": config,
            "-R": config.with_name("persist"),
            "-p": config.with_name("pid"),
            "-c": config.with_name("control"),
        }
        return ["-F", "--no-caps", *(word for option, path in files.items() for word in (option, str(path)))]
