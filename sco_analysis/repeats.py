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

Words are compared by 64-bit hashes, so that what a document repeats can be found knowing, of the rest of the corpus,
only its `sketch` and the documents that the sketch points to (`scale`): `find_originals` gives a document the same
answer among these as among all, if it is told which statements are to be compared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import Indel

from .tokens import Tokens, split_tokens

#: fewest words of a passage that counts as repeated: in one document, and in another one
_HERE, _ELSEWHERE = 5, 12
#: fewest words of a heading that its own document repeats
_HEADING = 3
#: how alike two sentences are that are one: alone, and beside another copy
_ALONE, _IN_RUN = 0.9, 0.75
#: how many words two statements have in common at their beginning or end to be compared, and how many are compared
_EDGE, HOLDERS = 6, 5
_NEGATIONS = frozenset("not no never none nobody nothing neither nor without cannot t".split())
_PASSED_OVER = ("label", "furniture")
_KINDS = ("whole", "first", "last")


def mark_repeats(sentences: pd.DataFrame, tokens: Tokens | None = None) -> pd.Series:
    """Say of each row of a sentences table which earlier passage it repeats.

    ``sentences`` has doc_id, start, text and voice and stands in the order of the corpus; ``tokens`` are those of its
    texts, where they are known already. Gives ``repeat_of``: ``doc_id:start`` of the first that says it, or missing.
    """
    original = find_originals(sentences, tokens)
    for copy in original:  # what was taken for the first may prove a copy itself
        while original[copy] in original:
            original[copy] = original[original[copy]]
    marks = pd.Series(None, index=sentences.index, dtype="str")
    if original:
        copies, firsts = [*original], [*original.values()]
        places = sentences["doc_id"].iloc[firsts].astype("str") + ":" + sentences["start"].iloc[firsts].astype("str")
        marks.iloc[copies] = places.to_numpy()
    return marks


def find_originals(
    sentences: pd.DataFrame, tokens: Tokens | None = None, candidates: dict[int, set[int]] | None = None
) -> dict[int, int]:
    """Find, by row number, what each copy in ``sentences`` is a copy of; that may be a copy of something else.

    ``candidates`` are the earlier rows that a row may be an edited copy of, where they are known from the whole corpus;
    else they are found among these sentences.
    """
    passages = _Passages(sentences, tokens)
    original = passages.exact()
    passages.edited(original, passages.candidates() if candidates is None else passages.numbered(candidates))
    passages.runs(original)
    return {int(passages.row[copy]): int(passages.row[first]) for copy, first in original.items()}


def sketch(sentences: pd.DataFrame, tokens: Tokens | None = None) -> pd.DataFrame:
    """Return what must be known of these sentences to find their copies elsewhere.

    Out: ``kind`` (hash of the ``whole`` sentence, of its ``first`` or of its ``last`` six words), ``hash``, ``row`` (in
    ``sentences``), ``whole`` (hash of the whole, so that one statement counts once). A sentence of another document can
    only have its original in the first row of its whole, or in the first `HOLDERS` statements, in the order of the
    corpus, with its first or its last words. ``words`` and ``mask`` are for `may_be_edited`.
    """
    passages = _Passages(sentences, tokens)
    masks = passages.masks()
    long = passages.length >= _ELSEWHERE
    parts = []
    for kind, hashes in zip(_KINDS, (passages.whole, passages.first, passages.last), strict=True):
        chosen = np.flatnonzero(long if kind == "whole" else long & ~passages.heading)
        columns = {
            "hash": hashes,
            "row": passages.row,
            "whole": passages.whole,
            "words": passages.length,
            "mask": masks,
        }
        parts.append(pd.DataFrame({"kind": kind, **{name: values[chosen] for name, values in columns.items()}}))
    return pd.concat(parts, ignore_index=True)


def may_be_edited(words: np.ndarray, mask: np.ndarray, other_words: np.ndarray, other_mask: np.ndarray) -> np.ndarray:
    """Tell, by their numbers of words and their masks alone, which pairs of sentences could be nine tenths the same.

    A word put in or left out changes the number by one, and the mask (a bit for each word, by its hash) by one bit at
    most. What is refused here is refused by the rule too.
    """
    least = np.maximum(np.abs(words - other_words), np.bitwise_count(mask ^ other_mask))
    return least <= (1 - _ALONE) * (words + other_words) + 1e-6


