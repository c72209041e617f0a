"""Passages printed before: the same words again, or nearly the same, as where two papers edit one piece of wire copy.

The rule, in four steps:

1. **Again, word for word.** Narration and quotations of five words or more (headings of three) printed before in the
   same document; sentences of twelve or more printed in an earlier one. Case and punctuation are ignored.
2. **Nearly the same.** A sentence of twelve words or more is a copy of an earlier one that begins or ends with the same
   six words when at least nine tenths of the words of both stand in the other in the same order (2 · shared / (all
   words of both) ≥ 0.9), and what differs is no name, no number and no negation: "talks with China" is no copy of
   "talks with India". Only the first five statements that begin (or end) so are looked at: what more of them share is
   a formula.
3. **In a run.** Beside a copy (the sentence before or after it, whose original stands beside its original) three
   quarters are enough, names and numbers may differ, and no length is needed.
4. **In the room.** What one says twice in a meeting was said twice: in a turn only another document counts.

Every step asks only for hashes and words of single passages (`passages`), never for a whole document: so a corpus in
parts can be judged from what is kept of each part (`scale`), by the same functions as a table that is all there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from .passages import Passages, Wording, mixed
from .tokens import Tokens

#: fewest words of a passage that counts as repeated: in one document, and in another one
_HERE, ELSEWHERE = 5, 12
#: fewest words of a heading that its own document repeats
_HEADING = 3
#: how alike two sentences are that are one: alone, and beside another copy
ALONE, _IN_RUN = 0.9, 0.75
#: how many of the statements with the same words at an edge the later ones are compared with
HOLDERS = 5
#: how many neighbours of a copy are looked at together
_MANY = 1024


def mark_repeats(sentences: pd.DataFrame, tokens: Tokens | None = None) -> pd.Series:
    """Say of each row of a sentences table which earlier passage it repeats.

    ``sentences`` has doc_id, start, text and voice and stands in the order of the corpus; ``tokens`` are those of its
    texts, where they are known already. Gives ``repeat_of``: ``doc_id:start`` of the first that says it, or missing.
    """
    passages = Passages(sentences, tokens)
    original = find_originals(passages)
    copies = np.flatnonzero(original >= 0)
    firsts = original[copies]
    while (further := original[firsts] >= 0).any():  # what was taken for the first may prove a copy itself
        firsts = np.where(further, original[firsts], firsts)
    marks = pd.Series(None, index=sentences.index, dtype="str")
    if len(copies):
        said = sentences[["doc_id", "start"]].iloc[passages.row[firsts]].astype("str")
        marks.iloc[passages.row[copies]] = (said["doc_id"] + ":" + said["start"]).to_numpy()
    return marks


def find_originals(passages: Passages) -> np.ndarray:
    """Find for each passage the number of the one it is a copy of, which may be a copy itself; −1: it is none."""
    original = repeated_here(passages)
    long = np.flatnonzero(passages.length >= ELSEWHERE)
    copies, firsts = repeated_elsewhere(passages.whole[long], passages.doc[long])
    original[long[copies]] = long[firsts]
    copies, firsts = _candidates(passages, original)
    edited = passages.wording.edited(copies, firsts, ALONE)
    original[copies[edited]] = firsts[edited]
    extend_runs(original, passages.doc, passages.spoken, passages.whole, passages.wording)
    return original


def repeated_here(passages: Passages) -> np.ndarray:
    """Find for each passage the number of the first with the same words in its document; −1: there is none before."""
    original = np.full(len(passages.row), -1)
    chosen = np.flatnonzero(passages.length >= np.where(passages.heading, _HEADING, _HERE))
    first = chosen[firsts_of(mixed(passages.whole[chosen], passages.doc[chosen]))]
    again = (first != chosen) & passages.may_repeat(chosen, first)
    original[chosen[again]] = first[again]
    return original


def repeated_elsewhere(whole: np.ndarray, doc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair the passages whose words stood before in another document with the first in the corpus to say them."""
    first = firsts_of(whole)
    copies = np.flatnonzero(doc != doc[first])
    return copies, first[copies]


