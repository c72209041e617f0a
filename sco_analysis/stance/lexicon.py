"""The diplomatic lexicon of ``data/polarity.yml``, compiled once: which words express something, and toward whom.

An entry is looked for from its *anchor*, the element that is no function word and has the fewest forms, outward. A word
is read when it is first met, and kept; a text then costs look-ups in arrays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import yaml

from ..errors import DictionaryError

PATH = Path(__file__).parent.parent / "data" / "polarity.yml"

TOWARD = ("near", "actor", "owner", "object", "helps", "both")
KINDS = ("praise", "thanks", "greeting", "wish", "support", "relation", "cooperation", "blame", "threat", "demand")
#: what courtesy asks for; evidence of these kinds alone marks a row as protocol
PROTOCOL = ("greeting", "thanks", "wish")
_TOPIC = "topic"  # takes its words out of play
_GAP = 4  # words that `..` may stand for
STEPS = 6  # elements that an entry may have
_MOST_WORDS = 1 << 17  # kept with their classes; with more of them, all are forgotten

#: groups of function words, each a bit of the mask that a word has
GROUPS = (
    *("negator", "negator_not", "modal", "condition", "first", "third", "be", "by", "from", "of", "victim", "venue"),
    *("other", "travel", "join", "title", "theatre", "participle", "speech", "strong", "medium", "turn", "shares"),
    *("owner", "named", "adverb", "capital", "ing", "ed", "that", "to", "between", "for"),
)
BIT = {name: np.int64(1 << number) for number, name in enumerate(GROUPS)}
_ENDINGS = tuple(
    (ending, int(BIT[group])) for ending, group in (("n't", "negator"), ("ing", "ing"), ("ed", "ed"), ("ly", "adverb"))
)
_OWNER, _CAPITAL = int(BIT["owner"]), int(BIT["capital"])


@dataclass(frozen=True, slots=True)
class Entry:
    """One pattern of the lexicon and what it says toward whom."""

    pattern: str
    valence: float
    kind: str
    toward: str
    example: str
    anchor: int
    #: the other elements, outward: (direction, element, words that may stand between)
    steps: tuple[tuple[int, int, int], ...]

    @property
    def size(self) -> int:
        """How many elements it has."""
        return 1 + len(self.steps)


class _Readings(dict):
    """Word → class and mask in one number, filled by ``read`` when a word is first met."""

    def __init__(self, read: Callable[[str], int]) -> None:
        super().__init__()
        self._of = read

    def __missing__(self, word: str) -> int:
        self[word] = number = self._of(word)
        return number


class Lexicon:
    """The compiled entries, and words met of late.

    A word belongs to a class: the set of pattern elements that it satisfies. ``satisfies[class, element]`` says so;
    ``anchored[class]`` lists the entries to be tried at a word of that class.
    """

    def __init__(self, content: dict) -> None:
        self.groups: dict[str, int] = defaultdict(int)
        for group, words in content["words"].items():
            for word in words:
                self.groups[word] |= int(BIT[group])
        self.entries: list[Entry] = []
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._prefixes: dict[str, set[int]] = defaultdict(set)
        self._numbers: dict[str, int] = {}
        for row in content["entries"]:
            for pattern in row["pattern"].split(" / "):
                self.entries.append(self._compile(row, pattern, content["classes"]))
        self._lengths = sorted(set(map(len, self._prefixes))) or [0]
        self._starts = {prefix[: self._lengths[0]] for prefix in self._prefixes}
        self._by_anchor: dict[int, list[int]] = defaultdict(list)
        for number, entry in enumerate(self.entries):
            self._by_anchor[entry.anchor].append(number)
        self._words = _Readings(self._read)
        self._numbering = Lock()
        self._classes: dict[frozenset[int], int] = {frozenset(): 0}
        self._satisfies = np.zeros((64, len(self._numbers)), dtype=bool)
        self._anchored: list[list[int]] = [[]]
        self._laid: tuple[np.ndarray, ...] = (np.zeros(0, dtype=np.int64),) * 3
        self.valence = np.array([entry.valence for entry in self.entries])
        self.size = np.array([entry.size for entry in self.entries])
        self.toward = np.array([TOWARD.index(entry.toward) for entry in self.entries])
        self.kind = np.array([entry.kind for entry in self.entries])

    def _compile(self, row: dict, pattern: str, classes: dict[str, list[str]]) -> Entry:
        steps, gap = [], 0
        for part in pattern.split():
            if part.startswith(".."):
                gap = int(part[2:] or _GAP)
                continue
            forms = [f for word in part.split("|") for f in (classes[word[1:-1]] if word[0] == "<" else [word])]
            steps.append((self._number(part, forms), gap, sum(form in self.groups for form in forms), len(forms)))
            gap = 0
        at = min(range(len(steps)), key=lambda step: steps[step][2:])
        before = [(-1, steps[step][0], steps[step + 1][1]) for step in range(at - 1, -1, -1)]
        after = [(1, element, words) for element, words, *_ in steps[at + 1 :]]
        said = (pattern, float(row["valence"]), row["kind"], row.get("toward", "near"), row["example"])
        return Entry(*said, steps[at][0], (*before, *after))

    def _number(self, part: str, forms: list[str]) -> int:
        if part not in self._numbers:
            number = self._numbers[part] = len(self._numbers)
            for form in forms:
                (self._prefixes[form[:-1]] if form.endswith("*") else self._exact[form]).add(number)
        return self._numbers[part]

    def read(self, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the class and the mask of groups (`BIT`) of each of the distinct ``words``, as printed."""
        if len(self._words) > _MOST_WORDS:
            self._words.clear()
        both = np.fromiter(map(self._words.__getitem__, words), dtype=np.int64, count=len(words))
        return both >> len(GROUPS), both & ((1 << len(GROUPS)) - 1)

    def _read(self, printed: str) -> int:
        word = printed.lower().replace("’", "'")
        mask = self.groups.get(word, 0)
        if word.endswith("'s"):
            word, mask = word[:-2], mask | _OWNER
            mask |= self.groups.get(word, 0)
        for ending, bit in _ENDINGS:
            if word.endswith(ending):
                mask |= bit
        if printed[0].isupper():
            mask |= _CAPITAL
        ids = set(self._exact.get(word, ()))
        for size in self._lengths if word[: self._lengths[0]] in self._starts else ():
            ids.update(self._prefixes.get(word[:size], ()))
        return (self._class(frozenset(ids)) if ids else 0) << len(GROUPS) | mask

    def _class(self, ids: frozenset[int]) -> int:
        with self._numbering:  # two threads that meet new classes would give them one number
            if ids not in self._classes:
                number = self._classes[ids] = len(self._classes)
                if number >= len(self._satisfies):
                    self._satisfies = np.vstack([self._satisfies, np.zeros_like(self._satisfies)])
                self._satisfies[number, list(ids)] = True
                self._anchored.append([entry for element in ids for entry in self._by_anchor.get(element, ())])
            return self._classes[ids]

    def candidates(self, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (place, entry) for every entry anchored at a word of these ``classes``."""
        if len(self._laid[0]) < len(self._anchored):  # new words have brought new classes
            many = np.array([len(entries) for entries in self._anchored])
            flat = np.array([entry for entries in self._anchored for entry in entries], dtype=np.int64)
            self._laid = many, flat, np.cumsum(many) - many
        many, flat, first = self._laid
        place = np.flatnonzero(many[classes])
        count = many[classes[place]]
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.repeat(place, count), flat[np.repeat(first[classes[place]], count) + offset]

    def satisfied(self, classes: np.ndarray, elements: np.ndarray) -> np.ndarray:
        """Say whether words of ``classes`` satisfy ``elements``, pair by pair."""
        return self._satisfies[classes, elements]

    def steps(self, entries: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return direction (0: no such step), element and gap of the step ``number`` of each of ``entries``."""
        table = self._steps[number]
        return table[0, entries], table[1, entries], table[2, entries]

    @property
    def _steps(self) -> np.ndarray:
        if not hasattr(self, "_step_table"):
            self._step_table = np.zeros((STEPS, 3, len(self.entries)), dtype=np.int64)
            for number, entry in enumerate(self.entries):
                for step, values in enumerate(entry.steps):
                    self._step_table[step, :, number] = values
        return self._step_table


def _checked(row: dict, path: Path) -> None:
    lacks = [name for name in ("pattern", "valence", "kind", "example") if name not in row]
    if lacks:
        raise DictionaryError(f"{path.name}: the entry {row!r} lacks {', '.join(lacks)}")
    if not -1 <= float(row["valence"]) <= 1:
        raise DictionaryError(f"{path.name}: `{row['pattern']}` has the valence {row['valence']}; write −1 to 1")
    for name, values in (("kind", (*KINDS, _TOPIC)), ("toward", TOWARD)):
        if row.get(name, values[0]) not in values:
            raise DictionaryError(
                f"{path.name}: `{row['pattern']}` has {name} {row[name]!r}; write one of {', '.join(values)}"
            )


@lru_cache(maxsize=4)
def read_lexicon(path: Path = PATH) -> Lexicon:
    """Read and compile the lexicon file ``path``; the same file is compiled once in a process.

    Raises `DictionaryError` naming the entry that lacks something, or holds something other than is allowed.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(path.read_text(encoding="utf8"), Loader=loader)
    for row in content["entries"]:
        _checked(row, path)
    return Lexicon(content)
