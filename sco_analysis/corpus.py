"""Files → documents: what is in a folder, decoded character for character, with what corpus.csv knows about it."""

from __future__ import annotations

import csv
import hashlib
import re
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from charset_normalizer import from_bytes

from . import tables
from .errors import CorpusError, CorpusWarning

#: endings of files that are read as text
SUFFIXES = (".txt", ".md", ".text")

#: columns of corpus.csv that become columns of the documents table
METADATA = ("doc_id", "title", "source", "date", "event", "genre", "rights")

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|\Z)", re.S)
_LABEL_LINE = re.compile(r"^[^\S\n]*(?:Q[ \t\xa0]+\S|(?:The )?[A-Z][\w.'’-]*(?: [\w.'’(),-]+){0,14}:(?:\s|$))", re.M)
_DECLARATION = re.compile(
    r"\b(?:declaration|communiqu[eé]|joint statement|memorandum of understanding|charter)\b", re.IGNORECASE
)


def read_corpus(path: str | Path) -> pd.DataFrame:
    """Read a folder of texts (with its subfolders), or one file, into the documents table.

    Parameters
    ----------
    path
        A folder or a file. A relative path that does not exist from here is also tried from the ``notebooks`` folder
        of the checkout, so that notebooks find their corpus from wherever they are opened. ``corpus.csv`` beside the
        documents is attached: its column ``file`` names the document; those of `METADATA` fill
        the columns of that name, and any further column comes along under its own.

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
    root, results = _scan(path)
    good = [result for result in results if "text" in result]
    for result in results:
        if "text" not in result:
            warnings.warn(f"{result['path']} was left out: {result['reason']}", CorpusWarning, stacklevel=2)
    if not good:
        reasons = "; ".join(f"{r['path']}: {r['reason']}" for r in results)
        raise CorpusError(
            f"no document could be read in {root}"
            + (f" ({reasons})" if reasons else f": it holds no {', '.join(SUFFIXES)} file")
            + "; give a folder with plain text files in it, or one such file"
        )
    return tables.build("documents", _with_metadata(root, good))


def check_corpus(path: str | Path) -> pd.DataFrame:
    """Say of every file in ``path`` whether it can be read, and if not, why.

    Returns a table with one row a file: ``path``, ``status`` (``read`` or ``left out``), ``reason`` (empty when read),
    ``encoding``, ``n_words``. Raises `CorpusError` when the path does not exist.
    """
    _, results = _scan(path)
    rows = [
        {
            "path": result["path"],
            "status": "read" if "text" in result else "left out",
            "reason": result.get("reason", ""),
            "encoding": result.get("encoding", ""),
            "n_words": tables.count_words(result.get("text", "")),
        }
        for result in results
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


def _scan(path: str | Path) -> tuple[Path, list[dict[str, Any]]]:
    """Find the root folder and one record for each file that might be a document."""
    found = find_path(path)
    if found.is_file():
        return found.parent, [_read(found, found.parent)]
    files = sorted(
        (file for file in found.rglob("*") if file.is_file() and _may_be_document(file.relative_to(found))),
        key=lambda file: file.relative_to(found).as_posix(),
    )
    return found, [_read(file, found) for file in files]


def _may_be_document(relative: Path) -> bool:
    hidden = any(part.startswith(".") for part in relative.parts)
    return not hidden and not relative.name.startswith("README") and relative.name != "corpus.csv"


def _read(file: Path, root: Path) -> dict[str, Any]:
    """Read one file: its text, or the reason why there is none."""
    record: dict[str, Any] = {"path": file.relative_to(root).as_posix()}
    if file.suffix.lower() not in SUFFIXES:
        return record | {"reason": f"files ending in {file.suffix or 'nothing'} are not read; save it as .txt"}
    try:
        data = file.read_bytes()
    except OSError as error:
        return record | {"reason": f"it cannot be opened ({error.strerror})"}
    if not data.strip():
        return record | {"reason": "it is empty"}
    decoded = _decode(data)
    if decoded is None:
        return record | {"reason": "it is not text (binary data); export it as plain text in UTF-8"}
    text, encoding = decoded
    return record | {"text": text, "encoding": encoding, "sha256": hashlib.sha256(data).hexdigest()}


def _decode(data: bytes) -> tuple[str, str] | None:
    """Decode ``data``: a byte-order mark decides, then UTF-8, then Western European, then statistics."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                return None
    try:
        text = data.decode("utf-8")
        return None if _looks_binary(text) else (text, "utf-8")
    except UnicodeDecodeError:
        pass
    high = sum(byte > 127 for byte in data) / len(data)
    if b"\x00" not in data and high < 0.2:
        try:
            text = data.decode("cp1252")
            return None if _looks_binary(text) else (text, "cp1252")
        except UnicodeDecodeError:
            pass
    best = None if b"\x00" in data else from_bytes(data).best()
    return None if best is None or _looks_binary(str(best)) else (str(best), best.encoding)


