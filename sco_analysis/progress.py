"""How far a long piece of work is: a bar in a terminal, one in a notebook, and silence wherever nobody looks."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

#: seconds of work before anything is shown
PATIENCE = 1.0


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show how far the work in the ``with`` block is, once it has taken a second.

    ``label`` says what is done, ``total`` in how many steps. What comes out is called with the name of each step as it
    begins. A terminal gets a bar that is wiped away at the end, a notebook a ``<progress>``; with ``TQDM_DISABLE`` in
    the environment, as in a render, and where output goes to a file, there is nothing.
    """
    if os.environ.get("TQDM_DISABLE"):
        yield lambda _: None
    elif _in_notebook():
        yield from _notebook_bar(label, total)
    else:
        from tqdm import tqdm  # noqa: PLC0415 - only where somebody looks

        with tqdm(total=total, desc=label, delay=PATIENCE, leave=False, disable=None, unit="step") as bar:

            def step(name: str) -> None:
                if getattr(bar, "postfix", None):  # not before the first step; a bar that is not shown has none
                    bar.update()
                bar.set_postfix_str(name)

            yield step


def _in_notebook() -> bool:
    """Say whether this is the kernel of a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None


def _notebook_bar(label: str, total: int) -> Iterator[Callable[[str], None]]:
    from IPython.display import HTML, display  # noqa: PLC0415 - a notebook has it

    began, done, shown = time.monotonic(), -1, []

    def step(name: str) -> None:
        nonlocal done
        done += 1
        if time.monotonic() - began < PATIENCE:
            return
        told = escape(f"{label}: {name}")
        bar: Any = HTML(f'<progress max="{total}" value="{done}" aria-label="{told}"></progress> {told}')
        if shown:
            shown[0].update(bar)
        else:
            shown.append(display(bar, display_id=True))

    try:
        yield step
    finally:
        for handle in shown:
            handle.update(HTML(""))
