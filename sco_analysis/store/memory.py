"""A parsed corpus kept on disk while notebooks are rendered, so that many pages of one corpus parse it once.

It is used only when `VARIABLE` names a folder, which rendering sets for its own kernels: the folder belongs to one
state of the code and environment, and is as private as the compiled modules beside the code.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

VARIABLE = "SCO_PARSED"


def remember(make: Callable[[], Any], documents: pd.DataFrame, *more: str) -> Any:
    """Return what ``make`` makes of ``documents``: from the folder in `VARIABLE` when the same was made before.

    ``more`` tells apart what else it is made of. What is returned has always been through the file's form, whoever made
    it, so that no later sum can depend on how an array lies in memory. A file that cannot be read or written is done
    without.
    """
    folder = os.environ.get(VARIABLE, "")
    if not folder:
        return make()
    path = Path(folder) / f"{identify(documents, *more)}.pickle"
    with contextlib.suppress(Exception):  # broken, or of another version: made anew
        return pickle.loads(path.read_bytes())
    content = pickle.dumps(make(), protocol=5)
    with contextlib.suppress(OSError):
        _put(path, content)
    return pickle.loads(content)


@contextlib.contextmanager
def remembering(folder: Path) -> Iterator[None]:
    """Let `remember` use ``folder`` in this process for a while."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(folder)
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        if before is not None:
            os.environ[VARIABLE] = before


def identify(documents: pd.DataFrame, *more: str) -> str:
    """Hash a table by everything in it: columns, types, index, values, and what is attached to it."""
    told = hashlib.sha256(repr((more, list(documents.columns), documents.attrs)).encode())
    told.update(repr((type(documents.index).__name__, documents.index.tolist())).encode())
    for position, dtype in enumerate(documents.dtypes):
        told.update(f"{dtype!r} {documents.iloc[:, position].tolist()!r}".encode("utf-8", "surrogatepass"))
    return told.hexdigest()


def _put(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` in one step: several kernels may be at the same file, each with the same bytes."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)
