"""What Python and Arrow do beside the work, put off or made cheaper while tables are built.

**The collector of cycles** looks at every container that is alive whenever so many new ones have been made. Parsing
makes them by the hundred thousand and makes no cycles, so the collector finds nothing: what is no longer needed goes at
once, by its count of references, as ever. Mercurial puts it off in the same way where it builds large tables.

**Arrow's memory** comes from an allocator that soon gives pages back to the system. Tables that are made and dropped in
turn fetch the same pages again and again, and that costs more than the work on them; the allocator of the C library
keeps them for a while. Each buffer goes back to where it came from, so the two can be in use side by side.

Both are as they were afterwards. What it saves: `docs/speed.md`.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import pyarrow as pa

P = ParamSpec("P")
R = TypeVar("R")

#: The C library of other systems was not measured.
_MEASURED = sys.platform.startswith("linux")

_lock = threading.Lock()
_at_work = 0  # how many calls, of all threads
_was_on = False
_pool: pa.MemoryPool | None = None


def undisturbed(work: Callable[P, R]) -> Callable[P, R]:
    """Put off the collector, and let Arrow take its memory from the C library, while ``work`` runs.

    For functions that make many objects, no cycles, and call nothing that is not ours.
    """

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        _begin()
        try:
            return work(*args, **kwargs)
        finally:
            _end()

    return run


def _begin() -> None:
    global _at_work, _was_on, _pool  # noqa: PLW0603 - there is one collector and one default pool in a process
    with _lock:
        if not _at_work:
            _was_on, _pool = gc.isenabled(), pa.default_memory_pool()
            gc.disable()
            if _MEASURED:
                pa.set_memory_pool(pa.system_memory_pool())
        _at_work += 1


def _end() -> None:
    global _at_work  # noqa: PLW0603
    with _lock:
        _at_work -= 1
        if not _at_work:
            _put_back()


def _put_back() -> None:
    pa.set_memory_pool(_pool)
    if _was_on:
        gc.enable()


def _anew() -> None:
    """Start afresh in a forked process: threads that were at work are not there, and nobody would release the lock."""
    global _lock, _at_work  # noqa: PLW0603
    _lock = threading.Lock()
    if _at_work:
        _at_work = 0
        _put_back()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_anew)
