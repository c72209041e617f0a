"""A printed name or title → its role and name, the person known by that name, the state that the words stand for.

The dated list of office-holders in ``data/people.csv`` gives spellings, states, offices and gender; what a document
itself tells of its people is gathered in `roster`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache

from .dictionaries import read_dictionary, read_people
from .reading.shapes import label_words
from .tokens import split_tokens

_STATE = re.compile("[A-Z]{3}")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_PARTICLES = frozenset("de da di do dos das del della der den du la le van von bin bint ibn ben al el ul ur y".split())
#: "Mr. KING of Iowa": a surname in capitals is a name, even where it spells an office
_MEMBER = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Dr|MR|MRS|MS|DR)\.? (?P<name>(?:[A-Z][a-z]{0,2})?[A-Z]{2}[A-Z'’-]*)(?: of [A-Z].*)?"
)
_ATOM = re.compile(r"\w+")
#: how many names are remembered with what was found of them: the same come again, in one document and in the next
_REMEMBERED = 1 << 16


@dataclass(frozen=True)
class Person:
    """Somebody the package knows: canonical name, state (ISO alpha-3), gender (`f`, `m` or empty), offices held."""

    name: str
    state: str | None
    gender: str
    offices: tuple[str, ...]


@lru_cache(_REMEMBERED)
def fold(name: str) -> str:
    """Reduce a name to what its spellings share: no accents, case, hyphens, dots, possessive or apostrophes."""
    plain = unicodedata.normalize("NFKD", re.sub(r"['’]s\b", "", name).replace("ı", "i").replace("ø", "o"))
    kept = "".join(c for c in plain if not unicodedata.combining(c)).casefold().replace("-", " ")
    return " ".join(re.sub(r"[^\w ]", "", kept).split())


@cache
def spellings() -> dict[str, Person]:
    """Return the office-holders of ``data/people.csv`` by folded spelling. A person may fill several lines of it."""
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read_people():
        lines[row["name"]].append(row)
    people: dict[str, Person] = {}
    for name, rows in lines.items():
        offices = tuple(dict.fromkeys(row["office"] for row in rows))
        person = Person(name, rows[-1]["state"] or None, rows[-1]["gender"], offices)
        for spelling in (name, *(v for row in rows for v in row["variants"].split("|") if v.strip())):
            people.setdefault(fold(spelling), person)
    return people


@cache
def _by_last_word() -> dict[str, list[tuple[str, Person]]]:
    found: dict[str, list[tuple[str, Person]]] = defaultdict(list)
    for person in dict.fromkeys(spellings().values()):
        name = fold(person.name)
        found[name.split()[-1]].append((name, person))
    return dict(found)


@cache
def _by_surname() -> dict[str, tuple[Person, ...]]:
    found: dict[str, set[Person]] = defaultdict(set)
    for person in spellings().values():
        words = fold(person.name).split()
        for word in {words[0] if person.state in ("CHN", "KOR", "PRK", "VNM") else words[-1], words[-1]}:
            found[word].add(person)
    return {surname: tuple(people) for surname, people in found.items()}


@lru_cache(_REMEMBERED)
def known(name: str, office: str = "") -> Person | None:
    """Return the office-holder of that name; for a surname alone only when one person fits (and held ``office``)."""
    folded = fold(name)
    person = spellings().get(folded)
    if person or not folded:
        return person
    words = folded.split()
    if len(words) > 1:
        return _by_ending(folded)
    wanted = set(fold(office).split()) & label_words("offices")
    fitting = [p for p in _by_surname().get(folded, ()) if wanted & set(fold(" ".join(p.offices)).split())]
    return fitting[0] if len(fitting) == 1 else None


def _by_ending(folded: str) -> Person | None:
    """Find the one person whose name ends in a double surname, or whose first name has the initial given."""
    first, _, rest = folded.partition(" ")
    end, initial = (f" {rest}", first) if len(first) == 1 else (f" {folded}", "")
    people = _by_last_word().get(folded.rpartition(" ")[2], ())
    fitting = [person for name, person in people if name.endswith(end) and name.startswith(initial)]
    return fitting[0] if len(fitting) == 1 else None


@cache
def _state_words() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the patterns of the dictionary of states as words in lower case, by the first of them."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for pattern in read_dictionary("states").patterns:
        atoms = tuple(atom.casefold() for atom in pattern.atoms)
        found[atoms[0]].append(atoms)
    return {first: tuple(patterns) for first, patterns in found.items()}


@lru_cache(_REMEMBERED)
def _states_in(words: str) -> tuple[tuple[int, int, str, str | None], ...]:
    """Return start, end, key and form of each hit of the dictionary of states in a few words.

    Most names and offices hold none of its patterns, whatever stands between the words, and are not searched at all.
    """
    atoms = [atom.casefold() for atom in _ATOM.findall(words)]
    patterns = _state_words()
    fitting = (p for i, atom in enumerate(atoms) for p in patterns.get(atom, ()) if tuple(atoms[i : i + len(p)]) == p)
    if next(fitting, None) is None:
        return ()
    dictionary = read_dictionary("states")
    tokens = split_tokens(words)
    hits = dictionary.match(tokens)
    spans = zip(tokens.start[hits.first].tolist(), tokens.end[hits.last].tolist(), hits.pattern.tolist(), strict=True)
    return tuple((start, end, *to) for start, end, number in spans for to in dictionary.patterns[number].targets)


@lru_cache(_REMEMBERED)
def state_named(note: str) -> str | None:
    """Return the state that a note is the name of, "(France)", and no constituency that only holds a city's name."""
    least = len(note.strip().removeprefix("the ")) - 1
    states = (key for start, end, key, _ in _states_in(note) if end - start >= least and _STATE.fullmatch(key))
    return next(states, None)


