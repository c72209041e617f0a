"""Prose of a whole block → the names in it, each with what stands around it: what `capitals.read_run` tells of one.

What a sequence is by its own words is told once for each that is printed differently; what the rule asks of its
neighbours is looked up in the flags of all places. Where a noun, an office or an aside may belong to it, the rule
itself is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from ..people import Person, fold
from . import flags as f
from .capitals import Run, is_acronym, office_holder, read_run
from .cues import first_names, titles, words
from .forms import Form, Row
from .prose import Prose
from .sequences import Sequences

#: a stretch of a text: its number, and the offsets where the stretch begins and ends
Span = tuple[int, int, int]

#: how many places an aside has at most; how many behind a name a pronoun may stand
_ASIDE, _FAR = 15, 25
_LONGEST_ACRONYM = 30
_KIN = frozenset("father mother dad mom mum son daughter brother sister wife husband uncle aunt cousin".split())
#: how many printed sequences are remembered with what was read of them; one of more forms seldom comes again
_MOST_READ, _LONGEST_KEPT = 50_000, 20
_VOTES = f.VOTES_MAN | f.VOTES_WOMAN | f.VOTES_NOBODY


class Name:
    """One way to print a name, with its titles: what can be told of it wherever it stands."""

    __slots__ = (
        "acronym", "first", "full", "gender", "holder", "key", "kin", "kind", "last", "letters", "nouns", "role",
        "short", "single", "singly_given", "surnames", "titles", "words",
    )  # fmt: skip

    def __init__(self, run: Run) -> None:
        self.words, self.full = run.name, " ".join(run.name)
        self.titles, self.role, self.gender = run.titles, run.role, run.gender
        #: those titles that it may be called by again; whether one of them is a relative's
        self.nouns = frozenset(word for word in run.titles if word in titles() or word in words("body_nouns"))
        self.kin = not _KIN.isdisjoint(run.titles)
        #: the whole name, its first and its last word as `people.fold` reduces them
        self.key, self.first, self.last = fold(self.full), fold(run.name[0]), fold(run.name[-1])
        #: by what surnames it may be called: "Berg-Ito" by both together and by the second
        self.surnames = frozenset((self.key.rpartition(" ")[2], self.last))
        self.holder: Person | None = office_holder(self.full, self.role)
        #: whether it is one word only; whether that is all capitals, a short form, or a first name
        self.single = len(run.name) == 1
        self.short = self.single and self.full.isupper()
        self.acronym = is_acronym(run.name)
        self.singly_given = self.single and self.full in first_names()
        #: the letters of a short form that the text may spell out; empty for any other name
        spelled = self.acronym and 2 < len(self.full) <= _LONGEST_ACRONYM and self.full.isalpha()
        self.letters = self.full if spelled else ""
        #: `person` or `body` where the name tells, else empty
        self.kind = self._kind(like=run.person_like)

    def _kind(self, *, like: bool) -> str:
        if self.holder:
            return "person"
        if self.acronym or any(word.lower() in words("body_words") for word in self.words):
            return "person" if self.gender and len(self.words) < 3 and not self.acronym else "body"
        first = self.words[0]
        given = 1 < len(self.words) < 5 and (first in first_names() or first.split("-")[0] in first_names())
        return "person" if like or given else ""


@dataclass(frozen=True)
class Namings:
    """The names of one text in order, where its sentences begin, and where "he" and "she" stand."""

    names: list[Name]
    start: list[int]
    end: list[int]
    subject: list[bool]
    #: whether what stands behind a name tells that it is a person's
    like: list[bool]
    #: the gender of the first pronoun behind a subject in the same sentence
    vote: list[str]
    #: how present it makes whom it names: more as a subject, less in somebody's words
    weight: list[float]
    sentence: list[int]
    paragraph: list[int]
    #: where its sentences begin
    sentences: list[int]
    #: in the narration: offset, gender, sentence, paragraph
    pronouns: list[tuple[int, str, int, int]]

    def without(self, left_out: list[int]) -> Namings:
        """Return the names but for some of them."""
        kept = sorted(set(range(len(self.names))).difference(left_out))
        columns = (getattr(self, column.name) for column in fields(self)[:-2])
        return Namings(*([column[i] for i in kept] for column in columns), self.sentences, self.pronouns)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a sequence is by its own words: its name, and which of its forms are what."""

    name: Name
    #: the forms left of it; the first and the last of the name alone, and how long that last one is; all in capitals
    columns: tuple[int, int, int, int, int, bool]


