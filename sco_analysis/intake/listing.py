"""corpus.csv: what its owner says of each document; and the same said in columns of other tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from .. import tables
from ..errors import CorpusError
from .encodings import decode

#: columns of corpus.csv that become columns of the documents table
METADATA = ("doc_id", "title", "source", "date", "event", "genre", "rights", "language")

_DATE = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")  # "today" and "now" are no dates
_NOT_OURS = ("path", "text", "sha256", "n_words", "format", "encoding")


def read_listing(data: bytes, where: str) -> dict[str, dict[str, Any]]:
    """Read corpus.csv from its bytes: file → what is said of it, empty cells left out; ``where`` names it in messages.

    Raises `CorpusError` naming the line when a column, a date or a genre is not as it must be, or a file stands twice.
    """
    decoded = decode(data)
    if decoded is None:
        raise CorpusError(f"{where} is not text; save it as CSV in UTF-8")
    reader = csv.DictReader(io.StringIO(decoded[0], newline=""))
    try:
        if "file" not in (reader.fieldnames or []):
            raise CorpusError(
                f"{where}, line 1: there is no column `file`; the first line must name the columns, "
                f"for example: file,{','.join(METADATA)}"
            )
        listed: dict[str, dict[str, Any]] = {}
        for row in reader:
            line = f"{where}, line {reader.line_num}"
            if row["file"] in listed:
                raise CorpusError(f"{line}: the file {row['file']!r} is listed twice; keep one line")
            said = {key: (row.get(key) or "").strip() for key in reader.fieldnames if key and key not in _NOT_OURS}
            listed[said.pop("file")] = check_metadata(said, line)
    except csv.Error as error:
        raise CorpusError(f"{where}, line {reader.line_num}: it is not CSV ({error})") from None
    ids: dict[str, str] = {}
    for file, said in listed.items():
        doc_id = said.get("doc_id", "")
        if doc_id and ids.setdefault(doc_id, file) != file:
            raise CorpusError(f"{where}: two documents have the doc_id {doc_id!r}; give each its own")
    return listed


def check_metadata(said: Mapping[str, str], where: str) -> dict[str, Any]:
    """Return what is said of a document without what is empty, its date as a timestamp.

    Raises `CorpusError`, with ``where`` it stands, for a date that is none and a genre that there is not.
    """
    known: dict[str, Any] = {key: value for key, value in said.items() if value}
    if "date" in known:
        known["date"] = read_date(known["date"])
        if known["date"] is None:
            raise CorpusError(f"{where}: {said['date']!r} is not a date; write it as 2024-07-05, or leave it empty")
    if known.get("genre", tables.GENRES[0]) not in tables.GENRES:
        raise CorpusError(f"{where}: unknown genre {known['genre']!r}; write one of {', '.join(tables.GENRES)}")
    return known


def check_row(row: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """Return what the columns of a row say of its document, and what could not be made sense of; that is left out."""
    said: dict[str, Any] = {key: value for key, value in row.items() if key not in _NOT_OURS}
    faults = []
    if "date" in said:
        said["date"] = read_date(said["date"])
        if said["date"] is None:
            faults.append(f"column `date`: {str(said.pop('date') or row['date'])[:40]!r} is not a date")
    if "genre" in said and said["genre"].casefold() not in tables.GENRES:
        faults.append(f"column `genre`: {said.pop('genre')[:40]!r} is none of {', '.join(tables.GENRES)}")
    elif "genre" in said:
        said["genre"] = said["genre"].casefold()
    return said, "; ".join(faults)


def read_date(value: Any) -> pd.Timestamp | None:
    """Turn a date as written into a timestamp without a time zone (that of UTC); nothing when it is no date."""
    return _read_date(str(value)[:100])


@lru_cache(maxsize=4096)  # a corpus has few days, and pandas takes its time
def _read_date(written: str) -> pd.Timestamp | None:
    if not _DATE.search(written):
        return None
    date = pd.to_datetime(written, errors="coerce", utc=True)
    return None if pd.isna(date) else date.tz_localize(None)
