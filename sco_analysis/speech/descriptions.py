"""Noun phrases that name nobody: their head, their state, and which persons and bodies they fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from ..dictionaries import read_dictionary
from ..people import fold, state_of
from ..reading.lines import read_rules
from .cues import person_nouns, words
from .names import Entity
from .phrases import Token

OFFICES = frozenset(
    "president minister premier chancellor ambassador envoy king queen prince emir sultan leader senator congressman"
    " congresswoman mp secretary chairman governor spokesman spokeswoman spokesperson diplomat general aide"
    " official".split()
)
_LOOSE_WHEN_SPEAKING = frozenset(
    "department utility retailer automaker carmaker manufacturer developer operator regulator watchdog broadcaster"
    " studio startup corporation institute charity nonprofit contractor provider chain store council foundation".split()
)
_LOOSE_BODIES = frozenset(
    "agency company group firm association organization organisation club team body bloc alliance network railway"
    " airline board commission".split()
)
_PLURAL = re.compile(
    r"\W*(?P<phrase>(?:(?:[Ss]everal|[Ss]ome|[Mm]any|[Mm]ost|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Oo]ther|[Tt]he"
    r"|[Tt]hese|[Bb]oth|[Aa] few)\s+)?(?:(?!(?:and|or|of)\b)[a-z][\w-]*\s+){0,3}?(?P<noun>[A-Z]?[a-z]{3,}s))\b"
)


@cache
def _beginnings() -> re.Pattern[str]:
    """Compile what the patterns of the states begin with, spelled so letter by letter: no ligatures for two letters."""
    atoms = {p.atoms[0] for p in read_dictionary("states").patterns if p.atoms and p.atoms[0].strip("*?")}
    globs = (re.escape(atom).replace(r"\*", r"\w*").replace(r"\?", r"\w") for atom in sorted(atoms))
    return re.compile(rf"\b(?:{'|'.join(globs)})\b", re.IGNORECASE)


@lru_cache(maxsize=1 << 14)
def state_in(phrase: str) -> str | None:
    """Return the state a phrase names first, as `people.state_of`, if one is spelled out letter by letter."""
    state = state_of(phrase)
    return state if state and _beginnings().search(phrase) else None  # in this order: few phrases name a state


@cache
def _plural_nouns() -> frozenset[str]:
    return frozenset(noun + "s" for noun in person_nouns())


def a_person(gender: str) -> Callable[[Entity], float | None]:
    """Return what lets persons of a gender through; those of unknown gender with a malus."""

    def fit(entity: Entity) -> float | None:
        if entity.kind != "person" or (gender and entity.gender not in ("", gender)):
            return None
        return 0.0 if entity.gender or not gender else -1.0

    return fit


def a_body(entity: Entity) -> float | None:
    """Let bodies through."""
    return 0.0 if entity.kind == "body" else None


def anybody(_: Entity) -> float | None:
    """Let everybody through."""
    return 0.0


def several(entity: Entity) -> float | None:
    """Let groups through, rather than bodies."""
    return 3.0 if entity.kind == "plural" else 0.0 if entity.kind == "body" else None


def head_of(tokens: Sequence[Token]) -> Sequence[Token]:
    """Cut a noun phrase before its first preposition, unless that is part of a name."""
    for i, token in enumerate(tokens):
        if i and token.low in words("times") and not token.upper:
            return tokens[:i]
        if i and token.low in words("prepositions") and not token.upper:
            if tokens[i - 1].low in words("body_words") and tokens[i - 1].upper and token.low in ("of", "for", "on"):
                continue
            return tokens[:i]
    return tokens


def fits_person(entity: Entity, wanted: set[str], noun: str, gender: str, state: str | None) -> float | None:
    """Score how well a person fits a definite description; None when not at all."""
    if entity.kind != "person" or (gender and entity.gender not in ("", gender)):
        return None
    nouns = entity.nouns
    if entity.person:
        nouns |= {word for office in entity.person.offices for word in fold(office).split()}
    if state and (entity.person.state if entity.person else state_in(entity.role)) != state:
        return None
    if nouns & wanted:
        return 6.0
    return 2.0 if state and noun == "leader" else None


@cache
def also_called(noun: str) -> frozenset[str]:
    """Return a noun of a person and the nouns by which the same person may be called."""
    return frozenset({noun, *(str(word) for word in read_rules("cues.yml")["also_called"].get(noun, ()))})


def plural_subject(sentence: str) -> str | None:
    """Return the plural noun phrase of persons that a sentence begins with: "several executives"."""
    match = _PLURAL.match(sentence)
    return match["phrase"] if match and match["noun"].lower() in _plural_nouns() else None


def fits_body(entity: Entity, noun: str, state: str | None, *, spoke: bool) -> float | None:
    """Score how well a body fits a definite description; None when not at all."""
    if entity.kind != "body" or (state and state_in(entity.name) not in (None, state)):
        return None
    name = entity.name.lower().split()
    if noun in entity.nouns or (entity.named and noun in (name[0], name[-1])):
        return 6.0
    if not entity.named or (len(name) == 1 and state_in(entity.name)):
        return None
    loose = noun in _LOOSE_BODIES and (spoke or entity.count > 2)
    return 0.0 if loose or (spoke and noun in _LOOSE_WHEN_SPEAKING) else None
