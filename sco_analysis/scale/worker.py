"""A process that works off what it is handed: calls come in through a pipe, and what they return goes back."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import struct
from collections.abc import Callable
from functools import cache
from typing import Any, BinaryIO

import pyarrow as pa

_LENGTH = struct.Struct("<Q")

#: What starts such a process: with the paths of the process that starts it, whatever is its main program.
PROGRAM = "import sys; sys.path[:] = {paths!r}; from sco_analysis.scale.worker import serve; serve()"


def send(stream: BinaryIO, value: Any) -> None:
    """Write ``value`` to ``stream``."""
    content = pickle.dumps(value, protocol=5)
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read what `send` has written; raises `EOFError` when the other side has ended."""
    head = stream.read(_LENGTH.size)
    content = stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    if not content:
        raise EOFError
    return pickle.loads(content)


def serve() -> None:
    """Answer calls (function, arguments) with (True, value) or (False, exception) until nobody calls any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is at the keyboard speaks to the process that started this one
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what anybody prints shall not stand between the answers
    while True:
        try:
            function, arguments = receive(calls)
        except EOFError:
            return
        try:
            answer = (True, called(function, *arguments))
        except Exception as error:  # whatever it is, the other side has to know
            answer = (False, error)
        try:
            send(answers, answer)
        except BrokenPipeError:
            return
        except (pickle.PicklingError, TypeError, AttributeError):  # an exception that cannot travel
            send(answers, (False, RuntimeError(f"{type(answer[1]).__name__}: {answer[1]}")))


def called(function: Callable, *arguments: Any) -> Any:
    """Call, and give the system back what memory is free then: else a process keeps all that its largest calls took."""
    try:
        return function(*arguments)
    finally:
        pa.default_memory_pool().release_unused()
        _trim()(0)


@cache
def _trim() -> Callable[[int], Any]:
    """Return the C library's own way to give memory back, or nothing's where it has none."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda _: None
