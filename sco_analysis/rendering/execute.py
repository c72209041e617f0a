"""One notebook, executed in a process of its own, which `Workers` starts.

``python -m sco_analysis.rendering.execute JOB.json`` is how.

The process has a private short temporary directory, because kernels that share one collide. What it writes does not
depend on when, where or how fast it ran: times are taken out, names are fixed, split streams are joined.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent

#: How many seconds a cell may take when nothing is said: long for a large corpus, and yet a hanging one ends.
CELL_TIMEOUT = 3600

#: What makes a run come out the same everywhere: a fixed hash seed, one thread, one time zone, language and date.
FIXED = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "SOURCE_DATE_EPOCH": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "IPYKERNEL_CELL_NAME": "<cell>",
    "TQDM_DISABLE": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "COLUMNS": "80",
    "LINES": "24",
    "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, whatever the user's own folder registers
    "JUPYTER_PLATFORM_DIRS": "1",
}

#: What a user may have set, and what would change what comes out.
NOT_PASSED_ON = (
    *("JUPYTER_PATH", "MPLBACKEND", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONDEVMODE"),
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"),
)

#: Metadata of a notebook that belong to it, not to the run.
KEPT_METADATA = ("kernelspec", "title", "authors", "order")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Workers:
    """The processes that execute notebooks; `stop` ends them and their kernels."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen[str]] = []
        self.stopped = False

    def execute(
        self,
        notebook: Path,
        private: Path,
        *,
        parameters: Mapping[str, Any],
        about: Mapping[str, Any],
        on_cell: Callable[[int], Any],
        environment: Mapping[str, str] | None = None,
        cell_timeout: int = CELL_TIMEOUT,
    ) -> dict[str, Any] | None:
        """Execute ``notebook`` in a process of its own, with all it makes in the new directory ``private``.

        ``about`` is what the executed notebook shall remember of corpus and package; ``on_cell`` is called with 1
        after each cell; ``environment`` adds variables; ``cell_timeout`` is how many seconds one cell may take, 0 for
        as long as it likes. Comes out: None, with ``private`` holding executed.ipynb and figures/, or what failed, as
        `execute` tells it.
        """
        (private / "figures").mkdir(parents=True)
        job = {"notebook": str(notebook), "private": str(private), "parameters": dict(parameters), "about": about}
        job["cell_timeout"] = cell_timeout
        (private / "job.json").write_text(json.dumps(job), encoding="utf-8")
        with (private / "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "sco_analysis.rendering.execute", str(private / "job.json")],
                cwd=notebook.parent,
                env={**_environment(private), **(environment or {})},
                stdin=subprocess.PIPE,  # while it is open we live: see `_end_with_the_caller`
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C is for us; `stop` passes it on
            )
        self.running.append(process)
        if self.stopped:
            process.stdin.close()
        with process:
            outcome = _follow(process, on_cell)
        self.running.remove(process)
        if outcome is not None:
            return outcome["failure"]
        last = (private / "log").read_text(encoding="utf-8", errors="replace").strip()
        return {"cell": 0, "error": f"its process ended with code {process.returncode}", "traceback": last[-3000:]}

    def stop(self) -> None:
        """End all processes; each takes its kernel along."""
        self.stopped = True
        for process in list(self.running):
            process.stdin.close()
        for process in list(self.running):
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()  # its kernel sees within a second that it has no parent, and ends


def _end_with_the_caller(caller: int, private: Path, done: threading.Event) -> None:
    """End this process, all that it has started and all that it has made, when the pipe ``caller`` is closed.

    That happens when we are stopped, and also when whoever started us was killed and could tell nobody. When we are
    ``done``, it is as it should be.
    """
    import psutil  # noqa: PLC0415 - comes with the kernels

    while os.read(caller, 1):
        pass
    if done.is_set():
        return
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            process.kill()
    shutil.rmtree(private, ignore_errors=True)
    with contextlib.suppress(OSError):  # the last one takes the folder along
        private.parent.rmdir()
    os._exit(1)


def _follow(process: subprocess.Popen[str], on_cell: Callable[[int], Any]) -> dict[str, Any] | None:
    outcome = None
    for line in process.stdout or ():
        word, _, rest = line.partition(" ")
        if word == "cell":
            on_cell(1)
        elif word == "done":
            outcome = {"failure": json.loads(rest)}
    return outcome


