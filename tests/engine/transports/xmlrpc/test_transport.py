"""`xmlrpc:` against real servers, well-behaved and otherwise."""

from __future__ import annotations

import asyncio
import socket
import xmlrpc.client
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from engine.address import XmlRpcAddress
from engine.event import Event
from engine.run import DELIVERED, SENT, Fault, Outcome, Run, Status
from engine.transports.base import ConnectionState, TransportContext
from engine.transports.xmlrpc.callers import KEPT_ANSWER
from engine.transports.xmlrpc.http_answer import ANSWER_MAX
from engine.transports.xmlrpc.transport import XmlRpcOptions, XmlRpcTransport
from engine.version import __version__
from tests.support.httppeer import HttpPeer, Request, answer, fault
from tests.support.runs import Ledger
from tests.support.waiting import until


class Bench:
    """A peer, transports to it, and what became of their events."""

    def __init__(self) -> None:
        self.peer = HttpPeer()
        self.ledger = Ledger()
        self.context = TransportContext()
        self.transports: list[XmlRpcTransport] = []

    def transport(self, path: str | None = None, host: str = "127.0.0.1", **options: Any) -> XmlRpcTransport:
        """A transport to the peer, closed when the test ends."""
        address = XmlRpcAddress(host, self.peer.port, "notify", path)
        made = XmlRpcTransport(address, XmlRpcOptions(**options), self.context)
        self.transports.append(made)
        return made

    def start(self, transport: XmlRpcTransport, *values: int | str, connect_now: bool = True) -> Run:
        """Start a run of one event for each value."""
        run = self.ledger.run([Event("E_A", (("n", value),)) for value in values], connect_now=connect_now)
        transport.start(run)
        return run

    async def send(self, transport: XmlRpcTransport, *values: int | str) -> list[Outcome | None]:
        """Send one event for each value, in one run; their outcomes."""
        run = self.start(transport, *values)
        await until(lambda: not run.unsettled, "outcomes")
        return self.ledger.of(run)

    async def one(self, transport: XmlRpcTransport, value: int | str = 1) -> Outcome:
        """Send one event."""
        (outcome,) = await self.send(transport, value)
        assert outcome is not None
        return outcome

    def answers(self, respond: Callable[[Request], bytes | None]) -> None:
        """What the peer does from now on."""
        self.peer.respond = respond

    def values(self) -> list[Any]:
        """The last parameter of each call that came."""
        return [xmlrpc.client.loads(request.body.decode())[0][-1] for request in self.peer.requests]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    problems: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, problem: problems.append(problem))
    made = Bench()
    await made.peer.start()
    yield made
    for transport in made.transports:
        await transport.close(1.0)
    await made.peer.stop()
    assert made.ledger.is_complete
    assert not made.context.tasks
    assert not problems


def head_lines(request: Request) -> dict[str, str]:
    """The header of a request, names in lower case."""
    lines = request.head.decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


# What is sent


async def test_the_request_is_a_plain_post(bench: Bench) -> None:
    assert await bench.one(bench.transport()) is DELIVERED
    (request,) = bench.peer.requests
    assert request.head.startswith(b"POST /RPC2 HTTP/1.1\r\n")
    assert head_lines(request) == {
        "host": f"127.0.0.1:{bench.peer.port}",
        "user-agent": f"Switchboard/{__version__}",
        "content-type": "text/xml",
        "content-length": str(len(request.body)),
    }
    assert xmlrpc.client.loads(request.body.decode()) == (("E_A", 1), "notify")


async def test_the_path_is_sent_as_it_is_written(bench: Bench) -> None:
    await bench.one(bench.transport("/a/./b%2Fc/?x=%20&y"))
    assert bench.peer.requests[0].head.startswith(b"POST /a/./b%2Fc/?x=%20&y HTTP/1.1\r\n")


async def test_the_body_of_opensips_is_sent_where_it_is_asked_for(bench: Bench) -> None:
    await bench.one(bench.transport(compat="opensips"))
    assert b"<param>\n<name>n</name>\n<value><int>1</int></value>\n</param>" in bench.peer.requests[0].body


