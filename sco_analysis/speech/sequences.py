"""Prose of a whole block → where its capitalised sequences are and where its sentences begin.

What `capitals.run_end` asks of a place and its neighbours is looked up in the flags of all places at once; only where a
small word may link a body's name to what follows is the rule itself asked.
"""

from __future__ import annotations

import numpy as np

from . import flags as f
from .capitals import run_end
from .forms import BREAK, Row
from .prose import Prose


class Sequences:
    """The capitalised sequences of a block, each the places ``first:last``, and its sentences."""

    def __init__(self, prose: Prose) -> None:
        self.prose, self.size = prose, len(prose.kind)
        #: with two breaks more, so that one may ask behind the last place
        self.flags = np.concatenate([prose.flags, np.full(2, BREAK.flags)])
        self._rows: dict[int, Row] = {}
        self._inside, opens = self._members()
        self.first = np.flatnonzero(opens)
        edges = np.flatnonzero(~self._inside | opens)
        self.last = edges[np.searchsorted(edges, self.first, side="right")]
        #: whether a sentence begins at a place; whether a sequence began before and reaches over it
        self.begins = self._sentence_begins()
        self.covered = self._inside & ~opens

    def row(self, place: int) -> tuple[Row, int]:
        """Return the paragraph in which a place is, and which of its forms stands there."""
        number = int(self.prose.paragraph[place])
        first = int(self.prose.first[number])
        if number not in self._rows:
            self._rows[number] = self.prose.row(number)
        return self._rows[number], place - first

    def _members(self) -> tuple[np.ndarray, np.ndarray]:
        """Tell which places belong to a sequence, and at which one opens."""
        before, here, after, second = self.prose.near(-1), self.prose.near(0), self.prose.near(1), self.prose.near(2)
        gap = self.prose.start - _before(self.prose.start + self.prose.size)
        capital = here & f.CAPITAL > 0
        stop = (here & f.FULL_STOP > 0) & (gap == 0) & (after & f.UPPER > 0)
        near = ((gap > 0) & (gap < 3)) | (before & f.FULL_STOP > 0)
        article = (here & f.INDEFINITE > 0) & (after & (f.UPPER | f.NOTHING) == 0)
        named = (capital & ~article) | ((here & f.PARTICLE > 0) & (after & f.CAPITAL > 0))
        closed = before & f.POSSESSIVE > 0
        joins = ~closed & np.where(stop, before & (f.SINGLE | f.SHORTENED) > 0, near & named)
        follows = (after & f.CAPITAL > 0) | ((after & f.THE > 0) & (second & f.UPPER > 0))
        links = (here & f.LINK > 0) & near & follows & ~(stop | named | closed)
        inside = capital | (joins & _before(capital))
        opens = inside & ~(joins & _before(inside))
        self._link(inside, opens, np.flatnonzero(links & _before(inside)))
        return inside, opens

    def _link(self, inside: np.ndarray, opens: np.ndarray, links: np.ndarray) -> None:
        """Join, in place, what a small word behind a body's name may link to it: "Ministry | of | Trade"."""
        begin = np.maximum.accumulate(np.where(opens, np.arange(self.size), 0))[links - 1]
        bodies = np.cumsum(np.append(0, self.prose.near(0) & f.BODY > 0))
        bodied = bodies[links] > bodies[begin]
        reached = 0
        for link, start in zip(links[bodied].tolist(), begin[bodied].tolist(), strict=True):
            if link > reached:
                row, place = self.row(start)
                reached = start - place + run_end(row, place)
                inside[start:reached] = True
                opens[start + 1 : reached] = False

    def _sentence_begins(self) -> np.ndarray:
        """Tell where sentences begin: behind each stop that is no part of a name, and at each sign that follows it.

        A sign that neither ends a sentence nor marks a quotation leaves the sentence without a first word.
        """
        places, here = np.arange(self.size), self.prose.near(0)
        skipped = (here & f.SKIPPED > 0) & ~self._inside
        stop = np.maximum.accumulate(np.where(skipped & (here & f.BEGINS > 0), places, -1))
        other = np.maximum.accumulate(np.where(skipped, -1, places))
        return _before(stop > other) & (here & f.NOTHING == 0)


def _before(values: np.ndarray) -> np.ndarray:
    """Return for each place the value of the one before it; zero for the first."""
    return np.concatenate([np.zeros(1, dtype=values.dtype), values[:-1]])
