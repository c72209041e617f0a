"""Prose → the persons and bodies named in it, each with all its mentions, gender and the offices the text gives it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from ..people import Person, fold, known, spellings
from .capitals import Capitals, Run, is_acronym
from .cues import first_names, titles, words
from .forms import Rows

#: how many mentions back a namesake counts as just named
_LATE = 60
#: no more persons of one surname are told apart: bounds the time that a list of names may take
_MOST_NAMESAKES = 200
_KIN = frozenset("father mother dad mom mum son daughter brother sister wife husband uncle aunt cousin".split())


@dataclass(eq=False)
class Entity:
    """A person, a body or something else with a name."""

    name: str
    #: `person`, `body`, `other`
    kind: str
    gender: str = ""
    #: lower-case nouns the text calls it by: "mayor", "golfer"
    nouns: set[str] = field(default_factory=set)
    #: the longest title printed before or behind the name
    role: str = ""
    person: Person | None = None
    forms: set[str] = field(default_factory=set)
    count: int = 0
    votes: Counter = field(default_factory=Counter)


@dataclass(slots=True)
class Mention:
    """One place where an entity is named."""

    start: int
    end: int
    entity: Entity
    subject: bool
    quoted: bool
    sentence: int
    paragraph: int


@lru_cache(maxsize=1 << 14)
def _office_holder(name: str, role: str) -> Person | None:
    """Return the office-holder of a name; a surname alone needs the office beside it."""
    return known(name, role) if " " not in name else spellings().get(fold(name))


@lru_cache(maxsize=1 << 14)
def _shape(full: str) -> tuple[bool, bool, bool]:
    """Tell whether a name is a body's by its words or its form, an acronym, and a person's by its first name."""
    name = full.split(" ")
    acronym = is_acronym(name)
    body = acronym or any(word.lower() in words("body_words") for word in name)
    given = name[0] in first_names() or (len(name) > 1 and name[0].split("-")[0] in first_names())
    return body, acronym, given and len(name) < 5


class Cast:
    """Everybody named in one document, and where."""

    def __init__(self, rows: Rows, paragraphs: Iterable[tuple[int, int]], quoted: list[tuple[int, int]]) -> None:
        self.entities: list[Entity] = []
        self.mentions: list[Mention] = []
        self._by_last: dict[str, list[Entity]] = defaultdict(list)
        self._by_first: dict[str, list[Entity]] = defaultdict(list)
        self._by_name: dict[str, Entity] = {}
        self._holders: dict[Person, Entity] = {}
        capitals = Capitals(quoted).read(rows, paragraphs)
        runs, self.sentences, self.pronouns = capitals.runs, capitals.sentences, capitals.pronouns
        alone = self._alone = {fold(run.name[0]) for run in runs if len(run.name) == 1}
        kinds = [self._kind(run, alone) for run in runs]
        self._short = dict(capitals.abbreviations())
        for run, kind in zip(runs, kinds, strict=True):
            if kind == "person" and len(run.name) > 1:
                self._add_person(run)
        for run, kind in zip(runs, kinds, strict=True):
            entity = self._link(run, kind)
            if entity:
                self._mention(run, entity)
        for entity in self.entities:
            self._settle(entity)
        self._starts = [mention.start for mention in self.mentions]

    def named(self, start: int, end: int) -> list[Mention]:
        """Return the mentions that begin between two offsets."""
        return self.mentions[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def candidates(self, surname: str) -> list[Entity]:
        """Return the persons of that surname, or else of that first name."""
        key = fold(surname)
        return self._by_last.get(key) or self._by_first.get(key) or []

    def _kind(self, run: Run, alone: set[str]) -> str:
        """Say whether a sequence names a person or a body."""
        if _office_holder(run.full, run.role):
            return "person"
        count = len(run.name)
        body, acronym, given = _shape(run.full)
        if body:
            return "person" if run.gender and count < 3 and not acronym else "body"
        if run.person_like or (given and (count > 1 or run.subject)):
            return "person"
        return "person" if run.subject and 1 < count < 5 and fold(run.name[-1]) in alone else "other"

    def _add_person(self, run: Run) -> Entity:
        full = run.full
        key = fold(full)
        entity = self._by_name.get(key) or self._same_person(run.name)
        if entity is None:
            entity = Entity(full, "person", person=_office_holder(full, run.role))
            self.entities.append(entity)
            if entity.person:
                self._holders.setdefault(entity.person, entity)
            for namesakes in (
                *(self._by_last[n] for n in {key.split()[-1], fold(run.name[-1])}),
                self._by_first[fold(run.name[0])],
            ):
                if len(namesakes) < _MOST_NAMESAKES:
                    namesakes.append(entity)
        elif len(full) > len(entity.name) and not entity.person:
            entity.name = full
        self._by_name[key] = entity
        return entity

    def _same_person(self, name: list[str]) -> Entity | None:
        person = _office_holder(" ".join(name), "")
        for entity in self._by_last.get(fold(name[-1]), ()):
            first, other = fold(name[0]), fold(entity.name.split()[0])
            if first == other or (
                first[:1] == other[:1] and (len(first) == 1 or len(other) == 1 or first[:3] == other[:3])
            ):
                return entity
        return self._holders.get(person) if person else None

    def _link(self, run: Run, kind: str) -> Entity | None:
        """Find the entity a sequence names, or make one."""
        full = self._short.get(fold(run.full), run.full)
        if kind == "body" and len(run.name) == 2 and fold(run.name[1]) in self._alone:
            full = run.name[1]  # "the Russian Kremlin" is the Kremlin
        key = fold(full)
        if not key:
            return None
        kin = bool(run.titles) and not _KIN.isdisjoint(run.titles)
        if len(run.name) == 1 and kind != "body" and not (kin and not self._by_last.get(key)):
            candidates = self.candidates(run.name[0])
            if run.gender:
                candidates = [e for e in candidates if e.gender in ("", run.gender)] or candidates
            if candidates:
                return self._latest(candidates)
        if kind == "person":
            return self._by_name.get(key) or self._add_person(run)
        entity = self._by_name.get(key)
        if entity is None:
            entity = self._by_name[key] = Entity(full, kind)
            self.entities.append(entity)
        return entity

    def _latest(self, candidates: list[Entity]) -> Entity:
        """Return which of some namesakes was named last, of late; else the first of them."""
        if len(candidates) == 1:
            return candidates[0]
        among = set(candidates)
        return next((m.entity for m in self.mentions[: -_LATE - 1 : -1] if m.entity in among), candidates[0])

    def _mention(self, run: Run, entity: Entity) -> None:
        entity.count += 1
        entity.forms.add(run.full)
        if run.titles:
            entity.nouns.update(word for word in run.titles if word in titles() or word in words("body_nouns"))
        if len(run.role) > len(entity.role) and run.role:
            entity.role = run.role
        if run.vote:
            entity.votes[run.vote] += 2
        if run.gender:
            entity.votes[run.gender] += 6
            entity.gender = entity.gender or run.gender
        self.mentions.append(Mention(run.start, run.end, entity, run.subject, run.quoted, run.sentence, run.paragraph))

    def _settle(self, entity: Entity) -> None:
        """Decide the gender: what the list of office-holders, titles and nouns, the first name, pronouns nearby say."""
        if entity.kind != "person":
            return
        entity.person = entity.person or _office_holder(entity.name, entity.role)
        if entity.person and entity.person.gender:
            entity.gender = entity.person.gender
            return
        first = entity.name.split()[0]
        given = first_names().get(first) or first_names().get(first.split("-")[0], "")
        if given:
            entity.votes[given] += 4
        best = entity.votes.most_common(2)
        tied = len(best) > 1 and best[0][1] == best[1][1]
        entity.gender = best[0][0] if best and not tied else ""
