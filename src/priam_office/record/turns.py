"""Threads that want to write take turns, and who waits is written with the next one.

A write waits for the disk. While one does, others come; the first of those that gets its turn
takes along all that wait, in one transaction, so that they share one sync.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["Turn", "take_turns"]

_TOGETHER = 64  # more only makes the first of them wait longer
_LOOK_AGAIN = 0.05  # seconds: whoever should have told this thread may have been stopped


class Turn:
    """Something that one thread wants written. ``error`` is why it was refused or failed."""

    def __init__(self) -> None:
        self.done = False
        self.told = threading.Event()  # that it is done, or that nobody writes now
        self.error: BaseException | None = None


T = TypeVar("T", bound=Turn)

_waiting: deque[Any] = deque()
_writing = threading.Lock()


def take_turns(mine: T, write: Callable[[list[T]], None]) -> None:
    """Return once ``mine`` is written, by this thread or by another, or has an ``error``.

    ``write`` writes all that it is given, or marks with ``error`` what it refuses. Where it raises,
    nothing was written; then each is tried by itself, so that nobody fails for another.
    """
    try:
        _waiting.append(mine)
        while not mine.done:
            if _writing.locked():
                # not at the lock, which all who are done would pass through one by one
                mine.told.wait(_LOOK_AGAIN)
                mine.told.clear()
                continue
            with _writing:
                if not mine.done:
                    _write_waiting(write)
            with contextlib.suppress(IndexError):
                _waiting[0].told.set()
    finally:
        with contextlib.suppress(ValueError):
            _waiting.remove(mine)  # only where something broke in


def _write_waiting(write: Callable[[list[T]], None]) -> None:
    taken = [_waiting.popleft() for _ in range(min(len(_waiting), _TOGETHER))]
    try:
        _write_each(taken, write)
    finally:
        for turn in taken:
            turn.done = True
            turn.told.set()


def _write_each(taken: list[T], write: Callable[[list[T]], None]) -> None:
    try:
        write(taken)
    except Exception as error:
        if len(taken) == 1:
            taken[0].error = error
            return
        for turn in taken:
            _write_each([turn], write)
    except BaseException:
        for turn in taken:
            turn.error = InterruptedError("the thread that wrote this was stopped")
        raise
