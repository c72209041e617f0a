"""Words, clauses and the parties in them: what the rules of `direction` stand on.

All sentences are read at once, as arrays with one element a word; a bound between two sentences lets nothing pass, so
that no rule reaches across it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..tokens import split_tokens
from .lexicon import BIT, STEPS, Lexicon

#: How much of an entry's force passes a strong bound (";", "but"), a middling one ("which", a bracket), a comma.
STRONG, MEDIUM, WEAK = 0.15, 0.6, 0.85
SAME_CLAUSE = 0.5  # less than this passing between two words: not one clause
_NOTHING = 1e-9
#: What passes is kept as a whole number of such parts of its logarithm: sums of whole numbers do not depend on what
#: stands before them, so that a sentence has the same score whatever it is scored together with.
_PARTS = 2.0**48

ROLES = ("actor", "object", "venue", "speaker", "list member")
ACTOR, OBJECT, VENUE, SPEAKER, LIST = range(5)


@dataclass
class Words:
    """The words of all sentences: where they stand, what is known of them, and the bounds between them."""

    text: str
    start: np.ndarray  # offset in text
    end: np.ndarray
    row: np.ndarray  # number of the sentence
    base: np.ndarray  # offset of each sentence
    kind: np.ndarray  # class of the lexicon
    mask: np.ndarray  # groups of function words
    depth: np.ndarray  # sum of what the bounds before each word take, as −log of what passes, in _PARTS
    mark: np.ndarray  # what the punctuation after each word lets pass

    def has(self, place: np.ndarray, *groups: str) -> np.ndarray:
        """Say whether the words at ``place`` are in one of ``groups``; a place outside the text is not."""
        bits = sum(BIT[group] for group in groups)
        inside = (place >= 0) & (place < len(self.mask))
        return inside & ((self.mask[np.where(inside, place, 0)] & bits) != 0)

    def passes(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """How much of an entry's force gets from one word to the other, over the bounds between them."""
        return np.exp(-np.abs(self.depth[one] - self.depth[other]) / _PARTS)

    def count(self, first: np.ndarray, last: np.ndarray, *groups: str) -> np.ndarray:
        """Count the words of ``groups`` from ``first`` to ``last``, both included."""
        total = np.concatenate([[0], np.cumsum((self.mask & sum(BIT[g] for g in groups)) != 0)])
        return np.where(last >= first, total[np.maximum(last, first - 1) + 1] - total[first], 0)

    def outside(self, place: np.ndarray, like: np.ndarray) -> np.ndarray:
        """Say whether ``place`` is no word of the sentence that the word ``like`` stands in."""
        inside = (place >= 0) & (place < len(self.row))
        return ~inside | (self.row[np.where(inside, place, 0)] != self.row[like])


def read_words(texts: Sequence[str], lexicon: Lexicon) -> Words:
    """Split the sentences into words and look each up."""
    tokens = split_tokens(texts)
    joined = tokens.joined
    first = np.flatnonzero(~np.concatenate([[False], joined[:-1]])) if len(tokens) else np.zeros(0, dtype=np.int64)
    last = np.append(first[1:] - 1, len(tokens) - 1)[: len(first)]
    start, end, ids = tokens.start[first], tokens.end[last], tokens.surface[first].astype(np.int64)
    printed = list(tokens.surfaces)
    several = np.flatnonzero(last > first)
    text = tokens.text
    compound = [text[a:b] for a, b in zip(start[several].tolist(), end[several].tolist(), strict=True)]
    numbers = {word: number for number, word in enumerate(dict.fromkeys(compound), len(printed))}
    ids[several] = [numbers[word] for word in compound]
    kind, mask = lexicon.read([*printed, *numbers])
    kind, mask = kind[ids] if len(ids) else ids, mask[ids] if len(ids) else ids
    row = np.searchsorted(tokens.base, start, side="right") - 1
    mark = _marks(text, tokens.characters, start, end, row)
    words = Words(text, start, end, row, tokens.base, kind, mask, np.zeros(len(start), dtype=np.int64), mark)
    words.depth = _depth(words)
    return words


