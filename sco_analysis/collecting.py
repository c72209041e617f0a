"""Python's collector of cycles, put off while tables are built.

The collector looks at every container that is alive whenever so many new ones have been made. Parsing makes them by
the hundred thousand and makes no cycles, so the collector finds nothing: what is no longer needed goes at once, by its
count of references, as ever. Mercurial puts it off in the same way where it builds large tables.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_lock = threading.Lock()
_at_work = 0  # how many calls, of all threads
_was_on = False


def uncollected(work: Callable[P, R]) -> Callable[P, R]:
    """Put off the collector while ``work`` runs; afterwards it is as it was, whatever has been raised.

    For functions that make many objects, no cycles, and call nothing that is not ours.
    """

    @wraps(work)
    def put_off(*args: P.args, **kwargs: P.kwargs) -> R:
        _begin()
        try:
            return work(*args, **kwargs)
        finally:
            _end()

    return put_off


def _begin() -> None:
    global _at_work, _was_on  # noqa: PLW0603 - the collector is one for the whole process
    with _lock:
        if not _at_work:
            _was_on = gc.isenabled()
            gc.disable()
        _at_work += 1


def _end() -> None:
    global _at_work  # noqa: PLW0603
    with _lock:
        _at_work -= 1
        if not _at_work and _was_on:
            gc.enable()