_READINGS: dict[tuple[str | bool, ...], _Reading | None] = {}


def _reading(forms: list[Form], *, initial: bool) -> _Reading | None:
    """Read a sequence by itself; what was read is kept for the next."""
    key = (initial, *(form.text for form in forms))
    try:
        return _READINGS[key]
    except KeyError:
        run = read_run(Row(forms, list(range(len(forms)))), 0, len(forms), initial=initial)
    reading = run and _Reading(Name(run), _columns(forms, run))
    if len(_READINGS) > _MOST_READ:
        _READINGS.clear()
    if len(forms) <= _LONGEST_KEPT:
        _READINGS[key] = reading
    return reading  # and not what is kept: another thread may have cleared it


def _columns(forms: list[Form], run: Run) -> tuple[int, int, int, int, int, bool]:
    span = [form.text for form in forms[run.first : run.last] if form.word]
    shouted = len(span[0]) > 3 and all(text.isupper() for text in span)
    size = len(run.name[-1])
    return run.first, run.last, run.start, run.end - size, size, shouted


def read_names(prose: Prose, wanted: list[bool], quoted: list[Span]) -> list[Namings | None]:
    """Read the names of each text that is ``wanted``, None for the others; ``quoted`` are the marked words in order."""
    found = Sequences(prose)
    owner = np.array([*prose.paragraphs.text, len(wanted) - 1])
    text = owner[prose.paragraph]
    table = _Table(found, np.array(wanted, dtype=bool)[text[found.first]])
    return table.by_text(text, _Marked(quoted, prose.texts), wanted)