def _marks(text: str, characters: np.ndarray, start: np.ndarray, end: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Say what the punctuation after each word lets pass."""
    mark = np.ones(len(start))
    if not len(start):
        return mark
    wide = start[1:] - end[:-1]
    comma = np.flatnonzero(wide == 2)
    comma = comma[(characters[end[comma]] == ord(",")) & (characters[end[comma] + 1] == ord(" "))]
    mark[comma] = WEAK
    wide[comma] = 1
    odd = np.flatnonzero(wide != 1)
    gaps = [text[a:b] for a, b in zip(end[odd].tolist(), start[odd + 1].tolist(), strict=True)]
    mark[odd] = [_passes_gap(gap) for gap in gaps]
    mark[:-1][row[1:] != row[:-1]] = _NOTHING
    return mark


@lru_cache(maxsize=4096)
def _passes_gap(gap: str) -> float:
    if any(mark in ";:—–…!?" for mark in gap) or " - " in gap or ". " in gap:
        return STRONG
    if any(mark in "()[]" for mark in gap):
        return MEDIUM
    return WEAK if "," in gap else 1.0


def _depth(words: Words) -> np.ndarray:
    """Add up what the bounds take: the words that open a clause, and the punctuation."""
    place = np.arange(len(words.mask))
    bound = np.ones(len(place))
    bound[words.has(place, "medium")] = MEDIUM
    strong = np.flatnonzero(words.has(place, "strong"))
    # "X does not attack but helps": the second clause shares the subject
    opens = words.has(strong + 1, "first", "third", "title", "venue", "condition", "medium", "other", "capital")
    bound[strong] = np.where(words.has(strong, "shares") & ~opens, WEAK, STRONG)
    bound[1:] *= words.mark[:-1]
    return np.cumsum(np.rint(-np.log(bound) * _PARTS).astype(np.int64))


@dataclass
class Hits:
    """The entries found: first and last word, entry, and force, which the rules change."""

    first: np.ndarray
    last: np.ndarray
    entry: np.ndarray
    force: np.ndarray


def find_entries(words: Words, taken: np.ndarray, lexicon: Lexicon) -> Hits:
    """Find the entries, longest first, each word serving one; topics and words ``taken`` by names drop out."""
    place, entry = lexicon.candidates(np.where(taken, 0, words.kind))
    own = np.full((len(place), STEPS + 1), -1)
    own[:, 0] = place
    alive = np.ones(len(place), dtype=bool)
    for step in range(STEPS):
        direction, element, gap = lexicon.steps(entry, step)
        who = np.flatnonzero(alive & (direction != 0))
        if not len(who):
            break
        alive[who] = _step(words, own, step, who, (direction[who], element[who], gap[who]), lexicon)
    place, entry, own = place[alive], entry[alive], own[alive]
    first = np.where(own >= 0, own, len(words.mask)).min(axis=1, initial=len(words.mask))
    strength = np.abs(lexicon.valence[entry])
    order = np.lexsort((first, -strength, strength > 0, -lexicon.size[entry]))  # topics first, then the stronger
    kept = order[_keep(own[order], len(words.mask), taken)]
    first, last, entry = first[kept], own[kept].max(axis=1, initial=-1), entry[kept]
    # capitalised within the sentence: the name of a treaty or a body, not a judgement
    titled = words.has(first, "capital") & words.has(last, "capital") & ~words.outside(first - 1, first)
    titled &= np.isin(lexicon.kind[entry], ("relation", "cooperation"))
    keep = np.flatnonzero((lexicon.valence[entry] != 0) & ~titled)
    keep = keep[np.argsort(first[keep], kind="stable")]
    return Hits(first[keep], last[keep], entry[keep], lexicon.valence[entry[keep]])


def _step(words: Words, own: np.ndarray, step: int, who: np.ndarray, wanted: tuple, lexicon: Lexicon) -> np.ndarray:
    """Look for one more element of the candidates ``who``; note where it stands and say for which it was found."""
    direction, element, gap = wanted
    seen = own[who, : step + 1]
    from_ = np.where(direction < 0, np.where(seen >= 0, seen, len(words.mask)).min(axis=1), seen.max(axis=1))
    found = np.full(len(who), -1)
    for away in range(1, int(gap.max()) + 2):
        at = from_ + direction * away
        inside = (found < 0) & (away <= gap + 1) & (at >= 0) & (at < len(words.mask))
        look = np.flatnonzero(inside)
        if not len(look):
            continue
        fits = lexicon.satisfied(words.kind[at[look]], element[look])
        fits &= words.passes(at[look], from_[look]) >= SAME_CLAUSE
        found[look[fits]] = at[look[fits]]
    own[who, step + 1] = found
    return found >= 0


def _keep(own: np.ndarray, size: int, taken: np.ndarray) -> np.ndarray:
    """Choose candidates in their order, none touching a word of one chosen before; return their numbers."""
    used = np.append(taken, False)  # the last stands for "no word"
    open_, kept = np.arange(len(own)), []
    while len(open_):
        open_ = open_[~used[own[open_]].any(axis=1)]
        best = np.full(size + 1, len(own))
        for column in own[open_].T:
            np.minimum.at(best, column, open_)
        best[-1] = len(own)
        wins = np.where(own[open_] >= 0, best[own[open_]], open_[:, None]) == open_[:, None]
        chosen = open_[wins.all(axis=1)]
        kept.append(chosen)
        used[own[chosen]] = True
        used[-1] = False
        open_ = np.setdiff1d(open_, chosen, assume_unique=True)
    return np.sort(np.concatenate(kept)) if kept else open_


@dataclass
class Targets:
    """The mentions, in the order of the text: their words, what precedes them, their role."""

    first: np.ndarray
    last: np.ndarray
    key: np.ndarray  # number of the key
    form: np.ndarray
    row: np.ndarray  # number of the sentence
    words: Words

    @cached_property
    def _solid(self) -> np.ndarray:
        """The nearest word before each target that is no title, article or part of a name; −1 where there is none."""
        words = self.words
        place = np.arange(len(words.mask))
        skipped = words.has(place, "title") | self.covered
        lone_of = words.has(place, "of") & ~words.has(place - 1, "title") & ~self.covered
        skipped &= ~lone_of & (words.mark == 1.0)
        last = np.maximum.accumulate(np.where(skipped, -1, place)) if len(place) else place
        at = np.where(self.first > 0, last[self.first - 1], -1)
        return np.where(words.outside(at, self.first), -1, at)

    @cached_property
    def covered(self) -> np.ndarray:
        """Which words belong to a name."""
        edge = np.zeros(len(self.words.mask) + 1, dtype=np.int64)
        named = self.form != "address"
        np.add.at(edge, self.first[named], 1)
        np.add.at(edge, self.last[named] + 1, -1)
        return np.cumsum(edge)[:-1] > 0

    @cached_property
    def group(self) -> np.ndarray:
        """The number of the enumeration each stands in: only "and", "or", commas and titles lie between its members."""
        words, place = self.words, self._solid
        before = np.concatenate([[-1], self.last[:-1]])
        between = np.maximum(before + 1, 0)
        plain = words.count(between, place, "join", "title") == place - before
        joined = plain & (words.count(between, place, "join") > 0) & (place > before) & (place <= before + 4)
        joined |= (place == before) & (words.mark[np.maximum(before, 0)] == WEAK)
        joined &= np.concatenate([[False], self.row[1:] == self.row[:-1]])
        return np.cumsum(~joined)

    @cached_property
    def place(self) -> np.ndarray:
        """The word that governs each, shared by an enumeration."""
        _, first, number = np.unique(self.group, return_index=True, return_inverse=True)
        return self._solid[first][number]

    @cached_property
    def before(self) -> np.ndarray:
        """The kind of preposition before each: by, from, of, victim, venue, other, or nothing."""
        words, place = self.words, self.place
        to_place = np.isin(self.form, ("name", "capital", ""))
        out = np.full(len(place), "", dtype="<U6")
        for name in ("other", "venue", "victim", "of", "from", "by"):
            out[words.has(place, name)] = name
        out[(out == "venue") & ~to_place] = "other"
        travel = words.has(place, "to") & words.has(place - 1, "travel") | words.has(place, "travel")
        out[travel & to_place] = "venue"
        return out

    @cached_property
    def possessive(self) -> np.ndarray:
        """Whether each owns what follows: "X's", an adjective."""
        return self.words.has(self.last, "owner") | (self.form == "demonym")

    @cached_property
    def role(self) -> np.ndarray:
        """The role of each, a number in `ROLES`."""
        words, after = self.words, self.last + 1
        role = np.where((self.before != "") | self.possessive, OBJECT, ACTOR)
        follows = ~words.outside(after, self.last) & (words.mark[self.last] == 1.0)
        theatre = self.possessive & words.has(after, "theatre") & follows
        theatre |= np.isin(self.form, ("name", "capital", "")) & words.has(after, "named") & follows
        theatre |= np.isin(self.before, ("other", "of")) & words.has(self.place - 1, "theatre")
        role[theatre | (self.before == "venue")] = VENUE
        pairs = np.unique(np.stack([self.group, self.key]), axis=1)[0]
        role[np.bincount(pairs, minlength=self.group.max(initial=0) + 1)[self.group] > 2] = LIST
        near = ~words.outside(after, self.last)
        says = near & words.has(after, "speech") & (words.mark[self.last] == 1.0) & ~words.has(self.last, "owner")
        # "…,” said X"
        says |= words.has(self.place, "speech") & (self.place > 0) & (words.mark[np.maximum(self.place - 1, 0)] < 1.0)
        says |= words.has(self.first - 1, "to") & words.has(self.first - 2, "speech") & (self.first > 1)
        ahead = np.where(near, words.start[np.minimum(after, len(words.start) - 1)], words.end[self.last])
        labels = [":" in words.text[a:b] for a, b in zip(words.end[self.last].tolist(), ahead.tolist(), strict=True)]
        opening = self.first - np.searchsorted(words.row, self.row) <= 8
        role[says | (np.array(labels, dtype=bool) & opening)] = SPEAKER
        return role

    @cached_property
    def silent(self) -> np.ndarray:
        """Whether each is only where, who says so, or one of a list."""
        return self.role >= VENUE


def place_targets(words: Words, rows: np.ndarray, start: np.ndarray, end: np.ndarray, key, form) -> Targets:
    """Find the words of the mentions; ``start`` and ``end`` are offsets in the sentence numbered ``rows``."""
    at, to = words.base[rows] + start, words.base[rows] + end
    first = np.searchsorted(words.end, at, side="right")
    last = np.maximum(np.searchsorted(words.start, to, side="left") - 1, first)
    limit = max(len(words.start) - 1, 0)
    return Targets(np.minimum(first, limit), np.minimum(last, limit), key, form, rows, words)
