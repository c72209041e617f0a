"""Who does the work: this process, several of this machine, or a cluster. All are asked in the same way.

`submit` takes a call with a name for it, `wait` gives back names with what the calls returned. Where a process was
killed at a call, `Lost` stands in the place of what it would have returned.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import ParameterError
from .worker import PROGRAM, called, receive, send

Answer = tuple[Hashable, Any]

_SILENCE = "TQDM_DISABLE"
#: seconds between looks at a cluster's workers, and looks without any before local ones are started anew
_MOMENT, _PATIENCE = 5, 4


@dataclass(frozen=True)
class Lost:
    """In the place of a call's value: the process at it was killed; ``how`` says what is known of that."""

    how: str


class ThisProcess:
    """Calls are made here, one after the other."""

    width = tries = 1

    def __init__(self) -> None:
        self._calls: deque[tuple[Hashable, Callable, tuple]] = deque()

    def submit(self, name: Hashable, function: Callable, *arguments: Any) -> None:
        """Take a call, to be made when somebody waits for it."""
        self._calls.append((name, function, arguments))

    def wait(self) -> Answer:
        """Make the next call."""
        name, function, arguments = self._calls.popleft()
        before = os.environ.get(_SILENCE)
        os.environ[_SILENCE] = "1"  # the steps of one call are no progress of the whole
        try:
            return name, called(function, *arguments)
        finally:
            del os.environ[_SILENCE]
            if before is not None:
                os.environ[_SILENCE] = before

    def close(self) -> None:
        """Forget what was not called."""
        self._calls.clear()


