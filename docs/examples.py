"""Runs the examples of a page of documentation and fills in what they print.

A ``python`` or ``sh`` block is run when a ``text`` block follows it, or when the page says so with the line
``<!-- every example runs -->``. The blocks of one page share a folder and a Python namespace. A ``console`` block is
never run: it installs something or opens a window.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.M | re.S)
EVERY = "<!-- every example runs -->"


def fill(markdown: str, folder: Path, figures: Path) -> str:
    """Run the examples of ``markdown`` in ``folder`` and return it with what they print in their ``text`` blocks.

    Raises whatever an example raises; `CalledProcessError` for a command that fails.
    """
    namespace: dict[str, object] = {}
    pieces, at = [], 0
    with _inside(folder, figures):
        for block in BLOCK.finditer(markdown):
            if block[3] is None and EVERY not in markdown:
                continue
            printed = _python(block[2], namespace) if block[1] == "python" else _shell(block[2])
            if block[3] is not None:
                pieces += [markdown[at : block.start(3)], printed]
                at = block.end(3)
    return "".join(pieces) + markdown[at:]


def _python(code: str, namespace: dict[str, object]) -> str:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        exec(compile(code, "<example>", "exec"), namespace)
    return _tidy(stream.getvalue())


def _shell(commands: str) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "TQDM_DISABLE": "1"}
    done = subprocess.run(["sh", "-ec", commands], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{commands}\nfailed with code {done.returncode}:\n{done.stdout}{done.stderr}")
    return _tidy(done.stdout)


def _tidy(printed: str) -> str:
    lines = printed.replace(f"{Path.cwd()}{os.sep}", "").splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


@contextlib.contextmanager
def _inside(folder: Path, figures: Path) -> Iterator[None]:
    before, own = Path.cwd(), os.environ.get("SCO_FIGURES")
    os.chdir(folder)
    os.environ["SCO_FIGURES"] = str(figures)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.pop("SCO_FIGURES")
        if own is not None:
            os.environ["SCO_FIGURES"] = own
