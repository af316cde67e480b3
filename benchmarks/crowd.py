"""Many members for the console to show."""

from __future__ import annotations

GROUP = 10
"""Members of each subscription."""


def crowd(members: int, port: int) -> list[tuple[str, str]]:
    """ROUND-ROBIN of ten members each, to one port at many addresses: event and socket, each event of its own name."""
    hosts = [f"127.0.{number // 250}.{number % 250 + 1}" for number in range(members)]
    parts = [hosts[start : start + GROUP] for start in range(0, members, GROUP)]
    return [
        (f"E_BENCH_{number}", f"virtual:ROUND-ROBIN {' '.join(f'udp:{host}:{port}' for host in part)}")
        for number, part in enumerate(parts)
    ]
