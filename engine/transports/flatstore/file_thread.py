"""A thread of its own for one file: a disk that hangs holds up nobody else, not even the end of the program."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class FileThread(Executor):
    """Carries out calls one after another in a daemon thread, which starts with the first of them.

    A pool's threads are waited for when the interpreter ends, and shared; a call that hangs (a dead NFS server) would
    then hold up the end, or take a place from others. Calls are submitted from one thread only.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._submitted = 0
        self._finished = 0

    @property
    def is_busy(self) -> bool:
        """Whether a call is under way or waits for its turn."""
        return self._submitted != self._finished

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Carry out `fn(*args, **kwargs)` after what was submitted before."""
        future: Future[_T] = Future()
        self._submitted += 1
        self._calls.put(lambda: self._carry_out(future, fn, args, kwargs))
        if self._thread is None:
            self._thread = Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - Executor's own
        """Let the thread end after what was submitted; with `wait`, return when it has."""
        if self._thread is None:
            return
        self._calls.put(None)
        if wait:
            self._thread.join()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()

    def _carry_out(self, future: Future[_T], fn: Callable[..., _T], args: Any, kwargs: Any) -> None:
        # Each count has one writer. This one is raised before the result is seen, so that whoever sees it finds the
        # thread at rest.
        if not future.set_running_or_notify_cancel():
            self._finished += 1
            return
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the result
            self._finished += 1
            future.set_exception(error)
        else:
            self._finished += 1
            future.set_result(result)
