r"""Text to token spans and ids: the one pass that every count rests on.

An *atom* is a maximal run of letters, digits and underscores: what ``re.finditer(r"\w+", text)`` finds, exactly, for
every text. A *word* (`tables.WORD`) is one or more atoms joined by single hyphens, apostrophes or full stops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: What joins two atoms to one word: a single one of these characters and nothing else (`tables.WORD`).
JOINERS = "-'’."

#: Stands between two texts while they are split together; no pattern and no word reaches across it.
_BREAK = "\n\n"

_SPACE, _LETTER, _SIGN = range(3)
#: for each code point of the basic plane whether it belongs to a word, is a plain space or a sign; few texts hold more
_CLASS = np.array([_LETTER if chr(c).isalnum() or c == ord("_") else _SIGN for c in range(0x10000)], dtype=np.uint8)
_CLASS[ord(" ")] = _SPACE


@dataclass(frozen=True)
class Tokens:
    """The atoms of one or more texts.

    ``text`` is the texts joined, ``start`` and ``end`` the offsets of each atom in it, ``row`` the number of the text
    the atom stands in and ``base`` the offset at which each text begins: ``start - base[row]`` is the offset in its own
    text. ``surface`` numbers the atoms as printed (``surfaces[surface[i]]``).
    """

    text: str
    base: np.ndarray
    start: np.ndarray
    end: np.ndarray
    surface: np.ndarray
    surfaces: list[str]

    def __len__(self) -> int:
        """Return the number of atoms."""
        return len(self.start)

    @property
    def lengths(self) -> np.ndarray:
        """The number of characters of each text."""
        return np.diff(self.base, append=len(self.text) + len(_BREAK)) - len(_BREAK) * (len(self.base) > 0)

    @cached_property
    def row(self) -> np.ndarray:
        """The number of the text each atom stands in."""
        first = np.searchsorted(self.start, self.base)
        return np.repeat(np.arange(len(self.base)), np.diff(first, append=len(self)))

    @cached_property
    def _folds(self) -> tuple[np.ndarray, dict[str, int]]:
        numbers: dict[str, int] = {}
        ids = [numbers.setdefault(surface.casefold(), len(numbers)) for surface in self.surfaces]
        return np.array(ids, dtype=np.int32), numbers

    @cached_property
    def ids(self) -> np.ndarray:
        """The number of each atom in ``vocabulary``, case aside."""
        return self._folds[0][self.surface]

    @cached_property
    def of_fold(self) -> dict[str, list[int]]:
        """For each atom, casefolded, the numbers of its printed forms."""
        forms: dict[str, list[int]] = defaultdict(list)
        for number, fold in enumerate(self._folds[0].tolist()):
            forms[self.vocabulary[fold]].append(number)
        return dict(forms)

    @cached_property
    def of_start(self) -> dict[str, list[str]]:
        """For the first three letters of each atom, casefolded, the atoms that begin so."""
        starts: dict[str, list[str]] = defaultdict(list)
        for fold in self.vocabulary:
            starts[fold[:3]].append(fold)
        return dict(starts)

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each atom in ``vocabulary``."""
        return self._folds[1]

    @cached_property
    def vocabulary(self) -> list[str]:
        """The distinct atoms, casefolded, in the order in which they first appear."""
        return list(self.numbers)

    def are(self, words: Iterable[str]) -> np.ndarray:
        """Tell which atoms of ``vocabulary`` are among ``words``."""
        listed = np.zeros(len(self.numbers), dtype=bool)
        listed[[self.numbers[word] for word in words if word in self.numbers]] = True
        return listed

    @cached_property
    def characters(self) -> np.ndarray:
        """The code points of ``text``."""
        return code_points(self.text)

    def hold(self, characters: str, at: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Tell of each place of ``text``, or of those given, whether one of ``characters`` stands there."""
        return look_up(_table_of(characters), self.characters[at])

    @cached_property
    def signs(self) -> np.ndarray:
        """Where stands what is neither letter, digit, underscore nor plain space: one character in thirty or so."""
        return np.flatnonzero(_classes(self.characters) == _SIGN)

    def places(self, characters: str) -> np.ndarray:
        """Find, in order, where one of ``characters`` stands: signs only, no letter, digit, underscore or space."""
        return self.signs[self.hold(characters, self.signs)]

    def strip(self, start: np.ndarray, end: np.ndarray, characters: str) -> tuple[np.ndarray, np.ndarray]:
        """Leave out ``characters`` at both ends of each span of ``text``; what holds nothing else comes out empty."""
        start, end = start.copy(), end.copy()
        for edge, step, inner in ((start, 1, 0), (end, -1, -1)):
            waiting = np.flatnonzero(start < end)
            for _ in range(8):  # there are seldom more
                waiting = waiting[self.hold(characters, edge[waiting] + inner)]
                edge[waiting] += step
                waiting = waiting[start[waiting] < end[waiting]]
            for i in waiting.tolist():
                rest = self.text[start[i] : end[i]]
                edge[i] += step * (len(rest) - len(rest.lstrip(characters) if step > 0 else rest.rstrip(characters)))
        return start, end

    @cached_property
    def strings(self) -> pa.LargeStringArray | list[str]:
        """The texts as a column; as a list where one of them holds a lone surrogate, which no column can."""
        return self._stretches(self.base, self.base + self.lengths)

    def _stretches(self, start: np.ndarray, end: np.ndarray) -> pa.LargeStringArray | list[str]:
        """Return the stretches ``start:end`` of ``text``, in order and apart, as `strings` returns whole texts."""
        try:
            data = self.text.encode()
        except UnicodeEncodeError:
            return [self.text[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)]
        edges = np.append(np.column_stack([start, end]), len(self.text)).astype(np.int64)
        offsets = edges + _extra_bytes(self.characters, edges)
        between = pa.LargeStringArray.from_buffers(2 * len(start), pa.py_buffer(offsets), pa.py_buffer(data))
        return between.take(pa.array(np.arange(0, 2 * len(start), 2)))

    @cached_property
    def joined(self) -> np.ndarray:
        """Whether an atom is one word with the next: a single joiner stands between the two."""
        after = np.zeros(len(self), dtype=bool)
        joiner = np.flatnonzero(self.hold(JOINERS, self.end[:-1]))
        after[joiner] = self.start[joiner + 1] - self.end[joiner] == 1
        return after

    @cached_property
    def _joins(self) -> np.ndarray:
        """How many of the atoms before each are one word with their next."""
        return _sums_before(self.joined)

    def recut(self, start: np.ndarray, end: np.ndarray) -> Tokens:
        """Return the same atoms as those of other texts: the stretches ``start:end`` of ``text``, in order and apart.

        Together they must hold every atom whole; what lies between them holds none.

        Raises `ValueError` when a stretch begins or ends inside an atom, or one lies outside them all.
        """
        first = np.append(np.searchsorted(self.start, start), len(self))
        many = np.diff(first)
        last = first[1:][many > 0] - 1  # of each stretch that holds any
        if (len(self) and first[0] > 0) or (self.end[last] > end[many > 0]).any():
            raise ValueError("an atom lies outside the stretches, or across the end of one")
        length = end - start + len(_BREAK)
        base = np.cumsum(length) - length
        shift = np.repeat(base - start, many)
        strings, ends = self._stretches(start, end), self.end + shift
        starts = np.add(self.start, shift, out=shift)  # new memory costs as much as the sum
        again = Tokens(_join(strings), base, starts, ends, self.surface, self.surfaces)
        row = np.repeat(np.arange(len(start)), many)
        again.__dict__.update(row=row, strings=strings, _folds=self._folds)  # fills cached properties
        return again

    def count_words(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Count the words in each span ``start:end`` of ``text``, as `tables.count_words` counts one."""
        first = np.searchsorted(self.end, start, side="right")
        last = np.searchsorted(self.start, end, side="left")
        joins = self._joins
        inner = np.maximum(last - 1, first)  # the last atom's own joiner leads out of the span
        return np.where(end > start, last - first - (joins[inner] - joins[first]), 0)

    def count_letters(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Count the letters, digits and underscores in each span ``start:end`` of ``text``."""
        return np.where(end > start, self._letters_before(end) - self._letters_before(start), 0)

    def _letters_before(self, at: np.ndarray) -> np.ndarray:
        if not len(self):
            return np.zeros(len(at), dtype=np.int64)
        whole = np.searchsorted(self.end, at, side="right")  # so many atoms end there or before
        following = self.start[np.minimum(whole, len(self) - 1)]
        return self._letters[whole] + np.where(whole < len(self), np.maximum(at - following, 0), 0)

    @cached_property
    def _letters(self) -> np.ndarray:
        """How many letters stand in the atoms before each."""
        return _sums_before(self.end - self.start)


def split_tokens(texts: str | Sequence[str], *, numbered: bool = True) -> Tokens:
    """Split a text, or several at once, into `Tokens`; not ``numbered``, they lack surfaces: enough to count them."""
    texts = [texts] if isinstance(texts, str) else list(texts)
    lengths = np.array([len(text) + len(_BREAK) for text in texts], dtype=np.int64)
    text = _BREAK.join(texts)
    points = code_points(text)
    classes = _classes(points)
    inside = classes == _LETTER
    start, end = np.flatnonzero(np.diff(inside, prepend=False, append=False)).reshape(-1, 2).T.copy()
    surface, surfaces = (
        number_stretches(np.compress(inside, points), end - start) if numbered else (np.zeros(0, dtype=np.int32), [])
    )
    tokens = Tokens(text, np.cumsum(lengths) - lengths, start, end, surface, surfaces)
    tokens.__dict__.update(characters=points, signs=np.flatnonzero(classes == _SIGN))  # fills cached properties
    return tokens


def count_words(texts: Sequence[str]) -> np.ndarray:
    """Count the words of each text: `tables.count_words` in bulk."""
    tokens = split_tokens(texts, numbered=False)
    return tokens.count_words(tokens.base, tokens.base + np.array([len(text) for text in texts], dtype=np.int64))


@lru_cache(maxsize=64)
def _table_of(characters: str) -> np.ndarray:
    table = np.zeros(0x10000, dtype=bool)  # the last code point is no character: it stands for all beyond the plane
    table[[ord(c) for c in characters]] = True
    return table


def code_points(text: str) -> np.ndarray:
    """Return the code points of a text, each in as many bytes as the largest needs: one, two or four."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    narrow = text.encode("utf-16-le", "surrogatepass")
    if len(narrow) == 2 * len(text):
        return np.frombuffer(narrow, dtype="<u2")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def look_up(table: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Look code points up in a table of the basic plane, whose last entry stands for all beyond."""
    return np.take(table, points if points.dtype.itemsize < 4 else np.minimum(points, 0xFFFF))


def word_characters(points: np.ndarray) -> np.ndarray:
    """Tell of each code point whether it belongs to a word."""
    return _classes(points) == _LETTER


def _classes(points: np.ndarray) -> np.ndarray:
    """Tell of each code point whether it belongs to a word, is a plain space or any other sign."""
    classes = look_up(_CLASS, points)
    if points.dtype.itemsize < 4:
        return classes
    far = np.flatnonzero(points > 0xFFFF)
    distinct, which = np.unique(points[far], return_inverse=True)
    classes[far] = np.array([_LETTER if chr(c).isalnum() else _SIGN for c in distinct], dtype=np.uint8)[which]
    return classes


_ENCODINGS = {2: "utf-16-le", 4: "utf-32-le"}


def number_stretches(points: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Give numbers to the stretches of word characters whose code points stand one after the other in ``points``.

    No word character is a surrogate, so that all can be encoded.
    """
    data = points if points.dtype.itemsize == 1 else str(points.data, _ENCODINGS[points.dtype.itemsize]).encode()
    offsets = _sums_before(lengths)
    offsets += _extra_bytes(points, offsets)
    atoms = pa.LargeStringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(data))
    encoded = atoms.dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist()


def _sums_before(numbers: np.ndarray) -> np.ndarray:
    """Add up the numbers before each of them, and last of all those before the end."""
    sums = np.zeros(len(numbers) + 1, dtype=np.int64)
    np.cumsum(numbers, out=sums[1:])
    return sums


def _extra_bytes(points: np.ndarray, at: np.ndarray) -> np.ndarray | int:
    """Tell by how many bytes of UTF-8 each place ``at``, in order, lies behind its number of characters."""
    wide = np.flatnonzero(points > 0x7F)
    if not len(wide):
        return 0
    wider = points[wide]
    more = 1 + (wider > 0x7FF).astype(np.int64) + (wider > 0xFFFF)
    behind = np.searchsorted(at, wide, side="right")  # the first place behind each wide character
    extra = np.zeros(len(at) + 1, dtype=np.int64)
    np.add.at(extra, behind, more)
    return np.cumsum(extra, out=extra)[: len(at)]


def _join(strings: pa.LargeStringArray | list[str]) -> str:
    """Join texts with breaks between them."""
    if isinstance(strings, list) or not len(strings):
        return _BREAK.join(strings)
    together = pa.LargeListArray.from_arrays([0, len(strings)], strings)
    return pc.binary_join(together, pa.scalar(_BREAK, pa.large_string()))[0].as_py()
