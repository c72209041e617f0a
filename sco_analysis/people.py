"""A printed name, role or part → the canonical person and the state that person stands for.

Names come first from the document itself: labels introduce people in full ("President of Russia Vladimir Putin") and
name them shortly afterwards. The dated list of office-holders in ``data/people.csv`` adds spellings, states and gender.
Where neither tells, the speaker stays missing and the role says what is known.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from .dictionaries import read_dictionary, read_people
from .reading.candidates import Label
from .reading.shapes import label_words, part_of

_STATE = re.compile("[A-Z]{3}")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_PARTICLES = frozenset("de da di do dos das del della der den du la le van von bin bint ibn ben al el ul ur y".split())
#: "Mr. KING of Iowa": a surname in capitals is a name, even where it spells an office
_MEMBER = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Dr|MR|MRS|MS|DR)\.? (?P<name>(?:[A-Z][a-z]{0,2})?[A-Z]{2}[A-Z'’-]*)(?: of [A-Z].*)?"
)
_CHAIR_LIST = re.compile(
    r"^[ \t]*(?:Acting )?(?P<office>President|Chair\w*|Co-Chair\w*):\s+"
    r"(?P<name>(?:Mr|Mrs|Ms|Miss|Sir|Dr)\.? [^\n(.]{2,60}?)[ .]*\((?P<state>[^)\n]{3,60})\)",
    re.M,
)
_ABBREVIATED = {"pm": "prime minister", "dpm": "deputy prime minister", "fm": "foreign minister"}


@dataclass(frozen=True)
class Person:
    """Somebody the package knows: canonical name, state (ISO alpha-3), gender (`f`, `m` or empty), offices held."""

    name: str
    state: str | None
    gender: str
    offices: tuple[str, ...]


@dataclass(frozen=True)
class Speaker:
    """Who a label or a source means, and how that was found."""

    name: str | None
    state: str | None
    role: str | None
    how: str
    confidence: float


@cache
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
def _by_name() -> tuple[tuple[str, Person], ...]:
    return tuple((fold(person.name), person) for person in set(spellings().values()))


@cache
def _by_surname() -> dict[str, tuple[Person, ...]]:
    found: dict[str, set[Person]] = defaultdict(set)
    for person in spellings().values():
        words = fold(person.name).split()
        for word in {words[0] if person.state in ("CHN", "KOR", "PRK", "VNM") else words[-1], words[-1]}:
            found[word].add(person)
    return {surname: tuple(people) for surname, people in found.items()}


@cache
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
    if len(first) == 1:
        fitting = [p for name, p in _by_name() if name.endswith(f" {rest}") and name.startswith(first)]
    else:
        fitting = [p for name, p in _by_name() if name.endswith(f" {folded}")]
    return fitting[0] if len(fitting) == 1 else None


def state_named(note: str) -> str | None:
    """Return the state that a note is the name of, "(France)", and no constituency that only holds a city's name."""
    hits = read_dictionary("states").find(note)
    whole = hits[(hits["end"] - hits["start"]) >= len(note.strip().removeprefix("the ")) - 1]
    states = [key for key in whole["key"] if _STATE.fullmatch(str(key))]
    return states[0] if states else None


@cache
def state_of(words: str) -> str | None:
    """Return the state that a role or note names first ("President of Iran"), as ISO alpha-3; of many states none."""
    hits = read_dictionary("states").find(words)
    states = list(dict.fromkeys(key for key in hits["key"] if _STATE.fullmatch(str(key))))
    return states[0] if 0 < len(states) < 3 else None


@cache
def split_title(printed: str) -> tuple[str, str]:
    """Split "Turkish Foreign Minister Hakan Fidan" into role and name; either may come out empty."""
    core = " ".join(_BRACKETS.sub("", printed).split()).strip(" ,:")
    if "," in core:
        before, after = (part.strip() for part in core.split(",", 1))
        if len(before.split()) > 1 and not _has_office(before) and _has_office(after):
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
    offices = [i for i, word in enumerate(words) if _has_office(word) or word.casefold().strip(".") in honorifics]
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
    hits = read_dictionary("states").find(words)
    first = hits[(hits["start"] == 0) & (hits["sub"] != "person")]
    return len(words[: int(first["end"].iloc[0])].split()) if len(first) else 0


