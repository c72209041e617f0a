"""Sources as printed → who they are: names, descriptions, pronouns, and what has no source of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .cues import words
from .layout import Layout
from .lines import read_rules
from .names import Cast, Entity, Mention, person_nouns, titles
from .people import fold, known, state_of
from .phrases import Token, tokens_of

_OFFICES = frozenset(
    "president minister premier chancellor ambassador envoy king queen prince emir sultan leader senator congressman"
    " congresswoman mp secretary chairman governor spokesman spokeswoman spokesperson diplomat general aide".split()
)
_GENDER_OF = {"he": "m", "his": "m", "him": "m", "she": "f", "her": "f"}
_PLURAL = frozenset(("they", "we", "these", "those", "their"))


class Source(NamedTuple):
    """Who is quoted, and how that was found."""

    name: str | None
    state: str | None
    role: str | None
    how: str
    confidence: float


UNRESOLVED = Source(None, None, None, "unresolved", 0.0)


@dataclass(slots=True)
class _Said:
    """Who was found to say something, and where."""

    entity: Entity
    paragraph: int
    at: int


def resolve_sources(text: str, layout: Layout, found: Sequence[Any]) -> list[Source]:
    """Resolve the sources of the quotations of one document, in order; each gets a `Source`."""
    if not found:
        return []
    paragraphs = [(b.start, b.end) for b in layout.blocks if b.kind == "prose"]
    quoted = [(q.start, q.end) for q in found if q.kind in ("direct", "scare")]
    return Resolver(text, Cast(text, paragraphs, quoted), paragraphs).resolve(found)


class Resolver:
    """Goes through a document's quotations in order and remembers who spoke last."""

    def __init__(self, text: str, cast: Cast, paragraphs: list[tuple[int, int]]) -> None:
        self.text, self.cast, self.paragraphs = text, cast, paragraphs
        self.said: list[_Said] = []
        self._described: dict[str, Entity] = {}

    def resolve(self, found: Sequence[Any]) -> list[Source]:
        """Resolve all quotations."""
        sources: list[Source] = []
        for q in found:
            if q.kind == "scare":
                sources.append(UNRESOLVED)
                continue
            entity, how, confidence = self._who(q)
            if entity is None:
                sources.append(UNRESOLVED)
                continue
            self.said.append(_Said(entity, q.paragraph, q.start))
            sources.append(self._source(entity, how, confidence))
        return sources

    def _source(self, entity: Entity, how: str, confidence: float) -> Source:
        """Write down an entity as a source."""
        if entity.person:
            return Source(entity.person.name, entity.person.state, entity.role or None, how, confidence)
        state = None
        if entity.kind == "person":
            office = entity.nouns & _OFFICES
            state = state_of(entity.role) if office and entity.role else None
        else:
            state = state_of(entity.name) or (state_of(entity.role) if entity.role else None)
        return Source(entity.name, state, entity.role or None, how, confidence)

    def _who(self, q: Any) -> tuple[Entity | None, str, float]:
        if q.label is None:
            return self._floating(q)
        if q.how == "more" and self.said:
            return self._by_label(q, "previous speaker" if q.kind == "direct" else None)
        return self._by_label(q, None)

    def _by_label(self, q: Any, how: str | None) -> tuple[Entity | None, str, float]:
        a, b = q.label
        label = self.text[a:b]
        low = label.lower()
        if low in words("pronouns") or low in _PLURAL:
            entity, confidence = self._pronoun(low, a, q)
            return entity, how or ("coreference" if entity else "unresolved"), confidence
        tokens = [t for t in tokens_of(self.text, a, b, []) if t.word]
        head = _head(tokens)
        if not head:
            return None, "unresolved", 0.0
        mention = self._mention_in(head[0].start, head[-1].end)
        owner = self._document_owner(tokens, head, a, q)
        if owner is not None:
            return owner, how or "description", 0.7
        if mention and mention.end >= head[-1].start + 1:
            return mention.entity, how or "named", 0.95
        return self._description(label, tokens, head, a, q, how)

    def _mention_in(self, start: int, end: int) -> Mention | None:
        return next((m for m in reversed(self.cast.mentions) if m.start >= start and m.end <= end + 2), None)

    def _document_owner(self, tokens: list[Token], head: list[Token], at: int, q: Any) -> Entity | None:
        """Find whose a statement, a report or a website is."""
        if head[-1].low not in words("documents"):
            return None
        mention = self._mention_in(tokens[0].start, tokens[-1].end)
        if mention:
            return mention.entity
        rest = tokens[len(head) :]
        if len(rest) > 1:
            phrase = self.text[rest[1].start : rest[-1].end]
            return self._describe(phrase)
        after = self._owner_behind(tokens[-1].end)
        if after:
            return after
        if len(head) > 1 and head[0].low not in words("determiners"):
            return None
        recent = [s.entity for s in self.said[-3:] if q.paragraph - s.paragraph <= 3]
        bodies = [m.entity for m in self.cast.mentions if m.start < at and m.entity.kind == "body"]
        return bodies[-1] if bodies else recent[-1] if recent else None

    def _owner_behind(self, end: int) -> Entity | None:
        match = re.compile(r"\s+(?:from|by|of)\s+").match(self.text, end)
        if not match:
            return None
        tokens = [t for t in tokens_of(self.text, match.end(), match.end() + 90, [])]
        phrase = next((tokens[:i] for i, t in enumerate(tokens) if not t.word), tokens)
        mention = self._mention_in(match.end(), phrase[-1].end) if phrase else None
        return mention.entity if mention else None

    def _description(
        self, label: str, tokens: list[Token], head: list[Token], at: int, q: Any, how: str | None
    ) -> tuple[Entity | None, str, float]:
        """Resolve a noun phrase without a name: to somebody known by that noun, else to itself."""
        noun = head[-1].low.rstrip("'s") if head[-1].low.endswith("'s") else head[-1].low
        definite = tokens[0].low in ("the", "this", "that", "his", "her", "their", "its")
        if definite:
            known_as = self._by_noun(noun, tokens, at, q)
            if known_as:
                return known_as, how or "description", 0.75
        return self._describe(label), how or "description", 0.6

    def _describe(self, label: str) -> Entity:
        """Return the entity that is known by a description only."""
        name = re.sub(r"^(?:the|a|an)\s+", "", " ".join(label.split()), flags=re.IGNORECASE)
        key = fold(name)
        if key not in self._described:
            noun = key.split()[-1] if key else ""
            kind = "person" if noun in person_nouns() else "body"
            plural = noun.endswith("s") and noun not in person_nouns() and noun not in words("body_nouns")
            entity = Entity(name, "plural" if plural else kind, person_nouns().get(noun, ""), {noun})
            self._described[key] = entity
        return self._described[key]

    def _by_noun(self, noun: str, tokens: list[Token], at: int, q: Any) -> Entity | None:
        """Find whom a definite description means by the nouns the text uses of everybody."""
        wanted = {noun, *(str(w) for w in read_rules("cues.yml")["also_called"].get(noun, ()))}
        gender = person_nouns().get(noun, "")
        phrase = " ".join(t.text for t in tokens)
        body = noun in words("body_nouns") and noun not in person_nouns()
        state = state_of(phrase) if len(tokens) > 1 and any(t.upper for t in tokens[1:]) else None
        best: tuple[float, Entity] | None = None
        for entity, score in self._salience(at, q).items():
            fit = _fit(entity, wanted, noun, body=body, gender=gender, state=state)
            if fit and (best is None or score + fit > best[0]):
                best = score + fit, entity
        return best[1] if best else None

    def _salience(self, at: int, q: Any) -> dict[Entity, float]:
        """Score everybody named or quoted before ``at`` by how present they are."""
        scores: dict[Entity, float] = {}
        sentence = _count_before(self.cast.sentences, at)
        for mention in self.cast.mentions:
            if mention.start >= at:
                break
            distance = sentence - mention.sentence
            score = 6.0 - 1.0 * distance + (1.5 if mention.subject else 0.0) - (3.0 if mention.quoted else 0.0)
            scores[mention.entity] = max(scores.get(mention.entity, -99.0), score)
        for said in self.said:
            distance = sentence - _count_before(self.cast.sentences, said.at)
            scores[said.entity] = max(scores.get(said.entity, -99.0), 7.5 - 0.8 * distance)
        for entity in scores:
            scores[entity] += min(entity.count, 8) * 0.15
        return scores

    def _pronoun(self, low: str, at: int, q: Any) -> tuple[Entity | None, float]:
        """Find whom a pronoun means: the most present entity that fits in gender, number and kind."""
        gender = _GENDER_OF.get(low, "")
        if low in ("i", "we", "you"):
            return None, 0.0
        fitting: list[tuple[float, Entity]] = []
        for entity, score in self._salience(at, q).items():
            if low in ("he", "she"):
                if entity.kind == "person" and entity.gender in ("", gender):
                    fitting.append((score - (0.0 if entity.gender else 1.5), entity))
            elif low == "it":
                if entity.kind == "body":
                    fitting.append((score, entity))
            elif low == "who":
                fitting.append((score, entity))
            elif entity.kind in ("plural", "body"):
                fitting.append((score + (3.0 if entity.kind == "plural" else 0.0), entity))
        if not fitting:
            return None, 0.0
        fitting.sort(key=lambda pair: -pair[0])
        lead = fitting[0][0] - fitting[1][0] if len(fitting) > 1 else 5.0
        return fitting[0][1], round(min(0.95, 0.6 + 0.07 * lead), 2)

    def _floating(self, q: Any) -> tuple[Entity | None, str, float]:
        """Give words without a source to whoever spoke last, or whom the sentence before is about."""
        start = self.paragraphs[q.paragraph][0]
        here = [s for s in self.said if s.paragraph == q.paragraph]
        if here:
            return here[-1].entity, "previous speaker", 0.9
        about = self._subject_of_last_sentence(start, q)
        last = self.said[-1] if self.said else None
        near = last is not None and q.paragraph - last.paragraph <= 1
        if last and near:
            return last.entity, "previous speaker", 0.8
        if about:
            return about, "previous speaker", 0.6
        if last and q.paragraph - last.paragraph <= 4:
            return last.entity, "previous speaker", 0.5
        return None, "unresolved", 0.0

    def _subject_of_last_sentence(self, start: int, q: Any) -> Entity | None:
        """Find the person the paragraph before is about."""
        before = [
            m for m in self.cast.mentions
            if m.start < start and m.paragraph == q.paragraph - 1 and m.entity.kind == "person" and not m.quoted
        ]  # fmt: skip
        subjects = [m for m in before if m.subject]
        return (subjects or before)[-1].entity if before else None