def _environment(private: Path) -> dict[str, str]:
    own = {name: str(private / name.lower()) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]))
    left = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    (private / "matplotlibrc").touch()  # no settings but those of the style sheet
    own["MATPLOTLIBRC"] = str(private / "matplotlibrc")
    return {**left, **FIXED, **own, "TMPDIR": str(private), "SCO_FIGURES": str(private / "figures"), "PYTHONPATH": path}


def execute(job: Mapping[str, Any], on_cell: Callable[[int], Any]) -> dict[str, Any] | None:
    """Execute the notebook of ``job`` here, and write it, cleaned of the run's traces, as executed.ipynb.

    ``job`` holds notebook, private (its directory), parameters and about, as `Workers.execute` writes them. Comes
    out: None, or what failed as ``{"cell": number counted from 1, "error": one line, "traceback": text}``.
    """
    # papermill's way to jsonschema compiles a grammar for the format of web addresses: a second of work for nothing.
    for name in ("rfc3987_syntax", "isoduration", "pyarrow", "pyarrow.fs"):  # nor dates, nor files on a cluster
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    import nbformat  # noqa: PLC0415 - heavy, and only this process needs it
    from nbclient.exceptions import CellTimeoutError  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415
    from papermill.execute import execute_notebook  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    private = Path(job["private"])
    draft = private / "draft.ipynb"
    limit = job.get("cell_timeout", CELL_TIMEOUT)
    trouble = None
    try:
        execute_notebook(
            re.sub(r"([{}])", r"\1\1", job["notebook"]),  # papermill fills in parameters between braces
            draft,
            parameters=job["parameters"],
            kernel_name="python3",
            progress_bar=False,
            start_timeout=120,
            execution_timeout=limit or None,
            request_save_on_cell_execute=True,
            autosave_cell_every=0,
            config=_transport(Config(), private),
            on_cell_complete=lambda cell, cell_index: on_cell(cell_index),
        )
    except PapermillExecutionError:
        pass  # the notebook holds the error; `_failure` reads it there
    except CellTimeoutError as error:
        too_long = f"it ran for more than {limit} seconds; if that is right, allow more: --cell-timeout SECONDS"
        trouble = too_long if "execution timed out" in str(error) else f"CellTimeoutError: {error}"
    except Exception as error:  # a kernel that died or did not start: whatever it raises is the answer
        trouble = f"{type(error).__name__}: {error}"
    notebook = _read_draft(draft)
    failure = _failure(notebook) if notebook else None
    if trouble and (not failure or "--cell-timeout" in trouble):  # a cell that is stopped shows an error of its own
        return {"cell": _stopped_at(notebook), "error": trouble, "traceback": ""}
    if failure:
        return failure
    clean(notebook, job["about"])
    describe_figures(notebook, private / "figures")
    nbformat.write(notebook, private / "executed.ipynb")
    return None


def _read_draft(draft: Path) -> Any:
    import nbformat  # noqa: PLC0415

    try:
        return nbformat.read(draft, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):  # not begun, or cut off by a full disk
        return None


def _transport(config: Any, private: Path) -> Any:
    """Sockets as files in the private directory: two kernels that look for a free port can find the same one."""
    if sys.platform != "win32":
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = f"{private}/k"
    return config


def _failure(notebook: Any) -> dict[str, Any] | None:
    for number, cell in _numbered(notebook):
        for output in cell.get("outputs", []):
            if output.output_type == "error":  # SystemExit among them, whatever its code: the notebook did not finish
                trace = _ANSI.sub("", "\n".join(output.traceback))
                return {"cell": number, "error": f"{output.ename}: {output.evalue}", "traceback": trace}
    return None


def _numbered(notebook: Any) -> list[tuple[int, Any]]:
    """Return the code cells, numbered as a reader of the source counts all cells: without what papermill put in."""
    own = [c for c in notebook.cells if not {"injected-parameters", "papermill-error-cell-tag"} & set(_tags(c))]
    return [(number, cell) for number, cell in enumerate(own, 1) if cell.cell_type == "code"]