def _candidates(passages: Passages, original: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair the statements that are no copies yet with those they may be edited copies of, in the order of both."""
    long = np.flatnonzero((passages.length >= ELSEWHERE) & ~passages.heading)
    statements = long[firsts_of(passages.whole[long]) == np.arange(len(long))]
    pairs = [statements[np.stack(pair)] for edge in (passages.first, passages.last) for pair in meet(edge[statements])]
    copies, firsts = np.concatenate(pairs, axis=1)
    maybe = (original[copies] < 0) & passages.may_repeat(copies, firsts)
    maybe &= may_be_edited(*(part[side] for side in (copies, firsts) for part in (passages.length, passages.mask)))
    copies, firsts = copies[maybe], firsts[maybe]
    order = np.lexsort((firsts, copies))
    return copies[order], firsts[order]


def meet(edges: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pair each statement with those of the first `HOLDERS` of its edge that stand before it.

    ``edges`` are the hashes of what the statements begin (or end) with, in the order of the corpus.
    """
    order = np.argsort(edges, kind="stable")
    begin = _run_begins(edges[order])
    rank = np.arange(len(edges)) - begin
    for holder in range(HOLDERS):
        later = np.flatnonzero(rank > holder)
        yield order[later], order[begin[later] + holder]


def may_be_edited(words: np.ndarray, mask: np.ndarray, other_words: np.ndarray, other_mask: np.ndarray) -> np.ndarray:
    """Tell, by their numbers of words and their masks alone, which pairs of sentences could be nine tenths the same.

    A word put in or left out changes the number by one, and the mask (a bit for each word, by its hash) by one bit at
    most. What is refused here is refused by the rule too.
    """
    least = np.maximum(np.abs(words - other_words), np.bitwise_count(mask ^ other_mask))
    return least <= (1 - ALONE) * (words + other_words) + 1e-6


def extend_runs(original: np.ndarray, doc: np.ndarray, spoken: np.ndarray, whole: np.ndarray, wording: Wording) -> None:
    """Add to ``original`` what stands beside a copy and is much like what stands beside its original.

    From each copy the run goes backward as far as it can, then forward as far as nothing was found to be a copy yet. Of
    a run that goes on, twice as many neighbours are looked at the next time.
    """
    last = len(doc) - 1
    for step in (-1, 1):
        copies, many = np.flatnonzero(original >= 0), 1
        while len(copies):
            ahead = step * np.arange(1, many + 1)
            here, there = copies[:, None] + ahead, original[copies, None] + ahead
            like = (here >= 0) & (here <= last) & (there >= 0) & (there <= last) & (here != there - step)
            here, there = np.where(like, here, 0), np.where(like, there, 0)
            like &= (
                (original[here] < 0) & (doc[here] == doc[copies, None]) & (doc[there] == doc[original[copies], None])
            )
            like &= (doc[here] != doc[there]) | ~(spoken[here] | spoken[there])
            unlike = like & (whole[here] != whole[there])
            like[unlike] = wording.alike(here[unlike], there[unlike], _IN_RUN)
            run = np.logical_and.accumulate(like, axis=1)
            original[here[run]] = there[run]
            copies, many = here[run[:, -1], -1], min(2 * many, _MANY)


def firsts_of(keys: np.ndarray) -> np.ndarray:
    """Return for each key the place where it first occurs."""
    codes = pd.factorize(keys)[0]
    first = np.zeros(codes.max(initial=-1) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(keys) - 1, -1, -1)
    return first[codes]


def _run_begins(keys: np.ndarray) -> np.ndarray:
    """Return for each of some sorted keys where the run of its equals begins."""
    new = np.ones(len(keys), dtype=bool)
    new[1:] = keys[1:] != keys[:-1]
    return np.maximum.accumulate(np.where(new, np.arange(len(keys)), 0))
