"""Quotation marks → the stretches they enclose, paragraph by paragraph.

All usual marks are read: curly, straight, single, guillemets, low and high marks, ``LaTeX''. What a mark does is told
by what stands around it before its direction is believed, so that one odd mark costs one stretch and never inverts
what follows. Only outermost stretches are given; marks inside them are theirs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..tokens import Tokens, code_points, look_up, word_characters
from .cues import verb_forms
from .paragraphs import Paragraphs

_MARK = re.compile(r"``|''|‘‘|’’|‘’|[\"“”„‟«»‘’‚‹›'`]")
_OPENING = frozenset(("``", "‘‘", "“", "„", "‟", "«", "‘", "‚", "‹"))
_CLOSING = frozenset(("''", "’’", "”", "»", "’", "›"))
_SINGLE = frozenset("‘’‚‹›'`")
_BEFORE_OPENING = frozenset(" \t\n\r\xa0\u2009\u202f([{—–-/:*_>\x00")
_AFTER_CLOSING = frozenset(" \t\n\r\xa0\u2009\u202f)]}.,;:?!—–-/*_<…\x00")
_ELISION = re.compile(r"(?:\d0s|[st]?is|[st]was|em|til|n|round|bout|cause|tis|twas)\b", re.I)
_SENTENCE_END = re.compile(r"[.?!…](?=\s|$)")
_ANY = re.compile("[" + "".join(sorted({m[0] for m in _OPENING | _CLOSING | {'"', "'"}})) + "]")
#: how many marks ahead a nested pair is looked for: bounds the time that a paragraph of odd marks may take
_NEAR = 60
_FOUR_WORDS = re.compile(r"\s*+(?:\S++\s++){3}\S")
_EMPHASIS = " \t\n\r\xa0*_"
_EMPHASIZED = re.compile(f"[{_EMPHASIS}]*")
_APOSTROPHE, _SIGNS = np.zeros((2, 0x10000), dtype=bool)
_APOSTROPHE[[ord(mark) for mark in "'’"]] = True
_ALL = "\"“”„‟«»‘’‚‹›'`"
_SIGNS[[ord(mark) for mark in _ALL]] = True


@dataclass(frozen=True, slots=True)
class Marked:
    """What one pair of marks encloses: ``start:end`` without, ``opening:closing`` with its marks."""

    start: int
    end: int
    opening: int
    closing: int
    #: False when the closing mark is missing and the end was inferred
    closed: bool
    #: True when the stretch carries on one that the paragraph before left open
    continues: bool
    single: bool


@dataclass(slots=True)
class _Mark:
    start: int
    end: int
    text: str
    role: str
    single: bool


def pair_marks(
    texts: Sequence[str], paragraphs: Paragraphs, marked: MarkPlaces | None = None
) -> dict[int, list[Marked]]:
    """Pair the quotation marks of consecutive paragraphs; ``marked`` tells where in the texts marks may be, if known.

    Returns, for each paragraph that has any, the outermost stretches in order; they never overlap and never leave their
    paragraph. A stretch left open runs on to the end of its paragraph when it began the paragraph, was announced, or
    the next paragraph opens with a mark, else to the end of its sentence.
    """
    likely = (marked or MarkPlaces(texts)).likely(paragraphs)
    found: dict[int, list[Marked]] = {}
    left_open = -2
    for p in np.flatnonzero(likely).tolist():
        text, (start, end) = texts[paragraphs.text[p]], paragraphs.span(p)
        following = (
            _beginning(texts, paragraphs, p + 1) if paragraphs.text[p + 1 : p + 2] == [paragraphs.text[p]] else ""
        )
        goes_on = bool(following) and _ANY.match(following) is not None
        here = list(_pair(text, start, end, goes_on))
        if not here:
            continue
        if left_open == p - 1 and not text[start : here[0].opening].strip(_EMPHASIS):
            here[0] = replace(here[0], continues=True)
        if goes_on and not here[-1].closed and here[-1].end >= _visible_end(text, start, end):
            left_open = p
        found[p] = here
    return found


def _beginning(texts: Sequence[str], paragraphs: Paragraphs, p: int) -> str:
    start = paragraphs.start[p]
    return texts[paragraphs.text[p]][start : start + 4].lstrip(_EMPHASIS)


class MarkPlaces:
    """Where in some texts marks may be that open a stretch: most paragraphs have none.

    An apostrophe behind a letter or a figure opens none, unless its paragraph begins with it.
    """

    def __init__(self, texts: Sequence[str], tokens: Tokens | None = None) -> None:
        """Look through the texts, or through their ``tokens`` where these are known."""
        if tokens is None:
            points = code_points("\n".join([*texts, ""]))
            at = np.flatnonzero(look_up(_SIGNS, points))
            self._base = np.cumsum([0, *(len(text) + 1 for text in texts)])
        else:
            points, at, self._base = tokens.characters, tokens.places(_ALL), tokens.base
        before = points[np.maximum(at - 1, 0)]
        behind = look_up(_APOSTROPHE, points[at]) & word_characters(before) & (before != ord("_"))
        self._marks, self._behind = at[~behind], at[behind]

    def likely(self, paragraphs: Paragraphs) -> np.ndarray:
        """Tell in which paragraphs a mark may open a stretch."""
        base = self._base[np.array(paragraphs.text, dtype=np.int64)]
        start, end = base + np.array(paragraphs.start, dtype=np.int64), base + np.array(paragraphs.end, dtype=np.int64)
        inside = np.searchsorted(self._marks, start) < np.searchsorted(self._marks, end)
        return inside | np.isin(start, self._behind)


def _visible_end(text: str, start: int, end: int) -> int:
    """Return the offset behind the last character between two offsets that is no white space; ``start`` without any."""
    near = end - 64
    while near > start and text[near:end].isspace():
        near = end - 4 * (end - near)
    near = max(start, near)
    return near + len(text[near:end].rstrip())


def _pair(text: str, start: int, end: int, goes_on: bool) -> Iterator[Marked]:
    """Pair the marks of one paragraph."""
    marks = list(_marks(text, start, end))
    opening = [k for k, mark in enumerate(marks) if mark.role == "open" and not mark.single]
    head = _EMPHASIZED.match(text, start, end).end()
    i = 0
    while i < len(marks):
        mark = marks[i]
        if mark.role == "close":
            i += 1
            continue
        j = _partner(text, marks, i)
        if j is not None:
            if not _is_blank(text, mark.end, marks[j].start):
                yield Marked(mark.end, marks[j].start, mark.start, marks[j].end, True, False, mark.single)
            i = j + 1
            continue
        if mark.single:
            i += 1
            continue
        twin = _stray_twin(text, marks, i)
        if twin is not None:
            yield Marked(mark.end, marks[twin].start, mark.start, marks[twin].end, True, False, False)
            i = twin + 1
            continue
        later = bisect_right(opening, i)
        limit = marks[opening[later]].start if later < len(opening) else end
        stop = _inferred_end(text, mark, head, limit, whole=later == len(opening), goes_on=goes_on)
        if not _is_blank(text, mark.end, stop):
            yield Marked(mark.end, stop, mark.start, stop, False, False, False)
        i = next((k for k in range(i + 1, len(marks)) if marks[k].start >= stop), len(marks))


def _is_blank(text: str, start: int, end: int) -> bool:
    return not text[start:end].strip()


def _stray_twin(text: str, marks: list[_Mark], i: int) -> int | None:
    """Find the closing mark where a second opening mark follows right behind a sentence of the same stretch."""
    j = next((k for k in range(i + 1, len(marks)) if not marks[k].single), None)
    if j is None or marks[j].role != "open" or not _SENTENCE_END.search(text[marks[j].start - 2 : marks[j].start]):
        return None
    inside = text[marks[i].end : marks[j].start].rstrip()
    if len(list(_SENTENCE_END.finditer(inside))) != 1 or _ends_in_tag(inside):
        return None
    return _partner(text, marks, j)


def _ends_in_tag(inside: str) -> bool:
    """Tell whether a stretch without a closing mark ends in its own tag: “It is late, he said."""
    cues = [verb_forms().get(word.lower()) for word in re.findall(r"\w+", inside)[-4:]]
    return any(cue and cue.form == "finite" and "say" in cue.frames and not cue.noun for cue in cues)


def _inferred_end(text: str, mark: _Mark, head: int, limit: int, *, whole: bool, goes_on: bool) -> int:
    """Say where a stretch ends whose closing mark is missing; ``head`` is behind the paragraph's leading emphasis."""
    before = _visible_end(text, head, mark.start)
    announced = before == head or text[before - 1] in ":,"
    if whole and (goes_on or announced):
        return _visible_end(text, mark.end, limit)
    ends = [m.end() for m in _SENTENCE_END.finditer(text, mark.end, limit)]
    if not ends:
        return _visible_end(text, mark.end, limit)
    return ends[-1] if announced else ends[0]


