"""The engine without a screen: SIGTERM and SIGINT stop it cleanly, SIGHUP reads the configuration again."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path

from engine.config import check_config
from engine.config.check_process import check_apart
from engine.config.checker import CheckResult
from engine.config.model import Settings
from engine.errors import SwitchboardError
from engine.host.gc_tuning import steady_heap
from engine.host.service import Service
from engine.log.handlers import log_to_stderr, tell_left_out
from engine.log.rate import UNPACED
from engine.tasks import Tasks
from engine.version import __version__

FINE, FAILED, BAD_CONFIGURATION = 0, 1, 2
"""Exit codes."""

NAMED_MAX = 50
"""Subscriptions that a reload names, of each kind of change; of the others it says how many there are."""

_log = logging.getLogger(__name__)


def serve(path: Path) -> int:
    """Run the engine on a configuration until a signal ends it; the exit code."""
    log_to_stderr()
    result = check_config(path)
    _log_findings(result)
    if result.settings is None:
        _log.error("not started: %s cannot be used", path)
        return BAD_CONFIGURATION
    try:
        return asyncio.run(_serve(path, result.settings))
    except Exception:  # noqa: BLE001 - Python's own report would show passwords, and whatever a peer said
        _log.exception("ended by a fault of its own")
        return FAILED


async def _serve(path: Path, settings: Settings) -> int:
    ended: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    hung_up = asyncio.Event()
    _heed_signals(ended, hung_up)
    service = Service(settings, file=path)
    try:
        await service.start()
    except SwitchboardError as error:
        _log.error("not started: %s", error)
        return FAILED
    steady_heap()
    count = len(settings.subscriptions)
    _log.info("Switchboard %s runs on %s with %d subscription%s", __version__, path, count, "" if count == 1 else "s")
    beside = Tasks()
    beside.spawn(_reload_when(hung_up, service, path), "reload")
    received = await ended
    _log.info("stopping on %s", received.name)
    await beside.cancel()
    await service.stop()
    figures = service.engine.snapshot().figures
    tell_left_out()
    _log.info(
        "stopped: %d events taken, %d delivered, %d sent, %d undelivered",
        figures.accepted,
        figures.delivered,
        figures.sent,
        figures.undelivered,
    )
    return FINE


def _heed_signals(ended: asyncio.Future[signal.Signals], hung_up: asyncio.Event) -> None:
    def end(number: signal.Signals) -> None:
        if not ended.done():
            ended.set_result(number)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, number)
    loop.add_signal_handler(signal.SIGHUP, hung_up.set)


async def _reload_when(hung_up: asyncio.Event, service: Service, path: Path) -> None:
    """Reload at each SIGHUP, until cancelled. Several that come meanwhile are one."""
    while True:
        await hung_up.wait()
        hung_up.clear()
        try:
            await _reload(service, path)
        except Exception:  # noqa: BLE001 - whatever a file holds, the engine goes on
            _log.exception("reloading %s broke; `sb:status` says what runs", path)


async def _reload(service: Service, path: Path) -> None:
    """Apply what changed in the configuration; one that cannot be used changes nothing."""
    result, _ = await check_apart(path)
    _log_findings(result)
    if result.settings is None:
        _log.error("not reloaded, everything stays as it was: %s cannot be used", path)
        return
    try:
        report = await service.reload(result.settings)
    except SwitchboardError as error:
        _log.error("not reloaded, everything stays as it was: %s", error)
        return
    for word, texts in (("added", report.added), ("changed", report.changed)):  # each that ended has told so itself
        for text in texts[:NAMED_MAX]:
            _log.info("%s: %s", word, text)
        if len(texts) > NAMED_MAX:
            _log.info("%s: and %d more", word, len(texts) - NAMED_MAX)
    _log.info("reloaded %s: %d subscriptions unchanged", path, len(report.unchanged))


def _log_findings(result: CheckResult) -> None:
    # Bounded by the checker, and not to be told by halves: they do not count for the log's rate.
    for problem in result.problems:
        _log.error("%s", problem, extra=UNPACED)
    for warning in result.warnings:
        _log.warning("%s", warning, extra=UNPACED)