def _count_before(starts: list[int], at: int) -> int:
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if starts[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return low


def _head(tokens: list[Token]) -> list[Token]:
    """Cut a noun phrase before its first preposition, unless that is part of a name."""
    for i, token in enumerate(tokens):
        if i and token.low in words("prepositions") and not token.upper:
            if tokens[i - 1].low in words("body_words") and tokens[i - 1].upper and token.low in ("of", "for", "on"):
                continue
            return tokens[:i]
    return tokens


def _fit(entity: Entity, wanted: set[str], noun: str, *, body: bool, gender: str, state: str | None) -> float:
    """Score how well an entity fits a definite description; 0 when it does not."""
    if body:
        if entity.kind != "body":
            return 0.0
        if state and state_of(entity.name) not in (None, state):
            return 0.0
        named = noun in entity.name.lower().split() or noun in entity.nouns
        return 6.0 if named else 1.0 if noun in _LOOSE_BODIES else 0.0
    if entity.kind != "person" or (gender and entity.gender not in ("", gender)):
        return 0.0
    offices = {fold(o) for o in entity.person.offices} if entity.person else set()
    nouns = entity.nouns | {word for office in offices for word in office.split()}
    own_state = entity.person.state if entity.person else state_of(entity.role) if entity.role and state else None
    if state and own_state != state:
        return 0.0
    if nouns & wanted:
        return 6.0
    return 2.0 if state and noun == "leader" else 0.0


_LOOSE_BODIES = frozenset(
    "agency company group union association organization organisation firm party board commission committee council"
    " department ministry university school club team bank airline railway network foundation charity".split()
)
