"""The diplomatic lexicon of ``data/polarity.yml``, compiled once: which words of a sentence express something, and what.

A sentence is cut at its blanks. Each distinct chunk (a word with the punctuation that sticks to it) is read once and
kept, so that a second sentence with the same words costs a dictionary look-up per word and nothing more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
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
#: a blank-separated piece that holds at most one word, for chunks in which several words are glued
PIECES = re.compile(rf"[^\w\s]*{WORD}[^\w\s]*|[^\w\s]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One pattern of the lexicon: its elements with the gap allowed before each, and what it says toward whom."""

    pattern: str
    valence: float
    kind: str
    toward: str
    example: str
    steps: tuple[tuple[int, int], ...] = ()  # (element, words that may stand before it)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A word with the punctuation that sticks to it, read once."""

    word: str
    lead: int  # characters before the word
    tail: int  # characters from the chunk's start to the word's end
    owner: bool  # ends in a possessive
    capital: bool
    crowded: bool  # holds several words
    before: str  # punctuation before the word
    after: str  # punctuation after it
    elements: frozenset[int]  # the pattern elements the word satisfies
    starts: tuple[Entry, ...]  # the entries that may begin here, longest first
    groups: frozenset[str] = frozenset()  # the groups of function words it belongs to
    barrier: float = 1.0  # how much passes from the word before to this one: 1 all, 0 nothing
    pause: float = 1.0  # how much passes from this word to the next


@dataclass
class Lexicon(dict):
    """The compiled entries; as a dictionary it maps a chunk of text to its reading and fills itself."""

    entries: list[Entry] = field(default_factory=list)
    exact: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    prefixes: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    starts: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    shortest: int = 99

    def add(self, row: dict, elements: dict[str, int], classes: dict[str, list[str]]) -> None:
        """Compile one row of the file and remember it."""
        steps, gap = [], 0
        for part in row["pattern"].split():
            if part.startswith(".."):
                gap = int(part[2:] or _GAP)
                continue
            if part not in elements:
                elements[part] = len(elements)
                self._learn(part, elements[part], classes)
            steps.append((elements[part], gap))
            gap = 0
        entry = Entry(
            row["pattern"], float(row["valence"]), row["kind"], row.get("toward", "near"), row["example"], tuple(steps)
        )
        self.entries.append(entry)
        self.starts[steps[0][0]].append(entry)

    def _learn(self, part: str, number: int, classes: dict[str, list[str]]) -> None:
        for word in part.split("|"):
            for form in classes[word[1:-1]] if word.startswith("<") else (word,):
                if form.endswith("*"):
                    self.prefixes[form[:-1]].add(number)
                    self.shortest = min(self.shortest, len(form) - 1)
                else:
                    self.exact[form].add(number)

    def __missing__(self, text: str) -> Chunk:
        found = list(_WORD.finditer(text))
        if not found:
            pause = _passes(text) if text else 1.0
            chunk = Chunk("", 0, len(text), False, False, False, text, "", frozenset(), (), pause=pause)
        else:
            first = found[0]
            printed = first.group()
            word = printed.lower().replace("’", "'")
            owner = word.endswith("'s") or (word.endswith("s") and text[first.end() : first.end() + 1] in ("'", "’"))
            word = word.removesuffix("'s")
            ids = set(self.exact.get(word, ()))
            for size in range(self.shortest, len(word) + 1):
                ids |= self.prefixes.get(word[:size], set())
            begin = [entry for number in ids for entry in self.starts.get(number, ())]
            begin.sort(key=lambda entry: -len(entry.steps))
            groups = frozenset(self.groups.get(word, ())) | ({"negator"} if word.endswith("n't") else frozenset())
            after = text[first.end() :] if len(found) == 1 else ""
            chunk = Chunk(
                word,
                first.start(),
                first.end(),
                owner,
                printed[0].isupper(),
                len(found) > 1,
                text[: first.start()],
                after,
                frozenset(ids),
                tuple(begin),
                groups,
                (STRONG if "strong" in groups else MEDIUM if "medium" in groups else 1.0)
                * _passes(text[: first.start()]),
                _passes(after),
            )
        self[text] = chunk
        return chunk


def _passes(punctuation: str) -> float:
    if not punctuation:
        return 1.0
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
    lexicon, elements = Lexicon(), {}
    for row in content["entries"]:
        lexicon.add(_checked(row, path), elements, content["classes"])
    for group, words in content["words"].items():
        for word in words:
            lexicon.groups[word].add(group)
    return lexicon
