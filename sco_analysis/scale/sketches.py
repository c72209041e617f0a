"""What is kept of the passages of a part, so that other parts find their copies without its texts.

Three files in the part's folder, rows of fixed length without a head, of which any stretch can be read:

- ``passages``: a row for each passage, in the order of the corpus (`PASSAGE`);
- ``words``: the code of each of their words (`repeats` compares passages by these);
- ``sketch``: a row for each hash by which another part may ask for a passage, or for a document's name, sorted by hash;

and ``names.json``, the names of the documents.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from ..passages import CODE, Passages, spread
from ..repeats import ELSEWHERE, repeated_here
from ..store.files import put, put_together
from ..tokens import Tokens

#: A passage: hash of its words, where they stand in ``words``, its document and place in it, its row in the sentences
#: table, the passage of its document that it repeats word for word (−1: none), and whether it is spoken in a turn.
PASSAGE = np.dtype(
    [
        ("whole", "u8"),
        ("begin", "u8"),
        ("length", "u4"),
        ("doc", "u4"),
        ("start", "u4"),
        ("row", "u4"),
        ("here", "i4"),
        ("spoken", "?"),
    ]
)
#: A hash, what has it, and what must be known of a passage to tell whether it could be a copy.
SKETCH = np.dtype(
    [
        ("hash", "u8"),
        ("whole", "u8"),
        ("mask", "u8"),
        ("begin", "u8"),
        ("length", "u4"),
        ("doc", "u4"),
        ("passage", "u4"),
        ("spoken", "?"),
        ("kind", "u1"),
    ]
)
#: What a row of a sketch is a hash of: all words, the first, the last, the name of a document.
WHOLE, FIRST, LAST, NAME = range(4)

NO_CODES = np.zeros(0, dtype=CODE)


def write_sketch(sentences: pd.DataFrame, doc_ids: pd.Series, folder: Path, tokens: Tokens | None = None) -> None:
    """Write what is kept of a table of sentences (doc_id, start, text, voice) of documents that stand in this order.

    ``tokens`` are those of the sentences' texts, where they are known.
    """
    number = pd.Series(np.arange(len(doc_ids)), index=doc_ids.to_numpy())
    doc = sentences["doc_id"].map(number).to_numpy(dtype=np.int64)
    order = np.lexsort((sentences["start"].to_numpy(dtype=np.int64), doc))
    if (np.diff(order) != 1).any():
        tokens = None  # they stand in the order of the table
    passages = Passages(sentences.take(order), tokens)
    row = order[passages.row]
    rows = np.zeros(len(row), dtype=PASSAGE)
    rows["whole"], rows["length"], rows["spoken"] = passages.whole, passages.length, passages.spoken
    rows["begin"] = np.cumsum(passages.length) - passages.length
    rows["doc"], rows["start"], rows["row"] = doc[row], sentences["start"].to_numpy(dtype=np.int64)[row], row
    rows["here"] = repeated_here(passages)
    save(rows, folder / "passages")
    save(passages.codes(), folder / "words")
    save(np.concatenate([*_hashes(passages, rows), _names(doc_ids)]), folder / "sketch", sort="hash")
    put(folder / "names.json", json.dumps(doc_ids.tolist()).encode())


def _hashes(passages: Passages, rows: np.ndarray) -> list[np.ndarray]:
    long = passages.length >= ELSEWHERE
    found = []
    for kind, hashes in ((WHOLE, passages.whole), (FIRST, passages.first), (LAST, passages.last)):
        chosen = np.flatnonzero(long if kind == WHOLE else long & ~passages.heading)
        known = np.zeros(len(chosen), dtype=SKETCH)
        known["hash"], known["mask"], known["passage"], known["kind"] = (
            hashes[chosen],
            passages.mask[chosen],
            chosen,
            kind,
        )
        for name in ("whole", "begin", "length", "doc", "spoken"):
            known[name] = rows[name][chosen]
        found.append(known)
    return found


def _names(doc_ids: pd.Series) -> np.ndarray:
    known = np.zeros(len(doc_ids), dtype=SKETCH)
    known["hash"] = pd.util.hash_array(doc_ids.str.casefold().to_numpy(dtype=object), categorize=False)
    known["doc"], known["kind"] = np.arange(len(doc_ids)), NAME
    return known


def save(rows: np.ndarray, path: Path, sort: str = "") -> None:
    """Write rows of fixed length, in the order of the column ``sort``; what is equal there stays in its order."""
    put_together({path: _in_order(rows, sort).tofile})


def hand_on(rows: np.ndarray, path: Path, sort: str = "") -> None:
    """Write rows as `save` does, but for this run alone: they are there whole or not at all, and need not last."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    _in_order(rows, sort).tofile(draft)
    draft.replace(path)


def _in_order(rows: np.ndarray, sort: str) -> np.ndarray:
    return rows[np.argsort(rows[sort], kind="stable")] if sort else rows


def rows_in(path: Path, dtype: np.dtype) -> np.ndarray:
    """Return the rows that were written, of which only those that are looked at are read from the disk."""
    with path.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:  # nothing cannot be mapped
            return np.zeros(0, dtype=dtype)
        return np.frombuffer(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ), dtype=dtype)


def words_of(folder: Path, passages: np.ndarray) -> np.ndarray:
    """Return the codes of the words of some passages of a part, given by their ``begin`` and ``length``."""
    return rows_in(folder / "words", CODE)[spread(passages["begin"], passages["length"])]


def sites_of(part: int | np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return one number for each passage (or document) of the corpus, by its part and number there; in its order."""
    return (np.int64(part) << 32) | number.astype(np.int64)


def by_part(sites: np.ndarray) -> Iterator[tuple[int, slice, np.ndarray]]:
    """Divide sorted sites by part: its number, where its sites stand, and their numbers in it."""
    parts, begin = np.unique(sites >> 32, return_index=True)
    for part, low, high in zip(parts.tolist(), begin.tolist(), np.append(begin[1:], len(sites)).tolist(), strict=False):
        yield part, slice(low, high), sites[low:high] & 0xFFFFFFFF