@lru_cache(_REMEMBERED)
def state_of(words: str) -> str | None:
    """Return the state that a role or note names first ("President of Iran"), as ISO alpha-3; of many states none."""
    states = list(dict.fromkeys(key for _, _, key, _ in _states_in(words) if _STATE.fullmatch(key)))
    return states[0] if 0 < len(states) < 3 else None


@lru_cache(_REMEMBERED)
def split_title(printed: str) -> tuple[str, str]:
    """Split "Turkish Foreign Minister Hakan Fidan" into role and name; either may come out empty."""
    core = " ".join(_BRACKETS.sub("", printed).split()).strip(" ,:")
    if "," in core:
        before, after = (part.strip() for part in core.split(",", 1))
        if len(before.split()) > 1 and not has_office(before) and has_office(after):
            return after, before
    member = _MEMBER.fullmatch(core)
    if member:
        return "", member["name"]
    words = core.split()
    honorifics = label_words("honorifics")
    for i in range(len(words)):
        if fold(" ".join(words[i:])) in spellings() and (i == 0 or len(words) - i > 1):
            return _without_honorifics(words[:i], honorifics), " ".join(words[i:])
    cut = _role_ends(words, honorifics)
    name = words[cut:]
    if not name or not name[0][0].isupper():
        return core, ""
    return _without_honorifics(words[:cut], honorifics), " ".join(name)


def _role_ends(words: list[str], honorifics: frozenset[str]) -> int:
    """Find where the role ends and the name begins."""
    offices = [i for i, word in enumerate(words) if has_office(word) or word.casefold().strip(".") in honorifics]
    small = label_words("connectors") - _PARTICLES
    connected = [i for i, w in enumerate(words) if (w.islower() and w not in _PARTICLES) or w.casefold() in small]
    cut = max(max(offices, default=-1), max(connected, default=-1)) + 1
    behind = words[cut:]
    if connected and cut - 1 == connected[-1] and (not offices or offices[-1] < connected[-1]):
        place = _leading_place(" ".join(behind))
        if place and place < len(behind):
            return cut + place
        plain = [i for i, word in enumerate(behind) if word.casefold() not in _PARTICLES]
        field = bool(behind) and fold(behind[-1]) in label_words("fields")
        return cut + (plain[-2] if len(plain) > 2 and not field else len(behind))
    return cut


def _leading_place(words: str) -> int:
    """Count the words that a state's name takes at the beginning of ``words``."""
    ends = (end for start, end, _, form in _states_in(words) if start == 0 and form != "person")
    return len(words[: next(ends, 0)].split())


def has_office(words: str) -> bool:
    """Tell whether a noun of office is among a few words."""
    offices = label_words("offices")
    return any(part in offices for word in fold(words).split() for part in (word, word.removesuffix("s")))


def is_title(word: str) -> bool:
    """Tell whether a word is an office or an honorific."""
    return has_office(word) or word.casefold().strip(".") in label_words("honorifics")


def _without_honorifics(words: list[str], honorifics: frozenset[str]) -> str:
    kept = [w for w in words if w.casefold().strip(".") not in honorifics or has_office(w)]
    return " ".join(kept).strip(" ,.")


@lru_cache(_REMEMBERED)
def in_title_case(name: str) -> str:
    """Write "SULLIVAN" or "McFAUL" as a name is written; leave all other spellings alone."""
    words = []
    for word in name.split():
        capitals = sum(letter.isupper() for letter in word)
        if (capitals > 2 or (capitals == 2 and name == word)) and capitals >= len(re.sub(r"[\W\d]", "", word)) - 2:
            word = word[:2] + word[2:].capitalize() if re.match(r"(?:Mc|O['’])", word) else _capitalized(word)  # noqa: PLW2901
        words.append(word)
    return " ".join(words)


def _capitalized(word: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"([-'’.])", word))
