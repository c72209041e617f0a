"""Parameterised execution of the notebooks, several at once, and the site made from them.

What can be refused is refused before a kernel starts. Each notebook runs in a process of its own with a private
temporary directory; its products come under their final names only when it has finished, so a failed or interrupted
run leaves the last good ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .citations import write_gallery
from .errors import CorpusError, ParameterError, RenderError
from .execute import Workers
from .pages import read_page, write_index, write_page
from .parameters import Parameter, assign, read_parameters

if TYPE_CHECKING:
    import pandas as pd

PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Job:
    """One notebook to execute: its name, its file, the values set and all that are in force, and its corpus."""

    name: str
    path: Path
    parameters: Mapping[str, Any]
    corpus: str
    cells: int


def render(
    notebooks: Iterable[str | Path] | str | Path | None = None,
    corpus: str | Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    *,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Execute notebooks and write their pages.

    ``notebooks`` are files or the names of notebooks of this project (default: all of them); ``corpus`` is the folder
    or file of documents that they read; ``parameters`` sets values by name, in every notebook that has the name;
    ``out`` is the folder that gets ``build/`` (executed notebooks), ``site/`` (pages and index.html) and ``figures/``
    (default: the checkout when called inside it, else the current folder); ``jobs`` is how many run at once (default:
    the number of processors); ``progress`` shows a bar (default: when there is a terminal to show it on).

    Comes out: a table with a row for each notebook: notebook (its name), executed, page (their paths).

    Raises `ParameterError` (an unknown notebook or name, a wrong type), `CorpusError` (no documents) and `RenderError`
    (a file that is no notebook, a place that cannot be written) before anything is executed; `RenderError` at the end
    when a cell failed, naming notebook, cell and traceback. The other notebooks are finished first.
    """
    if jobs is not None and jobs < 1:
        raise ParameterError(f"jobs is {jobs}; give 1 or more")
    plan = make_plan(find_notebooks(notebooks), corpus, parameters or {})
    places = open_places(Path(out) if out is not None else default_out())
    facts = {path: corpus_facts(path) for path in {job.corpus for job in plan if job.corpus}}
    with tempfile.TemporaryDirectory(prefix="sco-", dir=_short_tmp(), ignore_cleanup_errors=True) as scratch:
        failures = _run_all(plan, places, facts, Path(scratch), jobs=jobs or os.cpu_count() or 1, progress=progress)
    write_site(places)
    write_gallery(places["figures"])
    if failures:
        done = f"{len(plan) - len(failures)} of {len(plan)} notebooks rendered" if len(plan) > 1 else "nothing rendered"
        raise RenderError("\n\n".join([*failures.values(), done]))
    return _report(plan, places)


def find_notebooks(notebooks: Iterable[str | Path] | str | Path | None = None) -> list[Path]:
    """Find the notebooks asked for: files, or names of this project's notebooks; all of those when nothing is asked.

    They are looked for in the checkout around the current folder, else around the package, else in the package.

    Raises `ParameterError` for one that is not there, naming those that are, and for two of one name; `RenderError`
    when none was named and there are none.
    """
    home = next((h for h in _homes() if any(h.glob("*.ipynb"))), None)
    known = {path.stem: path for path in sorted(home.glob("*.ipynb"))} if home else {}
    if notebooks is None or (not isinstance(notebooks, str | Path) and not list(notebooks)):
        if not known:
            raise RenderError("there are no notebooks here; name the files to render")
        return list(known.values())
    asked = [notebooks] if isinstance(notebooks, str | Path) else list(notebooks)
    found: dict[str, Path] = {}
    for item in map(Path, asked):
        path = item if item.is_file() else known.get(item.stem) if item.parent == Path() else None
        if path is None:
            there = f"; there are: {', '.join(known)}" if known else ""
            raise ParameterError(f"there is no notebook {str(item)!r}{there}; or give the path of a file")
        if found.setdefault(path.stem, path).resolve() != path.resolve():
            raise ParameterError(f"two notebooks are named {path.stem}: {found[path.stem]} and {path}; rename one")
    return list(found.values())


