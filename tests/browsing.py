"""A real browser for tests: Chromium as found on the machine, driven by Playwright, without a window or the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()


def find_chromium() -> str:
    """Return the path of Chromium: the one in ``SCO_CHROMIUM``, else the first on the path.

    Where there is none the test is skipped; with ``SCO_BROWSER=required``, as CI has it, it fails.
    """
    found = os.environ.get("SCO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not found:
        reason = "no Chromium on this machine: install it, or name it in SCO_CHROMIUM"
        if os.environ.get("SCO_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def open_browser() -> Iterator[Any]:
    """Start Chromium and close it afterwards."""
    path = find_chromium()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow, and of no use without a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def axe() -> str:
    """Return the source of axe-core, the checker of accessibility."""
    return Path(str(files("axe_playwright_python") / "axe.min.js")).read_text(encoding="utf-8")
