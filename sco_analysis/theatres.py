"""Words of war and settlement that name no theatre ("ceasefire", "the mediators"): which war they speak of.

A dictionary file may say, under ``unnamed``, which sub-topic holds such words and by which sub-topics the theatres are
named (see ``data/topics.yml``). Each hit of such a word goes, sub-topic and all, to

1. the theatre named in the same sentence, the nearest if there are several;
2. else the theatre named last before it in the document;
3. else the theatre named first after it in the document;
4. else it stays where the file has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .matches.meanings import Found
from .tokens import Tokens


def assign_theatres(found: Found, tokens: Tokens, doc: np.ndarray, rules: Sequence[Mapping[str, Any]]) -> Found:
    """Return ``found`` with the hits of unnamed theatres under the keys of those that they speak of.

    ``doc`` is the number of the document of each text of ``tokens``. ``rules`` is what stands under ``unnamed``:
    ``sub`` (the sub-topic that names no theatre) and ``theatres`` (topic → the sub-topics that name one).
    """
    key, row = found.key.copy(), tokens.row[found.first]
    for rule in rules:
        unnamed = np.array([sense.sub == rule["sub"] for sense in found.senses], dtype=bool)[found.sense]
        named = np.zeros(len(unnamed), dtype=bool)
        for topic, subs in rule["theatres"].items():
            of_subs = np.array([sense.sub in subs for sense in found.senses], dtype=bool)[found.sense]
            named |= of_subs & (np.array([own == topic for own in found.keys], dtype=bool)[found.key])
        wanted, there = np.flatnonzero(unnamed), np.flatnonzero(named)
        known = np.zeros(doc.max(initial=0) + 2, dtype=bool)  # the documents that name one; the last: those of no name
        known[doc[row[there]]] = True
        wanted = wanted[known[doc[row[wanted]]]]
        if len(wanted):
            key[wanted] = key[_meant(tokens.start[found.first], row, doc[row], wanted, there)]
    return replace(found, key=key)


def _meant(start: np.ndarray, row: np.ndarray, doc: np.ndarray, wanted: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Choose for each hit ``wanted`` one of ``there``, the theatres named; its document names at least one."""
    there = there[np.lexsort((start[there], doc[there]))]
    site, asked = (doc[hits] * (start.max() + 1) + start[hits] for hits in (there, wanted))
    after = np.searchsorted(site, asked)
    before = after - 1
    far = np.iinfo(np.int64).max

    def distance(at: np.ndarray) -> np.ndarray:
        """How far the theatre at the place ``at`` is, if it stands in the same sentence."""
        hit = there[np.clip(at, 0, len(there) - 1)]
        same = (at >= 0) & (at < len(there)) & (row[hit] == row[wanted])
        return np.where(same, np.abs(start[hit] - start[wanted]), far)

    behind, ahead = distance(before), distance(after)
    precedes = (before >= 0) & (doc[there[before]] == doc[wanted])
    last = np.where(precedes, before, after)  # named last before it, else first after it
    nearest = np.where(ahead < behind, after, np.searchsorted(site, site[before]))  # of one place, the first
    return there[np.where(np.minimum(behind, ahead) < far, nearest, last)]