def checkout(start: Path | None = None) -> Path | None:
    """Find the checkout of this project around ``start`` (default: the current folder); None outside of one."""
    here = (start or Path.cwd()).resolve()
    return next(
        (p for p in (here, *here.parents) if (p / "sco_analysis").is_dir() and (p / "notebooks").is_dir()), None
    )


def default_out() -> Path:
    """Say where products go when nothing is said: to the checkout when called inside it, else to the current folder."""
    return checkout() or Path.cwd()


def _homes() -> list[Path]:
    checkouts = [place for place in (checkout(), checkout(PACKAGE)) if place]
    return [*(place / "notebooks" for place in checkouts), PACKAGE / "data" / "notebooks"]


def make_plan(paths: Sequence[Path], corpus: str | Path | None, given: Mapping[str, Any]) -> list[Job]:
    """Read the notebooks at ``paths`` and settle the parameters of each.

    A relative ``corpus`` is meant from the current folder; the default of a notebook from the notebook's own.

    Raises `RenderError` for a file that is no notebook, `ParameterError` and `CorpusError` as `render` does.
    """
    notebooks = {path.stem: read_notebook(path) for path in paths}
    parameters = {name: read_parameters(notebook) for name, notebook in notebooks.items()}
    given = dict(given)
    if corpus is not None and str(given.setdefault("corpus", str(corpus))) != str(corpus):
        raise ParameterError(f"corpus is given twice: {given['corpus']!r} and {str(corpus)!r}")
    values = assign({name: str(v) if isinstance(v, Path) else v for name, v in given.items()}, parameters)
    plan = []
    for path in paths:
        name = path.stem
        folder = path.resolve().parent
        if "corpus" in values[name]:
            values[name]["corpus"] = _from_notebook(values[name]["corpus"], folder)
        where = _corpus_of(name, folder, parameters[name], values[name])
        cells = sum(cell["cell_type"] == "code" for cell in notebooks[name]["cells"]) + bool(values[name])
        plan.append(Job(name, path.resolve(), values[name], where, cells))
    return plan


