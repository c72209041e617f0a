"""Words, clauses and the parties in them: what the rules of `direction` stand on.

All sentences are read at once, as arrays with one element a word; a bound between two sentences lets nothing pass, so
that no rule reaches across it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..tokens import Tokens
from .lexicon import BIT, STEPS, Lexicon

#: How much of an entry's force passes a strong bound (";", "but"), a middling one ("which", a bracket), a comma.
STRONG, MEDIUM, WEAK = 0.15, 0.6, 0.85
SAME_CLAUSE = 0.5  # less than this passing between two words: not one clause
_NOTHING = 1e-9
#: What passes is kept as a whole number of such parts of its logarithm: sums of whole numbers do not depend on what
#: stands before them, so that a sentence has the same score whatever it is scored together with.
_PARTS = 2.0**48

_BEYOND = 32  # so many places before the first word and behind the last may be asked about
#: kinds of prepositions that stand before a mention; the first is none
BEFORE = ("", "other", "venue", "victim", "of", "from", "by")

ROLES = ("actor", "object", "venue", "speaker", "list member")
ACTOR, OBJECT, VENUE, SPEAKER, LIST = range(5)


@dataclass
class Words:
    """The words of all sentences: where they stand, what is known of them, and the bounds between them."""

    tokens: Tokens
    start: np.ndarray  # offset in the text of the tokens
    end: np.ndarray
    row: np.ndarray  # number of the sentence
    base: np.ndarray  # offset of each sentence
    kind: np.ndarray  # class of the lexicon
    mask: np.ndarray  # groups of function words
    depth: np.ndarray  # sum of what the bounds before each word take, as −log of what passes, in _PARTS
    mark: np.ndarray  # what the punctuation after each word lets pass

    def are(self, *groups: str) -> np.ndarray:
        """Say of every word whether it is in one of ``groups``."""
        return (self.mask & sum(BIT[group] for group in groups)) != 0

    @cached_property
    def _masks(self) -> np.ndarray:
        """The masks, and behind them those of the places outside the text that a rule may ask about, before it too."""
        return np.concatenate([self.mask, np.zeros(_BEYOND, dtype=self.mask.dtype)])

    @cached_property
    def _rows(self) -> np.ndarray:
        """The sentences, and those of the places outside the text: none."""
        return np.concatenate([self.row, np.full(_BEYOND, -1)])

    def masks(self, place: np.ndarray) -> np.ndarray:
        """Return the masks of the words at ``place``; a place just outside the text is in no group."""
        return self._masks[place]

    def has(self, place: np.ndarray, *groups: str) -> np.ndarray:
        """Say whether the words at ``place`` are in one of ``groups``; a place just outside the text is not."""
        return (self.masks(place) & sum(BIT[group] for group in groups)) != 0

    @cached_property
    def opening(self) -> np.ndarray:
        """The number of the first word of each sentence, or of what follows if it has none."""
        return np.searchsorted(self.row, np.arange(len(self.base)))

    def passes(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """How much of an entry's force gets from one word to the other, over the bounds between them."""
        return np.exp(-np.abs(self.depth[one] - self.depth[other]) / _PARTS)

    def colon(self, place: np.ndarray) -> np.ndarray:
        """Say whether a colon stands between the words at ``place`` and the next ones of their sentences."""
        out = self.tokens.hold(":", self.end[place])
        wide = np.flatnonzero(~out & (self.mark[place] == STRONG))  # so little passes where there is one
        gaps = zip(self.end[place[wide]].tolist(), self.start[place[wide] + 1].tolist(), strict=True)
        out[wide] = [":" in self.tokens.text[a:b] for a, b in gaps]
        return out

    def count(self, first: np.ndarray, last: np.ndarray, *groups: str) -> np.ndarray:
        """Count the words of ``groups`` from ``first`` to ``last``, both included."""
        total = np.concatenate([[0], np.cumsum(self.are(*groups))])
        return np.where(last >= first, total[np.maximum(last, first - 1) + 1] - total[first], 0)

    def outside(self, place: np.ndarray, like: np.ndarray) -> np.ndarray:
        """Say whether ``place`` is no word of the sentence that the word ``like`` stands in."""
        return self._rows[place] != self.row[like]


def read_words(tokens: Tokens, rows: np.ndarray, lexicon: Lexicon) -> Words:
    """Put together the words of the texts ``rows`` of ``tokens``, in ascending order, and look each up."""
    number = np.zeros(len(tokens.base), dtype=np.int64)
    wanted = np.zeros(len(tokens.base), dtype=bool)
    number[rows], wanted[rows] = np.arange(len(rows)), True
    begins, ends = wanted[tokens.row], wanted[tokens.row]
    begins[1:] &= ~tokens.joined[:-1]
    ends &= ~tokens.joined
    first, last = np.flatnonzero(begins), np.flatnonzero(ends)
    start, end, row = tokens.start[first], tokens.end[last], number[tokens.row[first]]
    kind, mask = _look_up(tokens, first, last, lexicon)
    mark = _marks(tokens, start, end, row)
    words = Words(tokens, start, end, row, tokens.base[rows], kind, mask, np.zeros(0, dtype=np.int64), mark)
    words.depth = _depth(words)
    return words


