"""A share of a corpus → its tables on disk: parsed once, and not again while neither it nor the code has changed.

In ``.work/parsed`` stands a folder for each part, under a name made of its documents and of the code that parsed it. It
appears when all is in it:

- ``documents.parquet`` (without the texts), ``turns.parquet`` … ``polarity.parquet``: the tables, with the repeats that
  the part knows of;
- what is kept of its passages to find their copies in other parts (`sketches`);
- ``sentence_of``: for each row of polarity the row of its sentence;
- ``record.json``: how many documents and words, which documents failed and why.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import ScoError
from ..parse import Parsed, leave_out_failing
from ..parse import parse_with_tokens as parse
from ..store.files import put, put_together
from ..store.fingerprints import digest, hash_made_with
from ..tables import locate
from ..tokens import Tokens
from .shares import Share
from .sketches import save, write_sketch

WORK = ".work"
TABLES = ("documents", "turns", "quotations", "sentences", "mentions", "polarity")
#: rows of sentences, by number
ROW = np.dtype("u4")
_EVIDENCE = pa.list_(
    pa.struct([("start", pa.int64()), ("end", pa.int64()), ("text", pa.string()), ("valence", pa.float64())])
)


@dataclass(frozen=True)
class Job:
    """What every worker is told: where to write, how to parse, what to count; ``code`` is what it must run."""

    place: str
    scorer: str
    code: str
    counts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def work(self) -> Path:
        """The folder for what is not the user's."""
        return Path(self.place, WORK)

    def part(self, key: str) -> Path:
        """Return the folder of a parsed part."""
        return self.work / "parsed" / key


@cache
def code_here() -> str:
    """Hash the code and the judgement in data files that this process runs."""
    made_with = hash_made_with()
    return digest([made_with["code"], made_with["dictionaries"]])


def name_documents(share: Share) -> list[tuple[str, str]]:
    """Return doc_id and path of each document of a share."""
    documents, _ = share.read()
    return list(zip(documents["doc_id"], documents.get("path", documents["doc_id"]), strict=True))


def parse_share(job: Job, share: Share) -> dict[str, Any]:
    """Parse a share and write its tables, unless that was done before; return its record.

    Documents that cannot be parsed are left out and named in the record.

    Raises `ScoError` when this process runs other code than the one that asks.
    """
    if code_here() != job.code:
        raise ScoError("a worker runs another version of sco-analysis; install the same one on all of them")
    documents, told = share.read()
    hashes = pd.util.hash_pandas_object(documents.astype("str"), index=False).tolist() if len(documents) else []
    key = digest([job.code, job.scorer, hashes, list(documents)])
    folder = job.part(key)
    if (folder / "record.json").is_file():
        record = json.loads((folder / "record.json").read_text(encoding="utf-8")) | {"status": "taken over"}
    else:
        found, failures = parse_good(documents, job.scorer)
        record = {"key": key, "documents": 0, "characters": 0, "words": 0, "failures": failures}
        if found is not None:
            parsed, tokens = found
            record["documents"] = len(parsed.documents)
            record["characters"] = int(parsed.documents["text"].str.len().sum())
            record["words"] = int(parsed.documents["n_words"].sum())
            _write(parsed, tokens, folder, record)
        record["status"] = "parsed"
    return record | {"name": share.name, "told": told}


def parse_good(documents: pd.DataFrame, scorer: str) -> tuple[tuple[Parsed, Tokens] | None, list[dict[str, str]]]:
    """Parse all documents that can be parsed, and say of the others what went wrong: doc_id, path, error."""
    if documents.empty:
        return None, []
    try:
        return parse(documents, scorer), []
    except Exception:  # one of them; the others do not depend on it
        good, failed = leave_out_failing(documents, lambda document: parse(document, scorer))
        if not failed:
            raise
    failures = [_told(documents.iloc[row], error) for row, error in failed.items()]
    return (parse(good, scorer) if len(good) else None), failures


def _told(document: pd.Series, error: Exception) -> dict[str, str]:
    told = {"doc_id": document["doc_id"], "path": document.get("path", ""), "error": f"{type(error).__name__}: {error}"}
    return {name: str(value) for name, value in told.items()}


def _write(parsed: Parsed, tokens: Tokens, folder: Path, record: Mapping[str, Any]) -> None:
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        for name in TABLES:
            frame = getattr(parsed, name)
            write_table(frame.drop(columns="text") if name == "documents" else frame, draft / f"{name}.parquet")
        write_sketch(parsed.sentences, parsed.documents["doc_id"], draft, tokens)
        sentence = locate(parsed.sentences, parsed.polarity["doc_id"], parsed.polarity["sentence"])
        save(sentence.astype(ROW), draft / "sentence_of")
        put(draft / "record.json", json.dumps(record, ensure_ascii=False).encode())
        if folder.is_dir():  # another worker was as quick
            return
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as parquet; a column has the same type in every part, whatever is in it."""
    told = frame.astype({name: "str" for name in frame if frame[name].dtype == object and name != "evidence"})
    table = pa.Table.from_pandas(told.drop(columns="evidence", errors="ignore"), preserve_index=False)
    if "evidence" in told:
        evidence = pa.array(told["evidence"].tolist(), type=_EVIDENCE)
        table = table.add_column(told.columns.get_loc("evidence"), pa.field("evidence", _EVIDENCE), evidence)
    save_table(table, path)


def save_table(table: pa.Table, path: Path) -> None:
    """Write an arrow table as parquet: words that come again and again once, whole numbers as steps, as they ascend."""
    words = [field.name for field in table.schema if pa.types.is_large_string(field.type) and field.name != "text"]
    numbers = [field.name for field in table.schema if pa.types.is_integer(field.type)]
    how: dict[str, Any] = {
        "use_dictionary": words,
        "column_encoding": dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
        "write_statistics": [*numbers, *(["date"] if "date" in table.schema.names else [])],
    }
    put_together({path: lambda draft: pq.write_table(table, draft, **how)})