def read_notebook(path: Path) -> dict[str, Any]:
    """Read the notebook at ``path`` as plain JSON.

    Raises `RenderError` when it is no notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if notebook["nbformat"] != 4:
            raise RenderError(f"{path} is a notebook of format {notebook['nbformat']}; save it anew in JupyterLab")
        return notebook
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise RenderError(f"{path} cannot be read as a notebook: {error}") from error


def _from_notebook(corpus: str, folder: Path) -> str:
    """Write the path of a corpus as the notebook has to: relative inside one checkout, so that it reads the same."""
    target = Path(corpus).expanduser().resolve()
    home = checkout(folder)
    if home and target.is_relative_to(home):
        return Path(os.path.relpath(target, folder)).as_posix()
    return str(target)


def _corpus_of(name: str, folder: Path, parameters: Mapping[str, Parameter], values: Mapping[str, Any]) -> str:
    if "corpus" not in parameters:
        return ""
    corpus = values.get("corpus", parameters["corpus"].default)
    target = (folder / corpus).resolve()
    if not target.exists():
        raise CorpusError(
            f"the notebook {name} reads its documents from {corpus!r}, and there is nothing at {target}; "
            "give a folder or file that is there: --corpus FOLDER (in Python: corpus=…)"
        )
    return str(target)


def corpus_facts(path: str) -> dict[str, Any]:
    """Read the corpus at ``path`` and say what it is: name, documents, words, first and last date, sha256.

    The hash is that of the documents' own hashes, sorted: it does not depend on names or places.

    Raises `CorpusError` when it cannot be read or holds no document.
    """
    from .corpus import read_corpus  # noqa: PLC0415 - pandas is heavy

    documents = read_corpus(path)
    days = documents["date"].dropna().dt.strftime("%Y-%m-%d")
    return {
        "name": Path(path).name,
        "documents": len(documents),
        "words": int(documents["n_words"].sum()),
        "first": days.min() if len(days) else "",
        "last": days.max() if len(days) else "",
        "sha256": hashlib.sha256("\n".join(sorted(documents["sha256"])).encode()).hexdigest(),
    }


def open_places(out: Path) -> dict[str, Path]:
    """Make the folders build, site and figures in ``out``.

    Raises `RenderError` when one of them cannot be made or written to.
    """
    places = {name: out / name for name in ("build", "site", "figures")}
    for place in places.values():
        try:
            place.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            raise RenderError(
                f"cannot write to {place}: {error.strerror}; give a folder that can be written: --out FOLDER"
            ) from error
    return places


def _short_tmp() -> str | None:
    """Choose where the private directories go: the path of a socket may have about a hundred characters."""
    return "/tmp" if sys.platform != "win32" and os.access("/tmp", os.W_OK) else None


def _run_all(
    plan: Sequence[Job],
    places: Mapping[str, Path],
    facts: Mapping[str, Any],
    scratch: Path,
    *,
    jobs: int,
    progress: bool | None,
) -> dict[str, str]:
    """Execute the plan, ``jobs`` notebooks at once, and publish what finished; comes out: what failed, by notebook."""
    from tqdm import tqdm  # noqa: PLC0415 - only a real run shows progress

    workers = Workers()
    bar = tqdm(
        total=sum(job.cells for job in plan),
        unit="cell",
        desc="Rendering",
        disable=None if progress is None else not progress,
    )

    def run(job: Job, private: Path) -> str:
        failure = workers.execute(
            job.path,
            private,
            parameters=job.parameters,
            about={"version": __version__, "corpus": facts.get(job.corpus, {})},
            on_cell=bar.update,
        )
        if failure is None:
            _publish(job, private, places)
            return ""
        where = f"cell {failure['cell']}" if failure["cell"] else "before its first cell"
        return f"{job.path.name}, {where}: {failure['error']}\n{failure['traceback']}"

    with bar, ThreadPoolExecutor(max_workers=min(jobs, len(plan))) as pool:
        waiting = {pool.submit(run, job, scratch / str(number)): job.name for number, job in enumerate(plan)}
        try:
            outcomes = {waiting[future]: future.result() for future in as_completed(waiting)}
        except BaseException:  # Ctrl-C above all: no half files, no kernels left behind
            pool.shutdown(wait=False, cancel_futures=True)
            workers.stop()
            raise
    return {job.name: outcomes[job.name] for job in plan if outcomes[job.name]}


def _publish(job: Job, private: Path, places: Mapping[str, Path]) -> None:
    """Bring figures, executed notebook and page of a finished job under their final names, each in one step."""
    saved = sorted((private / "figures").iterdir())
    stems = {path.stem for path in saved if path.suffix == ".json"}  # what describes all figures is not one job's
    for path in (path for path in saved if path.stem in stems):
        _put(places["figures"] / path.name, path.read_bytes())
    executed = (private / "executed.ipynb").read_bytes()
    _put(places["build"] / f"{job.name}.ipynb", executed)
    notebook = json.loads(executed)
    page = write_page(read_page(notebook, places["figures"]), job.name, notebook["metadata"]["sco_analysis"])
    _put(places["site"] / f"{job.name}.html", page.encode())


def write_site(places: Mapping[str, Path]) -> None:
    """Write ``index.html``: a card for each executed notebook in ``build/`` that has its page in ``site/``.

    Cards stand in the order of the notebooks' metadata ``order``, a number; those without one follow by name.
    """
    paths = [path for path in sorted(places["build"].glob("*.ipynb")) if _page_of(path, places).exists()]
    notebooks = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    found = [
        (name, read_page(notebook, places["figures"]), notebook["metadata"].get("sco_analysis", {}))
        for name, notebook in sorted(notebooks.items(), key=lambda item: item[1]["metadata"].get("order", len(paths)))
    ]
    if found:
        _put(places["site"] / "index.html", write_index(found, __version__).encode())


def _page_of(notebook: Path, places: Mapping[str, Path]) -> Path:
    return places["site"] / f"{notebook.stem}.html"


def _put(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _report(plan: Sequence[Job], places: Mapping[str, Path]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - heavy

    return pd.DataFrame(
        {
            "notebook": job.name,
            "executed": str(places["build"] / f"{job.name}.ipynb"),
            "page": str(places["site"] / f"{job.name}.html"),
        }
        for job in plan
    )
