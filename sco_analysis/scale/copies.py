"""Pairs of copies → the marks of one part: which of its passages repeat what was printed before in the corpus.

Two steps for each part, each a task for any process; between them lie files in ``.work/copies``:

1. `find_copies` takes together what repeats in its documents, the pairs that `pairs` has found, and what stands beside
   a copy, for which it looks at the neighbours of the originals in other parts.
2. `resolve` follows a copy of a copy to the first that says it, through as many parts as it takes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..passages import Wording
from ..repeats import extend_runs
from .pairs import EDITED, SAME, pairs_of
from .parts import Job
from .sketches import PASSAGE, by_part, hand_on, rows_in, sites_of, words_of

#: A passage of a part, and the site of what it is a copy of, which may be a copy itself.
ORIGINAL = np.dtype([("passage", "i8"), ("first", "i8")])

#: How many neighbours of an original are looked at, on each side, at first; then four times as many, and so on.
_REACH = 16


def find_copies(job: Job, run: str, keys: Sequence[str], part: int, buckets: int) -> None:
    """Find what the passages of a part are copies of, in it and in others, and write it."""
    own = np.array(rows_in(job.part(keys[part]) / "passages", PASSAGE))
    original = np.where(own["here"] >= 0, sites_of(part, own["here"]), -1)
    pairs = pairs_of(job, run, part, buckets)
    for how in (SAME, EDITED):
        some = pairs[pairs["how"] == how]
        firsts = sites_of(some["first_part"], some["first_passage"])
        order = np.lexsort((firsts, some["passage"]))
        copies, at = np.unique(some["passage"][order], return_index=True)
        free = (how == SAME) | (original[copies] < 0)
        original[copies[free]] = firsts[order][at][free]
    original = _with_runs(job, keys, part, own, original)
    copies = np.flatnonzero(original >= 0)
    found = np.zeros(len(copies), dtype=ORIGINAL)
    found["passage"], found["first"] = copies, original[copies]
    hand_on(found, _file(job, run, part))


def _file(job: Job, run: str, part: int) -> Path:
    return job.work / "copies" / run / f"originals-{part:06d}"


def _with_runs(job: Job, keys: Sequence[str], part: int, own: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Add what stands beside a copy and is much like what stands beside its original, in whatever part that is."""
    copies = _beside_others(own["doc"], original)
    reach = _REACH
    while len(copies):
        around = _Around(job, keys, part, own, np.unique(original[copies]), reach)
        number = around.numbers(original)
        extend_runs(number, around.doc, around.passages["spoken"], around.passages["whole"], around.wording)
        new = np.flatnonzero((number[: len(own)] >= 0) & (original < 0))
        if not around.is_edge[number[new]].any():
            original[new] = around.sites[number[new]]
            break
        reach *= 4
    return original


def _beside_others(doc: np.ndarray, original: np.ndarray) -> np.ndarray:
    """List the copies with a neighbour in their document that is none, so that their run may go on."""
    pair = doc[1:] == doc[:-1]
    left, right = original[:-1] >= 0, original[1:] >= 0
    return np.union1d(np.flatnonzero(pair & left & ~right), np.flatnonzero(pair & right & ~left) + 1)


class _Around:
    """The passages of a part, and behind them those that stand around some passages of other parts.

    ``sites`` tells which they are; ``is_edge`` those of whose neighbours one is not there.
    """

    def __init__(
        self, job: Job, keys: Sequence[str], part: int, own: np.ndarray, firsts: np.ndarray, reach: int
    ) -> None:
        passages, sites, edges = [own], [sites_of(part, np.arange(len(own)))], [np.zeros(len(own), dtype=bool)]
        codes = [words_of(job.part(keys[part]), own)]
        for number, _, middle in by_part(firsts[firsts >> 32 != part]):
            rows = rows_in(job.part(keys[number]) / "passages", PASSAGE)
            near = np.unique(middle[:, None] + np.arange(-reach, reach + 1))
            near = near[(near >= 0) & (near < len(rows))]
            passages.append(rows[near])
            sites.append(sites_of(number, near))
            codes.append(words_of(job.part(keys[number]), passages[-1]))
            gap = np.diff(near, prepend=-1, append=len(rows)) > 1
            edges.append(gap[:-1] | gap[1:])
        self.passages, self.sites = np.concatenate(passages), np.concatenate(sites)
        self.is_edge = np.concatenate(edges)
        self.wording = Wording.of_codes(np.concatenate(codes), self.passages["length"])
        self._own = len(own)

    @property
    def doc(self) -> np.ndarray:
        """A number for each passage that its neighbours share, if they are in its document."""
        doc = self.passages["doc"]
        new = (np.diff(self.sites, prepend=-2) != 1) | (np.diff(doc, prepend=doc[:1]) != 0)
        return np.cumsum(new)

    def numbers(self, sites: np.ndarray) -> np.ndarray:
        """Return the number here of each passage of the part and of those of others that are here.

        ``sites`` are those of the originals of the part's passages. One that is elsewhere has the number 0: nothing
        that stands beside its copy is looked at. A negative one, which stands for none, remains.
        """
        found = np.full(len(self.sites), -1)
        order = np.argsort(self.sites, kind="stable")
        place = order[np.minimum(np.searchsorted(self.sites, sites, sorter=order), len(order) - 1)]
        found[: self._own] = np.where(sites < 0, -1, np.where(self.sites[place] == sites, place, 0))
        return found


def resolve(job: Job, run: str, keys: Sequence[str], part: int) -> pd.Series:
    """Return the marks of a part: row of its sentences table → ``doc_id:start`` of the first that says it."""
    known: dict[int, np.ndarray] = {}

    def originals(number: int) -> np.ndarray:
        if number not in known:
            known[number] = np.array(rows_in(_file(job, run, number), ORIGINAL))
        return known[number]

    passages, firsts = originals(part)["passage"], originals(part)["first"].copy()
    open_copies = np.arange(len(firsts))
    while len(open_copies):  # what was taken for the first may prove a copy itself
        open_copies = open_copies[np.argsort(firsts[open_copies], kind="stable")]
        still = []
        for number, where, passage in by_part(firsts[open_copies]):
            there = originals(number)
            at = np.searchsorted(there["passage"], passage)
            hit = np.isin(passage, there["passage"])
            copies = open_copies[where][hit]
            firsts[copies] = there["first"][at[hit]]
            still.append(copies)
        open_copies = np.concatenate(still)
    own = rows_in(job.part(keys[part]) / "passages", PASSAGE)
    return pd.Series(_places(job, keys, firsts), index=own["row"][passages].astype(np.int64), dtype=object)


def _places(job: Job, keys: Sequence[str], sites: np.ndarray) -> np.ndarray:
    """Return ``doc_id:start`` of some passages of the corpus."""
    order = np.argsort(sites, kind="stable")
    places = np.empty(len(sites), dtype=object)
    for part, where, passage in by_part(sites[order]):
        folder = job.part(keys[part])
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        rows = rows_in(folder / "passages", PASSAGE)[passage]
        told = zip(rows["doc"].tolist(), rows["start"].tolist(), strict=True)
        places[order[where]] = [f"{names[doc]}:{start}" for doc, start in told]
    return places
