"""Word pieces: text → the numbers of the vocabulary that the small encoder was trained with, its target masked.

Lower-casing, the stripping of accents and the greedy longest match are those of BERT's uncased vocabulary (Devlin et
al. 2019; Wu et al. 2016); written here so that scoring needs no tokenizer package.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

PAD, UNKNOWN, CLS, SEP, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
LONGEST = 96  # pieces of a sentence that are read, the two at its ends included
_LONGEST_WORD = 60
_MOST_WORDS = 1 << 17  # kept with their pieces; with more of them, all are forgotten
# runs of letters, marks and digits; any other visible character, the underscore too, stands alone
_WORDS = re.compile(r"[^\W_]+|[^\w\s]|_")


class WordPieces:
    """The vocabulary, and words met of late."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.number = {piece: number for number, piece in enumerate(vocabulary)}
        self._seen: dict[str, list[int]] = {}

    def split(self, text: str) -> list[int]:
        """Return the numbers of the pieces of ``text``."""
        folded = unicodedata.normalize("NFD", text.lower())
        folded = "".join(mark for mark in folded if not unicodedata.combining(mark))
        return [piece for word in _WORDS.findall(folded) for piece in self._pieces(word)]

    def _pieces(self, word: str) -> list[int]:
        pieces = self._seen.get(word)
        if pieces is None:
            if len(self._seen) > _MOST_WORDS:
                self._seen.clear()
            pieces = self._seen[word] = self._longest_first(word)
        return pieces

    def _longest_first(self, word: str) -> list[int]:
        pieces, at = [], 0
        while at < len(word) <= _LONGEST_WORD:
            ends = range(len(word), at, -1)
            found = next((e for e in ends if ("##" * (at > 0) + word[at:e]) in self.number), None)
            if found is None:
                return [self.number[UNKNOWN]]
            pieces.append(self.number["##" * (at > 0) + word[at:found]])
            at = found
        return pieces or [self.number[UNKNOWN]]

    def encode(self, text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
        """Return the numbers of a sentence in which each of ``spans`` is one mask, at most `LONGEST` of them.

        ``spans`` are the offsets in ``text`` at which the target is named, in order. Of a longer sentence the stretch
        around the first is kept.
        """
        ids, at = [], 0
        for start, end in spans:
            if start < at:
                continue  # inside the one before
            ids += [*self.split(text[at:start]), self.number[MASK]]
            at = end
        ids += self.split(text[at:])
        room = LONGEST - 2
        if len(ids) > room:
            centre = ids.index(self.number[MASK]) if self.number[MASK] in ids else 0
            low = min(max(0, centre - room // 2), len(ids) - room)
            ids = ids[low : low + room]
        return [self.number[CLS], *ids, self.number[SEP]]