def _has_office(words: str) -> bool:
    offices = label_words("offices")
    return any(part in offices for word in fold(words).split() for part in (word, word.removesuffix("s")))


def _is_title(word: str) -> bool:
    return _has_office(word) or word.casefold().strip(".") in label_words("honorifics")


def _without_honorifics(words: list[str], honorifics: frozenset[str]) -> str:
    kept = [w for w in words if w.casefold().strip(".") not in honorifics or _has_office(w)]
    return " ".join(kept).strip(" ,.")


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


class Roster:
    """The people of one document: every name in its labels, each with the fullest form the document gives it."""

    def __init__(self, text: str, labels: Iterable[Label]) -> None:
        self.text = text
        self._split: dict[str, tuple[str, str]] = {}
        self._full: dict[str, Counter[str]] = defaultdict(Counter)
        self._roles: dict[str, str] = {}
        self._offices: dict[str, str] = {}
        labels = list(labels)
        plain = {fold(label.core) for label in labels if label.shape == "name"}
        for label in labels:
            role, name = self._split_by(plain, label.core)
            role = in_title_case(role) if label.core.isupper() else role
            name = self._written(name) if name == label.core else in_title_case(name)
            self._split[label.core] = role, name
            if len(name.split()) > 1:
                self._full[fold(name).split()[-1]][name] += 1
            if role and name:
                self._roles.setdefault(fold(name), role)
                for office in _office_key(role):
                    self._offices.setdefault(office, name)
            for note in label.notes:
                person = in_title_case(split_title(note)[1])
                if (
                    person
                    and (part_of(label.core) or not name)
                    and re.match(r"(?i:mr|mrs|ms|miss|dr|shri|sir)\b", note)
                ):
                    self._offices[fold(label.core)] = person
        for match in _CHAIR_LIST.finditer(text[:6000]):
            name = split_title(match["name"])[1]
            self._offices.setdefault(fold(f"the {match['office']}"), name)
            self._offices.setdefault(fold(f"the acting {match['office']}"), name)
            self._roles.setdefault(fold(name), match["state"])

    def _written(self, name: str) -> str:
        """Write a name in capitals as a name; an acronym, which the text has in capitals only, stays as it is."""
        written = in_title_case(name)
        acronym = (
            len(name.split()) == 1 and len(name) <= 4 and name.isupper() and known(name, "president minister") is None
        )
        return name if acronym and not re.search(rf"\b{re.escape(written)}\b", self.text) else written

    def _split_by(self, plain: set[str], core: str) -> tuple[str, str]:
        """Split a label, knowing that the document's short labels are whole names."""
        words = core.split()
        for i in range(1, len(words) - 1):
            if fold(" ".join(words[i:])) in plain:
                return " ".join(words[:i]), " ".join(words[i:])
        return ("", core) if fold(core) in plain else split_title(core)

    def resolve(self, label: Label) -> Speaker:
        """Say who speaks under ``label``."""
        part = part_of(label.core)
        role, name = self._split.get(label.core) or split_title(label.core)
        if part or not name:
            return self._from_office(label, part, role or label.core)
        role = role or self._roles.get(fold(name), "")
        person = known(name, role)
        full, how, confidence = (person.name, "label", 0.99) if person else self._fullest(name, role)
        noted = next((state for note in label.notes if (state := state_named(note))), None)
        state = noted or (person.state if person else None) or (state_of(role) if role else None)
        if state is None and full != name and (again := known(full)):
            full, state = again.name, again.state
        state = state or state_named(full)
        return Speaker(full, state, role or self._roles.get(fold(full)) or None, how, confidence)

    def _fullest(self, name: str, role: str) -> tuple[str, str, float]:
        """Return the fullest form of a name that the labels or the text give, and how sure that is."""
        words = name.split()
        if len(words) > 1:
            longer = [f for f in self._full[fold(words[-1])] if set(fold(name).split()) < set(fold(f).split())]
            return (max(longer, key=len), "label", 0.95) if longer else (name, "label", 0.97)
        named = self._full[fold(name)]
        if len(named) == 1:
            return next(iter(named)), "label", 0.95
        if named:
            return named.most_common(1)[0][0], "label", 0.6
        found = self._in_text(name)
        return (found, "introduction", 0.9) if found else (name, "label", 0.8)

    def _in_text(self, surname: str) -> str | None:
        """Look for a first name before the surname anywhere in the text."""
        first = r"[A-Z][\w'’-]+\.?[ \t]+(?:[A-Z]\.?[ \t]+)?"
        pattern = re.compile(rf"\b{first}(?:{re.escape(surname)}|{re.escape(surname.upper())})\b")
        found: Counter[str] = Counter()
        for match in pattern.finditer(self.text):
            words = in_title_case(" ".join(match[0].split())).split()
            small = words[0].casefold() in label_words("connectors")
            if not small and not _is_title(words[0]) and state_of(words[0]) is None:
                found[" ".join(words)] += 1
        return found.most_common(1)[0][0] if found else None

    def _from_office(self, label: Label, part: str, role: str) -> Speaker:
        """Resolve a label that names an office or a part only."""
        folded = fold(label.core)
        for office in (folded, _ABBREVIATED.get(folded, folded), folded.removeprefix("the ")):
            name = self._offices.get(office)
            if name:
                full, _, _ = self._fullest(name, role)
                person = known(full, role)
                state = person.state if person else state_of(self._roles.get(fold(full), "") or role)
                held = self._roles.get(fold(full)) or self._roles.get(fold(name))
                role = held if part == "chair" and label.core.isupper() and held else part or held or role
                return Speaker(person.name if person else full, state, role, "description", 0.8)
        head = _ABBREVIATED.get(folded, folded.removeprefix("the "))
        introduced = None if part in ("questioner", "audience") else self._introduced(head)
        if introduced:
            person = known(introduced, head)
            return Speaker(
                person.name if person else introduced, person.state if person else None, head, "introduction", 0.7
            )
        state = state_of(label.core) or next((s for note in label.notes if (s := state_named(note))), None)
        if label.form == "link" and not part:  # a body speaks for itself
            return Speaker(label.core, state, None, "label", 0.9)
        if part == "chair" and label.form == "colon" and label.core.isupper():
            role, part = in_title_case(label.core.removeprefix("THE ")), ""  # a house that prints offices, not a chair
        return Speaker(None, state, part or role, "unresolved", 0.0)

    def _introduced(self, office: str) -> str | None:
        """Look near the top for the office followed by a name, as in a printed title."""
        if not _has_office(office):
            return None
        pattern = re.compile(
            rf"(?i:\b{re.escape(office)}\b),?\s+(?:(?i:the|rt|hon|honourable|mr|mrs|ms|dr|sir)\.?\s+)*"
            r"(?P<name>(?:[A-Z][\w.'’-]*\s+){1,3}[A-Z][\w'’-]+)"
        )
        match = pattern.search(self.text[:3000])
        if not match:
            return None
        words = [word for word in match["name"].split() if word not in ("MP", "QC", "KC", "AC", "MBE")]
        return in_title_case(" ".join(words)) if len(words) > 1 and not _has_office(" ".join(words)) else None


def _office_key(role: str) -> set[str]:
    """Name the ways in which the holder of ``role`` is called by office alone."""
    folded = fold(role)
    return {folded, f"the {folded}", f"the {folded.split()[0]}" if len(folded.split()) == 1 else folded}
