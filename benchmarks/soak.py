"""Many small notebooks at once: does every one come out? ``python benchmarks/soak.py [--notebooks 100] [--jobs 8]``.

Parallel kernels that share a directory for their sockets collide now and then; here each has its own. Exits with 1 when
a single page is missing.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from sco_analysis import RenderError, render

CELLS = ("n = {number}", "sum(range(n))", "print('page', n)")


def write(folder: Path, number: int) -> Path:
    """Write one small notebook."""
    cells = [nbformat.v4.new_markdown_cell(f"# Page {number}\n\nOne of many.")]
    cells += [nbformat.v4.new_code_cell(cell.format(number=number)) for cell in CELLS]
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"
    path = folder / f"page_{number:03}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def main() -> int:
    """Render them, and count the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebooks", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=8)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        paths = [write(folder, number) for number in range(asked.notebooks)]
        begin = time.monotonic()
        try:
            render(paths, out=folder / "out", jobs=asked.jobs)
        except RenderError as error:
            print(error)
        there = [path for path in paths if f"page {int(path.stem[-3:])}\n" in page_of(folder, path)]
        seconds = time.monotonic() - begin
    print(f"{len(there)} of {len(paths)} notebooks rendered, {asked.jobs} at once, {seconds:.0f} s")
    return int(len(there) < len(paths))


def page_of(folder: Path, path: Path) -> str:
    """Return the page of a notebook, empty when there is none."""
    page = folder / "out" / "site" / f"{path.stem}.html"
    return page.read_text(encoding="utf-8").replace("</pre>", "\n") if page.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