def _looks_binary(text: str) -> bool:
    """Tell control characters that no text holds; tabs, line ends, form feeds and a stray backspace are let through."""
    controls = sum(
        ord(character) < 32 and character not in "\t\n\r\f\v\b\x1a\x1b\x1c\x1d\x1e\x1f" for character in text
    )
    return "\x00" in text or controls > 0.02 * len(text)


def _with_metadata(root: Path, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join what corpus.csv, front matter and the text itself say of each document; corpus.csv wins."""
    listed = _read_metadata(root)
    stems = Counter(Path(record["path"]).stem for record in records)
    rows = []
    for record in records:
        path = Path(record["path"])
        stem = path.stem if stems[path.stem] == 1 else path.as_posix()
        front = _front_matter(record["text"])
        row = {
            "doc_id": stem,
            "title": front.get("title") or _first_line(record["text"]),
            "source": front.get("source") or front.get("source_url"),
            "date": _date(front.get("date"), None),
            "genre": _guess_genre(record["text"]),
            "n_words": tables.count_words(record["text"]),
        }
        given = {key: value for key, value in listed.pop(record["path"], {}).items() if value not in ("", None)}
        rows.append(row | given | record)
    for path in listed:
        if not (root / path).exists():
            warnings.warn(f"{root / 'corpus.csv'} lists {path}, which is not there", CorpusWarning, stacklevel=4)
    twice = [doc_id for doc_id, n in Counter(row["doc_id"] for row in rows).items() if n > 1]
    if twice:
        raise CorpusError(f"{root / 'corpus.csv'}: two documents have the doc_id {twice[0]!r}; give each its own")
    return rows


def _read_metadata(root: Path) -> dict[str, dict[str, Any]]:
    """Read corpus.csv: file → metadata; nothing when there is none."""
    file = root / "corpus.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if "file" not in (reader.fieldnames or []):
            raise CorpusError(
                f"{file}, line 1: there is no column `file`; the first line must name the columns, "
                f"for example: file,{','.join(METADATA)}"
            )
        listed: dict[str, dict[str, Any]] = {}
        for row in reader:
            where = f"{file}, line {reader.line_num}"
            if row["file"] in listed:
                raise CorpusError(f"{where}: the file {row['file']!r} is listed twice; keep one line")
            metadata: dict[str, Any] = {key: (row.get(key) or "").strip() for key in [*METADATA, *reader.fieldnames]}
            metadata.pop("file")
            metadata["date"] = _date(metadata["date"], where)
            if metadata["genre"] and metadata["genre"] not in tables.GENRES:
                raise CorpusError(
                    f"{where}: unknown genre {metadata['genre']!r}; write one of {', '.join(tables.GENRES)}"
                )
            listed[row["file"]] = metadata
    return listed


def _date(value: Any, where: str | None) -> pd.Timestamp | None:
    """Turn a date as written into a timestamp; with ``where``, complain of one that is none."""
    if not value:
        return None
    date = pd.to_datetime(str(value), errors="coerce", utc=True)
    if pd.isna(date) and where:
        raise CorpusError(f"{where}: {value!r} is not a date; write it as 2024-07-05, or leave it empty")
    return None if pd.isna(date) else date.tz_localize(None)


def _front_matter(text: str) -> dict[str, Any]:
    """Read the YAML block that some exports put before the text; nothing when there is none or it is broken."""
    match = _FRONT_MATTER.match(text)
    try:
        front = yaml.safe_load(match[1]) if match else {}
    except yaml.YAMLError:
        return {}
    return {str(key): value for key, value in front.items()} if isinstance(front, dict) else {}


def _first_line(text: str) -> str:
    """Return the first line of three words or more, as a title for want of a better one."""
    lines = [" ".join(line.split()) for line in _FRONT_MATTER.sub("", text).splitlines()]
    long = [line for line in lines if len(line.split()) >= 3]
    title = (long or [line for line in lines if line] or [""])[0]
    return title if len(title) <= 120 else title[:119].rsplit(" ", 1)[0] + "…"


def _guess_genre(text: str) -> str:
    """Guess what kind of text it is; corpus.csv knows better."""
    labels = [match[0].strip().lower() for match in _LABEL_LINE.finditer(text)]
    if labels and len(labels) >= 4 and len(set(labels)) < 0.8 * len(labels):
        return "transcript"
    return "declaration" if _DECLARATION.search(_first_line(text)) else "news"
