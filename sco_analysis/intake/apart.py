"""Reading that may crash, hang or fill the memory, done in a process apart.

PDFs are read by a library in C++. A few kilobytes can make it work for minutes, take gigabytes, or crash, and neither a
signal nor an exception reaches into it. In a process of its own it can be ended, and the other files be read.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from .limits import MEGABYTE, Limits

_PACKAGE = Path(__file__).resolve().parent.parent
_START = "import sys; sys.path.insert(0, sys.argv[1]); from {}.intake.apart import serve; serve(int(sys.argv[2]))"
_lock = threading.Lock()
_running: dict[tuple[int, int], subprocess.Popen[bytes]] = {}  # by own process (a fork has none yet) and memory


def read_apart(data: bytes, limits: Limits) -> Any:
    """Return what `pdfs.read_pdf` gives, from another process, or the reason why it gave nothing.

    The process is kept for the next file. It is ended when it takes more than ``limits.seconds``; where the system can
    limit memory (Linux can), it gets no more than ``limits.memory`` bytes.
    """
    key = os.getpid(), limits.memory
    with _lock:
        process = _running.get(key)
        if process is None or process.poll() is not None:
            process = _running[key] = _start(limits.memory)
        ended = threading.Event()
        timer = threading.Timer(limits.seconds, lambda: (ended.set(), process.kill()))
        timer.start()
        try:
            pickle.dump((data, limits), process.stdin)
            process.stdin.flush()
            return pickle.load(process.stdout)  # written by this module
        except (EOFError, OSError, pickle.UnpicklingError):
            _stop(_running.pop(key))
            return _too_slow(limits) if ended.is_set() else _too_much(limits)
        except BaseException:  # interrupted: what it would still answer belongs to no question
            _stop(_running.pop(key))
            raise
        finally:
            timer.cancel()
            timer.join()  # it may be ending the process in this moment, be there an answer or none
            if ended.is_set() and key in _running:
                _stop(_running.pop(key))


def _too_slow(limits: Limits) -> str:
    return f"it took more than {limits.seconds:g} s; save it anew, or raise Limits(seconds=…)"


def _too_much(limits: Limits) -> str:
    return (
        f"reading it failed, or took more than {limits.memory / MEGABYTE:,.0f} MB of memory; "
        "save it anew, or raise Limits(memory=…)"
    )


def _start(memory: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _START.format(_PACKAGE.name), str(_PACKAGE.parent), str(memory)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            stream.close()
    process.wait()


@atexit.register
def stop_all() -> None:
    """End the processes that this one has started."""
    for key in [key for key in _running if key[0] == os.getpid()]:
        _stop(_running.pop(key))


def _anew() -> None:
    """Start afresh in a forked process, where nobody would release a lock that a thread had held."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_anew)


def serve(memory: int) -> None:
    """Answer what `read_apart` asks until there is nothing more to be asked: the work of the other process."""
    from .pdfs import read_pdf  # noqa: PLC0415 - only here

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    _limit(memory)
    with suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        while True:
            data, limits = pickle.load(sys.stdin.buffer)  # written by this module
            try:
                answer = read_pdf(data, limits)
            except MemoryError:
                answer = _too_much(limits)
            pickle.dump(answer, answers)
            answers.flush()


def _limit(memory: int) -> None:
    """Let this process have no more than ``memory`` bytes beside those it has, where the system knows such limits."""
    try:
        import resource  # noqa: PLC0415 - not on every system

        import pypdfium2  # noqa: F401, PLC0415 - what is loaded is not counted

        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + memory, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        return
