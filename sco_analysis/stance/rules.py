"""Polarity by the rules: the lexicon over words and clauses, summed up for each sentence and key.

The order of the rules stands in `direction`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..reading.lines import SPACES
from ..tokens import Tokens
from ..undisturbed import undisturbed
from .clauses import ROLES, Hits, Words, find_entries, place_targets, read_words
from .direction import judge, set_force
from .lexicon import PROTOCOL, Lexicon, read_lexicon
from .placing import Placed

THRESHOLD = 0.15  # from here on a score of the rules is called friendly or hostile
_EVIDENCE_LEAST = 0.05  # weaker words are not named


@undisturbed
def score_by_rules(placed: Placed) -> pd.DataFrame:
    """Score by lexicon and clauses: one row for each sentence and key in it, sorted, and the words that it rests on."""
    lexicon = read_lexicon()
    begins = np.diff(placed.row, prepend=-1) > 0  # here the next sentence's mentions begin
    first, number = np.flatnonzero(begins), np.cumsum(begins) - 1  # number of the sentence of each mention
    rows = placed.row[first]
    names, key, holder = _keys(placed, rows)
    pair, out_number, out_key = _pairs(number, key, len(names))
    out = pd.DataFrame({"row": rows[out_number], "target": pd.array(names, dtype="str").take(out_key)})
    tokens, texts = placed.tokens_of(rows)
    words = read_words(tokens, texts, lexicon)
    if not len(words.start):
        return out.assign(polarity=0.0, label=0, evidence=[[] for _ in range(len(out))], protocol=False, role=None)
    parties = place_targets(words, number, (placed.start, placed.end), key, _forms(placed))
    hits = find_entries(words, parties.covered, lexicon)
    set_force(words, hits, lexicon, _ask(tokens, texts))
    hit, target, value = judge(words, hits, parties, holder, lexicon)
    weighed = _weigh(len(out), (pair[target], hit, value), hits, words, placed.base[first], lexicon)
    role = np.zeros(len(out), dtype=np.int64)
    role[pair[::-1]] = parties.role[::-1]  # that of the first mention
    return out.assign(**weighed, role=pd.array(ROLES, dtype="str").take(role))


def _keys(placed: Placed, rows: np.ndarray) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Give the keys numbers in the order of their names: names, key of each mention, the holder's own of each row.

    A holder whose state nobody knows, or nobody mentions, has −1.
    """
    code, names = pd.factorize(placed.of_mention("key"))
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.argsort(order)
    names = [names[at] for at in order]
    numbers = {name: number for number, name in enumerate(names)}
    if "state" not in placed.sentences:
        return names, rank[code], np.full(len(rows), numbers.get("", -1))
    state, states = pd.factorize(placed.sentences["state"].array.take(rows))
    own = np.array([numbers.get(name, -1) for name in (*states, "")], dtype=np.int64)  # the last: missing
    return names, rank[code], own[state]


def _forms(placed: Placed) -> tuple[np.ndarray, tuple[str, ...]]:
    """Give the forms of the mentions numbers: that of each, and the forms; a missing one is the last, and empty."""
    form, forms = pd.factorize(placed.of_mention("form"))
    return form, (*map(str, forms), "")


def _ask(tokens: Tokens, texts: np.ndarray) -> np.ndarray:
    """Tell which texts end with a question mark."""
    base = tokens.base[texts]
    end = base + tokens.lengths[texts]
    asks, spaced = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    some = np.flatnonzero(end > base)
    asks[some] = tokens.hold("?", end[some] - 1)
    spaced[some] = tokens.hold(SPACES, end[some] - 1)
    for at in np.flatnonzero(spaced):
        asks[at] = tokens.text[base[at] : end[at]].rstrip().endswith("?")
    return asks


def _pairs(number: np.ndarray, key: np.ndarray, many: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count out the (sentence, key) pairs: for each mention its pair, for each pair its sentence and key."""
    distinct, pair = np.unique(number * (many + 1) + key, return_inverse=True)
    return pair, distinct // (many + 1), distinct % (many + 1)


def _weigh(
    many: int, found: tuple[np.ndarray, ...], hits: Hits, words: Words, base: np.ndarray, lexicon: Lexicon
) -> dict:
    """Sum up ``many`` pairs: polarity, label, evidence, protocol; each entry counts once for a key, at its strongest.

    ``found`` is the pair, the hit and the value of what was found, ``base`` where each sentence begins.
    """
    pair, hit, value = found
    strong = np.flatnonzero(np.abs(value) >= _EVIDENCE_LEAST)
    strong = strong[np.lexsort((-np.abs(value[strong]), hit[strong], pair[strong]))]
    pair, hit, value = pair[strong], hit[strong], value[strong]
    new = np.ones(len(pair), dtype=bool)
    new[1:] = (pair[1:] != pair[:-1]) | (hit[1:] != hit[:-1])
    pair, hit, value = pair[new], hit[new], value[new]
    polarity = np.clip(np.bincount(pair, weights=value, minlength=many), -1, 1)
    courteous = np.isin(lexicon.kind, PROTOCOL)[hits.entry[hit]]
    entries = np.bincount(pair, minlength=many)
    first, last = hits.first[hit], hits.last[hit]
    shift = (base - words.base)[words.row[first]]
    return {
        "polarity": polarity,
        "label": label_scores(polarity, THRESHOLD),
        "evidence": _name(words.tokens.text, many, (pair, words.start[first], words.end[last], shift, value)),
        "protocol": (entries > 0) & (np.bincount(pair, weights=courteous, minlength=many) == entries),
    }


def _name(text: str, size: int, columns: tuple[np.ndarray, ...]) -> np.ndarray:
    """List for each of ``size`` pairs the words that its score rests on, with their spans in the document.

    ``columns`` are pair, start and end in ``text``, offset in the document and value of each entry, by pair. Most
    pairs rest on nothing: they have one empty list in common, so that a large table is not mostly empty lists.
    """
    named = [
        {"start": low + move, "end": high + move, "text": text[low:high], "valence": valence}
        for low, high, move, valence in zip(*(column.tolist() for column in columns[1:]), strict=True)
    ]
    first = np.flatnonzero(np.diff(columns[0], prepend=-1))
    stretches = zip(first.tolist(), [*first[1:].tolist(), len(named)], strict=True) if named else ()
    evidence = np.empty(size, dtype=object)
    evidence.fill([])
    evidence[columns[0][first]] = np.fromiter((named[a:b] for a, b in stretches), dtype=object, count=len(first))
    return evidence


def label_scores(polarity: np.ndarray, threshold: float) -> np.ndarray:
    """Call scores friendly (1), hostile (−1) or neither (0)."""
    return (polarity >= threshold).astype(np.int64) - (polarity <= -threshold)
