"""What is to be rendered: notebooks, and the parameters and corpus of each, settled before anything runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import CorpusError, ParameterError, RenderError
from .parameters import Parameter, assign, read_parameters

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Job:
    """One page to make: its name, its notebook, the values set and all that are in force, and its corpus.

    ``each`` is what makes it one of a row of pages: a parameter and its value.
    """

    name: str
    path: Path
    parameters: Mapping[str, Any]
    values: Mapping[str, Any]
    corpus: str
    cells: int
    each: Mapping[str, Any] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """What its products have at the end of their names, so that those of two values do not collide."""
        return self.name.removeprefix(self.path.stem)


def tell(each: Mapping[str, Any]) -> str:
    """Say what a page of a row is about: a name as it is, a number with what it counts, such as ``session 2``."""
    return ", ".join(f"{name} {value}" if isinstance(value, int) else str(value) for name, value in each.items())


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
        other = found.setdefault(path.stem.casefold(), path)  # a disk may take `One` and `one` for the same
        if other.resolve() != path.resolve():
            raise ParameterError(f"two notebooks are named {path.stem}: {other} and {path}; rename one")
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
        in_force = {**{key: parameter.default for key, parameter in parameters[name].items()}, **values[name]}
        plan.append(Job(name, path.resolve(), values[name], in_force, where, cells))
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
