"""Paragraphs of many documents → numbered forms, split at once: `forms.row_of` for a whole block.

A form is one atom (`tokens`) or several with single signs between them; where it ends is told from the characters
around it, for all at once. Atoms that begin with a figure and have company are split by the pattern itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..tokens import look_up, number_stretches, split_tokens
from .flags import APOSTROPHES
from .forms import BREAK, SPLIT, Form, Row, forms_of
from .paragraphs import Paragraphs

_JOINS = "-'’.&/"
#: how far from a place a rule may ask at most
_MARGIN = 3
_SIBILANTS = "sSzx"
_SPACE = np.array([chr(c).isspace() for c in range(0x10000)])
_FIGURE = np.array([chr(c).isdecimal() for c in range(0x10000)])


@dataclass(frozen=True)
class Prose:
    """The forms of some paragraphs, one *place* each, with a break before each paragraph and behind the last.

    ``kinds`` are the distinct forms, ``kind`` the number of each place's; ``start`` is its offset in its own text.
    Paragraph ``p`` has the places ``first[p]:last[p]``.
    """

    texts: Sequence[str]
    paragraphs: Paragraphs
    kinds: list[Form]
    kind: np.ndarray
    start: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @cached_property
    def flags(self) -> np.ndarray:
        """What is known of each place's form: see `flags`."""
        return np.array([form.flags for form in self.kinds], dtype=np.int64)[self.kind]

    def near(self, distance: int) -> np.ndarray:
        """Return for each place the flags of the one so many behind it, or before it; of a break beyond the edges."""
        first = distance + _MARGIN
        return self._padded[first : first + len(self.kind)]

    @cached_property
    def _padded(self) -> np.ndarray:
        return np.pad(self.flags, _MARGIN, constant_values=BREAK.flags)

    @cached_property
    def size(self) -> np.ndarray:
        """How many characters each place's form has."""
        return np.array([form.size for form in self.kinds], dtype=np.int64)[self.kind]

    @cached_property
    def forms(self) -> list[Form]:
        """The form at each place."""
        return list(map(self.kinds.__getitem__, self.numbers))

    @cached_property
    def numbers(self) -> list[int]:
        """The number of the form at each place."""
        return self.kind.tolist()

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each place in its own text."""
        return self.start.tolist()

    @cached_property
    def paragraph(self) -> np.ndarray:
        """The number of the paragraph in which each place is; a break counts with what stands before it."""
        return np.searchsorted(self.last, np.arange(len(self.kind)), side="left")

    def row(self, number: int) -> Row:
        """Return the forms of one paragraph."""
        first, last = int(self.first[number]), int(self.last[number])
        return Row(self.forms[first:last], self.starts[first:last])


def split_prose(texts: Sequence[str], paragraphs: Paragraphs) -> Prose:
    """Split paragraphs into their forms, as `forms.row_of` splits one."""
    spans = zip(paragraphs.text, paragraphs.start, paragraphs.end, strict=True)
    pieces = [texts[number][start:end] for number, start, end in spans]
    begins = np.cumsum([1, *(len(piece) + 1 for piece in pieces)])
    found, kind, at = _Split("\n".join(["", *pieces, ""])).forms()
    breaks = begins - 1
    order = np.argsort(np.concatenate([at, breaks]), kind="stable")
    at = np.concatenate([at, breaks])[order]
    kind = np.concatenate([kind, np.full(len(breaks), len(found), dtype=kind.dtype)])[order]
    edges = np.searchsorted(at, breaks)
    shift = np.array([*paragraphs.start, 0]) - begins
    start = at + np.repeat(shift, np.diff(edges, append=len(at)))
    return Prose(texts, paragraphs, [*forms_of(found), BREAK], kind, start, edges[:-1] + 1, edges[1:])


class _Split:
    """One text on its way to forms: its atoms, which of them go on in the next, and which are odd."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.atoms = atoms = split_tokens(text, numbered=False)
        points, start, end = atoms.characters, atoms.start, atoms.end
        near = np.flatnonzero(start[1:] - end[:-1] == 1)
        #: whether an atom is one form with the next; whether an apostrophe stands behind it and no atom behind that
        self.tied = np.zeros(len(atoms), dtype=bool)
        self.tied[near] = atoms.hold(_JOINS, end[near])
        self.quoted = atoms.hold("".join(APOSTROPHES), end) & ~self.tied
        chained = self.tied.copy()
        chained[near] |= atoms.hold(",", end[near])
        self.chain = np.cumsum(~_shifted(chained)) - 1
        company = chained | _shifted(chained) | self.quoted
        figures = look_up(_FIGURE, points[start]) | (points[start] > 0xFFFF)
        self.odd_chains = np.unique(self.chain[figures & company])
        is_odd = np.zeros(len(atoms) + 1, dtype=bool)
        is_odd[self.odd_chains] = True
        self.odd = is_odd[self.chain]
        #: which characters are told of already
        self.taken = np.zeros(len(points), dtype=bool)

    def forms(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Return the distinct forms as printed, the number of each form among them, and where it begins."""
        words, word, word_at = self._words()
        odd, odd_at = self._odd()
        signs, sign, sign_at, runs, runs_at = self._signs()
        numbers = {form: len(words) + len(signs) + i for i, form in enumerate(dict.fromkeys(odd + runs))}
        others = np.array([numbers[form] for form in odd + runs], dtype=np.int64)
        kind = np.concatenate([word.astype(np.int64), sign + len(words), others])
        at = np.concatenate([word_at, sign_at, np.array(odd_at + runs_at, dtype=np.int64)])
        return [*words, *signs, *numbers], kind, at

    def _words(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Join atoms to words; an apostrophe behind one is no sign, and part of it behind s, x and z only."""
        atoms, whole = self.atoms, ~self.odd
        begin, end = atoms.start[whole & ~_shifted(self.tied)], atoms.end[whole & ~self.tied]
        closed = self.quoted[whole & ~self.tied]
        self.taken[atoms.end[whole & (self.tied | self.quoted)]] = True
        end = end + (closed & atoms.hold(_SIBILANTS, end - 1))
        edge = np.zeros(len(self.taken) + 1, dtype=np.int8)
        edge[begin] += 1
        edge[end] -= 1
        inside = np.cumsum(edge[:-1], dtype=np.int8).astype(bool)
        number, words = number_stretches(atoms.characters[inside], end - begin)
        return words, number, begin

    def _odd(self) -> tuple[list[str], list[int]]:
        """Split by the pattern what holds figures that are not alone: "2,5", "3-year-old"."""
        atoms, found, at = self.atoms, [], []
        first = np.searchsorted(self.chain, self.odd_chains, side="left")
        last = np.searchsorted(self.chain, self.odd_chains, side="right") - 1
        for begin, end in zip(atoms.start[first].tolist(), atoms.end[last].tolist(), strict=True):
            reached = begin
            while reached < end:
                match = SPLIT.match(self.text, reached)
                found.append(match[0])
                at.append(reached)
                reached = match.end()
            self.taken[begin:reached] = True
        return found, at

    def _signs(self) -> tuple[list[str], np.ndarray, np.ndarray, list[str], list[int]]:
        """Take what is left but white space: sign by sign, and full stops or hyphens in a row together."""
        points = self.atoms.characters
        at = self.atoms.signs
        at = at[~(look_up(_SPACE, points[at]) | self.taken[at])]
        same = (at[1:] - at[:-1] == 1) & (points[at[1:]] == points[at[:-1]]) & self.atoms.hold(".-", at[1:])
        first = np.flatnonzero(np.concatenate([[True], ~same])[: len(at)])
        length = np.diff(first, append=len(at))
        at = at[first]
        alone = length == 1
        distinct, sign = np.unique(points[at[alone]], return_inverse=True)
        runs_at = at[~alone].tolist()
        runs = [self.text[a : a + n] for a, n in zip(runs_at, length[~alone].tolist(), strict=True)]
        return [chr(c) for c in distinct.tolist()], sign, at[alone], runs, runs_at


def _shifted(flags: np.ndarray) -> np.ndarray:
    """Return for each place what ``flags`` says of the one before it."""
    return np.concatenate([[False], flags[:-1]])[: len(flags)]