async def test_named_parameters_become_structs_where_it_is_asked_for(bench: Bench) -> None:
    await bench.one(bench.transport(use_struct_param=True))
    assert bench.values() == [{"n": 1}]


async def test_without_sync_mode_the_same_request_is_sent(bench: Bench) -> None:
    await bench.one(bench.transport())
    assert await bench.one(bench.transport(sync_mode=False)) is SENT
    await until(lambda: len(bench.peer.requests) == 2)
    first, second = bench.peer.requests
    assert (head_lines(first), first.body) == (head_lines(second), second.body)


async def test_a_host_with_colons_stands_in_brackets(bench: Bench) -> None:
    await bench.peer.stop()
    bench.peer.host, bench.peer.port = "::1", 0
    try:
        await bench.peer.start()
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert await bench.one(bench.transport(host="::1")) is DELIVERED
    assert head_lines(bench.peer.requests[0])["host"] == f"[::1]:{bench.peer.port}"


async def test_a_host_name_is_looked_up(bench: Bench) -> None:
    assert await bench.one(bench.transport(host="localhost")) is DELIVERED


async def test_an_unknown_host_name_fails_in_words(bench: Bench) -> None:
    outcome = await bench.one(bench.transport(host="no-such-host.invalid", connect_timeout=10_000))
    assert outcome.fault is Fault.MEMBER
    assert outcome.reason.startswith("host name not found")


# Connections


async def test_one_connection_is_kept_for_many_calls(bench: Bench) -> None:
    transport = bench.transport()
    for start in range(0, 60, 20):
        assert await bench.send(transport, *range(start, start + 20)) == [DELIVERED] * 20
    assert bench.peer.connections == 1
    assert bench.values() == list(range(60))


async def test_a_server_that_closes_after_each_answer_gets_a_connection_a_call(bench: Bench) -> None:
    bench.peer.closes = True
    bench.answers(lambda _request: answer(answer_body(), "200 OK", "Connection: close"))
    assert await bench.send(bench.transport(), *range(20)) == [DELIVERED] * 20
    assert bench.peer.connections == 20
    assert bench.values() == list(range(20))


async def test_a_connection_that_the_server_closed_while_idle_is_not_used_again(bench: Bench) -> None:
    transport = bench.transport()
    await bench.one(transport)
    bench.peer.drop()
    await until(lambda: not bench.peer.visitors)
    await asyncio.sleep(0)
    assert await bench.one(transport, 2) is DELIVERED
    assert bench.peer.connections == 2


async def test_a_connection_that_was_idle_for_long_is_not_used_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.transports.xmlrpc.server.IDLE_S", 0.05)
    transport = bench.transport(timeout=60_000)
    await bench.one(transport)
    await until(lambda: not bench.peer.visitors, "the idle connection is closed")
    assert await bench.one(transport, 2) is DELIVERED
    assert bench.peer.connections == 2


async def test_order_is_kept_with_one_connection_and_calls_run_side_by_side_with_more(bench: Bench) -> None:
    at_once = 0

    def hold(_request: Request) -> bytes | None:
        nonlocal at_once
        at_once = max(at_once, len(bench.peer.requests) - len(bench.ledger.outcomes))
        return None if len(bench.peer.requests) < 3 else answer()

    bench.answers(hold)
    run = bench.start(bench.transport(connections=3), *range(3))
    await until(lambda: len(bench.peer.requests) == 3, "three calls at once")
    assert sorted(bench.values()) == [0, 1, 2]
    for visitor in bench.peer.visitors:
        if visitor.number != bench.peer.requests[-1].connection:
            visitor.transport.write(answer())
    await until(lambda: not run.unsettled)
    assert bench.ledger.of(run) == [DELIVERED] * 3
    assert bench.peer.connections == 3


async def test_no_more_connections_than_told_are_made(bench: Bench) -> None:
    await bench.send(bench.transport(connections=2), *range(50))
    assert bench.peer.connections == 2
    assert sorted(bench.values()) == list(range(50))


async def test_calls_over_a_kept_connection_need_no_task(bench: Bench) -> None:
    made = 0

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        nonlocal made
        made += 1
        return asyncio.Task(coro, loop=loop, **options)

    transport = bench.transport(connections=2)
    await bench.send(transport, *range(4))
    asyncio.get_running_loop().set_task_factory(factory)
    await bench.send(transport, *range(40))
    assert made == 0


