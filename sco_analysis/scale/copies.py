"""Passages printed before in another part of the corpus: found from the parts' sketches, marked part by part.

Three steps, each a task for any process; between them lie files in ``.work/copies``:

1. `find_pairs` gathers, for one range of hashes, the rows of all sketches, and pairs each sentence with the earlier
   ones that `repeats` would compare it with. The order of the corpus (part, then row) says which one is the earlier.
2. `find_copies` looks at the two sentences of each pair of one part, and lets `repeats.find_originals` decide on the
   documents whose sentences are copies indeed, together with those that they are copied from.
3. `resolve` follows a copy of a copy to the first that says it, through as many parts as it takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ..repeats import HOLDERS, are_edited, find_originals, may_be_edited
from ..store.files import put_together
from .parts import KINDS, Job

#: A sentence and an earlier one it is compared with: part, document and row of both.
_SIDES = [("part", "u4"), ("doc", "u4"), ("row", "u4")]
PAIR = np.dtype([*_SIDES, *((f"first_{name}", kind) for name, kind in _SIDES), ("why", "u1")])
#: Why: the same words; to be compared; compared only if there were nothing but their part.
SAME, COMPARED, DISPLACED = range(3)
ORIGINAL = np.dtype([("row", "u4"), ("first_part", "u4"), ("first_row", "u4")])

#: rows of sentences that are compared at a time
LOADED = 40_000


def find_pairs(
    job: Job, run: str, keys: Sequence[str], bucket: int, buckets: int
) -> tuple[list[int], list[tuple[int, int]]]:
    """Pair the sentences of all parts ``keys`` whose hashes lie in ``bucket`` of ``buckets`` equal ranges.

    Writes the pairs and returns the numbers of the parts that have any, and (part, document) of each name that stands
    twice in the corpus.
    """
    low, high = (bucket << 64) // buckets, ((bucket + 1) << 64) // buckets - 1
    found = []
    for part, key in enumerate(keys):
        rows = np.load(job.part(key) / "sketch.npy", mmap_mode="r")
        first = np.searchsorted(rows["hash"], np.uint64(low), side="left")
        last = np.searchsorted(rows["hash"], np.uint64(high), side="right")
        frame = pd.DataFrame({name: np.array(rows[name][first:last]) for name in rows.dtype.names})
        found.append(frame.assign(part=np.uint32(part)))
    rows = pd.concat(found, ignore_index=True)
    parts = [_same(rows[rows["kind"] == KINDS["whole"]])]
    parts += [_compared(rows[rows["kind"] == KINDS[edge]]) for edge in ("first", "last")]
    pairs = np.concatenate(parts)
    pairs = np.sort(np.unique(pairs), order=["part", "doc", "row"])
    _save(pairs, _pairs_file(job, run, bucket))
    names = _sorted(rows[rows["kind"] == KINDS["doc_id"]], ["hash", "part", "doc"])
    twice = names[names["hash"].duplicated()]
    return np.unique(pairs["part"]).tolist(), list(zip(twice["part"].tolist(), twice["doc"].tolist(), strict=True))


def _sorted(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return rows.sort_values(by, kind="stable", ignore_index=True)


def _begins(*columns: np.ndarray) -> np.ndarray:
    """Return for each row where its run of equal values in ``columns`` begins."""
    new = np.ones(len(columns[0]), dtype=bool)
    for position, column in enumerate(columns):
        changed = column[1:] != column[:-1]
        new[1:] = changed if position == 0 else new[1:] | changed
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0)) if len(new) else np.zeros(0, dtype=np.int64)


def _pairs(rows: pd.DataFrame, copies: np.ndarray, firsts: np.ndarray, why: int) -> np.ndarray:
    pairs = np.zeros(len(copies), dtype=PAIR)
    for name, _ in _SIDES:
        pairs[name], pairs[f"first_{name}"] = rows[name].to_numpy()[copies], rows[name].to_numpy()[firsts]
    pairs["why"] = why
    return pairs


def _same(rows: pd.DataFrame) -> np.ndarray:
    """Pair each sentence with the first one in the corpus that has all its words, where that is in another document."""
    rows = _sorted(rows, ["hash", "part", "row"])
    first = _begins(rows["hash"].to_numpy())
    part, doc = rows["part"].to_numpy(), rows["doc"].to_numpy()
    copies = np.flatnonzero((part != part[first]) | (doc != doc[first]))
    return _pairs(rows, copies, first[copies], SAME)


def _compared(rows: pd.DataFrame) -> np.ndarray:
    """Pair each statement with the first `HOLDERS` that begin (or end) as it does, if it could be an edited copy.

    A part by itself compares with the first of its own; pairs that it makes and the corpus does not are `DISPLACED`.
    """
    rows = _sorted(rows, ["hash", "whole", "part", "row"])
    first = _begins(rows["hash"].to_numpy(), rows["whole"].to_numpy()) == np.arange(len(rows))
    rows["statement"] = np.cumsum(first) - 1
    statements = _sorted(rows[first], ["hash", "part", "row"])  # a statement is the first of its words
    group = _begins(statements["hash"].to_numpy())
    rank = np.zeros(len(statements), dtype=np.int64)
    rank[statements["statement"].to_numpy()] = np.arange(len(statements)) - group
    own = _sorted(rows[~rows.duplicated(["hash", "whole", "part"]).to_numpy()], ["hash", "part", "row"])
    found = [_pairs(statements, copies, firsts, COMPARED) for copies, firsts in _holders(statements, group)]
    for copies, firsts in _holders(own, _begins(own["hash"].to_numpy(), own["part"].to_numpy())):
        displaced = rank[own["statement"].to_numpy()[firsts]] >= HOLDERS
        found.append(_pairs(own, copies[displaced], firsts[displaced], DISPLACED))
    return np.concatenate(found)


def _holders(rows: pd.DataFrame, begin: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the numbers of rows and of each of the first `HOLDERS` of their group that they may be edited copies of."""
    words, mask = rows["words"].to_numpy(dtype=np.int64), rows["mask"].to_numpy()
    for rank in range(HOLDERS):
        copies = np.flatnonzero(begin + rank < np.arange(len(rows)))
        firsts = begin[copies] + rank
        near = may_be_edited(words[copies], mask[copies], words[firsts], mask[firsts])
        yield copies[near], firsts[near]


