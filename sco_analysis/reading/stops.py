"""Where a sentence ends: at ``. ? ! …`` with the quotation marks and brackets behind them, but not at every one.

`ends_sentence` is the rule, for one stop. `find_ends` applies it to all stops of many texts at once: what the rule asks
of a stop (what stands before and behind it) is looked up in arrays, and only stops after a word of several parts, or
with no space behind them, are put to the rule one by one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np

from ..tokens import Tokens
from .lines import SPACES, read_rules

_MARKS, _CLOSERS = ".?!…", "\"”’')]»*_"
_STOP = re.compile(rf"([{re.escape(_MARKS)}]+)([{re.escape(_CLOSERS)}]*)(\s*)(?=\S)")
_WORD_BEFORE = re.compile(r"[\w.'’-]*\w$")
_OPENS = re.compile(r"[A-Z0-9À-ÖØ-ÞĀ-ſА-Я\"“‘'«(\[*_–—-]")
_GLUED = re.compile(r"[A-Z][a-z]*(?:[ ,’'-]|[a-z])")
_IN_WORDS = ".'’-"
#: how much of a word before a stop is looked at
_LONGEST = 40
_KNOWN = 0x3000  # nothing above opens a sentence


class Stop(NamedTuple):
    """One stop: where it begins, where the marks and those that close behind them end, and what comes next."""

    start: int
    end: int
    closed: int
    next: int


def stops_of(text: str, start: int, end: int) -> list[Stop]:
    """List the stops in ``text[start:end]`` behind which something else stands there."""
    return [Stop(m.start(), m.end(1), m.end(2), m.end(3)) for m in _STOP.finditer(text, start, end)]


@cache
def abbreviations(section: str) -> frozenset[str]:
    """Return one list of words of ``data/sentences.yml``."""
    return frozenset(str(word) for word in read_rules("sentences.yml")[section])


def ends_sentence(text: str, start: int, stop: Stop) -> bool:
    """Tell whether a sentence that may reach back to ``start`` ends at a stop.

    It does where white space and something that can begin a sentence follow. Full stops of abbreviations and initials
    end none. Where the space was lost ("community.In") the sentence ends all the same.
    """
    before = _WORD_BEFORE.search(text, max(start, stop.start - _LONGEST), stop.start)
    word = before[0] if before else ""
    following = text[stop.next : stop.next + _LONGEST]
    marks, closed = text[stop.start : stop.end], stop.closed > stop.end
    if stop.next == stop.closed:
        return not closed and _is_glued(marks, word, following)
    if not _OPENS.match(following):
        return False
    if marks != ".":
        return True
    folded = word.casefold()
    opener = re.match(r"\w+", following)
    opened = opener is not None and opener[0].casefold() in abbreviations("openers")
    if folded in abbreviations("titles"):
        return False
    if folded in abbreviations("before_figures"):
        return not following[:1].isdigit()
    if folded in abbreviations("uncertain") and not closed:
        return opened
    initial = (len(word) == 1 and word.isupper()) or re.fullmatch(r"(?:\w\.)+\w", word) is not None
    return opened if initial and not closed else True


def _is_glued(marks: str, word: str, following: str) -> bool:
    """Tell "community.In fact" from "example.com", "U.S.A" and "4.3"."""
    glued = marks in (".", "?", "!") and _GLUED.match(following) is not None
    return glued and len(word) > 2 and word[-1].islower() and "." not in word


def find_ends(tokens: Tokens, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Find where sentences end inside the blocks ``begin:end`` of ``tokens.text``, which stand in order and apart.

    Gives offsets, in order: those at which `ends_sentence` ends a sentence before the end of its block.
    """
    stop = _find_stops(tokens)
    block = np.searchsorted(begin, stop.start, side="right") - 1
    torn = np.searchsorted(begin, stop.closed, side="left") - 1 != block  # reaches into the next block
    slow = np.unique(np.searchsorted(begin, stop.start[torn], side="right"))
    inside = block >= 0
    inside[inside] = stop.next[inside] < end[block[inside]]
    inside &= ~np.isin(block, slow)
    cuts = [_ends(tokens, Stop(*(part[inside] for part in stop)), begin[block[inside]])]
    for number in slow[slow < len(begin)].tolist():
        first, last = int(begin[number]), int(end[number])
        stops = [stop for stop in stops_of(tokens.text, first, last) if ends_sentence(tokens.text, first, stop)]
        cuts.append(np.array([stop.closed for stop in stops], dtype=np.int64))
    return np.sort(np.concatenate(cuts))