async def test_bytes_that_nobody_asked_for_end_the_connection(bench: Bench) -> None:
    transport = bench.transport()
    await bench.one(transport)
    (visitor,) = bench.peer.visitors
    visitor.transport.write(answer())
    await until(lambda: not bench.peer.visitors, "the connection is closed")
    assert await bench.one(transport, 2) is DELIVERED
    assert bench.values() == [1, 2]


async def test_a_request_that_the_kernel_takes_in_parts_arrives_whole(bench: Bench) -> None:
    text = "x" * 8_000_000
    assert await bench.send(bench.transport(), text, "y") == [DELIVERED] * 2
    assert bench.values() == [text, "y"]
    assert bench.peer.connections == 1


async def test_an_answer_that_comes_before_the_whole_request_was_read_counts(bench: Bench) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    address = XmlRpcAddress("127.0.0.1", listening.getsockname()[1], "notify")
    transport = XmlRpcTransport(address, XmlRpcOptions(), bench.context)
    bench.transports.append(transport)
    run = bench.start(transport, "x" * 8_000_000)
    loop = asyncio.get_running_loop()
    accepted, _ = await loop.sock_accept(listening)
    await loop.sock_recv(accepted, 1000)
    await loop.sock_sendall(accepted, answer(b"too much", "413 Content Too Large"))
    await until(lambda: not run.unsettled, "an outcome")
    (outcome,) = bench.ledger.of(run)
    assert outcome == Outcome(Status.FAILED, "HTTP 413", Fault.ANSWER, b"too much")
    other = bench.start(transport, 2)
    second, _ = await loop.sock_accept(listening)  # nothing may follow half a request
    await loop.sock_sendall(second, answer())
    await until(lambda: not other.unsettled, "the outcome of the next")
    assert bench.ledger.of(other) == [DELIVERED]
    second.close()
    accepted.close()
    listening.close()


async def test_reopen_gives_up_on_a_call_that_hangs(bench: Bench) -> None:
    bench.answers(lambda _request: None)
    transport = bench.transport(timeout=100, connections=2)
    run = bench.start(transport, 1, 2)
    await transport.reopen()
    await until(lambda: not run.unsettled)
    assert {outcome.fault for outcome in bench.ledger.of(run) if outcome} == {Fault.MEMBER}
    await until(lambda: not bench.peer.visitors, "the connections are closed")


async def test_a_call_that_began_under_the_deadline_of_another_has_its_own(bench: Bench) -> None:
    transport = bench.transport(timeout=300)
    await bench.one(transport)
    await asyncio.sleep(0.1)  # the one timer is still that of the first call, and must be set anew when it has run out
    bench.answers(lambda _request: None)
    outcome = await bench.one(transport, 2)
    assert outcome.reason == "no answer within 300 ms; the event may have been processed"


async def _reopen_under_way(bench: Bench, transport: XmlRpcTransport) -> None:
    await until(lambda: bench.peer.requests, "the first call")
    await transport.reopen()


async def test_what_waits_goes_on_over_another_connection_after_reopen(bench: Bench) -> None:
    transport = bench.transport(timeout=1000)
    reopening = bench.context.tasks.spawn(_reopen_under_way(bench, transport), "reopen")
    bench.answers(lambda _request: answer() if reopening.done() else None)
    run = bench.start(transport, *range(20))
    answered = 0
    while not reopening.done():  # each answer comes in time, all of them together do not
        await asyncio.wait([reopening], timeout=0.2)
        if not reopening.done() and len(bench.peer.requests) > answered:
            answered += 1
            next(iter(bench.peer.visitors)).transport.write(answer())
    await until(lambda: not run.unsettled, "the rest")
    outcomes = bench.ledger.of(run)
    (failure,) = [outcome for outcome in outcomes if outcome is not DELIVERED]
    assert failure is not None
    assert failure.reason == "connecting anew; the event may have been processed"
    assert outcomes[-1] is DELIVERED
    assert bench.values() == list(range(20))