def _pairs_file(job: Job, run: str, bucket: int) -> Path:
    return job.work / "copies" / run / f"pairs-{bucket:05d}.npy"


def _save(rows: np.ndarray, path: Path) -> None:
    def write(draft: Path) -> None:
        with draft.open("wb") as stream:
            np.save(stream, rows)

    put_together({path: write})


def _pairs_of(job: Job, run: str, part: int, buckets: int) -> np.ndarray:
    """Read the pairs of one part."""
    found = []
    for bucket in range(buckets):
        rows = np.load(_pairs_file(job, run, bucket), mmap_mode="r")
        low, high = np.searchsorted(rows["part"], [part, part + 1])
        found.append(np.array(rows[low:high]))
    return np.concatenate(found)


def _copies_only(pairs: np.ndarray, parts: Parts) -> np.ndarray:
    """Leave out the pairs that prove no copies, then the documents that are copied from nowhere else."""
    kept = [pairs[pairs["why"] == SAME]]
    compared = pairs[pairs["why"] != SAME]
    for at in range(0, len(compared), LOADED):
        some = compared[at : at + LOADED]
        sites = np.stack([np.r_[some["part"], some["first_part"]], np.r_[some["row"], some["first_row"]]], axis=1)
        sites, place = np.unique(sites, axis=0, return_inverse=True)
        frames = [parts[number].rows(sites[sites[:, 0] == number, 1]) for number in np.unique(sites[:, 0]).tolist()]
        copies, firsts = np.split(place.reshape(-1), 2)
        kept.append(some[are_edited(pd.concat(frames, ignore_index=True), copies.tolist(), firsts.tolist())])
    pairs = np.sort(np.concatenate(kept), order=["doc", "row"])
    elsewhere = (pairs["first_part"] != pairs["part"]) | (pairs["first_doc"] != pairs["doc"])
    elsewhere |= pairs["why"] == DISPLACED
    return pairs[np.isin(pairs["doc"], np.unique(pairs["doc"][elsewhere]))]


