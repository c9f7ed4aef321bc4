"""Numba's options, decided once.

``kernel`` compiles a function on first call and keeps the machine code on disk (``cache=True``),
so that a command pays for compilation once per installation. ``parallel_kernel`` adds threads
over ``prange``. Neither uses ``fastmath``: reordering would treat ``-inf`` (impossible) as a
value that cannot occur, and results would differ between machines. A kernel whose inner loop
only adds finite float32 numbers may ask for ``reassociated`` explicitly.

With ``NUMBA_DISABLE_JIT=1`` the same functions run as plain Python; the tests of the kernels
are run that way too, so that a wrong index raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["kernel", "parallel_kernel", "prange", "reassociated"]

F = TypeVar("F", bound=Callable[..., Any])

prange = numba.prange


def kernel(function: F) -> F:
    """Compile ``function`` for one thread."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


def parallel_kernel(function: F) -> F:
    """Compile ``function`` with its ``prange`` loops spread over threads."""
    return cast(F, numba.njit(cache=True, nogil=True, parallel=True)(function))


def reassociated(function: F) -> F:
    """Compile for one thread and let sums be reordered (finite numbers only)."""
    return cast(F, numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})(function))
