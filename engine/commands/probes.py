"""Testing one member: every step on the way to it, tried for real and timed."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from engine.address import MemberAddress, printed
from engine.audit import acting
from engine.commands.arguments import known_subscription, member_address_of, member_index, members_of
from engine.commands.context import Context
from engine.commands.parameters import Socket
from engine.commands.probe_steps import (
    DONE,
    SKIPPED,
    StepFailedError,
    StepLog,
    advice_for,
    reach,
)
from engine.commands.registry import Role, command
from engine.commands.sockets import load_transports
from engine.core import Engine
from engine.errors import SwitchboardError
from engine.event import Event
from engine.run import Batch, Outcome, Run, Status
from engine.tasks import Tasks
from engine.transports.base import ConnectionState, Transport, TransportContext, TransportOptions
from engine.transports.registry import load

TEST_EVENT = "E_SWITCHBOARD_TEST"
STEP_MAX_S = 10.0
"""No step is waited for longer, whatever the transport's own limits are."""
GRACE_S = 0.5
"""What a step may take beyond the transport's own limit, so that the transport's own reason is heard."""
CLOSE_S = 1.0
UNCONFIRMED = "this transport, as it is set, cannot confirm: look whether it arrived"


@command(Role.OPERATE)
async def probe_member(context: Context, subscription: str, member: int, is_sending: bool = False) -> dict[str, Any]:
    """Test a member step by step, beside what it is sent; `is_sending` ends with a real test event.

    The member's health, figures and queue are left alone. Without `is_sending` nothing is logged in or sent.
    """
    found = known_subscription(context.engine, subscription)
    address = members_of(found.address)[member_index(found, member)]
    return await _probed(context.engine, address, is_sending=is_sending)


@command(Role.OPERATE)
async def probe_socket(
    context: Context, socket: Socket, subscription: str | None = None, is_sending: bool = False
) -> dict[str, Any]:
    """Test a member's socket step by step before anything is sent there; `is_sending` ends with a real test event.

    A masked password stands for the one that the subscription has for this broker.
    """
    return await _probed(context.engine, member_address_of(context.engine, socket, subscription), is_sending=is_sending)


async def _probed(engine: Engine, address: MemberAddress, *, is_sending: bool) -> dict[str, Any]:
    await load_transports(address)
    options = engine.settings.transport_options(address.scheme) or load(address.scheme).Options()
    return await probe(engine, address, options, is_sending=is_sending)


async def probe(
    engine: Engine, address: MemberAddress, options: TransportOptions, *, is_sending: bool
) -> dict[str, Any]:
    """The steps to one address, whether they all went well, and otherwise why not and what to try."""
    log, tasks = StepLog(engine.clock), Tasks()
    error: str | None = None
    try:
        await reach(address, log, tasks, _limit(options.connect_timeout))
        if is_sending:
            await _Sending(engine, address, options, log, tasks).run()
        else:
            log.add("send", SKIPPED, f"only a test with the event {TEST_EVENT} sends")
    except StepFailedError as failure:
        error = str(failure)
    finally:
        await tasks.cancel()
    return {
        "socket": printed(address),
        "steps": [asdict(step) for step in log.steps],
        "ok": error is None,
        "error": error,
        "advice": None if error is None else advice_for(error, address.advice),
    }


class _Sending:
    """One test event through a transport of its own."""

    def __init__(
        self, engine: Engine, address: MemberAddress, options: TransportOptions, log: StepLog, tasks: Tasks
    ) -> None:
        self._engine = engine
        self._address = address
        self._options = options
        self._log = log
        self._tasks = tasks
        self._news = asyncio.Event()
        self._outcome: Outcome | None = None

    async def run(self) -> None:
        """Log in, send, wait for the confirmation.

        Raises:
            StepFailedError: one of them failed.
        """
        transport = self._open()
        try:
            await self._steps(transport)
        finally:
            await self._close(transport)

    def _open(self) -> Transport:
        context = TransportContext(self._tasks, self._engine.clock, changed=self._news.set)
        try:
            return load(self._address.scheme)(self._address, self._options, context)
        except SwitchboardError as error:
            self._log.add("send", "failed", str(error))
            raise StepFailedError(str(error)) from error

    async def _steps(self, transport: Transport) -> None:
        log, options = self._log, self._options
        limit_s = _limit(options.connect_timeout)
        transport.start(self._test_run())
        if self._address.logs_in:
            await log.timed("log in", lambda: self._logged_in(transport), limit_s)
        elif transport.connection.state is ConnectionState.IDLE:
            limit_s = 0.0
        await log.timed("send", self._settled, limit_s + _limit(options.timeout))
        if self._outcome is not None and self._outcome.status is Status.DELIVERED:
            log.add("confirm", DONE, "the other side has it")
        else:
            log.add("confirm", SKIPPED, UNCONFIRMED + self._hint())

    def _hint(self) -> str:
        """What to think of where a receiver stays silent though it was sent something."""
        hint = self._address.silence_hint(self._options.model_dump())
        return f"; {hint}" if hint else ""

    def _test_run(self) -> Run:
        now = self._engine.clock.now()
        event = Event(TEST_EVENT, (("text", "a test by the operator"),))
        run = Run(Batch(TEST_EVENT, (event,), 0, now, acting()), range(1), 0, now, self._note)
        run.connect_now = True
        return run

    def _note(self, _run: Run, _positions: range, outcome: Outcome) -> None:
        self._outcome = outcome
        self._news.set()

    async def _logged_in(self, transport: Transport) -> str:
        while self._outcome is None and transport.connection.state is not ConnectionState.UP:
            await self._wait()
        if transport.connection.state is ConnectionState.DOWN:
            raise StepFailedError(transport.connection.error or "not connected")
        self._raise_failure()
        return "logged in, and a channel is open; an open connection of the same login is shared"

    async def _settled(self) -> str:
        while self._outcome is None:
            await self._wait()
        self._raise_failure()
        is_confirmed = self._outcome.status is Status.DELIVERED
        return f"{TEST_EVENT} sent" + (", and confirmed" if is_confirmed else "")

    def _raise_failure(self) -> None:
        if self._outcome is not None and self._outcome.is_failure:
            raise StepFailedError(self._outcome.reason)

    async def _wait(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _close(self, transport: Transport) -> None:
        try:
            async with asyncio.timeout(2 * CLOSE_S):
                await transport.close(CLOSE_S)
        except TimeoutError:
            self._log.add("disconnect", SKIPPED, "the other side did not let go in time; it was left")


def _limit(milliseconds: int) -> float:
    return min(milliseconds / 1000 + GRACE_S, STEP_MAX_S)