class Passages:
    """The sentences of one part, of which rows can be taken without reading the rest."""

    def __init__(self, job: Job, key: str) -> None:
        self._table = pa.ipc.open_file(pa.memory_map(str(job.part(key) / "passages.arrow"))).read_all()
        self.doc = self._table["doc"].combine_chunks().to_numpy() if len(self._table) else np.zeros(0, dtype=np.int32)

    def of(self, docs: np.ndarray) -> pd.DataFrame:
        """Return the sentences of some documents, given by number in ascending order, with their ``row``."""
        bounds = np.searchsorted(self.doc, docs, side="left"), np.searchsorted(self.doc, docs, side="right")
        slices = [self._table.slice(low, high - low) for low, high in zip(*bounds, strict=True)]
        rows = [np.arange(low, high) for low, high in zip(*bounds, strict=True)]
        taken = pa.concat_tables(slices).to_pandas()
        return taken.assign(row=np.concatenate(rows), voice=taken["voice"].astype("str"))

    def rows(self, rows: np.ndarray) -> pd.DataFrame:
        """Return some sentences, given by row."""
        taken = self._table.take(pa.array(rows.astype(np.int64))).to_pandas()
        return taken.assign(voice=taken["voice"].astype("str"), doc_id=taken["doc_id"].astype("str"))

    def size(self, docs: np.ndarray) -> int:
        """Count the sentences of some documents."""
        return int((np.searchsorted(self.doc, docs, side="right") - np.searchsorted(self.doc, docs)).sum())

    def places(self, rows: np.ndarray) -> np.ndarray:
        """Return ``doc_id:start`` of some rows."""
        taken = self._table.select(["doc_id", "start"]).take(pa.array(rows)).to_pandas()
        return (taken["doc_id"].astype("str") + ":" + taken["start"].astype("str")).to_numpy(dtype=object)

    def originals(self, part: int) -> np.ndarray:
        """Return what the sentences of the part repeat in the part itself."""
        original = self._table["original"].combine_chunks().to_numpy() if len(self._table) else np.zeros(0, np.int32)
        copies = np.flatnonzero(original >= 0)
        found = np.zeros(len(copies), dtype=ORIGINAL)
        found["row"], found["first_part"], found["first_row"] = copies, part, original[copies]
        return found


class Parts(dict[int, Passages]):
    """The sentences of parts by their numbers, opened when they are asked for."""

    def __init__(self, job: Job, keys: Sequence[str]) -> None:
        super().__init__()
        self.job, self.keys_of_parts = job, keys

    def __missing__(self, part: int) -> Passages:
        """Open a part."""
        self[part] = Passages(self.job, self.keys_of_parts[part])
        return self[part]


def _originals_file(job: Job, run: str, part: int) -> Path:
    return job.work / "copies" / run / f"originals-{part:06d}.npy"


def find_copies(job: Job, run: str, keys: Sequence[str], part: int, buckets: int) -> int:
    """Find what the sentences of a part repeat, in it and in others; returns how many documents were compared."""
    parts = Parts(job, keys)
    own = parts[part]
    pairs = _copies_only(_pairs_of(job, run, part, buckets), parts)
    found = [own.originals(part)]
    docs = np.unique(pairs["doc"])
    found[0] = found[0][~np.isin(own.doc[found[0]["row"]], docs)]
    for chosen in _batches(pairs, docs, parts):
        found.append(_compare(pairs[np.isin(pairs["doc"], chosen)], chosen, part, parts))
    if len(docs):
        _save(np.sort(np.concatenate(found), order="row"), _originals_file(job, run, part))
    return len(docs)