def are_edited(sentences: pd.DataFrame, copies: list[int], firsts: list[int]) -> np.ndarray:
    """Tell which of the rows ``copies`` are those of ``firsts`` with a word or two edited, whatever else there is."""
    passages = _Passages(sentences, None)
    number = {row: passage for passage, row in enumerate(passages.row.tolist())}
    pairs = [(number[copy], number[first]) for copy, first in zip(copies, firsts, strict=True)]
    alike = {pair for pair in passages.alike(pairs) if passages.says_the_same(pair[1], pair[0])}
    return np.array([pair in alike for pair in pairs], dtype=bool)


class _Passages:
    """The passages of a sentences table that may repeat each other, as arrays."""

    def __init__(self, sentences: pd.DataFrame, tokens: Tokens | None) -> None:
        self.tokens = tokens or split_tokens(sentences["text"].tolist())
        voice = sentences["voice"]
        self.row = np.flatnonzero(~voice.isin(_PASSED_OVER).to_numpy())
        bounds = np.searchsorted(self.tokens.start, np.append(self.tokens.base, len(self.tokens.text)))
        begin, end = bounds[:-1][self.row], bounds[1:][self.row]
        self.begin, self.end = begin.tolist(), end.tolist()
        self.length = end - begin
        self.doc = pd.factorize(sentences["doc_id"])[0][self.row]
        self.spoken = voice.eq("turn").to_numpy()[self.row]
        self.heading = voice.eq("heading").to_numpy()[self.row]
        self._written = _as_characters(self.tokens.ids)
        vocabulary = np.array(self.tokens.vocabulary, dtype=object)
        self._hashes = pd.util.hash_array(vocabulary, categorize=False)  # of each word
        spans = _SpanHashes(self._hashes[self.tokens.ids])
        self.whole = spans.of(begin, end)
        self.first = spans.of(begin, np.minimum(begin + _EDGE, end))
        self.last = spans.of(np.maximum(end - _EDGE, begin), end)

    def words(self, passage: int) -> str:
        """Return the words of a passage, case aside, each written as one character: so they are compared fastest."""
        return self._written[self.begin[passage] : self.end[passage]]

    def exact(self) -> dict[int, int]:
        """Find the passages that are another one word for word: number of the copy → number of the first."""
        original = np.full(len(self.row), -1)
        here = self.length >= np.where(self.heading, _HEADING, _HERE)
        chosen = np.flatnonzero(here)
        first = _first_of(_mixed(self.whole[chosen], self.doc[chosen]), chosen)
        again = (first != chosen) & ~self.spoken[chosen] & ~self.spoken[first]
        original[chosen[again]] = first[again]
        chosen = np.flatnonzero(here & (self.length >= _ELSEWHERE))
        first = _first_of(self.whole[chosen], chosen)
        again = self.doc[first] != self.doc[chosen]
        original[chosen[again]] = first[again]
        copies = np.flatnonzero(original >= 0)
        return dict(zip(copies.tolist(), original[copies].tolist(), strict=True))

    def masks(self) -> np.ndarray:
        """Return for each passage a bit for each of its words, by the word's hash."""
        bits = np.append(
            np.uint64(1) << (self._hashes & np.uint64(63)), np.uint64(0)
        )  # behind all atoms stands no word
        edges = np.column_stack([self.begin, self.end]).reshape(-1).astype(np.int64)
        found = np.bitwise_or.reduceat(bits[np.append(self.tokens.ids, -1)], edges)[::2] if len(edges) else edges
        return np.where(self.length > 0, found, 0).astype(np.uint64)

    def numbered(self, candidates: dict[int, set[int]]) -> dict[int, set[int]]:
        """Turn row numbers into numbers of passages, and leave out what would be a second saying in one meeting."""
        number = {row: passage for passage, row in enumerate(self.row.tolist())}
        found = {number[copy]: {number[first] for first in firsts} for copy, firsts in candidates.items()}
        return {copy: {first for first in firsts if self._may_repeat(copy, first)} for copy, firsts in found.items()}

    def candidates(self) -> dict[int, set[int]]:
        """Find for each statement the earlier ones that it may be an edited copy of."""
        long = np.flatnonzero((self.length >= _ELSEWHERE) & ~self.heading)
        statements = long[_first_of(self.whole[long], long) == long]
        candidates: dict[int, set[int]] = {}
        for edge in (self.first, self.last):
            shared = pd.Series(edge[statements]).duplicated(keep=False).to_numpy()
            self._meet(edge, statements[shared], candidates)
        return candidates

    def edited(self, original: dict[int, int], candidates: dict[int, set[int]]) -> None:
        """Add to ``original`` the statements that differ from one of their ``candidates`` by a word or two."""
        pairs = [
            (copy, first) for copy in sorted(candidates.keys() - original.keys()) for first in sorted(candidates[copy])
        ]
        for copy, first in self.alike(pairs):
            if copy not in original and self.says_the_same(first, copy):
                original[copy] = first

    def alike(self, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Keep the pairs of passages of which nine tenths are the same."""
        if not pairs:
            return []
        numbers, masks = np.array(pairs).T, self.masks()
        maybe = may_be_edited(*(part[side] for side in numbers for part in (self.length, masks)))
        pairs = [pairs[i] for i in np.flatnonzero(maybe)]
        copies, firsts = [self.words(copy) for copy, _ in pairs], [self.words(first) for _, first in pairs]
        alike = process.cpdist(copies, firsts, scorer=Indel.normalized_similarity, score_cutoff=_ALONE)
        return [pairs[i] for i in np.flatnonzero(alike)]

    def _meet(self, edge: np.ndarray, statements: np.ndarray, candidates: dict[int, set[int]]) -> None:
        """Add to ``candidates`` the first earlier statements with the same words at their ``edge``."""
        holders: dict[int, list[int]] = {}
        doc, spoken = self.doc.tolist(), self.spoken.tolist()
        for passage, key in zip(statements.tolist(), edge[statements].tolist(), strict=True):
            earlier = holders.setdefault(key, [])
            own, spoke = doc[passage], spoken[passage]
            known = [first for first in earlier if doc[first] != own or not (spoke or spoken[first])]
            if known:
                candidates.setdefault(passage, set()).update(known)
            if len(earlier) < HOLDERS:
                earlier.append(passage)

    def _may_repeat(self, copy: int, first: int) -> bool:
        """Whether two passages with the same words would be one: it is no second saying in one meeting."""
        return self.doc[copy] != self.doc[first] or not (self.spoken[copy] or self.spoken[first])

    def says_the_same(self, first: int, copy: int) -> bool:
        """Whether nothing in which two sentences differ is a name, a number or a negation."""
        return not any(
            self._weighs(copy, edit.dest_pos) if edit.tag == "insert" else self._weighs(first, edit.src_pos)
            for edit in Indel.editops(self.words(first), self.words(copy))
        )

    def _weighs(self, passage: int, at: int) -> bool:
        """Whether a word of a passage is a name, a number or a negation."""
        word = self.tokens.surfaces[self.tokens.surface[self.begin[passage] + at]]
        return (at > 0 and word[0].isupper()) or any(c.isdigit() for c in word) or word.casefold() in _NEGATIONS

    def runs(self, original: dict[int, int]) -> None:
        """Add to ``original`` what stands beside a copy and is much like what stands beside its original."""
        queue = sorted(original.items())
        doc = self.doc.tolist()
        while queue:
            copy, first = queue.pop()
            for step in (-1, 1):
                i, j = copy + step, first + step
                if i in original or not (0 <= i < len(doc) and 0 <= j < len(doc)) or i in (first, j):
                    continue
                same_place = doc[i] == doc[copy] and doc[j] == doc[first]
                if same_place and self._may_repeat(i, j) and self._is_like(i, j):
                    original[i] = j
                    queue.append((i, j))

    def _is_like(self, i: int, j: int) -> bool:
        if self.whole[i] == self.whole[j]:
            return True
        return Indel.normalized_similarity(self.words(i), self.words(j), score_cutoff=_IN_RUN) > 0


def _as_characters(numbers: np.ndarray) -> str:
    """Write each number as a character of its own (as far as there are characters: 1.1 million words)."""
    points = numbers.astype(np.uint32) % np.uint32(0x10F800)
    points[points >= 0xD800] += np.uint32(0x800)  # surrogates are no characters
    return points.astype("<u4").tobytes().decode("utf-32-le")


def _first_of(keys: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return for each key the number that stands beside its first occurrence."""
    codes = pd.factorize(keys)[0]
    first = np.zeros(codes.max(initial=-1) + 1, dtype=np.int64)
    first[codes[::-1]] = numbers[::-1]
    return first[codes]


def _mixed(hashes: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Give each hash another value for each number."""
    return (hashes ^ (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)) * _FACTOR


#: an odd number, so that its powers can be divided out again (modulo 2^64), and its inverse
_FACTOR = np.uint64(0xD6E8FEB86659FD93)
_INVERSE = np.uint64(pow(0xD6E8FEB86659FD93, -1, 2**64))


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
