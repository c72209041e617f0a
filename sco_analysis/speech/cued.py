"""Prose of a whole block → the sentences that may report something, before any of them is read.

For paragraphs without quotation marks: what `phrases.sentences_of` and the first lines of `reporting` ask of a place
and its neighbours is looked up in the flags of all places at once.
"""

from __future__ import annotations

import numpy as np

from . import flags as f
from .phrases import LONGEST, sentences_of
from .prose import Prose

#: the number of a paragraph, and the places where a sentence of it begins and ends
Cued = tuple[int, int, int]


def cued_sentences(prose: Prose, plain: np.ndarray) -> list[Cued]:
    """Return, in order, the sentences that may report in the paragraphs that are ``plain``: without quotation marks."""
    ends, breaks = _ends(prose), prose.flags & f.NOTHING > 0
    begins = ~breaks & np.append(False, (ends | breaks)[:-1])
    first = np.flatnonzero(begins)
    edges = np.flatnonzero(begins | breaks)
    last = edges[np.searchsorted(edges, first, side="right")]
    number = prose.paragraph[first]
    cues = np.flatnonzero(_cues(prose, begins))
    having = np.searchsorted(cues, first) < np.searchsorted(cues, last)
    endless = np.unique(number[last - first > LONGEST + 1])
    chosen = having & plain[number] & ~np.isin(number, endless)
    found = list(zip(number[chosen].tolist(), first[chosen].tolist(), last[chosen].tolist(), strict=True))
    for paragraph in endless[plain[endless]].tolist():  # sentences without an end are cut by count
        begin, row = int(prose.first[paragraph]), prose.row(paragraph)
        found += [(paragraph, begin + a, begin + b) for a, b in sentences_of("", row)]
    return sorted(found) if len(endless) else found


def _ends(prose: Prose) -> np.ndarray:
    """Tell behind which places a sentence ends, if it does not go on to the end of its paragraph."""
    here, before, after = prose.near(0), prose.near(-1), prose.near(1)
    reach = prose.start + prose.size
    apart = np.append(False, prose.start[1:] > reach[:-1])  # from what stands before
    named = (before & f.HONORIFIC > 0) | ((before & f.BEFORE_FIGURES > 0) & (after & f.NUMERAL > 0))
    begun = np.where(
        before & f.UNCERTAIN > 0, after & f.STARTER > 0, np.append(apart[1:], False) | (after & f.WORD == 0)
    )
    clear = (here & f.FULL_STOP == 0) | (apart & (before & f.NOTHING == 0))
    return (here & f.STOPS > 0) & (after & f.GOES_ON == 0) & (clear | (~named & begun))


def _cues(prose: Prose, first: np.ndarray) -> np.ndarray:
    """Tell which places hold a cue that no neighbour rules out; ``first`` are those that begin a sentence."""
    here, after = prose.near(0), prose.near(1)
    before = np.where(first, 0, prose.near(-1))
    verb = (here & f.VERB > 0) & (first | (here & f.UPPER == 0))
    to = (before & f.TO > 0) & ((prose.near(-2) | prose.near(-3)) & f.GOING == 0)
    barred = (before & (f.DETERMINER | f.BE) > 0) | to
    according = (here & f.CUE > 0) & (here & f.VERB == 0) & (after & f.TO > 0)
    return (verb & ((here & f.PARTICIPLE > 0) | ~barred)) | according