def _needed(pairs: np.ndarray) -> np.ndarray:
    """List the documents that pairs touch: (part, doc), sorted."""
    sides = [np.stack([pairs[f"{side}part"], pairs[f"{side}doc"]], axis=1) for side in ("", "first_")]
    return np.unique(np.concatenate(sides), axis=0)


def _batches(pairs: np.ndarray, docs: np.ndarray, parts: Parts) -> Iterator[np.ndarray]:
    """Divide documents so that they and those they are compared with are not too many at a time."""
    batch: list[int] = []
    size = 0
    for doc, own in zip(docs.tolist(), np.split(pairs, np.searchsorted(pairs["doc"], docs[1:])), strict=False):
        for part, first in _needed(own).tolist():
            size += parts[part].size(np.array([first]))
        batch.append(doc)
        if size > LOADED:
            yield np.array(batch)
            batch, size = [], 0
    if batch:
        yield np.array(batch)


def _compare(pairs: np.ndarray, docs: np.ndarray, part: int, parts: Parts) -> np.ndarray:
    """Find the originals of the sentences of some documents of a part, all that they are compared with at hand."""
    needed = _needed(pairs)
    frames = []
    for number in np.unique(needed[:, 0]).tolist():
        frame = parts[number].of(needed[needed[:, 0] == number, 1])
        frames.append(frame.assign(part=number, doc_id=f"{number}:" + frame["doc"].astype("str")))
    sentences = pd.concat(frames, ignore_index=True)
    place = {site: at for at, site in enumerate(zip(sentences["part"], sentences["row"], strict=True))}
    candidates: dict[int, set[int]] = {}
    for pair in pairs[pairs["why"] == COMPARED].tolist():
        copy, first = place[pair[0], pair[2]], place[pair[3], pair[5]]
        candidates.setdefault(copy, set()).add(first)
    originals = find_originals(sentences, candidates=candidates)
    own = (sentences["part"].eq(part) & sentences["doc"].isin(docs)).to_numpy()
    copies = np.array([copy for copy in originals if own[copy]], dtype=np.int64)
    firsts = np.array([originals[copy] for copy in copies.tolist()], dtype=np.int64)
    found = np.zeros(len(copies), dtype=ORIGINAL)
    found["row"] = sentences["row"].to_numpy()[copies]
    found["first_part"] = sentences["part"].to_numpy()[firsts]
    found["first_row"] = sentences["row"].to_numpy()[firsts]
    return found


def resolve(job: Job, run: str, keys: Sequence[str], part: int) -> pd.Series:
    """Return the marks of a part: row → ``doc_id:start`` of the first that says it."""
    passages = Parts(job, keys)
    known: dict[int, np.ndarray] = {}

    def originals(number: int) -> np.ndarray:
        if number not in known:
            file = _originals_file(job, run, number)
            known[number] = np.load(file) if file.is_file() else passages[number].originals(number)
        return known[number]

    found = originals(part).copy()
    open_rows = np.arange(len(found))
    while len(open_rows):  # what was taken for the first may prove a copy itself
        still = []
        for number in np.unique(found["first_part"][open_rows]).tolist():
            rows = open_rows[found["first_part"][open_rows] == number]
            there = originals(number)
            at = np.searchsorted(there["row"], found["first_row"][rows])
            hit = np.isin(found["first_row"][rows], there["row"])
            further = there[at[hit]]
            found["first_part"][rows[hit]], found["first_row"][rows[hit]] = further["first_part"], further["first_row"]
            still.append(rows[hit])
        open_rows = np.concatenate(still)
    marks = pd.Series(None, index=found["row"].astype(np.int64), dtype=object)
    for number in np.unique(found["first_part"]).tolist():
        rows = found["first_part"] == number
        marks.iloc[np.flatnonzero(rows)] = passages[number].places(found["first_row"][rows].astype(np.int64))
    return marks