async def test_each_call_has_a_deadline_of_its_own(bench: Bench) -> None:
    bench.answers(lambda request: None if b"<int>0<" in request.body else answer())
    transport = bench.transport(timeout=300, connections=2)
    slow = bench.start(transport, 0)
    while slow.unsettled:
        await bench.send(transport, 1)
    (outcome,) = bench.ledger.of(slow)
    assert outcome is not None
    assert outcome.reason == "no answer within 300 ms; the event may have been processed"


async def test_reopen_lets_go_of_kept_connections(bench: Bench) -> None:
    transport = bench.transport()
    run = bench.start(transport, *range(10))
    await transport.reopen()
    assert bench.ledger.of(run) == [DELIVERED] * 10
    await until(lambda: not bench.peer.visitors, "the connection is closed")
    assert await bench.one(transport) is DELIVERED


async def test_a_close_during_a_reopen_ends_when_nothing_is_on_its_way(bench: Bench) -> None:
    transport = bench.transport(timeout=60_000)
    bench.answers(lambda _request: None)
    bench.start(transport, 1)
    await until(lambda: bench.peer.requests, "the call")
    reopening = bench.context.tasks.spawn(transport.reopen(), "reopen")
    closing = bench.context.tasks.spawn(transport.close(60.0), "close")
    await asyncio.sleep(0)
    next(iter(bench.peer.visitors)).transport.write(answer())
    await until(lambda: reopening.done() and closing.done(), "both")


# What is answered


def answer_body(text: str = "OK") -> bytes:
    """A good answer."""
    return xmlrpc.client.dumps((text,), methodresponse=True).encode()


async def test_a_fault_is_a_failure_with_its_words_and_the_answer(bench: Bench) -> None:
    body = fault(4, "too many parameters")
    bench.answers(lambda _request: answer(body))
    outcome = await bench.one(bench.transport())
    assert outcome == Outcome(Status.FAILED, "fault 4: too many parameters", Fault.ANSWER, body)


@pytest.mark.parametrize("status", ["500 Oh no", "404 Not Found", "302 Found", "199 Odd"])
async def test_a_status_other_than_2xx_is_a_failure(bench: Bench, status: str) -> None:
    bench.answers(lambda _request: answer(b"x" * 10_000, status, "Location: http://127.0.0.1:1/"))
    outcome = await bench.one(bench.transport(timeout=1000))
    if status.startswith("199"):  # an interim answer: the real one never comes
        assert outcome.fault is Fault.MEMBER
    else:
        assert outcome == Outcome(Status.FAILED, f"HTTP {status[:3]}", Fault.ANSWER, b"x" * KEPT_ANSWER)


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
async def test_an_empty_2xx_answer_is_taken(bench: Bench, status: str) -> None:
    bench.answers(lambda _request: answer(b"", status))
    assert await bench.one(bench.transport()) is DELIVERED


async def test_an_answer_in_chunks_is_taken(bench: Bench) -> None:
    body = answer_body()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    bench.answers(lambda _request: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked)
    transport = bench.transport()
    assert await bench.send(transport, 1, 2) == [DELIVERED] * 2
    assert bench.peer.connections == 1


async def test_a_page_in_place_of_an_answer_is_a_failure(bench: Bench) -> None:
    bench.answers(lambda _request: answer(b"<html>Welcome</html>"))
    outcome = await bench.one(bench.transport())
    assert outcome.fault is Fault.ANSWER
    assert "not XML-RPC" in outcome.reason


async def test_an_answer_without_end_is_cut_and_the_connection_given_up(bench: Bench) -> None:
    bench.answers(lambda _request: b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b" " * (ANSWER_MAX + 1))
    transport = bench.transport()
    outcome = await bench.one(transport)
    assert outcome.fault is Fault.ANSWER
    assert outcome.reason == f"the answer is longer than {ANSWER_MAX} bytes"
    bench.answers(lambda _request: answer())
    assert await bench.one(transport) is DELIVERED
    assert bench.peer.connections == 2


