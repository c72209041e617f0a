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
from .intake.inputs import Input, is_address, is_there, printable, unique
from .intake.inputs import list_inputs as _list_inputs
from .intake.languages import ENGLISH, as_code, find_languages, name_language
from .intake.limits import Limits
from .intake.readers import KINDS, Record, read_input
from .tokens import count_words

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
    for message in [*told, *reasons]:
        warnings.warn(message, CorpusWarning, stacklevel=2)
    full = [frame for frame in frames if len(frame)]
    if not full:
        raise CorpusError(
            f"no document could be read in {_name(path)}"
            + (f" ({'; '.join(reasons[:20])})" if reasons else f": it holds no file ending in {', '.join(KINDS)}")
            + "; give a folder with texts in it, or one such file"
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
        for message in problems:
            warnings.warn(message, CorpusWarning, stacklevel=2)
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

    Returns a table with one row a document, and one for each file in which there is none: ``path``, ``status``
    (``read``; ``not analysed``: read, but not in English; ``left out``), ``reason`` (why so; for a document that was
    read, what is to be told of it), ``encoding``, ``n_words``, ``format``, ``language``. Raises `CorpusError` when the
    path does not exist or corpus.csv is malformed.
    """
    inputs, _ = _inputs(path, limits or Limits())
    records = (
        record
        for source in sorted(inputs, key=lambda source: source.path)
        for record in read_input(source, limits or Limits())
    )
    columns = ["path", "status", "reason", "encoding", "n_words", "format", "language"]
    return pd.DataFrame(map(_checked, records), columns=columns)


def _checked(record: Record) -> dict[str, Any]:
    row = {"path": record["path"], "status": "left out", "reason": record.get("reason", "")}
    if "text" not in record:
        return row | {"encoding": "", "n_words": 0, "format": "", "language": ""}
    language, told = _language(record)
    return {
        "path": record["path"],
        "status": "read" if language in ("", ENGLISH) else "not analysed",
        "reason": "; ".join(filter(None, [record.get("note", ""), told])),
        "encoding": record["encoding"],
        "n_words": tables.count_words(record["text"]),
        "format": record["format"],
        "language": language,
    }


def find_path(path: str | Path) -> Path:
    """Return ``path`` as it exists from here, or, if relative, from the checkout's ``notebooks`` folder.

    Raises `CorpusError` when it exists in neither place.
    """
    given = Path(path).expanduser()
    if is_there(given):
        return given
    here = Path.cwd()
    for folder in (here, *here.parents):
        candidate = folder / "notebooks" / given
        if not given.is_absolute() and (folder / "notebooks").is_dir() and is_there(candidate):
            return candidate.resolve()
    raise CorpusError(
        f"there is no folder or file {str(path)!r} (looked from {here}); give the path of a folder of texts"
    )


def _name(path: Corpus) -> str:
    if not isinstance(path, str | Path):
        return path[0].root if path else "an empty list"
    return str(path) if is_address(path) else str(find_path(path))


def _inputs(path: Corpus, limits: Limits) -> tuple[list[Input], list[str]]:
    if not isinstance(path, str | Path):
        return list(path), []
    return _list_inputs(path if is_address(path) else find_path(path), limits)


def _blocks(inputs: Iterable[Input], block: int, limits: Limits) -> Iterator[tuple[pd.DataFrame, list[str]]]:
    """Read the inputs into tables of ``block`` characters, each with what is to be told of what was read for it."""
    rows: list[dict[str, Any]] = []
    told: list[str] = []
    taken: set[str] = set()
    size = 0
    for source in inputs:
        for record in read_input(source, limits):
            if "text" not in record:
                told.append(f"{record['path']} was left out: {record['reason']}")
                continue
            row, notes = _row(record)
            shown = printable(record["doc_id"])
            row["doc_id"] = unique(shown, taken)
            if row["doc_id"] != shown:
                notes.append(f"its doc_id is there already; it is called {row['doc_id']} here")
            told += [f"{record['path']}: {note}" for note in notes]
            rows.append(row)
            size += len(record["text"])
            if size >= block:
                yield _table(rows), told
                rows, told, size = [], [], 0
    yield _table(rows), told


def _row(record: Record) -> tuple[dict[str, Any], list[str]]:
    """Join what corpus.csv, columns or page, and the text itself say (the first that knows wins); and what to tell."""
    language, told = _language(record)
    notes = [record["note"]] if "note" in record else []
    if language not in ("", ENGLISH):
        notes.append(f"it was read but is not analysed: {told}; only English is")
    elif told:
        notes.append(told)
    text = record["text"]
    read = {key: value for key, value in record.items() if key not in ("metadata", "note")}
    row = describe(text) | record["metadata"] | read
    return row | {"language": language or None, "encoding": record["encoding"] or None}, notes


def _language(record: Record) -> tuple[str, str]:
    """Return the language of a document, empty when nobody knows, and what is to be told of it."""
    given = as_code(record["metadata"].get("language", ""))
    found = [given] if given else find_languages(record["text"])
    language = ENGLISH if ENGLISH in found else (found or [""])[0]
    foreign = [name_language(code) for code in found if code != ENGLISH]
    if not foreign:
        return language, ""
    return language, f"{'parts of it are' if language == ENGLISH else 'it is'} in {' and '.join(foreign)}"


def _count_words(texts: Sequence[str]) -> list[int]:
    """Count the words of each text, a megabyte of them at a time."""
    counts: list[int] = []
    first = size = 0
    for position, text in enumerate(texts):
        size += len(text)
        if size > 1_000_000 or position == len(texts) - 1:
            counts += count_words(texts[first : position + 1]).tolist()
            first, size = position + 1, 0
    return counts


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make a documents table whose rows stand in the order given."""
    texts = [row["text"] for row in rows]
    table = tables.build("documents", [row | {"n_words": n} for row, n in zip(rows, _count_words(texts), strict=True)])
    order = {doc_id: position for position, doc_id in enumerate(table["doc_id"])}
    return table.iloc[[order[row["doc_id"]] for row in rows]].reset_index(drop=True)
