"""Sockets checked as they are typed."""

from __future__ import annotations

from engine.commands.context import Context
from engine.commands.gate import execute

UDP = "udp:127.0.0.1:9101"
FAILOVER = f"virtual:FAILOVER tcp:127.0.0.1:9201 {UDP} udp:192.0.2.1:9"


async def test_failover_members_that_fail_unnoticed_are_warned_of(context: Context) -> None:
    made = await execute(context, "subscribe", event="E_A", socket=FAILOVER)
    assert [warning.partition(":")[0] for warning in made["warnings"]] == ["member 1 (tcp", "member 3 (udp"]
    same = await execute(context, "subscribe", event="E_A", socket=FAILOVER.replace("FAILOVER", "PARALLEL"))
    assert same["warnings"] == []


async def test_passwords_are_shown_nowhere(context: Context) -> None:
    checked = await execute(context, "check_socket", socket="rabbitmq:u:hunter2@127.0.0.1/q")
    assert checked["normal"] is not None
    broken = await execute(context, "check_socket", socket="rabbitmq:u:hunter2@127.0.0.1:x/q")
    assert broken["problems"]
    assert "hunter2" not in str(checked) + str(broken)


async def test_a_socket_is_checked_as_it_is_typed(context: Context) -> None:
    checked = await execute(context, "check_socket", socket=f"virtual:PARALLEL   {UDP} \tudp:[::1]:9 ")
    assert checked == {"problems": [], "normal": f"virtual:PARALLEL {UDP} udp:[::1]:9", "warnings": []}
    checked = await execute(context, "check_socket", socket=f"virtual:PARALLEL {UDP} rabitmq:h/q")
    (problem,) = checked["problems"]
    assert (problem["column"], problem["member"]) == (37, 2)
    assert "rabbitmq:" in problem["hint"]
    assert checked["normal"] is None
    checked = await execute(context, "check_socket", socket=FAILOVER)
    assert len(checked["warnings"]) == 2
    assert (await execute(context, "check_socket", socket=""))["problems"]
