"""Words of war and settlement that name no theatre ("ceasefire", "the mediators"): which war they speak of.

A dictionary file may say, under ``unnamed``, which sub-topic holds such words and by which sub-topics the theatres are
named (see ``data/topics.yml``). Each hit of such a word goes, sub-topic and all, to

1. the theatre named in the same sentence, the nearest if there are several;
2. else the theatre named last before it in the document;
3. else the theatre named first after it in the document;
4. else it stays where the file has it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
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
        for places in mentions.groupby("doc_id").indices.values():
            wanted, there = places[unnamed[places]], places[named[places]]
            if len(wanted) and len(there):
                chosen = _nearest(mentions, wanted, there)
                keys[wanted] = keys[there[chosen]]
    return mentions.assign(key=pd.Series(keys, mentions.index, dtype=mentions["key"].dtype))


def _nearest(mentions: pd.DataFrame, wanted: np.ndarray, there: np.ndarray) -> list[int]:
    """For each hit ``wanted``, give the number among ``there`` of the theatre that it speaks of."""
    sentence, start = mentions["sentence"].to_numpy(), mentions["start"].to_numpy()
    order = np.argsort(start[there], kind="stable")
    starts, sentences = start[there][order].tolist(), sentence[there][order]
    chosen = []
    for hit in wanted:
        own = np.flatnonzero(sentences == sentence[hit])
        if len(own):
            at = own[np.argmin(np.abs(np.array(starts)[own] - start[hit]))]
        else:
            at = max(bisect_left(starts, start[hit]) - 1, 0)
        chosen.append(int(order[at]))
    return chosen