def _partner(text: str, marks: list[_Mark], i: int) -> int | None:
    """Find the mark that closes ``marks[i]``; nested stretches inside are stepped over."""
    mark, depth, fourth_word = marks[i], 0, None
    for j in range(i + 1, len(marks)):
        other = marks[j]
        if other.single != mark.single:
            continue
        if other.role == "open":
            if not _closes_twice(marks, j):
                return None
            depth += 1
        elif depth:
            depth -= 1
        elif not mark.single or not _is_possessive(text, marks, j):
            return j
        else:
            fourth_word = fourth_word or _FOUR_WORDS.match(text, mark.end)
            if fourth_word is None or fourth_word.end() > other.start:
                return j
    return None


def _closes_twice(marks: list[_Mark], j: int) -> bool:
    """Tell whether what follows closes the inner opening ``marks[j]`` and the outer one: nested, not next."""
    depth = 2
    for other in marks[j + 1 : j + _NEAR]:
        if other.single == marks[j].single:
            depth += 1 if other.role == "open" else -1
            if not depth:
                return True
    return False


def _is_possessive(text: str, marks: list[_Mark], j: int) -> bool:
    """Tell a possessive such as "the workers' union" from a closing single mark, if another closes soon."""
    mark = marks[j]
    if text[mark.start - 1 : mark.start] != "s" or not re.match(r"\s[a-z]", text[mark.end : mark.end + 2]):
        return False
    return any(m.single and m.role == "close" for m in marks[j + 1 : j + 2])


