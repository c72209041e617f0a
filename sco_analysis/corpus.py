"""Files → documents: what is in a folder, decoded character for character, with what corpus.csv knows about it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from . import tables
from .errors import CorpusError, CorpusWarning
from .intake.describing import describe
from .intake.inputs import Input, is_address, unique
from .intake.inputs import list_inputs as _list_inputs
from .intake.limits import Limits
from .intake.readers import TEXT, read_input

#: characters of text in one table of `iter_corpus`, unless it is told otherwise
BLOCK = 16_000_000

#: what may be given as a corpus
Corpus = str | Path | Sequence[Input]


def read_corpus(path: Corpus, *, limits: Limits | None = None) -> pd.DataFrame:
    """Read a folder of texts (with its subfolders), or one file, into the documents table.

    Parameters
    ----------
    path
        A folder or a file. A relative path that does not exist from here is also tried from the ``notebooks`` folder
        of the checkout, so that notebooks find their corpus from wherever they are opened. ``corpus.csv`` beside the
        documents is attached: its column ``file`` names the document; those of `METADATA` fill
        the columns of that name, and any further column comes along under its own. An address that fsspec knows
        (``s3://…``) may stand for the folder, and so may inputs that `list_inputs` returned.
    limits
        How large a file may be (`Limits`).

    Returns
    -------
    pandas.DataFrame
        One row a document, columns as in ``tables.TABLES["documents"]``. The text is the decoded file, character for
        character; only a byte-order mark is dropped. Hidden files, ``README*`` and ``corpus.csv`` are no documents.

    Raises
    ------
    CorpusError
        When the path does not exist, when nothing in it could be read, or when corpus.csv is malformed.

    Warns
    -----
    CorpusWarning
        For each file that was left out, with the reason; `check_corpus` returns the same as a table.
    """
    inputs, told = _inputs(path, limits or Limits())
    frames, reasons = [], []
    for frame, problems in _blocks(inputs, BLOCK, limits or Limits()):
        frames.append(frame)
        reasons += problems
    for message in [*told, *(f"{path} was left out: {reason}" for path, reason in reasons)]:
        warnings.warn(message, CorpusWarning, stacklevel=2)
    full = [frame for frame in frames if len(frame)]
    if not full:
        said = "; ".join(f"{path}: {reason}" for path, reason in reasons[:20])
        raise CorpusError(
            f"no document could be read in {find_root(path)}"
            + (f" ({said})" if reasons else f": it holds no {', '.join(TEXT)} file")
            + "; give a folder with plain text files in it, or one such file"
        )
    return pd.concat(full, ignore_index=True) if len(full) > 1 else full[0]


def iter_corpus(path: Corpus, block: int = BLOCK, *, limits: Limits | None = None) -> Iterator[pd.DataFrame]:
    """Read a corpus in pieces: the tables that `read_corpus` would return joined, one after the other.

    Parameters
    ----------
    path, limits
        As for `read_corpus`.
    block
        Characters of text in one table: a table ends with the document that reaches them, so that memory holds one
        block and one document, however large the corpus.

    Returns
    -------
    Iterator[pandas.DataFrame]
        Documents tables, none of them empty. Nothing is read before the first is asked for.

    Raises
    ------
    CorpusError
        At once, when the path does not exist or corpus.csv is malformed. A corpus without a document is no error here.

    Warns
    -----
    CorpusWarning
        For each file that was left out, with the reason, when it is come to.
    """
    inputs, told = _inputs(path, limits or Limits())
    return _iterate(inputs, told, block, limits or Limits())


def _iterate(inputs: Sequence[Input], told: Iterable[str], block: int, limits: Limits) -> Iterator[pd.DataFrame]:
    for message in told:
        warnings.warn(message, CorpusWarning, stacklevel=2)
    for frame, problems in _blocks(inputs, block, limits):
        for name, reason in problems:
            warnings.warn(f"{name} was left out: {reason}", CorpusWarning, stacklevel=2)
        if len(frame):
            yield frame


def list_inputs(path: Corpus, *, limits: Limits | None = None) -> list[Input]:
    """List the files of a corpus without reading them, in the order in which `read_corpus` does.

    Each `Input` knows its name, its ``doc_id`` and what corpus.csv says of it; any part of the list can be given to
    `read_corpus` and `iter_corpus`, in this process or another, and gives the rows that it gives within the whole.

    Raises `CorpusError` when the path does not exist or corpus.csv is malformed.
    """
    return _inputs(path, limits or Limits())[0]


def check_corpus(path: Corpus, *, limits: Limits | None = None) -> pd.DataFrame:
    """Say of every file in ``path`` whether it can be read, and if not, why.

    Returns a table with one row a file: ``path``, ``status`` (``read`` or ``left out``), ``reason`` (empty when read),
    ``encoding``, ``n_words``. Raises `CorpusError` when the path does not exist.
    """
    inputs, _ = _inputs(path, limits or Limits())
    rows = [
        {
            "path": record["path"],
            "status": "read" if "text" in record else "left out",
            "reason": record.get("reason", ""),
            "encoding": record.get("encoding", ""),
            "n_words": tables.count_words(record.get("text", "")),
        }
        for source in sorted(inputs, key=lambda source: source.path)
        for record in read_input(source, limits or Limits())
    ]
    return pd.DataFrame(rows, columns=["path", "status", "reason", "encoding", "n_words"])


def find_path(path: str | Path) -> Path:
    """Return ``path`` as it exists from here, or, if relative, from the checkout's ``notebooks`` folder.

    Raises `CorpusError` when it exists in neither place.
    """
    given = Path(path).expanduser()
    if given.exists():
        return given
    here = Path.cwd()
    for folder in (here, *here.parents):
        candidate = folder / "notebooks" / given
        if not given.is_absolute() and (folder / "notebooks").is_dir() and candidate.exists():
            return candidate.resolve()
    raise CorpusError(
        f"there is no folder or file {str(path)!r} (looked from {here}); give the path of a folder of texts"
    )


def find_root(path: Corpus) -> str:
    """Return where the documents lie, as it is named in messages."""
    if not isinstance(path, str | Path):
        return path[0].root if path else "an empty list"
    return str(path) if is_address(path) else str(find_path(path))


def _inputs(path: Corpus, limits: Limits) -> tuple[list[Input], list[str]]:
    if not isinstance(path, str | Path):
        return list(path), []
    return _list_inputs(path if is_address(path) else find_path(path), limits)


def _blocks(
    inputs: Iterable[Input], block: int, limits: Limits
) -> Iterator[tuple[pd.DataFrame, list[tuple[str, str]]]]:
    """Read the inputs into tables of ``block`` characters, each with the paths and reasons of what was left out."""
    rows: list[dict[str, Any]] = []
    problems: list[tuple[str, str]] = []
    taken: set[str] = set()
    size = 0
    for source in inputs:
        for record in read_input(source, limits):
            if "text" not in record:
                problems.append((record["path"], record["reason"]))
                continue
            rows.append(_row(record, source) | {"doc_id": unique(record["doc_id"], taken)})
            size += len(record["text"])
            if size >= block:
                yield _table(rows), problems
                rows, problems, size = [], [], 0
    yield _table(rows), problems


def _row(record: dict[str, Any], source: Input) -> dict[str, Any]:
    """Join what corpus.csv, the document's columns or page, and the text itself say; the first that knows wins."""
    said = describe(record["text"]) | record.get("metadata", {}) | dict(source.metadata)
    read = {key: value for key, value in record.items() if key != "metadata"}
    return said | read | {"n_words": tables.count_words(record["text"])}


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make a documents table whose rows stand in the order given."""
    table = tables.build("documents", rows)
    order = {doc_id: position for position, doc_id in enumerate(table["doc_id"])}
    return table.iloc[[order[row["doc_id"]] for row in rows]].reset_index(drop=True)