def _tags(cell: Any) -> list[str]:
    return cell.metadata.get("tags", [])


def _stopped_at(notebook: Any) -> int:
    """Find the number of the cell that was running when all ended; 0 when none was begun."""
    cells = _numbered(notebook) if notebook else []
    return max((number for number, cell in cells if cell.metadata.get("papermill", {}).get("start_time")), default=0)


def clean(notebook: Any, about: dict[str, Any]) -> None:
    """Take every trace of this one run out of the executed ``notebook``; ``about`` goes into its metadata."""
    kept = {key: notebook.metadata[key] for key in KEPT_METADATA if key in notebook.metadata}
    notebook.metadata = {**kept, "language_info": {"name": "python"}, "sco_analysis": about}
    notebook.nbformat_minor = 5
    count = 0
    for number, cell in enumerate(notebook.cells):
        tags = [tag for tag in _tags(cell) if tag != "papermill-error-cell-tag"]
        cell.metadata = {"tags": tags} if tags else {}
        cell.setdefault("id", f"cell-{number}")
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
        cell.execution_count = count or None
        cell.outputs = _joined(cell.outputs)
        for output in cell.outputs:
            output.pop("transient", None)
            _fix_names(output.get("data", {}))
            if output.output_type == "execute_result":
                output.execution_count = count


def _joined(outputs: list[Any]) -> list[Any]:
    """Join what was printed between two other outputs, stdout before stderr: where it was split depends on timing."""
    joined: list[Any] = []
    for is_stream, group in groupby(outputs, lambda output: output.output_type == "stream"):
        if not is_stream:
            joined.extend(group)
            continue
        for _, parts in groupby(sorted(group, key=lambda output: output.name != "stdout"), lambda output: output.name):
            first, *rest = parts
            first.text = _ADDRESS.sub(" at 0x…", "".join(part.text for part in (first, *rest)))
            joined.append(first)
    return joined


def _fix_names(data: dict[str, Any]) -> None:
    """Replace names drawn by lot: the id of a styled table, the address of an object in memory."""
    markup = data.get("text/html", "")
    for number, name in enumerate(re.findall(r'<table id="(T_[0-9a-f]+)"', markup), 1):
        markup = markup.replace(name, f"T_{number}")
    if markup:
        data["text/html"] = markup
    if "text/plain" in data:
        data["text/plain"] = _ADDRESS.sub(" at 0x…", data["text/plain"])


def describe_figures(notebook: Any, folder: Path) -> None:
    """Write stem, caption and alternative text of each saved figure into the metadata of the picture that shows it.

    The record belongs to the picture that carries its alternative text already; else to the pictures of the cell that
    names its stem: a cell that saves several figures shows them in the order it names them.
    """
    records = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    by_alt = {record.get("alt"): stem for stem, record in records.items()}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        pictures = [output for output in cell.outputs if any(m.startswith("image/") for m in output.get("data", {}))]
        named = {stem: re.search(rf"""["']{re.escape(stem)}["']""", cell.source) for stem in records}
        stems = sorted((stem for stem in named if named[stem]), key=lambda stem: named[stem].start())
        for number, output in enumerate(pictures):
            alts = [told.get("alt") for told in output.get("metadata", {}).values() if isinstance(told, dict)]
            known = [by_alt[alt] for alt in alts if alt in by_alt]
            for stem in (known or stems[number : number + 1])[:1]:
                told = {key: records[stem][key] for key in ("alt", "caption") if records[stem].get(key)}
                output.metadata = {**output.get("metadata", {}), **told, "stem": stem}


def main() -> int:
    """Execute the job in the file named as the argument, and tell the process that asked: cells done, then the outcome.

    What is told goes to the standard output as it was at the start; afterwards that is the log, for the kernel
    inherits it and may print what it likes.
    """
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    caller, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # what a cell starts finds no input, and waits for none
    done = threading.Event()
    threading.Thread(target=_end_with_the_caller, args=(caller, Path(job["private"]), done), daemon=True).start()
    with os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1) as tell:
        os.dup2(2, 1)
        failure = execute(job, on_cell=lambda index: print("cell", index, file=tell))
        done.set()
        print("done", json.dumps(failure), file=tell)
    return 0


if __name__ == "__main__":
    sys.exit(main())
