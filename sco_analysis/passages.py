"""Passages as numbers: the words of sentences as hashes and characters, so that they are compared without their texts.

A `Wording` tells how alike two passages are and in what they differ; `Passages` are those of a sentences table, with a
hash of each passage's words, of its first six and of its last six.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import Indel

from .tokens import Tokens, split_tokens

#: how many words two statements have in common at their beginning or end to be compared
EDGE = 6
_NEGATIONS = frozenset("not no never none nobody nothing neither nor without cannot t".split())
_PASSED_OVER = ("label", "furniture")

#: what the two lowest bits of a word's code say: it begins with a capital; it is a number or a negation
CAPITAL, HEAVY = np.uint64(1), np.uint64(2)
_FLAGS = np.uint64(2)
#: what codes are
CODE = np.dtype("u8")


class Wording:
    """The words of passages: number n has those from ``begin[n]`` to ``end[n]``.

    ``numbers`` tells the words apart, case aside; ``flags`` are `CAPITAL` and `HEAVY` of each.
    """

    def __init__(self, numbers: np.ndarray, flags: np.ndarray, begin: np.ndarray, end: np.ndarray) -> None:
        self.begin, self.end = begin, end
        self._written = _as_characters(numbers)
        self._flags = flags

    @classmethod
    def of_codes(cls, codes: np.ndarray, length: np.ndarray) -> Wording:
        """Make it of the codes (`Passages.codes`) of the words of passages of such lengths, one after the other."""
        end = np.cumsum(length, dtype=np.int64)
        numbers = pd.factorize(codes >> _FLAGS)[0]
        return cls(numbers, codes & (CAPITAL | HEAVY), end - length, end)

    def alike(self, copies: np.ndarray, firsts: np.ndarray, least: float) -> np.ndarray:
        """Tell which pairs of passages have that part of their words in common, in the same order."""
        if not len(copies):
            return np.zeros(0, dtype=bool)
        compare = Indel.normalized_similarity
        return process.cpdist(self._words(copies), self._words(firsts), scorer=compare, score_cutoff=least) > 0

    def edited(self, copies: np.ndarray, firsts: np.ndarray, least: float) -> np.ndarray:
        """Tell which pairs are alike and differ in no name, number or negation; of one copy, the first such pair only.

        The pairs of one copy must stand together.
        """
        found = np.zeros(len(copies), dtype=bool)
        alike = np.flatnonzero(self.alike(copies, firsts, least))
        done = -1
        for at, copy, first in zip(alike.tolist(), copies[alike].tolist(), firsts[alike].tolist(), strict=True):
            if copy != done and self._says_the_same(copy, first):
                done, found[at] = copy, True
        return found

    @cached_property
    def _weighs(self) -> bytes:
        """For each word 1 if it is a name, a number or a negation: what begins a passage has its capital from that."""
        weighs = self._flags != 0
        begin = self.begin[self.begin < self.end]
        weighs[begin] = self._flags[begin] & HEAVY != 0
        return weighs.tobytes()

    def _words(self, passages: np.ndarray) -> list[str]:
        """Return the words of each passage, written as one character each: so they are compared fastest."""
        spans = zip(self.begin[passages].tolist(), self.end[passages].tolist(), strict=True)
        return [self._written[begin:end] for begin, end in spans]

    def _says_the_same(self, copy: int, first: int) -> bool:
        """Whether nothing in which two passages differ is a name, a number or a negation."""
        a, b = int(self.begin[first]), int(self.begin[copy])
        edits = Indel.opcodes(self._written[a : self.end[first]], self._written[b : self.end[copy]]).as_list()
        find = self._weighs.find
        return not any(
            edit != "equal" and (find(1, a + left, a + left_end) >= 0 or find(1, b + right, b + right_end) >= 0)
            for edit, left, left_end, right, right_end in edits
        )


class Passages:
    """The passages of a sentences table that may repeat each other, as arrays: ``row`` is the row of each.

    ``doc`` numbers the documents, ``spoken`` and ``heading`` tell voices, ``length`` counts words; ``whole``, ``first``
    and ``last`` are hashes of all words, the first `EDGE` and the last; ``mask`` has a bit for each word.
    """

    def __init__(self, sentences: pd.DataFrame, tokens: Tokens | None = None) -> None:
        self._tokens = tokens = tokens or split_tokens(sentences["text"].tolist())
        voice = sentences["voice"]
        self.row = np.flatnonzero(~voice.isin(_PASSED_OVER).to_numpy())
        bounds = np.searchsorted(tokens.start, np.append(tokens.base, len(tokens.text)))
        self.begin, self.end = bounds[:-1][self.row], bounds[1:][self.row]
        self.length = self.end - self.begin
        self.doc = pd.factorize(sentences["doc_id"])[0][self.row]
        self.spoken = voice.eq("turn").to_numpy()[self.row]
        self.heading = voice.eq("heading").to_numpy()[self.row]
        vocabulary = np.array(tokens.vocabulary, dtype=object)
        self._hashes = pd.util.hash_array(vocabulary, categorize=False) >> _FLAGS  # of each word, two bits being free
        spans = _SpanHashes(self._hashes[tokens.ids])
        self.whole = spans.of(self.begin, self.end)
        self.first = spans.of(self.begin, np.minimum(self.begin + EDGE, self.end))
        self.last = spans.of(np.maximum(self.end - EDGE, self.begin), self.end)

    @cached_property
    def wording(self) -> Wording:
        """The words of the passages."""
        flags = _flags_of(self._tokens.surfaces)[self._tokens.surface]
        return Wording(self._tokens.ids, flags, self.begin, self.end)

    @cached_property
    def mask(self) -> np.ndarray:
        """For each passage a bit for each of its words, by the word's hash."""
        bits = np.append(np.uint64(1) << (self._hashes & np.uint64(63)), np.uint64(0))  # behind all words stands none
        edges = np.column_stack([self.begin, self.end]).reshape(-1)
        if not len(edges):
            return np.zeros(0, dtype=np.uint64)
        found = np.bitwise_or.reduceat(bits[np.append(self._tokens.ids, -1)], edges)[::2]
        return np.where(self.length > 0, found, np.uint64(0))

    def codes(self) -> np.ndarray:
        """Return a code for each word of the passages, one after the other: its hash, and its flags.

        A `Wording` can be made of the codes of passages from anywhere.
        """
        tokens = self._tokens
        chosen = spread(self.begin, self.length)
        return (self._hashes << _FLAGS)[tokens.ids[chosen]] | _flags_of(tokens.surfaces)[tokens.surface[chosen]]

    def may_repeat(self, copies: np.ndarray, firsts: np.ndarray) -> np.ndarray:
        """Tell which pairs with the same words would be one statement: what is said twice in one meeting is two."""
        return (self.doc[copies] != self.doc[firsts]) | ~(self.spoken[copies] | self.spoken[firsts])