class Processes:
    """Processes of this machine, each asked by a thread of its own; one that was killed is started anew."""

    tries = 2  # a process may be killed for reasons that are not its work's

    def __init__(self, width: int) -> None:
        self.width = width
        self._calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._running: dict[int, subprocess.Popen] = {}
        self._closed = False
        for number in range(width):
            threading.Thread(target=self._ask, args=(number,), daemon=True).start()

    def submit(self, name: Hashable, function: Callable, *arguments: Any) -> None:
        """Take a call for the next process that is free."""
        self._calls.put((name, function, arguments))

    def wait(self) -> Answer:
        """Wait for the next call that is finished; raise what it raised."""
        while True:
            try:  # a wait without an end would not be interrupted everywhere
                name, answer, error = self._answers.get(timeout=1)
            except queue.Empty:
                continue
            if error is not None:
                raise error
            return name, answer

    def close(self) -> None:
        """Kill all processes, whatever they are at."""
        self._closed = True
        for _ in range(self.width):
            self._calls.put(None)
        for process in list(self._running.values()):
            process.kill()
            process.wait()

    def _ask(self, number: int) -> None:
        while (call := self._calls.get()) is not None and not self._closed:
            name, *work = call
            try:
                process = self._process(number)
                send(process.stdin, work)
                good, value = receive(process.stdout)
                self._answers.put((name, value, None) if good else (name, None, value))
            except (EOFError, OSError):
                status = self._running.pop(number).wait() if number in self._running else None
                self._answers.put((name, Lost(f"its process ended with {status}"), None))
            except Exception as error:  # a call that cannot be sent; nobody else would hear of it
                self._answers.put((name, None, error))

    def _process(self, number: int) -> subprocess.Popen:
        if number not in self._running:
            self._running[number] = subprocess.Popen(
                [sys.executable, "-c", PROGRAM.format(paths=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, _SILENCE: "1", **_ONE_THREAD},
            )
        return self._running[number]


#: one thread a process: there are as many processes as processors
_ONE_THREAD = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS"], "1")


def _silently(function: Callable, *arguments: Any) -> Any:
    """Make a call on a worker, whose steps nobody watches."""
    os.environ.setdefault(_SILENCE, "1")
    return called(function, *arguments)


class Cluster:
    """The workers of a Dask cluster: those of ``scheduler``, an address, or ``local`` ones started for the purpose."""

    tries = 1  # Dask itself tries several workers

    def __init__(self, scheduler: str, width: int | None) -> None:
        try:
            import distributed  # noqa: PLC0415 - an extra
        except ImportError:
            raise ParameterError(
                f"scheduler={scheduler!r} needs dask.distributed; pip install 'sco-analysis[distributed]'"
            ) from None
        self._dask, self._local, self._open = distributed, None, {}
        self._missed = 0
        if scheduler == "local":
            self.width = width or os.cpu_count() or 1
            self._start()
            return
        try:
            self._client = distributed.Client(scheduler, timeout=30)
        except (OSError, ValueError, TimeoutError) as error:
            raise ParameterError(
                f"scheduler={scheduler!r} does not answer ({error}); start one with `dask scheduler`"
            ) from None
        self.width = width or max(1, sum(worker["nthreads"] for worker in self._workers()))

    def _start(self) -> None:
        import dask  # noqa: PLC0415 - an extra

        with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
            self._local = self._dask.LocalCluster(
                n_workers=self.width, threads_per_worker=1, dashboard_address=None, silence_logs=50
            )
        self._client = self._dask.Client(self._local)

    def _workers(self) -> list[dict[str, Any]]:
        return list(self._client.scheduler_info(n_workers=-1)["workers"].values())

    def submit(self, name: Hashable, function: Callable, *arguments: Any) -> None:
        """Hand a call to the scheduler."""
        future = self._client.submit(_silently, function, *arguments, pure=False)
        self._open[future] = (name, function, *arguments)

    def wait(self) -> Answer:
        """Wait for the next call that is finished; raise what it raised."""
        while True:
            try:
                done = self._dask.wait(list(self._open), timeout=_MOMENT, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                self._revive()
                continue
            future = next(iter(done))
            name = self._open.pop(future)[0]
            try:
                return name, future.result()
            except self._dask.scheduler.KilledWorker as error:
                return name, Lost(str(error).partition(". ")[0])

    def _revive(self) -> None:
        """Start local workers anew where Dask, after several deaths, starts none any more."""
        self._missed = self._missed + 1 if self._local is not None and not self._workers() else 0
        if self._missed >= _PATIENCE:
            self._missed, calls = 0, list(self._open.values())
            self._open.clear()
            self.close()
            self._start()
            for call in calls:
                self.submit(*call)

    def close(self) -> None:
        """Leave the cluster; local workers end."""
        self._client.close()
        if self._local is not None:
            self._local.close(timeout=5)


Pool = ThisProcess | Processes | Cluster


@contextmanager
def opened(scheduler: str | None, jobs: int | None) -> Iterator[Pool]:
    """Open the pool that is asked for, and close it whatever happens.

    Raises `ParameterError` when there is no such cluster, or the extra that it needs is missing.
    """
    if scheduler is not None:
        pool: Pool = Cluster(scheduler, jobs)
    else:
        width = jobs or os.cpu_count() or 1
        pool = Processes(width) if width > 1 else ThisProcess()
    try:
        yield pool
    finally:
        pool.close()


def run(pool: Pool, function: Callable, calls: Iterable[tuple[Hashable, tuple]]) -> Iterator[Answer]:
    """Make many calls of one function, ``calls`` being names and arguments; yield names and values as they come.

    No more calls are taken from ``calls`` than are worked at, so that these may be large. A call whose process was
    killed is made again as often as the pool tries.
    """
    source = iter(calls)
    open_calls: dict[Hashable, tuple] = {}
    tried: dict[Hashable, int] = {}
    while True:
        while len(open_calls) < pool.width and (call := next(source, None)) is not None:
            open_calls[call[0]] = call[1]
            pool.submit(call[0], function, *call[1])
        if not open_calls:
            return
        name, value = pool.wait()
        tried[name] = tried.get(name, 0) + 1
        if isinstance(value, Lost) and tried[name] < pool.tries:
            pool.submit(name, function, *open_calls[name])
            continue
        del open_calls[name]
        yield name, value
