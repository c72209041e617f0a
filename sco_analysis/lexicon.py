"""The diplomatic lexicon of ``data/polarity.yml``, compiled once: which words of a sentence express something, and what.

A sentence is cut at its blanks. Each distinct chunk (a word with the punctuation that sticks to it) is read once and
kept, so that a second sentence with the same words costs a dictionary look-up per word and nothing more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from .errors import DictionaryError
from .tables import WORD

PATH = Path(__file__).parent / "data" / "polarity.yml"

TOWARD = ("near", "actor", "owner", "object", "helps", "both")
KINDS = (
    "praise thanks greeting wish support relation cooperation blame threat demand topic".split()  # noqa: SIM905
)
#: what courtesy asks for; evidence of these kinds alone marks a row as protocol
PROTOCOL = frozenset({"greeting", "thanks", "wish"})
_GAP = 4  # words that `..` may stand for

#: How much of an entry's force passes a strong bound (";", "but"), a middling one ("which", a bracket), a comma.
STRONG, MEDIUM, WEAK = 0.15, 0.6, 0.85

_WORD = re.compile(WORD)

@dataclass(frozen=True, slots=True)
class Entry:
    """One pattern of the lexicon and what it says toward whom.

    It is looked for from its ``anchor``, the element that is no function word and has the fewest forms; ``before`` and
    ``after`` are the other elements, outward from there, each with the number of words that may stand between.
    """

    pattern: str
    valence: float
    kind: str
    toward: str
    example: str
    anchor: int = 0
    before: tuple[tuple[int, int], ...] = ()
    after: tuple[tuple[int, int], ...] = ()

    @property
    def size(self) -> int:
        """How many elements it has."""
        return 1 + len(self.before) + len(self.after)


class Chunk:
    """A word with the punctuation that sticks to it, read once."""

    __slots__ = ("after", "barrier", "capital", "elements", "groups", "lead", "marked", "owner", "pause", "starts")
    __slots__ += ("steers", "tail", "word")

    def __init__(self, word: str, *, capital: bool = False, lead: int = 0, tail: int = 0):
        self.word = word  # in lower case, without a possessive's ending; empty where nothing depends on it
        self.capital = capital
        self.lead = lead  # characters before the word
        self.tail = tail  # characters from the chunk's start to the word's end
        self.owner = False  # whether it ends in a possessive
        self.after = ""  # punctuation after it
        self.elements: frozenset[int] = frozenset()  # the pattern elements that the word satisfies
        self.starts: tuple[Entry, ...] = ()  # the entries anchored in it
        self.groups: frozenset[str] = frozenset()  # the groups of function words it belongs to
        self.barrier = 1.0  # how much passes from the word before to this one: 1 all, 0 nothing
        self.pause = 1.0  # how much passes from this word to the next
        self.steers = False  # whether it negates, damps or supposes
        self.marked = False  # whether the rules must stop at it: an entry, a bound or one that steers


#: Words that nothing is known about, by whether they are capitalised: most words share these two.
_PLAIN = {capital: Chunk("", capital=capital) for capital in (False, True)}
_STEERING = frozenset({"negator", "modal", "condition"})
_ADVERB = frozenset({"adverb"})
_NONE: tuple = (frozenset(), (), frozenset())


class Lexicon(dict):
    """The compiled entries; as a dictionary it maps a chunk of text to its reading and fills itself."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.groups: dict[str, set[str]] = defaultdict(set)
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._prefixes: dict[str, set[int]] = defaultdict(set)
        self._starts: dict[int, list[Entry]] = defaultdict(list)
        self._numbers: dict[str, int] = {}
        self._words: dict[str, tuple] = {}
        self._shortest = 99

    def add(self, row: dict, classes: dict[str, list[str]]) -> None:
        """Compile one row of the file and remember it."""
        steps, gap = [], 0
        for part in row["pattern"].split():
            if part.startswith(".."):
                gap = int(part[2:] or _GAP)
                continue
            forms = [f for word in part.split("|") for f in (classes[word[1:-1]] if word[0] == "<" else [word])]
            steps.append((self._number(part, forms), gap, sum(form in self.groups for form in forms), len(forms)))
            gap = 0
        at = min(range(len(steps)), key=lambda step: steps[step][2:])
        before = tuple((steps[step][0], steps[step + 1][1]) for step in range(at - 1, -1, -1))
        after = tuple(step[:2] for step in steps[at + 1 :])
        said = (row["pattern"], float(row["valence"]), row["kind"], row.get("toward", "near"), row["example"])
        entry = Entry(*said, steps[at][0], before, after)
        self.entries.append(entry)
        self._starts[entry.anchor].append(entry)

    def _number(self, part: str, forms: list[str]) -> int:
        if part not in self._numbers:
            number = self._numbers[part] = len(self._numbers)
            for form in forms:
                if form.endswith("*"):
                    self._prefixes[form[:-1]].add(number)
                    self._shortest = min(self._shortest, len(form) - 1)
                else:
                    self._exact[form].add(number)
        return self._numbers[part]

    def _read(self, word: str) -> tuple:
        """Return what is known of ``word``: the elements it satisfies, the entries anchored in it, its groups."""
        ids = set(self._exact.get(word, ()))
        for size in range(self._shortest, len(word) + 1):
            if (found := self._prefixes.get(word[:size])) is not None:
                ids |= found
        groups = frozenset(self.groups.get(word, ())) | (_ADVERB if word.endswith("ly") else frozenset())
        if word.endswith("n't"):
            groups |= {"negator"}
        if not ids:
            return (*_NONE[:2], groups) if groups else _NONE
        starts = sorted((e for number in ids for e in self._starts.get(number, ())), key=lambda e: -e.size)
        return frozenset(ids), tuple(starts), groups

    def __missing__(self, text: str) -> Chunk:
        simple = text.isalpha()
        found = None if simple else _WORD.search(text)
        word = text.lower() if simple else found.group().lower().replace("’", "'") if found else ""
        owner = word.endswith("'s") or (found and word.endswith("s") and text[found.end() :][:1] in ("'", "’"))
        word = word.removesuffix("'s")
        if (known := self._words.get(word)) is None:
            known = self._words[word] = self._read(word)
        if simple and known is _NONE:
            chunk = _PLAIN[text[0].isupper()]
        else:
            start, end = found.span() if found else (0, len(text))
            chunk = Chunk(word, capital=text[start : start + 1].isupper(), lead=start, tail=end)
            chunk.elements, chunk.starts, chunk.groups = known
            chunk.owner, chunk.after = bool(owner), text[end:] if word else text
            word_bound = STRONG if "strong" in chunk.groups else MEDIUM if "medium" in chunk.groups else 1.0
            chunk.barrier = word_bound * _passes(text[:start])
            chunk.pause = _passes(chunk.after)
            chunk.steers = not _STEERING.isdisjoint(chunk.groups)
            chunk.marked = bool(chunk.starts) or chunk.steers or chunk.barrier != 1.0 or chunk.pause != 1.0
        self[text] = chunk
        return chunk


