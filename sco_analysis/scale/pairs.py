"""Sketches → pairs of passages of which one is a copy of the other, for one range of hashes of the whole corpus.

Each sentence is paired with the earlier ones that `repeats` would compare it with, and compared with them here and now,
by the codes of its words. The order of the corpus (part, then passage) says which one is the earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..passages import Wording
from ..repeats import ALONE, may_be_edited, meet, repeated_elsewhere
from .parts import Job
from .sketches import FIRST, LAST, NAME, NO_CODES, SKETCH, WHOLE, by_part, hand_on, rows_in, sites_of, words_of

#: A passage and the earlier one that it is a copy of, and how: word for word, or with a word or two edited.
PAIR = np.dtype([("part", "u4"), ("passage", "u4"), ("first_part", "u4"), ("first_passage", "u4"), ("how", "u1")])
SAME, EDITED = range(2)


def find_pairs(job: Job, run: str, keys: Sequence[str], bucket: int, buckets: int) -> list[tuple[int, int]]:
    """Pair the sentences of all parts ``keys`` whose hashes lie in ``bucket`` of ``buckets`` equal ranges.

    Writes the pairs; returns part and document of each name that stands twice in the corpus.
    """
    rows, part = _rows_of_range(job, keys, bucket, buckets)
    same = _pairs(rows, part, *_same(rows, part), SAME)
    edited = _pairs(rows, part, *_edited(job, keys, rows, part), EDITED)
    hand_on(np.concatenate([same, edited]), _file(job, run, bucket), sort="part")
    names = np.flatnonzero(rows["kind"] == NAME)
    twice = names[pd.Series(rows["hash"][names]).duplicated().to_numpy()]
    return list(zip(part[twice].tolist(), rows["doc"][twice].tolist(), strict=True))


def pairs_of(job: Job, run: str, part: int, buckets: int) -> np.ndarray:
    """Return the pairs of the passages of one part that all ranges have found."""
    found = [np.zeros(0, dtype=PAIR)]
    for bucket in range(buckets):
        rows = rows_in(_file(job, run, bucket), PAIR)
        low, high = np.searchsorted(rows["part"], [part, part + 1])
        found.append(np.array(rows[low:high]))
    return np.concatenate(found)


def _file(job: Job, run: str, bucket: int) -> Path:
    return job.work / "copies" / run / f"pairs-{bucket:05d}"


def _rows_of_range(job: Job, keys: Sequence[str], bucket: int, buckets: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of all sketches in a range of hashes, and the part of each, in the order of hash and corpus."""
    low, high = (bucket << 64) // buckets, ((bucket + 1) << 64) // buckets - 1
    found = []
    for key in keys:
        rows = rows_in(job.part(key) / "sketch", SKETCH)
        first = np.searchsorted(rows["hash"], np.uint64(low), side="left")
        last = np.searchsorted(rows["hash"], np.uint64(high), side="right")
        found.append(np.array(rows[first:last]))
    part = np.repeat(np.arange(len(keys)), [len(rows) for rows in found])
    rows = np.concatenate(found)
    order = np.argsort(rows["hash"], kind="stable")
    return rows[order], part[order]


def _pairs(rows: np.ndarray, part: np.ndarray, copies: np.ndarray, firsts: np.ndarray, how: int) -> np.ndarray:
    pairs = np.zeros(len(copies), dtype=PAIR)
    pairs["part"], pairs["passage"] = part[copies], rows["passage"][copies]
    pairs["first_part"], pairs["first_passage"] = part[firsts], rows["passage"][firsts]
    pairs["how"] = how
    return pairs


def _same(rows: np.ndarray, part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair each sentence with the first one in the corpus that has all its words, where that is in another document."""
    whole = np.flatnonzero(rows["kind"] == WHOLE)
    copies, firsts = repeated_elsewhere(rows["hash"][whole], sites_of(part[whole], rows["doc"][whole]))
    return whole[copies], whole[firsts]


def _edited(job: Job, keys: Sequence[str], rows: np.ndarray, part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair each statement with the first of which it is an edited copy, of those that begin or end as it does."""
    pairs = [_comparable(rows, part, np.flatnonzero(rows["kind"] == edge)) for edge in (FIRST, LAST)]
    pairs = np.concatenate(pairs, axis=1)
    sites, at, numbers = np.unique(sites_of(part, rows["passage"])[pairs], return_index=True, return_inverse=True)
    compared = rows[pairs.reshape(-1)[at]]  # each passage once
    codes = [words_of(job.part(keys[number]), compared[where]) for number, where, _ in by_part(sites)]
    wording = Wording.of_codes(np.concatenate([*codes, NO_CODES]), compared["length"])
    copy, first = numbers.reshape(2, -1)
    order = np.lexsort((first, copy))
    edited = order[wording.edited(copy[order], first[order], ALONE)]
    return pairs[0, edited], pairs[1, edited]


def _comparable(rows: np.ndarray, part: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Pair the statements among the chosen rows, which are of one kind, with those they may be edited copies of."""
    statements = chosen[~pd.Series(rows["whole"][chosen]).duplicated().to_numpy()]  # the first of each in the corpus
    length, mask, spoken = rows["length"].astype(np.int64), rows["mask"], rows["spoken"]
    doc = sites_of(part, rows["doc"])
    found = [np.zeros((2, 0), dtype=np.int64)]
    for pair in meet(rows["hash"][statements]):
        copies, firsts = statements[pair[0]], statements[pair[1]]
        maybe = may_be_edited(length[copies], mask[copies], length[firsts], mask[firsts])
        maybe &= (doc[copies] != doc[firsts]) | ~(spoken[copies] | spoken[firsts])
        found.append(np.stack([copies[maybe], firsts[maybe]]))
    return np.concatenate(found, axis=1)
