"""Files that are there whole or not at all: written under another name, flushed to the disk, then renamed.

And folders that only one process at a time works in. Nothing here looks at a clock or at the time of a file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from ..errors import RenderError

LOCK = "lock"

_number = count()


def put(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, making its folder; the name appears only when all is written.

    Raises `OSError`, with the path in its ``filename``, when that cannot be done; then what was there before still is.
    """
    put_together({path: content})


def put_together(contents: Mapping[Path, bytes | Callable[[Path], Any]]) -> None:
    """Write several files that belong together: none gets its name before all are written.

    A content is bytes, or what writes to the path that it is given. Raises `OSError` as `put` does.
    """
    drafts = {path: path.with_name(f".{path.name}.{os.getpid()}-{next(_number)}.part") for path in contents}
    at = None
    try:
        for at, draft in drafts.items():
            at.parent.mkdir(parents=True, exist_ok=True)
            _write(draft, contents[at])
        for at, draft in drafts.items():
            draft.replace(at)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(at)) from error
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)


def _write(draft: Path, content: bytes | Callable[[Path], Any]) -> None:
    if callable(content):
        content(draft)
    else:
        draft.write_bytes(content)
    with draft.open("rb+") as stream:
        os.fsync(stream.fileno())  # else a name may outlive a power cut, and its content not


def sweep(folders: Iterable[Path]) -> None:
    """Remove the drafts that killed processes have left in ``folders``; those of living ones stay."""
    for folder in folders:
        for draft in folder.glob(".*.part"):
            maker = draft.name.removesuffix(".part").rpartition(".")[2].partition("-")[0]
            if maker.isdecimal() and not _is_alive(int(maker)):
                with contextlib.suppress(OSError):
                    draft.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    import psutil  # noqa: PLC0415 - comes with the kernels; asked for only where something was killed

    return psutil.pid_exists(pid)


@contextlib.contextmanager
def alone(folder: Path, shown: Path) -> Iterator[None]:
    """Let only one process at a time work in ``folder``, which is made when it is not there.

    The lock is one of the system's: it ends with the process, however that ends. Where a disk knows no locks, all are
    let through. Raises `RenderError` when another one is at work, telling the folder as ``shown``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+b") as stream:
        try:
            _lock(stream.fileno())
        except BlockingIOError:
            stream.seek(0)
            who = stream.read().decode("ascii", "replace").strip()
            raise RenderError(
                f"another render is at work in {shown}{f' (process {who})' if who else ''}; "
                "wait until it has ended, or give another folder: --out FOLDER"
            ) from None
        except OSError:  # a disk without locks
            pass
        stream.truncate(0)
        stream.write(str(os.getpid()).encode())
        stream.flush()
        yield


def _lock(handle: int) -> None:
    """Take the system's lock on an open file; `BlockingIOError` when another has it."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        import msvcrt  # noqa: PLC0415 - only there

        os.lseek(handle, 1 << 30, os.SEEK_SET)  # far behind what is written, which others shall read
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
