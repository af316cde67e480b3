"""rsyslog and syslog-ng beside the engine, for the rows that they can do, where they are installed."""

from __future__ import annotations

from benchmarks.forwarders.program import Forwarder
from benchmarks.forwarders.rsyslog import Rsyslog
from benchmarks.forwarders.syslog_ng import SyslogNg

FORWARDERS: tuple[Forwarder, ...] = (Rsyslog(), SyslogNg())