def _look_up(tokens: Tokens, first: np.ndarray, last: np.ndarray, lexicon: Lexicon) -> tuple[np.ndarray, np.ndarray]:
    """Return class and mask of the words from the atoms ``first`` to ``last``."""
    numbers = tokens.surface[first].astype(np.int64)
    several = np.flatnonzero(last > first)
    start, end = tokens.start[first[several]].tolist(), tokens.end[last[several]].tolist()
    compounds = [tokens.text[a:b] for a, b in zip(start, end, strict=True)]
    distinct = {word: number for number, word in enumerate(dict.fromkeys(compounds), len(tokens.surfaces))}
    numbers[several] = [distinct[word] for word in compounds]
    kind, mask = lexicon.read([*tokens.surfaces, *distinct])
    return (kind[numbers], mask[numbers]) if len(numbers) else (numbers, numbers)


def _marks(tokens: Tokens, start: np.ndarray, end: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Say what the punctuation after each word lets pass."""
    mark = np.ones(len(start))
    if not len(start):
        return mark
    wide = start[1:] - end[:-1]
    wide[row[1:] != row[:-1]] = 0
    mark[:-1][wide == 0] = _NOTHING
    comma = np.flatnonzero(wide == 2)
    comma = comma[tokens.hold(",", end[comma]) & tokens.hold(" ", end[comma] + 1)]
    mark[comma] = WEAK
    wide[comma] = 1
    odd = np.flatnonzero(wide > 1)
    gaps = [tokens.text[a:b] for a, b in zip(end[odd].tolist(), start[odd + 1].tolist(), strict=True)]
    mark[odd] = [_passes_gap(gap) for gap in gaps]
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
    bound = np.ones(len(words.mask))
    bound[words.are("medium")] = MEDIUM
    strong = np.flatnonzero(words.are("strong"))
    # "X does not attack but helps": the second clause shares the subject
    opens = words.has(strong + 1, "first", "third", "title", "venue", "condition", "medium", "other", "capital")
    bound[strong] = np.where(words.has(strong, "shares") & ~opens, WEAK, STRONG)
    bound[1:] *= words.mark[:-1]
    takes = np.flatnonzero(bound < 1)
    depth = np.zeros(len(bound), dtype=np.int64)
    depth[takes] = np.rint(-np.log(bound[takes]) * _PARTS)
    return np.cumsum(depth)


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
    own = place[:, None]  # the words of each candidate, −1 where its entry has no such element
    for step in range(STEPS):
        direction, element, gap = lexicon.steps(entry, step)
        further = np.flatnonzero(direction)
        if not len(further):
            break
        found = np.full(len(entry), -1)
        found[further] = _next(words, own[further], (direction[further], element[further], gap[further]), lexicon)
        whole = np.flatnonzero((direction == 0) | (found >= 0))
        entry, own = entry[whole], np.column_stack([own, found])[whole]
    first = np.where(own >= 0, own, len(words.mask)).min(axis=1, initial=len(words.mask))
    strength = np.abs(lexicon.valence[entry])
    order = np.lexsort((first, -strength, strength > 0, -lexicon.size[entry]))  # topics first, then the stronger
    kept = order[_keep(own[order], len(words.mask), taken)]
    first, last, entry = first[kept], own[kept].max(axis=1, initial=-1), entry[kept]
    # capitalised within the sentence: the name of a treaty or a body, not a judgement
    titled = words.has(first, "capital") & words.has(last, "capital") & ~words.outside(first - 1, first)
    titled &= np.isin(lexicon.kind, ("relation", "cooperation"))[entry]
    keep = np.flatnonzero((lexicon.valence[entry] != 0) & ~titled)
    keep = keep[np.argsort(first[keep], kind="stable")]
    return Hits(first[keep], last[keep], entry[keep], lexicon.valence[entry[keep]])


def _next(words: Words, own: np.ndarray, wanted: tuple[np.ndarray, ...], lexicon: Lexicon) -> np.ndarray:
    """Look for one more element of candidates that hold the words ``own``; return where it stands, −1 for nowhere."""
    direction, element, gap = wanted
    before = np.where(own >= 0, own, len(words.mask)).min(axis=1)
    from_ = np.where(direction < 0, before, own.max(axis=1))
    found = np.full(len(own), -1)
    for away in range(1, int(gap.max()) + 2):
        at = from_ + direction * away
        look = np.flatnonzero((found < 0) & (away <= gap + 1) & (at >= 0) & (at < len(words.mask)))
        look = look[lexicon.satisfied(words.kind[at[look]], element[look])]
        look = look[words.passes(at[look], from_[look]) >= SAME_CLAUSE]
        found[look] = at[look]
    return found


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
    form: np.ndarray  # number of the form
    forms: tuple[str, ...]
    row: np.ndarray  # number of the sentence
    words: Words

    def has_form(self, *names: str) -> np.ndarray:
        """Say which have one of these forms."""
        return np.array([form in names for form in self.forms], dtype=bool)[self.form]

    @cached_property
    def _solid(self) -> np.ndarray:
        """The nearest word before each target that is no title, article or part of a name; −1 where there is none."""
        words = self.words
        title = words.are("title")
        skipped = title | self.covered
        of = np.flatnonzero(words.are("of") & ~self.covered)
        skipped[of[(of == 0) | ~title[of - 1]]] = False
        skipped &= words.mark == 1.0
        last = np.arange(len(skipped))
        last[skipped] = -1
        last = np.maximum.accumulate(last)
        at = np.where(self.first > 0, last[self.first - 1], -1)
        return np.where(words.outside(at, self.first), -1, at)

    @cached_property
    def covered(self) -> np.ndarray:
        """Which words belong to a name."""
        edge = np.zeros(len(self.words.mask) + 1, dtype=np.int64)
        named = ~self.has_form("address")
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
        first = np.flatnonzero(np.diff(self.group, prepend=0))
        return self._solid[first][self.group - 1]

    @cached_property
    def may_be_place(self) -> np.ndarray:
        """Whether each is a name that a place has, too."""
        return self.has_form("name", "capital", "")

    @cached_property
    def before(self) -> np.ndarray:
        """The kind of preposition before each, a number in `BEFORE`."""
        words, place = self.words, self.place
        out, masks = np.zeros(len(place), dtype=np.int64), words.masks(place)
        for number, name in enumerate(BEFORE[1:], 1):  # of several, the last
            out[(masks & BIT[name]) != 0] = number
        out[(out == BEFORE.index("venue")) & ~self.may_be_place] = BEFORE.index("other")
        travel = words.has(place, "to") & words.has(place - 1, "travel") | words.has(place, "travel")
        out[travel & self.may_be_place] = BEFORE.index("venue")
        return out

    def under(self, *names: str) -> np.ndarray:
        """Say which stand under one of these kinds of prepositions."""
        return np.array([kind in names for kind in BEFORE])[self.before]

    @cached_property
    def possessive(self) -> np.ndarray:
        """Whether each owns what follows: "X's", an adjective."""
        return self.words.has(self.last, "owner") | self.has_form("demonym")

    @cached_property
    def role(self) -> np.ndarray:
        """The role of each, a number in `ROLES`."""
        words, after = self.words, self.last + 1
        role = np.where((self.before > 0) | self.possessive, OBJECT, ACTOR)
        follows = ~words.outside(after, self.last) & (words.mark[self.last] == 1.0)
        theatre = self.possessive & words.has(after, "theatre") & follows
        theatre |= self.may_be_place & words.has(after, "named") & follows
        theatre |= self.under("other", "of") & words.has(self.place - 1, "theatre")
        role[theatre | self.under("venue")] = VENUE
        role[self._listed()] = LIST
        near = ~words.outside(after, self.last)
        says = near & words.has(after, "speech") & (words.mark[self.last] == 1.0) & ~words.has(self.last, "owner")
        # "…,” said X"
        says |= words.has(self.place, "speech") & (self.place > 0) & (words.mark[np.maximum(self.place - 1, 0)] < 1.0)
        says |= words.has(self.first - 1, "to") & words.has(self.first - 2, "speech") & (self.first > 1)
        opening = np.flatnonzero(near & ~says & (self.first - words.opening[self.row] <= 8))
        says[opening] = words.colon(self.last[opening])
        role[says] = SPEAKER
        return role

    def _listed(self) -> np.ndarray:
        """Tell which stand in an enumeration of three keys or more."""
        several = np.flatnonzero(np.bincount(self.group)[self.group] > 2)
        many = self.key.max(initial=0) + 1
        keys = np.sort(self.group[several] * many + self.key[several])
        distinct = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
        return np.bincount(distinct // many, minlength=len(self.group) + 1)[self.group] > 2

    @cached_property
    def silent(self) -> np.ndarray:
        """Whether each is only where, who says so, or one of a list."""
        return self.role >= VENUE


def place_targets(
    words: Words, rows: np.ndarray, span: tuple[np.ndarray, np.ndarray], key: np.ndarray, form: tuple
) -> Targets:
    """Find the words of the mentions.

    ``span`` are their offsets in the sentences numbered ``rows``, ``form`` the numbers of their forms and the forms.
    """
    start, end = (words.base[rows] + offset for offset in span)
    first = np.searchsorted(words.end, start, side="right")
    last = np.maximum(np.searchsorted(words.start, end, side="left") - 1, first)
    limit = max(len(words.start) - 1, 0)
    return Targets(np.minimum(first, limit), np.minimum(last, limit), key, *form, rows, words)
