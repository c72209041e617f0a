"""Text → lines by span, each with what its look alone tells: blank, furniture, mark, caption, byline and the like.

`look_of` and `is_wrapped` are the rules, for one line and for the lines of one text. `Lines` are those of many texts,
as arrays: there, what a rule asks first (how a line begins and ends) is looked up for all at once, and only those lines
for which that leaves a doubt are put to the rule.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from string import ascii_letters
from typing import NamedTuple

import numpy as np
import yaml

from ..tokens import Tokens, split_tokens

#: what a line may be by its look, in the order in which it is asked
LOOKS = ("source", "mark", "procedure", "teaser", "furniture", "caption", "byline", "dateline")
_LOOKS = ("", *LOOKS)

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?:.*?\n)---[ \t]*(?=\r?\n|\Z)", re.S)
#: every character that is white space
SPACES = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
_LINE_ENDS = "\n\r\f\v\x1c\x1d\x1e\x85\u2028\u2029"
#: white space and control characters that count for nothing round a line, its line end included
_BLANK = "\b\ufeff\u200b \t\xa0\u2002\u2003\u2009\u200e\u200f\x1a\x1f\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029"
#: how prose begins: with a letter, or with a quotation mark
_PLAIN = frozenset(ascii_letters + "\"“‘'«")
_INTERJECTED = frozenset("gG—–-")
_ODD_ENDS = _INTERJECTED | {")"}
_CLOCK = re.compile(r"\d:")
_ENDS = frozenset(".?!…:;,—–-")
_GOES_NO_FURTHER = '.?!:”"'
_QUOTE_ENDS = frozenset('"”’)')
_BEHIND_THE_END = "\"'”’)]*_"
_SECTIONS = {
    "source": "source_lines",
    "mark": "marks",
    "procedure": "procedure",
    "teaser": "teasers",
    "furniture": "furniture",
    "caption": "captions",
    "byline": "bylines",
    "dateline": "datelines",
}
#: A line longer than this is prose, whatever it looks like; it also bounds the time the patterns may take.
LONGEST = 400


class Line(NamedTuple):
    """One line with something on it: its span without white space around, its text, and what it looks like."""

    start: int
    end: int
    text: str
    look: str
    #: blank lines between this line and the one before it
    gap: bool
    indent: int

    @property
    def ended(self) -> bool:
        """Whether the line ends as a sentence, a clause or a quotation does."""
        return is_ended(self.text)


def is_ended(line: str) -> bool:
    """Tell whether a line ends as a sentence, a clause or a quotation does."""
    return line[-1:] in _QUOTE_ENDS or line.rstrip(_BEHIND_THE_END)[-1:] in _ENDS


@cache
def read_rules(name: str) -> dict:
    """Read one of the package's YAML files of judgement, such as ``layout.yml``."""
    text = files("sco_analysis").joinpath("data", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def pattern_of(section: str) -> re.Pattern[str]:
    """Compile one list of patterns of layout.yml into one."""
    flags = 0 if section == "bylines" else re.IGNORECASE
    return re.compile("|".join(f"(?:{pattern})" for pattern in read_rules("layout.yml")[section]), flags)


@cache
def _looks() -> re.Pattern[str]:
    """Compile all looks into one pattern that asks them in their order; each heeds capitals as its section does."""
    patterns = ((look, pattern_of(_SECTIONS[look])) for look in LOOKS)
    cased = ((look, p.pattern, "i" if p.flags & re.IGNORECASE else "-i") for look, p in patterns)
    return re.compile("|".join(f"(?P<{look}>(?{flag}:{pattern}))" for look, pattern, flag in cased))


@cache
def _beginnings() -> dict[str, tuple[str, ...]]:
    """How the lines with a look begin (``layout.yml``), by their first two letters."""
    found: dict[str, list[str]] = defaultdict(list)
    for beginning in read_rules("layout.yml")["beginnings"]:
        found[beginning[:2]].append(beginning)
    return {two: tuple(beginnings) for two, beginnings in found.items()}


def look_of(line: str) -> str:
    """Say what a line is by its look alone; empty for ordinary text."""
    if len(line) > LONGEST or not _stands_out(line):
        return ""
    match = _looks().fullmatch(line)
    return match.lastgroup or "" if match else ""


def _stands_out(line: str) -> bool:
    """Tell whether a line may have a look, by a few characters: with most lines no pattern need be tried at all."""
    last = line[-1]
    if line[0] not in _PLAIN or last == ")" or last.isdecimal() or (last == "." and line.endswith(").")):
        return True
    if "©" in line or "]" in line or "…" in line or (line.find(":", 0, 24) > 0 and _CLOCK.search(line, 0, 24)):
        return True
    beginnings = _beginnings().get(line[:2].lower())
    if beginnings and line[:9].lower().startswith(beginnings):
        return True
    return last in _INTERJECTED and "interjecting" in line[:52].lower()


def is_wrapped(lines: list[Line]) -> bool:
    """Tell whether the text is hard-wrapped: paragraphs broken over lines of about the same, short length."""
    plain = [line for line in lines if not line.look]
    followed = [line.text for line, following in pairwise(plain) if not following.gap]
    broken = [text for text in followed if text[-1] not in _GOES_NO_FURTHER]
    if len(followed) < 4:  # too little to count: two long lines of one width, broken in mid-sentence, will do
        return len(broken) == len(followed) >= 1 and all(60 <= len(text) <= 100 for text in broken)
    if len(broken) < 0.5 * len(followed):
        return False
    lengths = sorted(len(line.text) for line in plain)
    return lengths[len(lengths) * 19 // 20 - 1 if len(lengths) > 20 else -1] <= 130


class Lines:
    """The lines of many texts that hold more than white space, as arrays, in order.

    LF, CR, CRLF, form feeds and the Unicode separators all end a line. ``start`` and ``end`` are offsets in the texts
    joined (``tokens.text``), without the white space around a line; ``doc`` is the number of the text, ``look`` the
    number of its look in `LOOKS`, counted from 1, 0 for ordinary text. ``first`` says for each text which line is its
    first; its last element is the number of all lines. ``gap`` and ``indent`` are those of `Line`.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        breaks = tokens.places(_LINE_ENDS)
        raw = np.append(0, breaks + 1)
        start, end = tokens.strip(raw, np.append(breaks, len(tokens.text)), _BLANK)
        odd = np.flatnonzero(start < end)
        odd = odd[tokens.hold(SPACES, start[odd])]
        end[odd] = [a if tokens.text[a:b].isspace() else b for a, b in _pairs(start[odd], end[odd])]
        kept = start < end
        self.start, self.end, raw = start[kept], end[kept], raw[kept]
        self.doc = np.searchsorted(tokens.base, self.start, side="right") - 1
        self.first = np.searchsorted(self.doc, np.arange(len(tokens.base) + 1))
        self.indent = self.start - raw
        self.gap = self._gaps(breaks)
        self.look = self._looks()

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.start)

    def _gaps(self, breaks: np.ndarray) -> np.ndarray:
        """Tell before which lines an empty line stands; one does before the first of a text."""
        gaps = np.zeros(len(self), dtype=bool)
        feeds, pages, returns = (
            np.searchsorted(ends, self.start[1:]) - np.searchsorted(ends, self.end[:-1])
            for ends in (breaks[self.tokens.hold(end, breaks)] for end in "\n\f\r")
        )
        gaps[1:] = (feeds + pages > 1) | ((feeds == 0) & (returns > 1))
        gaps[self.first[:-1][np.diff(self.first) > 0]] = True
        return gaps

    def _looks(self) -> np.ndarray:
        look = np.zeros(len(self), dtype=np.int8)
        number = {name: n for n, name in enumerate(_LOOKS)}
        for i in np.flatnonzero(self._may_have_a_look()).tolist():
            look[i] = number[look_of(self.text(i))]
        for doc in np.flatnonzero(self._begin_with("-")).tolist():
            look[self.first[doc] : np.searchsorted(self.end, self._front_end(doc), side="right")] = number["furniture"]
        return look

    def _begin_with(self, character: str) -> np.ndarray:
        """Tell which texts begin with a character."""
        there = self.tokens.lengths > 0
        there[there] = self.tokens.hold(character, self.tokens.base[there])
        return there

    def _front_end(self, doc: int) -> int:
        """Return the offset at which the front matter of a text ends; 0 where it has none."""
        begin = int(self.tokens.base[doc])
        text = self.tokens.text[begin : begin + int(self.tokens.lengths[doc])]
        front = _FRONT_MATTER.match(text) if text.startswith("---") else None
        return begin + front.end() if front else 0

    def _may_have_a_look(self) -> np.ndarray:
        """Tell which lines `_stands_out` must be asked of."""
        tokens, start, end = self.tokens, self.start, self.end
        first, last = _bounded(tokens, start), _bounded(tokens, end - 1)
        odd = ~_table("plain")[first] | _table("odd end")[last]
        odd |= (last == ord(".")) & tokens.hold(")", np.maximum(end - 2, 0))
        begins = np.zeros(len(self), dtype=np.int64)
        for at, beginnings in enumerate(_first_letters()):
            begins = begins << 16 | _table("lower")[_bounded(tokens, np.minimum(start + at, end - 1))]
            odd |= np.isin(begins, beginnings)
        signs = tokens.places("©]…")
        odd |= np.searchsorted(signs, end) > np.searchsorted(signs, start)
        colons = tokens.places(":")
        colons = colons[_table("digit")[_bounded(tokens, np.maximum(colons - 1, 0))]]
        odd |= np.searchsorted(colons, np.minimum(start + 24, end)) > np.searchsorted(colons, start)
        return odd & (end - start <= LONGEST)

    def text(self, number: int) -> str:
        """Return the text of one line."""
        return self.tokens.text[self.start[number] : self.end[number]]

    def lines(self, numbers: np.ndarray) -> list[Line]:
        """Return some of the lines, each with its offsets in its own text."""
        start, end, base = self.start[numbers], self.end[numbers], self.tokens.base[self.doc[numbers]]
        texts = [self.tokens.text[a:b] for a, b in _pairs(start, end)]
        looks = [_LOOKS[number] for number in self.look[numbers].tolist()]
        gaps, indents = self.gap[numbers].tolist(), self.indent[numbers].tolist()
        rows = zip((start - base).tolist(), (end - base).tolist(), texts, looks, gaps, indents, strict=True)
        return list(map(Line._make, rows))

    def of(self, doc: int) -> list[Line]:
        """Return all lines of one text."""
        return self.lines(np.arange(self.first[doc], self.first[doc + 1]))

    def with_next(self, chosen: np.ndarray, needed: np.ndarray) -> list[list[tuple[Line, Line | None]]]:
        """List for each text those of its lines that are ``chosen``, each with the line behind it where ``needed``."""
        numbers = np.flatnonzero(chosen)
        behind: list[Line | None] = [None] * len(numbers)
        wanted = np.flatnonzero(needed[numbers] & (numbers + 1 < self.first[self.doc[numbers] + 1]))
        for place, line in zip(wanted.tolist(), self.lines(numbers[wanted] + 1), strict=True):
            behind[place] = line
        return self.by_text(numbers, list(zip(self.lines(numbers), behind, strict=True)))

    def by_text(self, numbers: np.ndarray, things: list) -> list[list]:
        """Give each text its part of ``things``, which belong to the lines of these ``numbers``."""
        bounds = np.searchsorted(numbers, self.first).tolist()
        return [things[a:b] for a, b in pairwise(bounds)]

    def with_margin(self, doc: int) -> Iterator[tuple[Line, int]]:
        """Yield the lines of one text, each with the offset at which the one before it ends."""
        lines = self.of(doc)
        return zip(lines, [0, *(line.end for line in lines)], strict=False)

    def wrapped(self) -> np.ndarray:
        """Tell which texts are hard-wrapped (`is_wrapped`)."""
        plain = np.flatnonzero(self.look == 0)
        followed = (self.doc[plain[1:]] == self.doc[plain[:-1]]) & ~self.gap[plain[1:]]
        followed = plain[:-1][followed]
        broken = followed[~self.tokens.hold(_GOES_NO_FURTHER, self.end[followed] - 1)]
        n_followed, n_broken = (
            np.bincount(self.doc[them], minlength=len(self.first) - 1) for them in (followed, broken)
        )
        doubtful = (n_broken > 0) & (n_broken >= np.where(n_followed < 4, n_followed, 0.5 * n_followed))
        doubtful[doubtful] = [is_wrapped(self.of(doc)) for doc in np.flatnonzero(doubtful).tolist()]
        return doubtful


def split_lines(text: str) -> list[Line]:
    """Split one text into its lines."""
    return Lines(split_tokens(text, numbered=False)).of(0)


#: the code points that are looked up; all beyond count as one
_KNOWN = 0x3001


def _bounded(tokens: Tokens, at: np.ndarray) -> np.ndarray:
    return np.minimum(tokens.characters[at].astype(np.int64), _KNOWN)


def _pairs(start: np.ndarray, end: np.ndarray) -> Iterator[tuple[int, int]]:
    return zip(start.tolist(), end.tolist(), strict=True)


@cache
def _table(kind: str) -> np.ndarray:
    """Tell something of each code point up to `_KNOWN`, and in the last place what may be so of those beyond."""
    tests = {
        "plain": lambda c: c in _PLAIN,
        "odd end": lambda c: c in _ODD_ENDS or c.isdecimal(),
        "digit": str.isdecimal,
        "lower": lambda c: ord(c.lower()) if len(c.lower()) == 1 else 0,
    }
    beyond = {"plain": False, "odd end": True, "digit": True, "lower": 0}[kind]
    return np.array([tests[kind](chr(c)) for c in range(_KNOWN)] + [beyond])


@cache
def _first_letters() -> list[np.ndarray]:
    """Return how the lines with a look begin, as numbers: beginnings of one letter, two, three, and four or more."""
    known: list[set[int]] = [set(), set(), set(), set()]
    for beginning in read_rules("layout.yml")["beginnings"]:
        letters = beginning[:4]
        known[len(letters) - 1].add(int.from_bytes(letters.encode("utf-16-be")))
    return [np.array(sorted(numbers), dtype=np.int64) for numbers in known]
