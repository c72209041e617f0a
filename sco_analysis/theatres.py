"""Words of war and settlement that name no theatre ("ceasefire", "the mediators"): which war they speak of.

A dictionary file may say, under ``unnamed``, which sub-topic holds such words and by which sub-topics the theatres are
named (see ``data/topics.yml``). Each hit of such a word goes, sub-topic and all, to

1. the theatre named in the same sentence, the nearest if there are several;
2. else the theatre named last before it in the document;
3. else the theatre named first after it in the document;
4. else it stays where the file has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd


def assign_theatres(mentions: pd.DataFrame, rules: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return ``mentions`` (doc_id, sentence, start, key, sub) with the hits of unnamed theatres under their topics.

    ``rules`` is what stands under ``unnamed``: ``sub`` (the sub-topic that names no theatre) and ``theatres`` (topic →
    the sub-topics that name one).
    """
    keys = mentions["key"].to_numpy(dtype=object, copy=True)
    for rule in rules:
        unnamed = (mentions["sub"] == rule["sub"]).to_numpy(dtype=bool)
        named = np.zeros(len(mentions), dtype=bool)
        for topic, subs in rule["theatres"].items():
            named |= (mentions["key"].eq(topic) & mentions["sub"].isin(subs)).to_numpy(dtype=bool)
        site, start = mentions["sentence"].to_numpy(), mentions["start"].to_numpy()
        doc = pd.factorize(mentions["doc_id"])[0]
        for wanted, there in _by_document(doc, unnamed, named):
            chosen = _nearest(site, start, wanted, there)
            keys[wanted] = keys[there[chosen]]
    return mentions.assign(key=pd.Series(keys, mentions.index, dtype=mentions["key"].dtype))


def _by_document(doc: np.ndarray, unnamed: np.ndarray, named: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each document that has both the places of its hits ``unnamed`` and of those ``named``."""
    wanted, there = np.flatnonzero(unnamed), np.flatnonzero(named)
    wanted, there = wanted[np.argsort(doc[wanted], kind="stable")], there[np.argsort(doc[there], kind="stable")]
    for number in np.intersect1d(doc[wanted], doc[there]):
        own, near = (np.searchsorted(doc[places], [number, number + 1]) for places in (wanted, there))
        yield wanted[slice(*own)], there[slice(*near)]


def _nearest(sentence: np.ndarray, start: np.ndarray, wanted: np.ndarray, there: np.ndarray) -> list[int]:
    """For each hit ``wanted``, give the number among ``there`` of the theatre that it speaks of."""
    order = np.argsort(start[there], kind="stable")
    starts, sentences = start[there][order], sentence[there][order]
    chosen = []
    for hit in wanted:
        own = np.arange(*np.searchsorted(sentences, [sentence[hit], sentence[hit] + 1]))
        if len(own):
            at = own[np.argmin(np.abs(starts[own] - start[hit]))]
        else:
            at = max(int(np.searchsorted(starts, start[hit])) - 1, 0)
        chosen.append(int(order[at]))
    return chosen