def _passes(punctuation: str) -> float:
    if not punctuation or punctuation == ",":
        return WEAK if punctuation else 1.0
    if any(mark in ";:—–…!?" for mark in punctuation) or punctuation == "-" or punctuation.endswith((".", '."')):
        return STRONG
    if any(mark in "()[]" for mark in punctuation):
        return MEDIUM
    return WEAK if "," in punctuation else 1.0


def _checked(row: dict, path: Path) -> dict:
    lacks = [name for name in ("pattern", "valence", "kind", "example") if name not in row]
    if lacks:
        raise DictionaryError(f"{path.name}: the entry {row!r} lacks {', '.join(lacks)}")
    if not -1 <= float(row["valence"]) <= 1:
        raise DictionaryError(f"{path.name}: `{row['pattern']}` has the valence {row['valence']}; write −1 to 1")
    for name, values in (("kind", KINDS), ("toward", TOWARD)):
        if row.get(name, values[0]) not in values:
            raise DictionaryError(
                f"{path.name}: `{row['pattern']}` has {name} {row[name]!r}; write one of {', '.join(values)}"
            )
    return row


@lru_cache(maxsize=4)
def read_lexicon(path: Path = PATH) -> Lexicon:
    """Read and compile the lexicon file ``path``; the same file is compiled once in a process.

    Raises `DictionaryError` naming the entry that lacks something, or holds something other than is allowed.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(path.read_text(encoding="utf8"), Loader=loader)
    lexicon = Lexicon()
    for group, words in content["words"].items():
        for word in words:
            lexicon.groups[word].add(group)
    for row in content["entries"]:
        lexicon.add(_checked(row, path), content["classes"])
    return lexicon
