"""Prose → the persons and bodies named in it, each with all its mentions, gender and the offices the text gives it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from ..people import Person, fold
from .abbreviations import abbreviations
from .capitals import office_holder
from .cues import first_names
from .namings import Name, Namings

#: how many mentions back a namesake counts as just named
_LATE = 60
#: no more persons of one surname are told apart: bounds the time that a list of names may take
_MOST_NAMESAKES = 200


@dataclass(eq=False, slots=True)
class Entity:
    """A person, a body or something else with a name."""

    name: str
    #: `person`, `body`, `other`
    kind: str
    gender: str = ""
    #: lower-case nouns the text calls it by: "mayor", "golfer"
    nouns: frozenset[str] = frozenset()
    #: the longest title printed before or behind the name
    role: str = ""
    person: Person | None = None
    #: whether it is printed by its name anywhere, not described only; how often
    named: bool = False
    count: int = 0
    #: what titles, first names and pronouns nearby say for either gender
    man: int = 0
    woman: int = 0

    def vote(self, gender: str, weight: int) -> None:
        """Count what says that somebody is a man or a woman."""
        if gender == "m":
            self.man += weight
        else:
            self.woman += weight


@dataclass(slots=True)
class Mention:
    """One place where an entity is named."""

    start: int
    end: int
    entity: Entity
    subject: bool
    paragraph: int


class Cast:
    """Everybody named in one document, and where."""

    def __init__(self, text: str, namings: Namings) -> None:
        self.entities: list[Entity] = []
        #: the entity that each naming means, and where an entity is first named
        self.named: list[Entity] = []
        self.first: dict[Entity, int] = {}
        self._by_last: dict[str, list[Entity]] = defaultdict(list)
        self._by_first: dict[str, list[Entity]] = defaultdict(list)
        self._by_name: dict[str, Entity] = {}
        self._holders: dict[Person, Entity] = {}
        #: what a name meant when it was last met; single ones by their key, for they mean another once another is met
        self._meant: dict[tuple[Name, str], Entity] = {}
        self._single: dict[str, list[tuple[Name, str]]] = defaultdict(list)
        self._alone = {name.key for name in namings.names if name.single}
        self._short = dict(abbreviations(text, namings))
        kinds = self._kinds(namings)
        persons = zip(namings.names, kinds, strict=True)
        for name in dict.fromkeys([name for name, kind in persons if kind == "person" and not name.single]):
            self._add_person(name)
        self.namings = self._link_all(namings, kinds)
        for entity in self.entities:
            if entity.kind == "person":
                self._settle(entity)

    def _kinds(self, namings: Namings) -> list[str]:
        """Say of each name whether it is a person's or a body's."""
        return [
            name.kind or ("person" if like or (subject and self._may_act(name)) else "other")
            for name, like, subject in zip(namings.names, namings.like, namings.subject, strict=True)
        ]

    def _may_act(self, name: Name) -> bool:
        """Tell whether a subject is a person: a first name, or a name whose last word stands alone elsewhere."""
        return name.singly_given or (1 < len(name.words) < 5 and name.last in self._alone)

    def _link_all(self, namings: Namings, kinds: list[str]) -> Namings:
        """Find what each name means; return the names that mean something."""
        nameless = []
        for i, (name, kind, vote) in enumerate(zip(namings.names, kinds, namings.vote, strict=True)):
            entity = self._meant.get((name, kind)) or self._meet(name, kind)
            if entity is None:
                nameless.append(i)
                continue
            self.named.append(entity)
            entity.count += 1
            if vote:
                entity.vote(vote, 2)
            if name.gender:
                entity.vote(name.gender, 6)
        return namings.without(nameless) if nameless else namings

    def _meet(self, name: Name, kind: str) -> Entity | None:
        """Find the entity a name means, or make one, and note what it tells."""
        full, key = name.full, name.key
        if key in self._short:
            full = self._short[key]
            key = fold(full)
        if kind == "body" and len(name.words) == 2 and name.last in self._alone:
            full, key = name.words[1], name.last  # "the Russian Kremlin" is the Kremlin
        if not key:
            return None
        may_be_part = name.single and kind != "body" and not (name.kin and not self._by_last.get(key))
        candidates = self.candidates(name.first) if may_be_part else ()
        if len(candidates) > 1:
            fitting = [e for e in candidates if not name.gender or e.gender in ("", name.gender)]
            entity = self._latest(fitting or candidates)
        else:
            entity = candidates[0] if candidates else self._by_name.get(key) or self._add(name, kind, full, key)
            if not name.kin:
                self._meant[name, kind] = entity
                if name.single:
                    self._single[name.key].append((name, kind))
        if not entity.named:
            entity.named = True
            self.first[entity] = len(self.named)
        if name.nouns:
            entity.nouns |= name.nouns
        if len(name.role) > len(entity.role):
            entity.role = name.role
        entity.gender = entity.gender or name.gender
        return entity

    def _add(self, name: Name, kind: str, full: str, key: str) -> Entity:
        if kind == "person":
            return self._add_person(name)
        entity = self._by_name[key] = Entity(full, kind)
        self.entities.append(entity)
        return entity

    def mention(self, i: int) -> Mention:
        """Return one place where an entity is named."""
        n = self.namings
        return Mention(n.start[i], n.end[i], self.named[i], n.subject[i], n.paragraph[i])

    def mentions(self, start: int, end: int) -> range:
        """Return the numbers of the mentions that begin between two offsets."""
        return range(bisect_left(self.namings.start, start), bisect_left(self.namings.start, end))

    def candidates(self, surname: str) -> list[Entity]:
        """Return the persons of that surname, or else of that first name; it comes folded."""
        return self._by_last.get(surname) or self._by_first.get(surname) or []

    def _add_person(self, name: Name) -> Entity:
        entity = self._by_name.get(name.key) or self._same_person(name)
        if entity is None:
            entity = Entity(name.full, "person", person=name.holder)
            self.entities.append(entity)
            if entity.person:
                self._holders.setdefault(entity.person, entity)
            for surname in name.surnames:
                self._register(entity, self._by_last[surname], surname)
            self._register(entity, self._by_first[name.first], name.first)
        elif len(name.full) > len(entity.name) and not entity.person:
            entity.name = name.full
        self._by_name[name.key] = entity
        return entity

    def _register(self, entity: Entity, namesakes: list[Entity], key: str) -> None:
        """Note that a person has a surname or a first name; what that meant so far is forgotten."""
        if len(namesakes) < _MOST_NAMESAKES:
            namesakes.append(entity)
        if key in self._single:
            for meant in self._single.pop(key):
                self._meant.pop(meant, None)

    def _same_person(self, name: Name) -> Entity | None:
        for entity in self._by_last.get(name.last, ()):
            first, other = name.first, fold(entity.name.split()[0])
            if first == other or (
                first[:1] == other[:1] and (len(first) == 1 or len(other) == 1 or first[:3] == other[:3])
            ):
                return entity
        person = office_holder(name.full, "")
        return self._holders.get(person) if person else None

    def _latest(self, candidates: list[Entity]) -> Entity:
        """Return which of some namesakes was named last, of late; else the first of them."""
        if len(candidates) == 1:
            return candidates[0]
        among = set(candidates)
        return next((entity for entity in self.named[: -_LATE - 1 : -1] if entity in among), candidates[0])

    def _settle(self, entity: Entity) -> None:
        """Decide the gender: what the list of office-holders, titles and nouns, the first name, pronouns nearby say."""
        entity.person = entity.person or office_holder(entity.name, entity.role)
        if entity.person and entity.person.gender:
            entity.gender = entity.person.gender
            return
        first = entity.name.split()[0]
        given = first_names().get(first) or first_names().get(first.split("-")[0], "")
        if given:
            entity.vote(given, 4)
        entity.gender = "m" if entity.man > entity.woman else "f" if entity.woman > entity.man else ""