class _Marked:
    """Stretches of many texts, and which offsets are in one."""

    def __init__(self, spans: list[Span], texts: Sequence[str]) -> None:
        self._base = np.cumsum([0, *(len(text) + 1 for text in texts)])
        number, start, end = np.array(spans, dtype=np.int64).reshape(-1, 3).T
        self._start, self._end = self._base[number] + start, np.append(self._base[number] + end, -1)

    def hold(self, text: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Tell which offsets are in a stretch of their text."""
        at = self._base[text] + offset
        return at < self._end[np.searchsorted(self._start, at, side="right") - 1]


class _Table:
    """The sequences of the texts wanted, and by column what is known of each."""

    def __init__(self, found: Sequences, chosen: np.ndarray) -> None:
        self.found, self.flags = found, found.flags
        first, last = found.first[chosen], found.last[chosen]
        alive = (last - first > 1) | (self.flags[first] & (f.COMMON | f.NO_NAME | f.TITLE) == 0)
        first, last = first[alive], last[alive]
        readings, which = self._read(first, last)
        some = np.array([reading is not None for reading in readings], dtype=bool)[which]
        first, last, which = first[some], last[some], which[some]
        columns = [r.columns if r else (0,) * 6 for r in readings]
        begin, end, head, tail, size, shouted = np.array(columns, dtype=np.int64).reshape(-1, 6)[which].T
        self.first, self.last = first, last
        #: what is left of a sequence, and the places that the name alone has
        self.begin, self.end = first + begin, first + end
        self.head, self.tail = first + head, first + tail
        self.shouted = shouted > 0
        self.names = [readings[number].name for number in which.tolist()]
        self.start = found.prose.start[self.head]
        self.stop = found.prose.start[self.tail] + size
        self.subject, self.like = self._subjects(), self._likes()
        self.vote = self._votes()
        self.kept = np.ones(len(first), dtype=bool)
        self._ask_the_rule(np.flatnonzero(self._odd()))

    def _read(self, first: np.ndarray, last: np.ndarray) -> tuple[list[_Reading | None], np.ndarray]:
        """Read each sequence that is printed differently by itself; say which is which."""
        initial = self.found.begins[first] & (self.flags[first] & f.ADVERBIAL > 0)
        kinds, forms = self.found.prose.kind, self.found.prose.kinds
        which = np.empty(len(first), dtype=np.int64)
        single = last - first == 1  # most are: one word, wherever it stands
        words, which[single] = np.unique(kinds[first[single]], return_inverse=True)
        several, places = np.flatnonzero(~single), self.found.prose.numbers
        columns = (column[several].tolist() for column in (initial, first, last))
        numbers: dict[tuple[bool, tuple[int, ...]], int] = {}
        keys = ((opens, tuple(places[a:b])) for opens, a, b in zip(*columns, strict=True))
        which[several] = [len(words) + numbers.setdefault(key, len(numbers)) for key in keys]
        readings = [_reading([forms[k]], initial=False) for k in words.tolist()]
        return readings + [_reading([forms[k] for k in key], initial=opens) for opens, key in numbers], which

    def _is(self, place: np.ndarray, flag: int) -> np.ndarray:
        return self.flags[place] & flag > 0

    def _odd(self) -> np.ndarray:
        """Tell where a noun, an office, an aside or a dateline may belong to a name: the rule itself is asked there."""
        one, two = self.begin - 1, np.maximum(self.begin - 2, 0)
        titled = np.array([bool(name.role) for name in self.names], dtype=bool)
        noun = self._is(one, f.TITLED) & ~self._is(one, f.UPPER)
        noun |= self._is(one, f.AGED) | (self._is(one, f.COMMA) & self._is(two, f.PERSON))
        office = self._is(one, f.OF) & (titled | ((self.end - self.begin > 2) & self._is(two, f.TITLED)))
        dateline = self.found.begins[self.first] & self._is(self.end, f.BEHIND_DATELINE) & self.shouted
        return noun | office | dateline | self._has_aside()

    def _opens_aside(self) -> np.ndarray:
        return self._is(self.end, f.OPENS_ASIDE) & ~self._is(self.end - 1, f.POSSESSIVE)

    def _has_aside(self) -> np.ndarray:
        """Tell where a noun of a person stands in the aside behind a name."""
        noun = self._next(f.PERSON, self.end + 1)
        close = np.minimum(self._next(f.ENDS_ASIDE, self.end + 1), self.end + 1 + _ASIDE)
        return self._opens_aside() & (noun < close)

    def _next(self, flag: int, place: np.ndarray) -> np.ndarray:
        """Return the first place from ``place`` on that has a flag; one behind all where there is none."""
        having = np.append(np.flatnonzero(self.flags & flag), len(self.flags))
        return having[np.searchsorted(having, place)]

    def _likes(self) -> np.ndarray:
        """Tell where an age or "who" behind a name says that it is a person's."""
        age = self._is(self.end + 1, f.TWO_DIGITS) & self._is(self.end + 2, f.ENDS_ASIDE)
        aside = self._opens_aside() & (age | self._is(self.end + 1, f.WHO))
        return aside | self._is(self.end, f.WHO)

    def _subjects(self) -> np.ndarray:
        """Tell which names look like the subject of their clause."""
        before, behind = self.begin - 1, self.end
        barred = self._is(before, f.NO_SUBJECT_BEHIND) | self._is(behind - 1, f.POSSESSIVE)
        return ~barred & (self._is(before, f.SUBJECT_BEHIND) | self._finite(behind))

    def _finite(self, place: np.ndarray) -> np.ndarray:
        """Tell which places behind a word look like a finite verb: `phrases.is_finite` for all of them."""
        before, after = place - 1, place + 1
        fixed = self._is(before, f.PREPOSITION) | (self._is(before, f.DETERMINER) & ~self._is(before, f.STANDING))
        past = self._is(place, f.PAST) & ~self._is(before, f.PREPOSITION | f.DETERMINER)
        agrees = self._is(before, f.BEFORE_VERB) & ~self._is(after, f.NOTHING)
        agrees |= self._is(before, f.WORD) & ~self._is(before, f.PLURAL) & self._is(after, f.BEHIND_VERB)
        regular = ~fixed & (self._is(place, f.IN_ED) | (self._is(place, f.IN_S) & agrees))
        verb = self._is(place, f.FINITE) | past | regular
        return verb & self._is(place, f.WORD) & ~self._is(place, f.UPPER)

    def _votes(self) -> list[str]:
        """Say what the first pronoun behind a subject in the same sentence tells of its gender."""
        place = self._next(_VOTES, self.end)
        near = self.subject & (place < self.end + _FAR)
        told = np.append(self.flags, 0)[place]
        code = near * np.where(told & f.VOTES_MAN > 0, 1, np.where(told & f.VOTES_WOMAN > 0, 2, 0))
        return [("", "m", "f")[number] for number in code.tolist()]

    def _ask_the_rule(self, odd: np.ndarray) -> None:
        """Read some sequences, in place, with what stands around them."""
        names: dict[tuple, Name] = {}
        begins = self.found.begins[self.first[odd]].tolist()
        ends = self.last[odd].tolist()
        for i, first, last, initial in zip(odd.tolist(), self.first[odd].tolist(), ends, begins, strict=True):
            row, place = self.found.row(first)
            run = read_run(row, place, place + last - first, initial=initial)
            if run is None:
                self.kept[i] = False
                continue
            key = tuple(run.name), tuple(run.titles), run.role, run.gender, run.person_like
            if key not in names:
                names[key] = Name(run)
            self.names[i], self.start[i], self.stop[i] = names[key], run.start, run.end
            self.subject[i], self.vote[i], self.like[i] = run.subject, run.vote, False

    def by_text(self, text: np.ndarray, marked: _Marked, wanted: list[bool]) -> list[Namings | None]:
        """Return the names of each text; ``text`` is the number of the text of each place."""
        found, prose, kept = self.found, self.found.prose, np.flatnonzero(self.kept)
        first = self.first[kept]
        edges = np.searchsorted(text, np.arange(len(wanted) + 1))
        paragraph = prose.paragraph - np.append(prose.paragraph, 0)[edges][text]
        begins = np.append(0, np.cumsum(found.begins))
        sentence = begins[1:] - begins[edges][text]
        speaking = np.flatnonzero((found.prose.near(0) & (f.MAN | f.WOMAN) > 0) & ~found.covered)
        speaking = speaking[~marked.hold(text[speaking], prose.start[speaking])]
        man = found.flags[speaking] & f.MAN > 0
        columns = [self.start[kept], self.stop[kept], self.subject[kept], self.like[kept]]
        columns += [6.0 + 1.5 * self.subject[kept] - 3.0 * marked.hold(text[first], prose.start[first])]
        columns += [sentence[first], paragraph[first]]
        start, stop, subject, like, weight, sentences, paragraphs = (column.tolist() for column in columns)
        names, votes = ([values[i] for i in kept.tolist()] for values in (self.names, self.vote))
        pronouns = list(zip(prose.start[speaking].tolist(), np.where(man, "m", "f").tolist(),
                            sentence[speaking].tolist(), paragraph[speaking].tolist(), strict=True))  # fmt: skip
        begun = prose.start[found.begins].tolist()
        cuts = (np.searchsorted(places, edges).tolist() for places in (first, np.flatnonzero(found.begins), speaking))
        return [
            Namings(names[a:b], start[a:b], stop[a:b], subject[a:b], like[a:b], votes[a:b], weight[a:b],
                    sentences[a:b], paragraphs[a:b], begun[c:d], pronouns[g:h]) if asked else None
            for asked, (a, b), (c, d), (g, h) in zip(wanted, *map(pairwise, cuts), strict=True)
        ]  # fmt: skip
