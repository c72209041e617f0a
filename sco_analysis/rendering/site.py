"""The pages of a folder together: their index, and which of a row of pages have nothing to tell any more."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from .. import __version__
from ..store.files import put
from ..store.fingerprints import hash_file
from ..store.ledger import Ledger
from .pages import Page, read_page, write_index
from .plan import tell


def read_site_page(notebook: Mapping[str, Any], figures: Path) -> Page:
    """Read an executed notebook as a page; one of a row of pages knows what it is about, as a reader would name it."""
    page = read_page(notebook, figures)
    each = notebook["metadata"].get("sco_analysis", {}).get("each", {})
    if "state" in each:
        from ..plots.drawing import display_name  # noqa: PLC0415 - loads matplotlib

        each = {**each, "state": display_name(each["state"])}
    page.of = tell(each)
    return page


def write_site(places: Mapping[str, Path]) -> Path:
    """Write ``index.html``: what `write_index` tells of each executed notebook in ``build/`` with a page in ``site/``.

    They stand in the order of the notebooks' metadata ``order``, a number; those without one follow by name. Comes
    out: the path of the index, which is not there when there is no page.
    """
    paths = [path for path in sorted(places["build"].glob("*.ipynb")) if page_of(path, places).exists()]
    notebooks = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    found = [
        (name, read_site_page(notebook, places["figures"]), notebook["metadata"].get("sco_analysis", {}))
        for name, notebook in sorted(notebooks.items(), key=lambda item: item[1]["metadata"].get("order", len(paths)))
    ]
    if found:
        put(places["site"] / "index.html", write_index(found, __version__).encode())
    return places["site"] / "index.html"


def page_of(notebook: Path, places: Mapping[str, Path]) -> Path:
    """Say where the page of an executed notebook is."""
    return places["site"] / f"{notebook.stem}.html"


def remove_stale(
    places: Mapping[str, Path], ledger: Ledger, notebook: str, each: str, known: Collection[str]
) -> list[str]:
    """Remove the pages of a row whose value is not in the corpus any more, with all that was made with them.

    The row is that of ``notebook`` for each ``each``; ``known`` are the names of the pages that there could be. A
    product that was altered by hand stays. Comes out: the names of the pages that are gone.
    """
    gone = []
    for path in sorted(places["build"].glob(f"{notebook}--*.ipynb")):
        if path.stem in known or not ledger.products(path.stem):
            continue
        about = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("sco_analysis", {})
        if list(about.get("each", {})) != [each]:
            continue
        for product, sha256 in ledger.products(path.stem).items():
            made = places["build"].parent / product
            if made.is_file() and hash_file(made) == sha256:
                made.unlink()
        gone.append(path.stem)
    return gone
