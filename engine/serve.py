"""The engine without a screen: SIGTERM and SIGINT stop it cleanly, SIGHUP reads the configuration again."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path

from engine.config import check_config
from engine.config.checker import CheckResult
from engine.config.schema import Settings
from engine.errors import SwitchboardError
from engine.heap import steady_heap
from engine.logs import log_to_stderr
from engine.service import Service
from engine.tasks import Tasks
from engine.version import __version__
from engine.watch import watch

FINE, FAILED, BAD_CONFIGURATION = 0, 1, 2
"""Exit codes."""

_log = logging.getLogger(__name__)


def serve(path: Path) -> int:
    """Run the engine on a configuration until a signal ends it; the exit code."""
    log_to_stderr()
    result = check_config(path)
    _log_findings(result)
    if result.settings is None:
        _log.error("not started: %s cannot be used", path)
        return BAD_CONFIGURATION
    return asyncio.run(_serve(path, result.settings))


async def _serve(path: Path, settings: Settings) -> int:
    signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, signals.put_nowait, number)
    service = Service(settings, file=path)
    try:
        await service.start()
    except SwitchboardError as error:
        _log.error("not started: %s", error)
        return FAILED
    steady_heap()
    count = len(settings.subscriptions)
    _log.info("Switchboard %s runs on %s with %d subscription%s", __version__, path, count, "" if count == 1 else "s")
    watching = Tasks()
    watching.spawn(watch(service.engine), "watch")
    while (received := await signals.get()) is signal.SIGHUP:
        await _reload(service, path)
    _log.info("stopping on %s", received.name)
    await watching.cancel()
    await service.stop()
    figures = service.engine.snapshot().figures
    _log.info(
        "stopped: %d events taken, %d delivered, %d sent, %d undelivered",
        figures.accepted,
        figures.delivered,
        figures.sent,
        figures.undelivered,
    )
    return FINE


async def _reload(service: Service, path: Path) -> None:
    """Apply what changed in the configuration; one that cannot be used changes nothing."""
    result = await asyncio.to_thread(check_config, path)
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
        for text in texts:
            _log.info("%s: %s", word, text)
    _log.info("reloaded %s: %d subscriptions unchanged", path, len(report.unchanged))


def _log_findings(result: CheckResult) -> None:
    for problem in result.problems:
        _log.error("%s", problem)
    for warning in result.warnings:
        _log.warning("%s", warning)
