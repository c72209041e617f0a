"""Parameterised execution of the notebooks, several at once, and the site made from them.

What can be refused is refused before a kernel starts, and what was rendered before from the same inputs is not executed
again. Each notebook runs in a process of its own with a private temporary directory; its products come under their
final names only when it has finished, so a failed or interrupted run leaves the last good ones.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .citations import GALLERY, MANIFEST, write_gallery
from .errors import CorpusWarning, FigureError, ParameterError, RenderError
from .records import SUFFIX
from .records import corpus_facts as facts_of_documents
from .rendering.execute import CELL_TIMEOUT, Workers
from .rendering.pages import write_page
from .rendering.plan import Job, default_out, find_notebooks, make_plan
from .rendering.site import page_of, read_site_page, remove_stale, write_site
from .store.commits import can_settle
from .store.files import alone, put, put_together, sweep
from .store.fingerprints import digest, hash_corpus, hash_files, hash_inputs, hash_made_with
from .store.ledger import FOLDER, Ledger
from .store.memory import VARIABLE, remembering

if TYPE_CHECKING:
    import pandas as pd

MOST = 12  # pages of a grid, when nothing is said


@dataclass(frozen=True)
class Rendered:
    """What became of one page: its name, its files, whether it was executed, why, and how many seconds that took."""

    name: str
    executed: Path
    page: Path
    status: str
    why: tuple[str, ...]
    seconds: float


def render(
    notebooks: Iterable[str | Path] | str | Path | None = None,
    corpus: str | Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    *,
    each: str = "",
    most: int = MOST,
    force: bool = False,
    cell_timeout: int = CELL_TIMEOUT,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Execute notebooks and write their pages; those that would come out the same are left as they are.

    ``notebooks`` are files or the names of notebooks of this project (default: all of them); ``corpus`` is the folder
    or file of documents that they read; ``parameters`` sets values by name, in every notebook that has the name;
    ``out`` is the folder that gets ``build/`` (executed notebooks), ``site/`` (pages and index.html) and ``figures/``
    (default: the checkout when called inside it, else the current folder); ``jobs`` is how many run at once (default:
    the number of processors); ``each`` makes a page for each value of that parameter which the corpus has (speaker,
    state, session, document, genre, source, year), the ``most`` frequent ones; ``force`` executes all anew;
    ``cell_timeout`` is how many seconds one cell may take (default: an hour; 0 for as long as it likes);
    ``progress`` shows a bar (default: when there is a terminal to show it on).

    A page is made anew when its notebook, parameters, corpus, dictionaries, the package, the lock or an installed
    version has changed, or when one of its products was removed or altered. How long each took stands in
    ``build/render.json``.

    Comes out: a table with a row for each page: notebook (its name), executed, page (their paths), status (rendered
    or unchanged).

    Raises `ParameterError` (an unknown notebook or name, a wrong type), `CorpusError` (no documents) and `RenderError`
    (a file that is no notebook, a place that cannot be written, or in which another render is at work) before anything
    is executed; `RenderError` at the end when a cell failed, took too long or lost its kernel, naming notebook, cell
    and traceback, or when a product could not be written. The other notebooks are finished first.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    options = {"each": each, "most": most, "force": force, "cell_timeout": cell_timeout, "progress": progress}
    done = render_pages(notebooks, corpus, parameters, out, jobs, **options)
    columns = {"notebook": "name", "executed": "executed", "page": "page", "status": "status"}
    return pd.DataFrame({key: [str(getattr(row, name)) for row in done] for key, name in columns.items()})


def render_pages(
    notebooks: Iterable[str | Path] | str | Path | None = None,
    corpus: str | Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    *,
    each: str = "",
    most: int = MOST,
    force: bool = False,
    cell_timeout: int = CELL_TIMEOUT,
    progress: bool | None = None,
) -> list[Rendered]:
    """Do as `render` does, and return what became of each page; to find that nothing is to be done loads little."""
    if jobs is not None and jobs < 1:
        raise ParameterError(f"jobs is {jobs}; give 1 or more")
    plan = make_plan(find_notebooks(notebooks), corpus, parameters or {})
    out = Path(out) if out is not None else default_out()
    places = open_places(out)
    kept = places["build"] / FOLDER
    with alone(kept, out):
        sweep([*places.values(), kept])
        if each:
            plan = _expand(plan, each, most, Ledger(out, hash_made_with()), places)
        at_once = jobs or os.cpu_count() or 1
        return carry_out(plan, places, at_once, force=force, cell_timeout=cell_timeout, progress=progress)


def carry_out(
    plan: Sequence[Job],
    places: Mapping[str, Path],
    jobs: int,
    *,
    force: bool = False,
    cell_timeout: int = CELL_TIMEOUT,
    progress: bool | None = None,
) -> list[Rendered]:
    """Execute what has to be of ``plan``, ``jobs`` at once, into ``places`` (see `open_places`).

    Comes out: what became of each page. Raises `RenderError` at the end when a cell failed or a product could not be
    written.
    """
    made_with = hash_made_with()
    ledger = Ledger(places["build"].parent, made_with)
    inputs = {job.name: hash_inputs(job.path, job.parameters, job.values, job.corpus, made_with) for job in plan}
    why = {name: ["forced"] if force else ledger.why(name, told) for name, told in inputs.items()}
    todo = [job for job in plan if why[job.name]]
    failures: dict[str, str] = {}
    seconds: dict[str, float] = {}
    if todo:
        run = Run(places, ledger, inputs, ledger.parsed(anew=force), cell_timeout)
        failures = run.all(todo, jobs, progress=progress)
        seconds = run.seconds
        if hash_made_with() != made_with:  # edited meanwhile: who knows which page saw which code
            ledger.forget()
    done = [_outcome(job, places, why[job.name], failures, seconds) for job in plan]
    told = f"{len(plan) - len(failures)} of {len(plan)} notebooks rendered" if len(plan) > 1 else "nothing rendered"
    trouble = [*failures.values(), told] if failures else []
    try:
        _write_site_when_needed(places, ledger)
        _write_log(places["build"] / "render.json", done)
    except (OSError, FigureError) as error:
        trouble.append(_unwritten(error))
    if trouble:
        raise RenderError("\n\n".join(trouble))
    return done


def _unwritten(error: OSError | FigureError) -> str:
    """Say of a file that could not be written which it is and why; all that was finished before is there and whole."""
    told = f"cannot write {error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
    return f"{told}; make room there, or give another folder (--out FOLDER), and render again: what is done is kept"


def _outcome(
    job: Job, places: Mapping[str, Path], why: Sequence[str], failures: Mapping[str, str], seconds: Mapping[str, float]
) -> Rendered:
    status = "failed" if job.name in failures else "rendered" if why else "unchanged"
    executed, page = places["build"] / f"{job.name}.ipynb", places["site"] / f"{job.name}.html"
    return Rendered(job.name, executed, page, status, tuple(why), round(seconds.get(job.name, 0.0), 2))


def _write_log(path: Path, done: Sequence[Rendered]) -> None:
    """Write how long each page took, and why it was made: the only product that is never the same twice."""
    rows = [{"page": row.name, "status": row.status, "why": row.why, "seconds": row.seconds} for row in done]
    put(path, (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode())


def _expand(plan: Sequence[Job], each: str, most: int, ledger: Ledger, places: Mapping[str, Path]) -> list[Job]:
    from .rendering.grid import expand  # noqa: PLC0415 - loads what parses

    with remembering(ledger.parsed()):
        rows = expand(plan, each, ledger.recall)
    for name, row in rows.items():
        if len(row) > most:
            told = f"{name}: the {most} most frequent of {len(row)}; --most {len(row)} for all"
            warnings.warn(told, CorpusWarning, stacklevel=4)
        gone = remove_stale(places, ledger, name, each, {job.name for job in row})
        if gone:
            warnings.warn(f"removed, for the corpus has no such {each}: {', '.join(gone)}", CorpusWarning, stacklevel=4)
    return [job for row in rows.values() for job in row[:most]]


def corpus_facts(path: str) -> dict[str, Any]:
    """Read the corpus at ``path`` and say what it is: name, documents, words, first and last date, sha256.

    The hash is that of the documents' own hashes, sorted: it does not depend on names or places.

    Raises `CorpusError` when it cannot be read or holds no document.
    """
    from .corpus import read_corpus  # noqa: PLC0415 - pandas is heavy

    facts = facts_of_documents(read_corpus(path))
    return {"name": Path(path).name} | {key: facts[key] for key in ("documents", "words", "first", "last", "sha256")}


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


class Run:
    """One execution of several jobs: where products go, and what is written down about them."""

    def __init__(
        self,
        places: Mapping[str, Path],
        ledger: Ledger,
        inputs: Mapping[str, Mapping[str, str]],
        parsed: Path,
        cell_timeout: int,
    ) -> None:
        self.places, self.ledger, self.inputs, self.parsed = places, ledger, inputs, parsed
        self.cell_timeout = cell_timeout
        self.workers = Workers()
        self.seconds: dict[str, float] = {}
        self.saved: dict[str, tuple[str, bytes]] = {}  # figure file → who saved it, and what
        self.lock = threading.Lock()

    def all(self, jobs: Sequence[Job], at_once: int, *, progress: bool | None) -> dict[str, str]:
        """Execute ``jobs`` and publish what finished; comes out: what failed, by page."""
        from tqdm import tqdm  # noqa: PLC0415 - only a real run shows progress

        facts = {
            path: self.ledger.recall(["facts", hash_corpus(path)], lambda path=path: corpus_facts(path))
            for path in sorted({job.corpus for job in jobs if job.corpus})
        }
        shown = None if progress is None else not progress
        bar = tqdm(total=sum(job.cells for job in jobs), unit="cell", desc="Rendering", disable=shown)
        with (
            tempfile.TemporaryDirectory(prefix="sco-", dir=_short_tmp(), ignore_cleanup_errors=True) as scratch,
            bar,
            ThreadPoolExecutor(max_workers=min(at_once, len(jobs))) as pool,
        ):
            try:
                waiting = {
                    pool.submit(self.one, job, Path(scratch) / str(n), facts.get(job.corpus, {}), bar.update): job.name
                    for n, job in enumerate(jobs)
                }
                outcomes = {waiting[future]: future.result() for future in as_completed(waiting)}
            except BaseException:  # Ctrl-C above all: no half files, no kernels left behind
                pool.shutdown(wait=False, cancel_futures=True)
                self.workers.stop()
                raise
        return {job.name: outcomes[job.name] for job in jobs if outcomes[job.name]}

    def one(self, job: Job, private: Path, facts: Mapping[str, Any], on_cell: Any) -> str:
        """Execute one job and publish its products; comes out: what failed, in words, or nothing."""
        begin = time.monotonic()
        about = {"version": __version__, "corpus": facts, **({"each": dict(job.each)} if job.each else {})}
        try:
            failure = self.workers.execute(
                job.path,
                private,
                parameters=job.parameters,
                about=about,
                on_cell=on_cell,
                environment={VARIABLE: str(self.parsed), SUFFIX: job.suffix},
                cell_timeout=self.cell_timeout,
            )
            told = self.publish(job, private) if failure is None else ""
        except OSError as error:  # a full disk above all; there may be room for another page
            return f"{job.path.name}: {_unwritten(error)}"
        finally:
            shutil.rmtree(private, ignore_errors=True)
        self.seconds[job.name] = time.monotonic() - begin
        if failure is None:
            return told
        where = f"cell {failure['cell']}" if failure["cell"] else "before its first cell"
        return f"{job.path.name}, {where}: {failure['error']}\n{failure['traceback']}".rstrip()

    def publish(self, job: Job, private: Path) -> str:
        """Bring figures, executed notebook and page under their final names, all when the last is written.

        Comes out: nothing, or why not: two pages of one run must not save different figures under one name.
        """
        saved = sorted((private / "figures").iterdir())
        stems = {path.stem for path in saved if path.suffix == ".json"}  # what describes all figures is not one job's
        files = {path.name: path.read_bytes() for path in saved if path.stem in stems}
        with self.lock:
            for name, content in files.items():
                other, there = self.saved.setdefault(name, (job.name, content))
                if there != content:
                    return f"{job.name} saves a figure file {name}, and so does {other}, another one; rename the stem"
        executed = (private / "executed.ipynb").read_bytes()
        notebook = json.loads(executed)
        page = write_page(read_site_page(notebook, private / "figures"), job.name, notebook["metadata"]["sco_analysis"])
        products = {self.places["figures"] / name: content for name, content in files.items()}
        products[self.places["build"] / f"{job.name}.ipynb"] = executed
        products[self.places["site"] / f"{job.name}.html"] = page.encode()
        put_together(products)
        self.ledger.enter(job.name, self.inputs[job.name], products)
        return ""


def _write_site_when_needed(places: Mapping[str, Path], ledger: Ledger) -> None:
    """Write index and gallery when something that they show, or what writes them, has changed."""
    pages = sorted(places["build"].glob("*.ipynb"))
    told = {"code": ledger.made_with, "pages": hash_files(pages, places["build"])}
    told["shown"] = digest([path.stem for path in pages if page_of(path, places).exists()])
    if ledger.why("index", told):
        ledger.enter("index", told, filter(Path.exists, [write_site(places)]))
    records = sorted(path for path in places["figures"].glob("*.json") if path.name not in GALLERY)
    told = {"code": ledger.made_with, "records": hash_files(records, places["figures"])}
    if ledger.why("gallery", told) or can_settle(places["figures"] / MANIFEST):
        ledger.enter("gallery", told, write_gallery(places["figures"]))