def spread(begin: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return all numbers from each of ``begin`` on, as many as ``length`` says, one stretch after the other."""
    before = np.cumsum(length, dtype=np.int64) - length
    return np.arange(int(length.sum()), dtype=np.int64) + np.repeat(begin.astype(np.int64) - before, length)


def _flags_of(words: Sequence[str]) -> np.ndarray:
    capital = np.array([word[0].isupper() for word in words], dtype=np.uint64)
    heavy = np.array([_is_heavy(word) for word in words], dtype=np.uint64)
    return capital * CAPITAL + heavy * HEAVY


def _is_heavy(word: str) -> bool:
    if word.isalpha():
        return word.casefold() in _NEGATIONS
    return any(c.isdigit() for c in word)


def _as_characters(numbers: np.ndarray) -> str:
    """Write each number as a character of its own (as far as there are characters: 1.1 million words)."""
    points = numbers.astype(np.uint32) % np.uint32(0x10F800)
    points[points >= 0xD800] += np.uint32(0x800)  # surrogates are no characters
    return points.astype("<u4").tobytes().decode("utf-32-le")


#: an odd number, so that its powers can be divided out again (modulo 2^64), and its inverse
_FACTOR = np.uint64(0xD6E8FEB86659FD93)
_INVERSE = np.uint64(pow(0xD6E8FEB86659FD93, -1, 2**64))


def mixed(hashes: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Give each hash another value for each number."""
    return (hashes ^ (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)) * _FACTOR


class _SpanHashes:
    """A hash for every run of words, from the hashes of the words: that of Karp and Rabin, from sums over the text.

    With w the hash of a word and f an odd factor, H(a, b) = Σ w(i) f^(i−a) for a ≤ i < b, modulo 2^64 (Karp and Rabin
    1987, IBM Journal of Research and Development 31: 249–260).
    """

    def __init__(self, words: np.ndarray) -> None:
        powers = np.full(len(words) + 1, _FACTOR)
        powers[0] = 1
        self.sums = np.zeros(len(words) + 1, dtype=np.uint64)
        np.cumsum(words * np.cumprod(powers)[:-1], out=self.sums[1:])
        inverses = np.full(len(words) + 1, _INVERSE)
        inverses[0] = 1
        self.back = np.cumprod(inverses)

    def of(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Hash the words ``begin:end``; an empty run has the hash 0."""
        found = (self.sums[end] - self.sums[begin]) * self.back[begin]
        return found ^ (found >> np.uint64(29))  # the low bits of a sum modulo 2^64 are its weakest
