"""What a rendered page depends on, as hashes of bytes: nothing is imported, parsed or executed to find out."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent
NOT_CODE = ("__pycache__", "notebooks")  # the notebooks in a wheel are inputs of their own


def digest(value: Any) -> str:
    """Hash a plain value: text, numbers, and lists and mappings of these; the order of a mapping does not count."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def hash_file(path: Path) -> str:
    """Hash the bytes of the file at ``path``."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """Hash the bytes of files together with their names below ``root``."""
    return digest({path.relative_to(root).as_posix(): hash_file(path) for path in paths})


def hash_corpus(path: str | Path) -> str:
    """Hash what is at ``path``, a folder of documents or one of them: names and bytes of all files, hidden ones not.

    The name of the folder counts, for pages tell it; where it lies does not. A ``corpus.csv`` beside a single document
    counts, for it describes that document.
    """
    found = Path(path)
    if found.is_dir():
        return digest([found.name, hash_files(_visible(found), found)])
    beside = [found, found.with_name("corpus.csv")]
    return digest([found.name, hash_files([file for file in beside if file.is_file()], found.parent)])


def _visible(folder: Path, without: Sequence[str] = ()) -> list[Path]:
    """List the files in ``folder`` and below, in the order of their names, without hidden ones."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in without]
        found += [path for name in files if not name.startswith(".") and (path := Path(place, name)).is_file()]
    return sorted(found)


def hash_made_with() -> dict[str, str]:
    """Hash what every page is made with: the package's ``code``, its ``dictionaries``, and the ``environment``."""
    files = _visible(PACKAGE, NOT_CODE)
    data = PACKAGE / "data"
    judgement = [path for path in files if path.parent == data and path.suffix in (".yml", ".csv")]
    code = [path for path in files if path not in set(judgement)]
    return {
        "code": hash_files(code, PACKAGE),
        "dictionaries": hash_files(judgement, PACKAGE),
        "environment": hash_environment(),
    }


@cache
def hash_environment() -> str:
    """Hash the interpreter's version, the machine's kind, the lock, and the name and version of every package there is.

    These are read off the names of the packages' ``dist-info`` folders: to open them all takes longer than a render
    that has nothing to do.
    """
    packages = set()
    for place in map(Path, filter(None, sys.path)):
        if place.is_dir():
            packages |= {path.name for path in place.iterdir() if path.suffix in (".dist-info", ".egg-info")}
    lock = PACKAGE.parent / "requirements.lock"
    locked = hash_file(lock) if lock.is_file() else ""
    return digest([sys.version, sys.implementation.name, sys.platform, platform.machine(), locked, sorted(packages)])


def hash_inputs(
    notebook: Path, parameters: Mapping[str, Any], values: Mapping[str, Any], corpus: str, made_with: Mapping[str, str]
) -> dict[str, str]:
    """Hash what one page depends on, each kind of input by its name.

    ``notebook`` is its file, ``parameters`` are the values set for this run, ``values`` all that are in force: a file
    that one of them names (a dictionary, for example) counts with its bytes. Modules beside the notebook count too,
    for it may import them.
    """
    folder = notebook.parent
    named = sorted(_named_files(values, folder) - {str(corpus)})
    return {
        **made_with,
        "notebook": digest([hash_file(notebook), hash_files(sorted(folder.glob("*.py")), folder)]),
        "parameters": digest(dict(parameters)),
        "corpus": hash_corpus(corpus) if corpus else "",
        "files": digest([hash_file(Path(path)) for path in named]),
    }


def _named_files(values: Mapping[str, Any], folder: Path) -> set[str]:
    found = set()
    for value in values.values():
        if isinstance(value, str) and value and len(value) < 1024 and "\0" not in value:
            path = (folder / value).resolve()
            if path.is_file():
                found.add(str(path))
    return found
