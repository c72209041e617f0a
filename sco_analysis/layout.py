"""Documents → blocks: what each line or paragraph is for, and where one page or meeting ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from . import tables
from .reading.candidates import Label
from .reading.labels import Labels
from .reading.lines import Lines, pattern_of
from .reading.pieces import (
    FURNITURE,
    HEADING,
    KINDS,
    classify,
    cut_at_labels,
    go_on,
    number_sessions,
    without_tag_lines,
)
from .tokens import Tokens, split_tokens

_ASIDE = re.compile(r"\(([^()\n]{2,80})\)|\[([^\[\]\n]{2,80})\]")
#: no text has as many sessions: the number of a text times this, and that of the session, are one number
MOST_SESSIONS = 1 << 32


class Block(NamedTuple):
    """One stretch of text with one use."""

    start: int
    end: int
    kind: str
    session: int


@dataclass(frozen=True)
class Layout:
    """All that is known of one document before anybody's name is read: its blocks, its labels, its sessions' titles."""

    blocks: tuple[Block, ...]
    labels: tuple[Label, ...]
    titles: dict[int, str]


def split_blocks(documents: pd.DataFrame) -> pd.DataFrame:
    """Split each document into blocks: headings, prose, labels, speech and what is none of these.

    Takes the documents table; returns one row a block, columns as in ``tables.TABLES["blocks"]``. Blocks do not overlap
    and leave out only white space. Raises `TableError` when ``documents`` lacks ``doc_id`` or ``text``.
    """
    tables.check(documents, "documents", columns=["doc_id", "text"])
    found = layouts_of(documents["text"].tolist())
    columns = {
        "doc_id": documents["doc_id"].array.take(found.doc),
        "start": found.start - found.base[found.doc],
        "end": found.end - found.base[found.doc],
        "kind": pd.array(KINDS, dtype="str").take(found.kind),
        "session": found.session,
    }
    return tables.build("blocks", pd.DataFrame(columns))


class Layouts:
    """The layouts of many texts, their blocks as arrays in order.

    ``start`` and ``end`` are offsets in the texts joined (`Tokens.text`); each text begins at its ``base``. ``kind`` is
    the number of a block's use in `KINDS`, ``doc`` the number of its text. ``first`` says for each text which block
    is its first, and last of all how many there are. ``labels`` and ``titles`` are those of each text, as in `Layout`.
    """

    def __init__(self, texts: list[str], tokens: Tokens) -> None:
        self.texts, self.base = texts, tokens.base
        lines = Lines(tokens)
        finder = Labels(lines)
        self.labels = [finder.of(doc, text) for doc, text in enumerate(texts)]
        pieces = cut_at_labels(lines, texts, self.labels)
        kind = classify(pieces, tokens, finder.wrapped)
        first = np.flatnonzero(~go_on(pieces, kind, tokens, finder.wrapped))  # piece of each block
        self.start, self.doc = pieces.start[first], pieces.doc[first]
        self.end = pieces.end[np.append(first[1:], len(kind))[: len(first)] - 1]
        self.kind = without_tag_lines(kind[first], self.doc)
        self.session = number_sessions(self.kind, self.doc, self._are_sources(tokens.text))
        self.titles = self._titles(tokens.text)
        self.first = np.searchsorted(self.doc, np.arange(len(texts) + 1))

    def _are_sources(self, text: str) -> np.ndarray:
        """Tell which blocks are source lines."""
        is_source = np.zeros(len(self.kind), dtype=bool)
        furniture = np.flatnonzero(self.kind == FURNITURE)
        spans = zip(self.start[furniture].tolist(), self.end[furniture].tolist(), strict=True)
        fits = pattern_of("source_lines").fullmatch
        is_source[furniture] = [fits(text[start:end]) is not None for start, end in spans]
        return is_source

    def _titles(self, text: str) -> list[dict[int, str]]:
        """Give the title of each session of each text: its first heading."""
        titles: list[dict[int, str]] = [{} for _ in self.texts]
        headings = np.flatnonzero(self.kind == HEADING)
        page = self.doc[headings] * MOST_SESSIONS + self.session[headings]
        headings = headings[np.diff(page, prepend=-1) != 0]
        columns = (column[headings].tolist() for column in (self.doc, self.session, self.start, self.end))
        for doc, session, start, end in zip(*columns, strict=True):
            titles[doc].setdefault(session, " ".join(text[start:end].split()))
        return titles

    def __iter__(self) -> Iterator[Layout]:
        """Yield the layout of each text."""
        return map(self.of, range(len(self.texts)))

    def of(self, doc: int) -> Layout:
        """Return the layout of one text."""
        own = slice(self.first[doc], self.first[doc + 1])
        start, end = (offsets[own] - self.base[doc] for offsets in (self.start, self.end))
        kinds = [KINDS[kind] for kind in self.kind[own].tolist()]
        rows = zip(start.tolist(), end.tolist(), kinds, self.session[own].tolist(), strict=True)
        blocks = tuple(map(Block._make, rows))
        return Layout(blocks, tuple(self.labels[doc]), self.titles[doc])


class _Kept:
    """`Layouts`, kept for the texts asked last: turns, quotations and sentences all rest on them.

    They are kept of as many texts as together hold ``most`` characters.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._last: Layouts | None = None

    def __call__(self, texts: Sequence[str], tokens: Tokens | None = None) -> Layouts:
        """Return the layouts of some texts; ``tokens`` are theirs, where they are known."""
        last, texts = self._last, list(texts)
        if last is not None and last.texts == texts:
            return last
        made = Layouts(texts, tokens or split_tokens(texts, numbered=False))
        if sum(map(len, texts)) <= self.most:
            self._last = made
        return made

    def cache_clear(self) -> None:
        """Forget all layouts."""
        self._last = None


layouts_of = _Kept(most=24_000_000)


def layout_of(text: str) -> Layout:
    """Lay out one text."""
    return layouts_of([text]).of(0)


def stage_directions(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Find the spans of words in brackets that nobody says, such as ``(Laughter.)``, between two offsets."""
    if text.find("(", start, end) < 0 and text.find("[", start, end) < 0:
        return []
    said = pattern_of("stage_directions").fullmatch
    return [match.span() for match in _ASIDE.finditer(text, start, end) if said((match[1] or match[2]).strip())]


def count_spoken(tokens: Tokens, start: np.ndarray, end: np.ndarray, spoken: np.ndarray | bool = True) -> np.ndarray:
    """Count the words in each span ``start:end`` of ``tokens.text``; where it is ``spoken``, no stage direction's."""
    words = tokens.count_words(start, end)
    brackets = tokens.places("([")
    holds = spoken & (np.searchsorted(brackets, end) > np.searchsorted(brackets, start))
    for i, a, b in zip(np.flatnonzero(holds).tolist(), start[holds].tolist(), end[holds].tolist(), strict=True):
        words[i] -= sum(tables.count_words(tokens.text[c:d]) for c, d in stage_directions(tokens.text, a, b))
    return words
