"""Prose → rows of printed forms with their offsets, split once for the cues and the names alike.

What can be told of a word without its neighbours is told once for each form, not once for each place where it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from .cues import verb_forms
from .flags import (
    APOSTROPHES,
    BEGINS,
    CUE,
    ENDS_ASIDE,
    NOTHING,
    POSSESSIVE,
    SKIPPED,
    STOPS,
    SUBJECT_BEHIND,
    UNCERTAIN,
    UPPER,
    VERB,
    VOTES_NOBODY,
    WORD,
    flags_of,
)
from .function_words import lists_of
from .quotes import Marked

#: what ``Form.low`` is for marked words that look like a title
TITLE = "“title”"
_NUMBER = r"\d+(?:[.,]\d+)*+\w*+(?:-\w+)*+"
_WORD = r"\w++(?:[-'’.&/]\w++)*+(?:['’](?!\w))?"
SPLIT = re.compile(rf"({_NUMBER}|{_WORD}|\.{{2,}}|--+|[^\w\s])")
#: what a marked quotation may be to a report or a sentence
_MARKED = CUE | STOPS
_POSSESSIVE = re.compile(r"['’]s$|(?<=s)['’]$")
#: forms kept for the next text, and how long one may be; with more of them, all are forgotten
_MOST_FORMS, _LONGEST_KEPT = 50_000, 60


class Form:
    """One printed word or sign; or, with ``mark`` not below zero, one whole marked quotation."""

    __slots__ = ("cue", "flags", "lists", "low", "mark", "size", "stops", "text", "upper", "verb", "word")

    def __init__(self, text: str, low: str, size: int, mark: int = -1) -> None:
        self.text, self.low, self.size, self.mark = text, low, size, mark
        #: all that can be told of it without its neighbours
        self.flags = flags = _MARKED if mark >= 0 else flags_of(text, low)
        #: the lists of function words it is in; the form of a reporting verb it is
        self.lists = 0 if mark >= 0 else lists_of(low)
        self.verb = verb_forms().get(low) if flags & VERB else None
        #: whether it begins with a capital letter; whether it is a word, not a sign or a quotation
        self.upper, self.word = flags & UPPER != 0, flags & WORD != 0
        #: whether a report may hang on it; whether a sentence may end with it
        self.cue, self.stops = flags & CUE != 0, flags & STOPS != 0

    @property
    def bare(self) -> str:
        """The form without its possessive."""
        return _POSSESSIVE.sub("", self.text) if self.flags & POSSESSIVE else self.text


#: stands between two paragraphs, for rules that look at the neighbours of all forms at once
BREAK = Form.__new__(Form)
BREAK.text = BREAK.low = "\n"
BREAK.size, BREAK.mark, BREAK.lists, BREAK.verb = 0, -1, 0, None
BREAK.flags = NOTHING | BEGINS | SKIPPED | VOTES_NOBODY | ENDS_ASIDE | SUBJECT_BEHIND | UNCERTAIN
BREAK.upper = BREAK.word = BREAK.cue = BREAK.stops = False


class Row(NamedTuple):
    """The forms of one stretch of text, in order, each with the offset where it begins."""

    forms: list[Form]
    starts: list[int]

    def end(self, i: int) -> int:
        """Return the offset behind one form."""
        return self.starts[i] + self.forms[i].size


class _Forms(dict[str, Form]):
    """Every form met so far, by what `SPLIT` found."""

    def __missing__(self, found: str) -> Form:
        text = found
        if text[-1] in APOSTROPHES and len(text) > 1 and text[-2] not in "sSzx":
            text = text[:-1]
        form = Form(text, text.lower().replace("’", "'"), len(text))
        if len(found) < _LONGEST_KEPT:
            self[found] = form
        return form


_FORMS = _Forms()


def forms_of(found: list[str]) -> list[Form]:
    """Return the forms that `SPLIT` found."""
    if len(_FORMS) > _MOST_FORMS:
        _FORMS.clear()
    return list(map(_FORMS.__getitem__, found))


def row_of(text: str, start: int, end: int) -> Row:
    """Split ``text[start:end]`` into words, numbers and signs."""
    pieces = SPLIT.split(text[start:end])  # gaps and forms by turns: their lengths add up to the offsets
    starts = list(accumulate(map(len, pieces), initial=start))[1:-1:2]
    return Row(forms_of(pieces[1::2]), starts)


def with_marks(text: str, row: Row, end: int, marks: list[Marked]) -> Row:
    """Put one form in the place of each marked stretch of a row that was split up to ``end`` without regard to them."""
    if not marks:
        return row
    forms: list[Form] = []
    starts: list[int] = []
    start = row.starts[0]
    for number, mark in enumerate(marks):
        between = _part(text, row, start, mark.opening)
        low = TITLE if _is_title(text[mark.start : mark.end]) else "“"
        forms += [*between.forms, Form("“", low, mark.closing - mark.opening, number)]
        starts += [*between.starts, mark.opening]
        start = mark.closing
    last = _part(text, row, start, end)
    return Row(forms + last.forms, starts + last.starts)


def _part(text: str, row: Row, start: int, end: int) -> Row:
    """Return the part of a row between two offsets; split anew where a form reaches over one of them."""
    a, b = bisect_left(row.starts, start), bisect_left(row.starts, end)
    torn = (a and (row.end(a - 1) > start or text[start : start + 1] in APOSTROPHES)) or (b and row.end(b - 1) > end)
    return row_of(text, start, end) if torn else Row(row.forms[a:b], row.starts[a:b])


def _is_title(content: str) -> bool:
    """Tell the name of a programme, a book or a film: two to six words, the main ones capitalised."""
    found = content.rstrip(".,").split(None, 6)
    if not 1 < len(found) < 7:
        return False
    main = [word for word in found if len(word) > 3]
    stopped = content.rstrip()[-1:] in ("?", "!") or any(word[-1] in ".,?!" for word in found[:-1])
    return (
        not stopped
        and bool(main)
        and all(w[0].isupper() for w in main)
        and found[0][0].isupper()
        and found[-1][0].isupper()
    )