def _find_stops(tokens: Tokens) -> Stop:
    """Find all stops of the texts, as arrays: what `stops_of` lists; after the last word there may be one more."""
    marks = tokens.places(_MARKS)
    apart = np.diff(marks) > 1
    start, end = marks[np.append(True, apart)[: len(marks)]], marks[np.append(apart, True)[: len(marks)]] + 1
    closed = _skip(tokens, end, _CLOSERS)
    return Stop(start, end, closed, _skip(tokens, closed, SPACES))


def _skip(tokens: Tokens, at: np.ndarray, characters: str) -> np.ndarray:
    """Go on from each place to the next that holds none of ``characters``."""
    at, size = at.copy(), len(tokens.text)
    waiting = np.flatnonzero(at < size)
    for _ in range(8):  # longer runs are rare
        waiting = waiting[tokens.hold(characters, at[waiting])]
        at[waiting] += 1
        waiting = waiting[at[waiting] < size]
    run = re.compile(f"[{re.escape(characters)}]*")
    for i in waiting.tolist():
        at[i] = run.match(tokens.text, int(at[i])).end()
    return at


def _ends(tokens: Tokens, stop: Stop, begin: np.ndarray) -> np.ndarray:
    """Apply the rule to stops given as arrays; ``begin`` is where the block of each begins."""
    marks, following = tokens.characters[stop.start], _bounded(tokens, stop.next)
    single, closed = stop.end - stop.start == 1, stop.closed > stop.end
    glued = stop.next == stop.closed
    ends = ~glued & _characters("opens")[following]
    dot = np.flatnonzero(ends & single & (marks == ord(".")))
    ends[dot], asked = _behind_words(tokens, Stop(*(part[dot] for part in stop)), begin[dot], closed[dot])
    lost = glued & single & ~closed & (marks != ord("…")) & _characters("capital")[following]
    for i in np.concatenate([dot[asked], np.flatnonzero(lost)]).tolist():
        ends[i] = ends_sentence(tokens.text, int(begin[i]), Stop(*(int(part[i]) for part in stop)))
    return stop.closed[ends]


def _behind_words(tokens: Tokens, stop: Stop, begin: np.ndarray, closed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell of full stops that may end a sentence which of them do, and which the rule itself must be asked about."""
    if not len(stop.start) or not len(tokens):
        return np.ones(len(stop.start), dtype=bool), np.zeros(len(stop.start), dtype=bool)
    at = np.minimum(np.searchsorted(tokens.end, stop.start), len(tokens) - 1)
    word = tokens.end[at] == stop.start
    start = tokens.start[at]
    before = tokens.hold(_IN_WORDS, start - 1) & (start > 0)
    asked = word & (before | (start < begin) | (stop.start - start >= _LONGEST))
    behind = np.minimum(np.searchsorted(tokens.start, stop.next), len(tokens) - 1)
    opened = (tokens.start[behind] == stop.next) & tokens.are(abbreviations("openers"))[tokens.ids[behind]]
    own = tokens.ids[at]
    initial = (stop.start - start == 1) & _are_capitals(tokens)[tokens.surface[at]]
    figure = _characters("figure")[_bounded(tokens, stop.next)]
    unsure = (tokens.are(abbreviations("uncertain"))[own] | initial) & ~closed
    rule = np.where(tokens.are(abbreviations("before_figures"))[own], ~figure, np.where(unsure, opened, True))
    return ~word | (rule & ~tokens.are(abbreviations("titles"))[own]), asked


def _bounded(tokens: Tokens, at: np.ndarray) -> np.ndarray:
    return np.minimum(tokens.characters[at].astype(np.int64), _KNOWN)


def _are_capitals(tokens: Tokens) -> np.ndarray:
    return np.array([len(surface) == 1 and surface.isupper() for surface in tokens.surfaces], dtype=bool)


@cache
def _characters(kind: str) -> np.ndarray:
    """Tell of every code point up to `_KNOWN` whether it is of a kind; the last stands for all beyond."""
    tests = {"opens": lambda c: bool(_OPENS.match(c)), "capital": lambda c: "A" <= c <= "Z", "figure": str.isdigit}
    return np.array([tests[kind](chr(c)) for c in range(_KNOWN)] + [False])
