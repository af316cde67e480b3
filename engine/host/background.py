"""An engine in a thread and event loop of its own, so that a busy engine never freezes a screen."""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from engine.config.model import Settings
from engine.core import Engine
from engine.errors import SwitchboardError
from engine.host.service import Service

T = TypeVar("T")

SWITCH_INTERVAL_S = 0.0001
"""How long one thread may keep the interpreter while the other waits. A delivery gives it up at each system call, some
ten times in all, and while the screen is drawn it waits so long each time."""


class BackgroundEngine:
    """Runs a `Service` in the background. `engine` may be touched only by coroutines that were given to `submit`."""

    def __init__(self, settings: Settings, make_service: Callable[[Settings], Service] = Service) -> None:
        self._settings = settings
        self._make_service = make_service
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._service: Service | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def service(self) -> Service:
        """What runs in the background.

        Raises:
            SwitchboardError: it was not started.
        """
        if self._service is None:
            raise SwitchboardError("the engine is not running")
        return self._service

    @property
    def engine(self) -> Engine:
        """The engine that runs in the background."""
        return self.service.engine

    def start(self) -> None:
        """Start the thread; returns when the engine runs.

        Raises:
            SwitchboardError: whatever kept the engine from starting.
        """
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        started: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="engine", daemon=True)
        self._thread.start()
        started.result()

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on the engine's loop.

        Raises:
            SwitchboardError: the engine does not run.
        """
        if self._loop is None or self._loop.is_closed():
            work.close()
            raise SwitchboardError("the engine is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> None:
        """Stop the engine cleanly and wait for its thread. Harmless when it does not run."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def _run(self, started: concurrent.futures.Future[None]) -> None:
        asyncio.run(self._serve(started))

    async def _serve(self, started: concurrent.futures.Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        try:
            service = self._make_service(self._settings)
            await service.start()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits in start()
            started.set_exception(error)
            return
        self._service = service
        started.set_result(None)
        await self._stopping.wait()
        await service.stop()
