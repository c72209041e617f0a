"""Sources as printed → who they are: names, descriptions, pronouns, and words that have no source of their own."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, takewhile
from typing import Any, NamedTuple

from ..people import fold
from .cues import person_nouns, words
from .descriptions import (
    OFFICES,
    a_body,
    a_person,
    also_called,
    anybody,
    fits_body,
    fits_person,
    head_of,
    plural_subject,
    several,
    state_in,
)
from .introductions import Answer, Answers, name_later
from .names import Cast, Entity, Mention
from .namings import Namings
from .phrases import Token, words_of

_GENDER_OF = {"he": "m", "she": "f"}
_OWNERS = {"his": "he", "her": "she", "its": "it", "their": "they"}
_OBJECTS = {"him": "he", "her": "she", "them": "they"}
_DEFINITE = frozenset(("the", "this", "that", "his", "her", "their", "its"))
#: how many signs back somebody may have been named to whom floating words are given
_FAR = 2000
_BY = re.compile(r"[^.,;:“\"]{0,60}?\b(?:from|by|of)\s+")


class Source(NamedTuple):
    """Who is quoted, and how that was found."""

    name: str | None
    state: str | None
    role: str | None
    how: str
    confidence: float


UNRESOLVED = Source(None, None, None, "unresolved", 0.0)


class _Trace(NamedTuple):
    """One sign of somebody's presence: a name, a pronoun in the narration, a quotation."""

    entity: Entity
    start: int
    sentence: int
    paragraph: int
    weight: float
    spoke: bool


def resolve_sources(text: str, namings: Namings | None, found: Sequence[Any]) -> list[Source]:
    """Resolve the sources of the quotations found in one document with its names; each gets a `Source`.

    Without names, which are read only where somebody is quoted, all sources are unresolved.
    """
    if namings is None:
        return [UNRESOLVED] * len(found)
    return _Resolver(text, Cast(text, namings)).resolve(found)


