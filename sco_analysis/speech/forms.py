"""Prose → rows of printed forms with their offsets, split once for the cues and the names alike.

What can be told of a word without its neighbours is told once for each form, not once for each place where it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from .cues import first_names, titles, verb_forms, words
from .quotes import Marked

#: what ``Form.low`` is for marked words that look like a title
TITLE = "“title”"
_NUMBER = r"\d+(?:[.,]\d+)*+\w*+(?:-\w+)*+"
_WORD = r"\w++(?:[-'’.&/]\w++)*+(?:['’](?!\w))?"
_SPLIT = re.compile(rf"({_NUMBER}|{_WORD}|\.{{2,}}|--+|[^\w\s])")
_APOSTROPHES = ("'", "’")
#: what a sentence may end with
ENDS = frozenset((".", "?", "!", "…", "..", "...", "...."))
_FULL_STOPS = frozenset(".?!…")
_MARKS = frozenset("\"“”'‘")
_NO_VOTES = frozenset('.?!"“')
_PRONOUNS = {"he": "m", "he's": "m", "he'd": "m", "she": "f", "she's": "f", "she'd": "f"}
_VOTES = {**_PRONOUNS, "his": "m", "himself": "m", "her": "f", "herself": "f"}
_POSSESSIVE = re.compile(r"['’]s$|(?<=s)['’]$")
#: forms kept for the next text, and how long one may be; with more of them, all are forgotten
_MOST_FORMS, _LONGEST_KEPT = 50_000, 60
#: rows of a document are kept up to this many forms, so that one endless document does not fill the memory
_MOST_KEPT = 500_000


class Form:
    """One printed word or sign; or, with ``mark`` not below zero, one whole marked quotation."""

    __slots__ = (
        "bare", "body", "capital", "common", "cue", "gender", "low", "mark", "no_name", "notable", "possessive", "rest",
        "size", "skipped", "stops", "text", "title", "upper", "vote", "word",
    )  # fmt: skip

    def __init__(self, text: str, low: str, size: int, mark: int = -1) -> None:
        self.text, self.low, self.size, self.mark = text, low, size, mark
        #: whether it begins with a capital letter; whether it is a word, not a sign or a quotation
        self.upper = mark < 0 and text[0].isupper()
        self.word = mark < 0 and (text[0].isalnum() or text[0] == "_")
        #: all that a `phrases.Token` knows besides its offsets
        self.rest = text, low, mark, self.upper, self.word
        #: whether a report may hang on it; whether a sentence may end with it
        self.cue = mark >= 0 or low in verb_forms() or low == "according"
        self.stops = mark >= 0 or text in ENDS
        self._read_for_names()

    def _read_for_names(self) -> None:
        """Tell what the form may be in a name, or to a name."""
        text, low, given = self.text, self.low, self.text in first_names()
        self.capital = self.upper and self.word
        self.common, self.no_name = low in words("common"), low in words("not_names")
        self.title = not given and low.rstrip(".") in titles()
        self.body = low in words("body_words")
        self.possessive = self.capital and _POSSESSIVE.search(text) is not None
        #: without the possessive
        self.bare = _POSSESSIVE.sub("", text) if self.possessive else text
        #: gender of "he" and "she"; what a name before it learns from it: a gender, or to look no further
        self.gender = _PRONOUNS.get(low, "")
        self.vote = "stop" if text in _NO_VOTES or (given and self.upper) else _VOTES.get(low, "")
        #: a sign behind which a sentence begins; a mark that may stand between the two
        self.skipped = "stop" if text in _FULL_STOPS else "mark" if text in _MARKS else ""
        self.notable = self.capital or bool(self.gender) or self.skipped == "stop"


class Row(NamedTuple):
    """The forms of one stretch of text, in order, each with the offset where it begins."""

    forms: list[Form]
    starts: list[int]

    def end(self, i: int) -> int:
        """Return the offset behind one form."""
        return self.starts[i] + self.forms[i].size


class _Forms(dict[str, Form]):
    """Every form met so far, by what `_SPLIT` found."""

    def __missing__(self, found: str) -> Form:
        text = found
        if text[-1] in _APOSTROPHES and len(text) > 1 and text[-2] not in "sSzx":
            text = text[:-1]
        form = Form(text, text.lower().replace("’", "'"), len(text))
        if len(found) < _LONGEST_KEPT:
            self[found] = form
        return form


_FORMS = _Forms()


def row_of(text: str, start: int, end: int) -> Row:
    """Split ``text[start:end]`` into words, numbers and signs."""
    if len(_FORMS) > _MOST_FORMS:
        _FORMS.clear()
    pieces = _SPLIT.split(text[start:end])  # gaps and forms by turns: their lengths add up to the offsets
    starts = list(accumulate(map(len, pieces), initial=start))[1:-1:2]
    return Row(list(map(_FORMS.__getitem__, pieces[1::2])), starts)


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
    torn = (a and (row.end(a - 1) > start or text[start : start + 1] in _APOSTROPHES)) or (b and row.end(b - 1) > end)
    return row_of(text, start, end) if torn else Row(row.forms[a:b], row.starts[a:b])


def _is_title(content: str) -> bool:
    """Tell the name of a programme, a book or a film: two to six words, the main ones capitalised."""
    found = content.rstrip(".,").split()
    main = [word for word in found if len(word) > 3]
    stopped = content.rstrip()[-1:] in ("?", "!") or any(word[-1] in ".,?!" for word in found[:-1])
    return (
        1 < len(found) < 7
        and not stopped
        and bool(main)
        and all(w[0].isupper() for w in main)
        and found[0][0].isupper()
        and found[-1][0].isupper()
    )


class Rows:
    """The rows of one document's paragraphs, each split when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._kept: dict[tuple[int, int], Row] = {}
        self._size = 0

    def row(self, start: int, end: int) -> Row:
        """Return the row of one paragraph."""
        row = self._kept.get((start, end))
        if row is None:
            row = row_of(self.text, start, end)
            self._size += len(row.forms)
            if self._size < _MOST_KEPT:
                self._kept[start, end] = row
        return row