async def test_what_is_not_http_is_a_failure(bench: Bench) -> None:
    bench.answers(lambda _request: b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    outcome = await bench.one(bench.transport())
    assert outcome.fault is Fault.MEMBER
    assert outcome.reason == "the answer is not HTTP; the event may have been processed"


async def test_a_connection_lost_before_the_answer_fails_that_event_alone_and_is_not_repeated(bench: Bench) -> None:
    def lose_the_second(request: Request) -> bytes | None:
        if len(bench.peer.requests) == 2:
            bench.peer.drop()
            return None
        return answer()

    bench.answers(lose_the_second)
    transport = bench.transport()
    outcomes = await bench.send(transport, 1, 2, 3)
    assert [outcome is DELIVERED for outcome in outcomes] == [True, False, True]
    assert outcomes[1] is not None
    assert outcomes[1].fault is Fault.MEMBER
    assert outcomes[1].reason.endswith("; the event may have been processed")
    assert bench.values() == [1, 2, 3]


async def test_an_answer_that_breaks_off_is_a_failure(bench: Bench) -> None:
    bench.peer.closes = True
    bench.answers(lambda _request: answer()[:-20])
    outcome = await bench.one(bench.transport())
    assert outcome.fault is Fault.MEMBER
    assert outcome.reason == "the answer broke off; the event may have been processed"


async def test_a_server_that_hangs_fails_everything_that_waits_at_one_deadline(bench: Bench) -> None:
    bench.answers(lambda _request: None)
    transport = bench.transport(timeout=200)
    first, *others = await bench.send(transport, *range(50))
    assert first is not None
    assert first.fault is Fault.MEMBER
    assert first.reason == "no answer within 200 ms; the event may have been processed"
    assert {outcome.reason for outcome in others if outcome} == {"no answer within 200 ms"}
    assert len(bench.peer.requests) == 1
    assert transport.connection.state in {ConnectionState.DOWN, ConnectionState.CONNECTING}
    bench.answers(lambda _request: answer())
    assert await bench.one(transport) is DELIVERED


async def test_an_event_that_cannot_be_encoded_fails_alone_and_in_its_place(bench: Bench) -> None:
    first, second, third = await bench.send(bench.transport(), "a", "\x01", "b")
    assert (first, third) == (DELIVERED, DELIVERED)
    assert second is not None
    assert second.fault is Fault.EVENT
    assert bench.values() == ["a", "b"]


# Without sync_mode


async def test_without_sync_mode_answers_are_read_away_and_mean_nothing(bench: Bench) -> None:
    bench.answers(lambda _request: answer(fault(1, "no"), "500 Oh no"))
    transport = bench.transport(sync_mode=False)
    assert await bench.send(transport, *range(30)) == [SENT] * 30
    await until(lambda: len(bench.peer.requests) == 30)
    assert bench.peer.connections == 1


async def test_without_sync_mode_an_event_is_sent_before_its_answer_comes(bench: Bench) -> None:
    bench.answers(lambda _request: None)
    transport = bench.transport(sync_mode=False)
    assert await bench.one(transport) is SENT
    await until(lambda: bench.peer.requests, "the request")
    assert bench.ledger.is_complete


async def test_without_sync_mode_a_refused_connection_is_still_a_failure(bench: Bench) -> None:
    await bench.peer.stop()
    outcome = await bench.one(bench.transport(sync_mode=False))
    assert (outcome.fault, outcome.reason) == (Fault.MEMBER, "connection refused")


# Down and up


async def test_a_refused_connection_is_known_and_later_runs_fail_at_once(bench: Bench) -> None:
    await bench.peer.stop()
    transport = bench.transport()
    assert transport.connection.state is ConnectionState.IDLE
    assert (await bench.one(transport)).reason == "connection refused"
    down = transport.connection
    assert (down.state, down.error) == (ConnectionState.DOWN, "connection refused")
    run = bench.start(transport, 1, 2, connect_now=False)
    assert [outcome.reason for outcome in bench.ledger.of(run) if outcome] == ["connection refused"] * 2


async def test_a_server_that_comes_back_is_found_without_an_event_and_left_alone_then(bench: Bench) -> None:
    await bench.peer.stop()
    transport = bench.transport()
    await bench.one(transport)
    await bench.peer.start()
    await until(lambda: transport.connection.state is ConnectionState.UP, "the server is found")
    await until(lambda: not bench.peer.visitors, "no connection stays open for nothing")
    assert bench.peer.requests == []
    run = bench.start(transport, 1, connect_now=False)
    await until(lambda: not run.unsettled)
    assert bench.ledger.of(run) == [DELIVERED]


async def test_a_server_that_dies_under_many_events_fails_those_that_wait(bench: Bench) -> None:
    stopping: list[asyncio.Task[None]] = []

    def die_at_the_fifth(_request: Request) -> bytes | None:
        if len(bench.peer.requests) == 5:
            stopping.append(bench.context.tasks.spawn(bench.peer.stop(), "die"))
            return None
        return answer()

    bench.answers(die_at_the_fifth)
    transport = bench.transport()
    outcomes = await bench.send(transport, *range(100))
    assert outcomes[:4] == [DELIVERED] * 4
    assert {outcome.fault for outcome in outcomes[4:] if outcome} == {Fault.MEMBER}
    assert {outcome.reason for outcome in outcomes[5:] if outcome} == {"connection refused"}
    assert len(bench.peer.requests) == 5


async def test_a_server_that_takes_no_connection_fails_at_the_connect_deadline(bench: Bench) -> None:
    await bench.peer.stop()
    with socket.socket() as full:
        full.bind(("127.0.0.1", bench.peer.port))
        full.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
            fillers.append(filler)
        outcome = await bench.one(bench.transport(connect_timeout=200))
        for filler in fillers:
            filler.close()
    assert (outcome.fault, outcome.reason) == (Fault.MEMBER, "no connection within 200 ms")


# The end


async def test_close_waits_for_calls_and_leaves_no_connection(bench: Bench) -> None:
    transport = bench.transport()
    run = bench.start(transport, *range(20))
    await transport.close(10.0)
    assert bench.ledger.of(run) == [DELIVERED] * 20
    await until(lambda: not bench.peer.visitors)


async def test_close_gives_up_on_a_call_that_hangs(bench: Bench) -> None:
    bench.answers(lambda _request: None)
    transport = bench.transport()
    run = bench.start(transport, *range(3))
    await until(lambda: bench.peer.requests)
    await asyncio.wait_for(transport.close(0.05), 5.0)
    assert {outcome.fault for outcome in bench.ledger.of(run) if outcome} == {Fault.ENGINE}
    assert not bench.context.tasks
    assert [outcome.fault for outcome in await bench.send(transport, 9) if outcome] == [Fault.ENGINE]


# A server of the same library that others use


async def test_a_real_server_is_called(bench: Bench) -> None:
    seen: list[Any] = []

    async def called(request: web.Request) -> web.Response:
        params, method = xmlrpc.client.loads(await request.text())
        seen.append((request.path, method, params))
        return web.Response(body=answer_body(), content_type="text/xml")

    application = web.Application()
    application.router.add_post("/my/path", called)
    runner = web.AppRunner(application)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    address = XmlRpcAddress("127.0.0.1", listening.getsockname()[1], "m.ethod", "/my/path")
    transport = XmlRpcTransport(address, XmlRpcOptions(), bench.context)
    bench.transports.append(transport)
    assert await bench.send(transport, -5, "<&>") == [DELIVERED] * 2
    assert seen == [("/my/path", "m.ethod", ("E_A", -5)), ("/my/path", "m.ethod", ("E_A", "<&>"))]
    await transport.close(1.0)
    await runner.cleanup()


# Options


def test_only_the_answer_tells_of_failures() -> None:
    address = XmlRpcAddress("127.0.0.1", 1, "m")
    assert XmlRpcTransport.failure_blindness(address, XmlRpcOptions()) is None
    assert "sync_mode" in (XmlRpcTransport.failure_blindness(address, XmlRpcOptions(sync_mode=False)) or "")


@pytest.mark.parametrize("options", [{"compat": "opensip"}, {"connections": 0}, {"synk_mode": True}])
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        XmlRpcOptions(**options)


def test_the_options_have_a_schema_with_a_description_for_each() -> None:
    properties = XmlRpcOptions.model_json_schema()["properties"]
    assert all(field.get("description") for field in properties.values())