class _Resolver:
    """Goes through a document in order and remembers who was named and who spoke."""

    def __init__(self, text: str, cast: Cast) -> None:
        self.text, self.cast = text, cast
        self.sentences = cast.namings.sentences
        #: the signs of presence up to where the reader is; those that are names by their numbers
        self.traces: list[_Trace | int] = []
        self.spoken: list[_Trace] = []
        self.speakers: set[Entity] = set()
        self.described: dict[str, Entity] = {}
        self.documents: dict[str, Entity] = {}
        self._named = 0
        self._pronouns = 0

    def resolve(self, found: Sequence[Any]) -> list[Source]:
        """Resolve all quotations."""
        taken = _Spans([*((q.start, q.end) for q in found), *(q.label for q in found if q.label)])
        answers = Answers()
        for q in found:
            at = q.label[0] if q.label else q.start
            self._advance(max(at, q.start), taken)
            answer = (None, "unresolved", 0.0) if q.kind == "scare" else self._who(q, at)
            answers.add(answer)
            entity = answer[0]
            if entity is not None:
                if entity.kind == "other":
                    entity.kind = "person" if _may_be_person(entity) else "body"
                self.spoken.append(_Trace(entity, q.start, self._sentence(q.start), q.paragraph, 7.5, spoke=True))
                self.traces.append(self.spoken[-1])
                self.speakers.add(entity)
        name_later(self.text, self.cast, found, answers)
        return [self._source(*answer) for answer in answers]

    def _sentence(self, at: int) -> int:
        return bisect_right(self.sentences, at)

    def _advance(self, at: int, taken: _Spans) -> None:
        """Take note of the names and pronouns up to an offset."""
        pronouns = self.cast.namings.pronouns
        while self._pronouns < len(pronouns) and pronouns[self._pronouns][0] < at:
            start, gender, sentence, paragraph = pronouns[self._pronouns]
            self._pronouns += 1
            self._take_names(bisect_right(self.cast.namings.start, start))
            entity = None if start in taken else self._best(start, a_person(gender))[0]
            if entity is not None:
                self.traces.append(_Trace(entity, start, sentence, paragraph, 7.0, spoke=False))
        self._take_names(bisect_left(self.cast.namings.start, at))

    def _take_names(self, upto: int) -> None:
        if upto > self._named:
            self.traces += range(self._named, upto)
            self._named = upto

    def _trace(self, trace: _Trace | int) -> _Trace:
        """Return a sign of presence; for the number of a name, what that is."""
        if isinstance(trace, _Trace):
            return trace
        names = self.cast.namings
        entity, weight = self.cast.named[trace], names.weight[trace]
        return _Trace(entity, names.start[trace], names.sentence[trace], names.paragraph[trace], weight, spoke=False)

    def _last_spoken(self, at: int) -> _Trace | None:
        """Return the sign of who spoke last before ``at``."""
        return next((t for t in reversed(self.spoken) if t.start < at), None)

    def _salience(self, at: int) -> dict[Entity, float]:
        """Score everybody named or quoted before ``at`` by how present they are."""
        scores: dict[Entity, float] = {}
        sentence = self._sentence(at)
        named, names = self.cast.named, self.cast.namings
        for trace in self.traces[-120:]:
            if isinstance(trace, int):  # a name: most are, so that no object is made of it
                entity, start, weight = named[trace], names.start[trace], names.weight[trace]
                score = weight - (sentence - names.sentence[trace])
            else:
                entity, start = trace.entity, trace.start
                score = trace.weight - (0.8 if trace.spoke else 1.0) * (sentence - trace.sentence)
            if start < at and score > scores.get(entity, -99.0):
                scores[entity] = score
        for entity in scores:
            scores[entity] += min(entity.count, 12) * (0.3 if entity.kind == "body" else 0.15)
        return scores

    def _best(self, at: int, fit: Callable[[Entity], float | None]) -> tuple[Entity | None, float]:
        """Find the most present entity that fits, and how sure that is by its lead over the next."""
        fitting = []
        for entity, score in self._salience(at).items():
            bonus = fit(entity)
            if bonus is not None:
                fitting.append((score + bonus, entity))
        if not fitting:
            return None, 0.0
        fitting.sort(key=lambda pair: -pair[0])
        lead = fitting[0][0] - fitting[1][0] if len(fitting) > 1 else 5.0
        return fitting[0][1], round(min(0.95, 0.6 + 0.07 * lead), 2)

    def _who(self, q: Any, at: int) -> Answer:
        if q.label is None:
            return self._floating(q)
        entity, how, confidence = self._by_label(q, at)
        if entity is not None and q.how == "more" and q.kind == "direct":
            how = "previous speaker"
        return entity, how, confidence

    def _by_label(self, q: Any, a: int) -> Answer:
        b = q.label[1]
        label = self.text[a:b]
        low = label.lower()
        low = _OBJECTS.get(low, low)
        if low in words("pronouns") or low in ("these", "those", "others"):
            named = {self.cast.named[i] for i in self.cast.mentions(q.start, q.end)}
            return self._pronoun(low, a, named)
        tokens = words_of(label)
        head = head_of(tokens)
        if not head:
            return None, "unresolved", 0.0
        if head[-1].low in words("documents"):
            return self._document(label, tokens, head, a)
        mention = self._mention_in(a + head[0].start, a + head[-1].end)
        if mention is None and len(head) < len(tokens):
            mention = self._named_at_end(tokens, a)
            head = tokens if mention else head
        if mention and mention.end > a + head[-1].start:
            same = self.cast.candidates(fold(head[-1].text)) if mention.entity.kind == "person" else []
            if len(same) > 1 and fold(self.text[mention.start : mention.end]) == fold(head[-1].text):
                best, confidence = self._best(a, lambda e: 0.0 if e in same else None)
                if best is not None:
                    return best, "named", confidence
            return mention.entity, "named", 0.95
        return self._description(label, tokens, head, a)

    def _named_at_end(self, tokens: Sequence[Token], at: int) -> Mention | None:
        """Find the person in "Minister for Trade Ada Okello"; in "a spokesman for Okello" it is not the head."""
        mention = self._mention_in(at + tokens[0].start, at + tokens[-1].end)
        if mention is None or mention.entity.kind != "person" or mention.end <= at + tokens[-1].start:
            return None
        before = [t for t in tokens if at + t.end <= mention.start]
        return mention if before and before[-1].low not in words("prepositions") else None

    def _mention_in(self, start: int, end: int) -> Mention | None:
        ends = self.cast.namings.end
        number = next((i for i in reversed(self.cast.mentions(start, end + 2)) if ends[i] <= end + 2), None)
        return None if number is None else self.cast.mention(number)

    def _document(self, label: str, tokens: Sequence[Token], head: Sequence[Token], at: int) -> Answer:
        """Find whose a statement, a report or a website is."""
        noun = head[-1].low
        mention = self._mention_in(at + tokens[0].start, at + tokens[-1].end)
        if mention is None and tokens[0].low in _OWNERS:
            return self._pronoun(_OWNERS[tokens[0].low], at)
        if mention is None and len(tokens) == len(head):
            by = _BY.match(self.text, at + tokens[-1].end)
            mention = self._mention_in(by.end(), by.end() + 60) if by else None
            mention = mention if by and mention and mention.start - by.end() < 25 else None
        if mention:
            self.documents[noun] = mention.entity
            return mention.entity, "description", 0.8
        rest = tokens[len(head) + 1 :]
        if rest and tokens[len(head)].low in ("of", "from", "by"):
            return self._describe(label[rest[0].start : rest[-1].end]), "description", 0.7
        if tokens[0].low in _DEFINITE and noun in self.documents:
            return self.documents[noun], "description", 0.7
        if len(head) == 2 and (head[0].low in _DEFINITE or noun in ("statement", "release")):
            sentence = self._sentence(at)
            spoke = self._last_spoken(at)
            if spoke and sentence - spoke.sentence <= 4:
                return spoke.entity, "description", 0.5
        return self._describe(label), "description", 0.5

    def _description(self, label: str, tokens: Sequence[Token], head: Sequence[Token], at: int) -> Answer:
        """Resolve a noun phrase without a name: to somebody known by that noun, else to itself."""
        noun = re.sub(r"['’]s$|['’]$", "", head[-1].low)
        possessed = tokens[0].low.endswith("'s")
        if tokens[0].low not in _DEFINITE and not possessed:
            return self._describe(label), "description", 0.6
        known_as = self._by_noun(noun, head, at)
        if known_as:
            return known_as, "description", 0.75
        foreign = any(t.upper for t in head[1:]) and state_in(" ".join(t.text for t in head))
        modified = len(head) > 2 and not foreign and tokens[0].low == "the" and noun not in words("body_nouns")
        if modified and not noun.endswith("s") and not any(t.upper for t in head[1:-2]):
            best, confidence = self._best(at, a_person(person_nouns().get(noun, "")))
            if best is not None and confidence > 0.6 and self._salience(at)[best] > 4.0:
                return best, "description", 0.5
        return self._describe(label), "description", 0.6

    def _describe(self, label: str) -> Entity:
        """Return the entity that is known by a description only."""
        name = re.sub(r"^(?:the|a|an)\s+", "", " ".join(label.split()), flags=re.IGNORECASE)
        key = fold(name)
        if key not in self.described:
            head = head_of(words_of(name))
            noun = head[-1].low if head else ""
            kind = "body" if noun in words("body_nouns") or noun in words("documents") else "person"
            several_of = noun.endswith("s") and not noun.endswith(("ss", "us"))
            if several_of and noun not in person_nouns() and noun not in words("body_nouns"):
                kind = "plural"
            self.described[key] = Entity(name, kind, person_nouns().get(noun, ""), frozenset((noun,)), count=1)
        return self.described[key]

    def _by_noun(self, noun: str, head: Sequence[Token], at: int) -> Entity | None:
        """Find whom a definite description means by the nouns the text uses of everybody."""
        wanted = also_called(noun)
        phrase = " ".join(t.text for t in head)
        state = state_in(phrase) if any(t.upper for t in head[1:]) else None
        body = noun in words("body_nouns") and noun not in person_nouns()
        gender = person_nouns().get(noun, "")

        def fit(entity: Entity) -> float | None:
            if body:
                return fits_body(entity, noun, state, spoke=entity in self.speakers)
            return fits_person(entity, wanted, noun, gender, state)

        return self._best(at, fit)[0]

    def _pronoun(self, low: str, at: int, named: set[Entity] = frozenset()) -> Answer:
        """Find whom a pronoun means: the most present entity that fits in gender, number and kind.

        Whom the reported words call by name is not who says them: "Ito is ill, he said".
        """
        if low in ("i", "we", "you"):
            return None, "unresolved", 0.0
        if low in _GENDER_OF:
            fit = a_person(_GENDER_OF[low])
        elif low == "it":
            fit = a_body
        elif low == "who":
            fit = anybody
        else:
            spoke = self._last_spoken(at)
            if spoke and spoke.entity.kind == "plural" and self._sentence(at) - spoke.sentence <= 2:
                return spoke.entity, "coreference", 0.8
            plural = self._plural_subject(at)
            if plural:
                return plural, "coreference", 0.6
            fit = several
        entity, confidence = self._best(at, lambda e: None if e in named else fit(e))
        return entity, "coreference" if entity else "unresolved", confidence

    def _plural_subject(self, at: int) -> Entity | None:
        """Find the plural noun phrase that one of the last two sentences is about."""
        number = self._sentence(at)
        for k in range(number - 2, max(number - 4, -1), -1):
            text = self.text[self.sentences[k] : self.sentences[k + 1]][:160]
            phrase = plural_subject(text)
            if phrase:
                return self._describe(phrase)
        return None

    def _floating(self, q: Any) -> Answer:
        """Give words without a source to whoever spoke last, or whom the paragraph before is about."""
        last = self._last_spoken(q.start)
        if last and last.paragraph == q.paragraph:
            return last.entity, "previous speaker", 0.9
        if last and q.paragraph - last.paragraph <= 1:
            return last.entity, "previous speaker", 0.8
        latest = map(self._trace, self.traces[: -_FAR - 1 : -1])
        before = takewhile(lambda t: t.paragraph >= q.paragraph - 1, latest)
        before = [t for t in before if t.paragraph < q.paragraph and t.weight >= 6.0 and t.entity.kind == "person"]
        if before:
            subject = next((t for t in before if t.weight >= 7.0), before[0])
            return subject.entity, "previous speaker", 0.6
        if last and q.paragraph - last.paragraph <= 4:
            return last.entity, "previous speaker", 0.5
        return None, "unresolved", 0.0

    def _source(self, entity: Entity | None, how: str, confidence: float) -> Source:
        """Write down an entity as a source."""
        if entity is None:
            return UNRESOLVED
        if entity.person:
            return Source(entity.person.name, entity.person.state, entity.role or None, how, confidence)
        if entity.kind == "person":
            told = entity.role if entity.named else entity.name
            state = state_in(told) if told and entity.nouns & OFFICES else None
            return Source(entity.name, state, entity.role or None, how, confidence)
        name = re.sub(r"([Oo]rgani)s(ation)", r"\1z\2", entity.name)
        return Source(name, state_in(entity.name), None, how, confidence)


def _may_be_person(entity: Entity) -> bool:
    """Tell whether somebody who speaks, and of whom nothing else is known, has a person's name."""
    parts = entity.name.split()
    plain = all(part[0].isupper() and part[1:].islower() for part in re.split(r"[\s'’-]+", entity.name) if part)
    return plain and (entity.man + entity.woman > 0 or (len(parts) in (2, 3) and not state_in(entity.name)))


class _Spans:
    """Spans of a text, and whether an offset is in any of them."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        spans.sort()
        self._starts = [start for start, _ in spans]
        self._reach = list(accumulate((end for _, end in spans), max))

    def __contains__(self, at: int) -> bool:
        i = bisect_right(self._starts, at)
        return i > 0 and at < self._reach[i - 1]