def _marks(text: str, start: int, end: int) -> Iterator[_Mark]:
    """Yield the marks of a paragraph with what each does there: ``open`` or ``close``; apostrophes are left out."""
    is_open = False
    for match in _MARK.finditer(text, start, end):
        mark = match[0]
        before = text[match.start() - 1] if match.start() > start else "\x00"
        after = text[match.end()] if match.end() < end else "\x00"
        single = mark in _SINGLE
        if single and ((before.isalnum() and after.isalnum()) or mark == "`"):
            continue
        opens = before in _BEFORE_OPENING or _ANY.match(before) is not None
        opens = opens and not after.isspace() and after != "\x00"
        closes = not before.isspace() and before != "\x00" and (after in _AFTER_CLOSING or bool(_ANY.match(after)))
        if single:
            role = _single_role(mark, opens, closes, text[match.end() : match.end() + 6], before)
            if role:
                yield _Mark(match.start(), match.end(), mark, role, single=True)
            continue
        role = _double_role(mark, opens, closes, is_open)
        is_open = role == "open"
        yield _Mark(match.start(), match.end(), mark, role, single=False)


def _double_role(mark: str, opens: bool, closes: bool, is_open: bool) -> str:
    """Weigh what stands around a double mark against its direction."""
    if opens != closes:
        around = "open" if opens else "close"
        directed = "open" if mark in _OPENING else "close" if mark in _CLOSING else around
        if directed == around:
            return around
        return "close" if is_open else around
    if mark in _OPENING:
        return "open"
    if mark in _CLOSING:
        return "close"
    return "close" if is_open else "open"


def _single_role(mark: str, opens: bool, closes: bool, after: str, before: str) -> str:
    if mark in "‘‚‹":
        return "open" if opens else ""
    if mark == "›":
        return "close" if closes else ""
    if opens and not closes:
        return "" if mark == "’" or _ELISION.match(after) else "open"
    return "close" if closes and before not in _BEFORE_OPENING else ""
