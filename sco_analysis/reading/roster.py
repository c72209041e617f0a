"""The labels of one document → its people: who speaks under each, and the state that person stands for.

Names come first from the document itself: labels introduce people in full ("President of Russia Vladimir Putin") and
name them shortly afterwards. What `people` knows adds spellings and states. Where neither tells, the speaker stays
missing and the role says what is known.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..people import fold, has_office, in_title_case, is_title, known, split_title, state_named, state_of
from .candidates import Label
from .shapes import label_words, part_of

_CHAIR_LIST = re.compile(
    r"^[ \t]*(?:Acting )?(?P<office>President|Chair\w*|Co-Chair\w*):\s+"
    r"(?P<name>(?:Mr|Mrs|Ms|Miss|Sir|Dr)\.? [^\n(.]{2,60}?)[ .]*\((?P<state>[^)\n]{3,60})\)",
    re.M,
)
_HONOURED = re.compile(r"(?i:mr|mrs|ms|miss|dr|shri|sir)\b")
#: A capital that begins a word; the groups stand where a surname may follow: behind this word, and behind an initial.
_FORENAME = re.compile(r"[A-Z](?<!\w.)(?=[\w'’-]+\.?[ \t]+()(?:[A-Z]\.?[ \t]+())?)")
_ATOM = re.compile(r"\w+")
_EDGE = re.compile(r"\b")
_SHORT = re.compile(r"\b\w{1,4}\b")
_ABBREVIATED = {"pm": "prime minister", "dpm": "deputy prime minister", "fm": "foreign minister"}


@dataclass(frozen=True)
class Speaker:
    """Who a label or a source means, and how that was found."""

    name: str | None
    state: str | None
    role: str | None
    how: str
    confidence: float


class Roster:
    """The people of one document: every name in its labels, each with the fullest form the document gives it."""

    def __init__(self, text: str, labels: Iterable[Label]) -> None:
        self.text = text
        self._split: dict[str, tuple[str, str]] = {}
        self._full: dict[str, Counter[str]] = defaultdict(Counter)  # by the surname, folded
        self._having: dict[str, dict[str, None]] = defaultdict(dict)  # full names by each of their words, folded
        self._roles: dict[str, str] = {}
        self._offices: dict[str, str] = {}
        self._speakers: dict[tuple[str, tuple[str, ...], str], Speaker] = {}
        labels = list(labels)
        plain = {fold(label.core) for label in labels if label.shape == "name"}
        for label in labels:
            if label.core not in self._split:
                self._add(label.core, plain)
            name = self._split[label.core][1]
            if " " in name:
                self._full[fold(name).split()[-1]][name] += 1
            for note in label.notes:
                self._heed(label.core, name, note)
        head = text[:6000]
        for match in _CHAIR_LIST.finditer(head) if "Chair" in head or "President:" in head else ():
            name = split_title(match["name"])[1]
            self._offices.setdefault(fold(f"the {match['office']}"), name)
            self._offices.setdefault(fold(f"the acting {match['office']}"), name)
            self._roles.setdefault(fold(name), match["state"])

    def _add(self, core: str, plain: set[str]) -> None:
        """Split a label that comes for the first time, and keep what it says of office and name."""
        role, name = self._split_by(plain, core)
        role = in_title_case(role) if core.isupper() else role
        name = self._written(name) if name == core else in_title_case(name)
        self._split[core] = role, name
        if " " in name:
            for word in fold(name).split():
                self._having[word].setdefault(name)
        if role and name:
            self._roles.setdefault(fold(name), role)
            for office in _office_key(role):
                self._offices.setdefault(office, name)

    def _heed(self, core: str, name: str, note: str) -> None:
        """Keep whom a note names, where the label itself names an office or a part only."""
        if _HONOURED.match(note) and (part_of(core) or not name):
            person = in_title_case(split_title(note)[1])
            if person:
                self._offices[fold(core)] = person

    def _written(self, name: str) -> str:
        """Write a name in capitals as a name; an acronym, which the text has in capitals only, stays as it is."""
        written = in_title_case(name)
        acronym = (
            len(name.split()) == 1 and len(name) <= 4 and name.isupper() and known(name, "president minister") is None
        )
        return name if acronym and not self._stands(written) else written

    def _stands(self, written: str) -> bool:
        """Tell whether the text holds a short word, whole and written so."""
        if not written.isalnum():
            return written in self.text and re.search(rf"\b{re.escape(written)}\b", self.text) is not None
        return written in self._short_words

    @cached_property
    def _short_words(self) -> frozenset[str]:
        """The words of the text of at most four letters that begin with a capital, of whatever alphabet."""
        return frozenset(word for word in _SHORT.findall(self.text) if word[0].isupper())

    def _split_by(self, plain: set[str], core: str) -> tuple[str, str]:
        """Split a label, knowing that the document's short labels are whole names."""
        words = core.split()
        for i in range(1, len(words) - 1):
            if fold(" ".join(words[i:])) in plain:
                return " ".join(words[:i]), " ".join(words[i:])
        return ("", core) if fold(core) in plain else split_title(core)

    def resolve(self, label: Label) -> Speaker:
        """Say who speaks under ``label``."""
        key = label.core, label.notes, label.form
        if key not in self._speakers:
            self._speakers[key] = self._resolved(label)
        return self._speakers[key]

    def _resolved(self, label: Label) -> Speaker:
        part = part_of(label.core)
        role, name = self._split.get(label.core) or split_title(label.core)
        if part or not name:
            return self._from_office(label, part, role or label.core)
        role = role or self._roles.get(fold(name), "")
        person = known(name, role)
        full, how, confidence = (person.name, "label", 0.99) if person else self._fullest(name)
        noted = next((state for note in label.notes if (state := state_named(note))), None)
        state = noted or (person.state if person else None) or (state_of(role) if role else None)
        if state is None and full != name and (again := known(full)):
            full, state = again.name, again.state
        state = state or state_named(full)
        return Speaker(full, state, role or self._roles.get(fold(full)) or None, how, confidence)

    def _fullest(self, name: str) -> tuple[str, str, float]:
        """Return the fullest form of a name that the labels or the text give, and how sure that is."""
        if " " in name:
            words, surname = set(fold(name).split()), fold(name.rpartition(" ")[2])
            having = min((self._having.get(word, {}) for word in words), key=len, default={})
            longer = [f for f in having if words < set(fold(f).split()) and fold(f).split()[-1] == surname]
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
        found: Counter[str] = Counter()
        for start, end in self._introductions(surname):
            words = in_title_case(" ".join(self.text[start:end].split())).split()
            small = words[0].casefold() in label_words("connectors")
            if not small and not is_title(words[0]) and state_of(words[0]) is None:
                found[" ".join(words)] += 1
        return found.most_common(1)[0][0] if found else None

    def _introductions(self, surname: str) -> Iterator[tuple[int, int]]:
        """Yield the spans in which ``surname``, as written or in capitals, stands behind a first name, in order."""
        atom = _ATOM.match(surname)
        forms = (surname, surname.upper())
        keys = {_ATOM.match(form)[0] for form in forms} if atom else set()
        reached = 0
        for start, at in sorted((place for key in keys for place in self._behind_names.get(key, ())), key=_leftmost):
            form = next((form for form in forms if self.text.startswith(form, at)), "")
            if form and start >= reached and _EDGE.match(self.text, at + len(form)):
                reached = at + len(form)
                yield start, reached

    @cached_property
    def _behind_names(self) -> dict[str, list[tuple[int, int]]]:
        """Where each word stands behind what may be a first name: the offsets of the first name and of the word."""
        places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for match in _FORENAME.finditer(self.text):
            for at in (match.start(2), match.start(1)):
                word = _ATOM.match(self.text, at) if at >= 0 else None
                if word:
                    places[word[0]].append((match.start(), at))
        return places

    def _from_office(self, label: Label, part: str, role: str) -> Speaker:
        """Resolve a label that names an office or a part only."""
        folded = fold(label.core)
        for office in (folded, _ABBREVIATED.get(folded, folded), folded.removeprefix("the ")):
            name = self._offices.get(office)
            if name:
                full, _, _ = self._fullest(name)
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
        if not has_office(office):
            return None
        pattern = re.compile(
            rf"(?i:\b{re.escape(office)}\b),?\s+(?:(?i:the|rt|hon|honourable|mr|mrs|ms|dr|sir)\.?\s+)*"
            r"(?P<name>(?:[A-Z][\w.'’-]*\s+){1,3}[A-Z][\w'’-]+)"
        )
        match = pattern.search(self.text[:3000])
        if not match:
            return None
        words = [word for word in match["name"].split() if word not in ("MP", "QC", "KC", "AC", "MBE")]
        return in_title_case(" ".join(words)) if len(words) > 1 and not has_office(" ".join(words)) else None


def _office_key(role: str) -> set[str]:
    """Name the ways in which the holder of ``role`` is called by office alone."""
    folded = fold(role)
    return {folded, f"the {folded}", f"the {folded.split()[0]}" if len(folded.split()) == 1 else folded}


def _leftmost(place: tuple[int, int]) -> tuple[int, int]:
    """Order what may be names by where they begin; of two that begin together, the one with an initial comes first."""
    return place[0], -place[1]
