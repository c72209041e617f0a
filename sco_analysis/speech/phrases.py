"""Prose → sentences of tokens in which a marked quotation is one token; noun phrases and clauses in them, by rule.

No parser: closed classes of words (``data/cues.yml``) and what stands around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from .cues import words
from .flags import (
    BEFORE_FIGURES,
    BEFORE_VERB,
    BEHIND_VERB,
    DETERMINER,
    ENDS,
    FINITE,
    GOES_ON,
    HONORIFIC,
    IN_ED,
    NUMERAL,
    PAST,
    PLURAL,
    PREPOSITION,
    STANDING,
    STARTER,
    UNCERTAIN,
    VERBAL,
)
from .forms import Form, Row, row_of
from .function_words import ADJUNCTS

#: no sentence has more tokens: bounds the time that a text without full stops may take
LONGEST = 400
_SUBORDINATORS = frozenset("because when while if as so after although".split())
_SUBJECTS = frozenset("he she they we i it you".split())
_MARKED_END = re.compile(r"[.?!…][\"'”’)\]]*\s*$")


class Token(NamedTuple):
    """One word of a phrase in its place."""

    start: int
    end: int
    text: str
    low: str
    #: whether it begins with a capital letter
    upper: bool


class Sentence(list[Form]):
    """The forms of one sentence, and where they begin."""

    __slots__ = ("depth", "ends", "starts")

    def __init__(self, forms: Iterable[Form], starts: list[int]) -> None:
        super().__init__(forms)
        self.starts = starts
        #: where reported words end that begin at one token and cannot go beyond another: found once
        self.ends: dict[tuple[int, int], int] = {}
        #: how many reports within reports are being looked for
        self.depth = 0

    def end(self, i: int) -> int:
        """Return the offset behind one form."""
        return self.starts[i] + self[i].size

    def span(self, first: int, last: int | None = None) -> tuple[int, int]:
        """Return the characters of the forms ``first:last``; of one form without ``last``."""
        return self.starts[first], self.end(first if last is None else last - 1)


@lru_cache(maxsize=1 << 14)
def words_of(phrase: str) -> tuple[Token, ...]:
    """Split a phrase into its words; signs are left out."""
    row = row_of(phrase, 0, len(phrase))
    words = ((form, at) for form, at in zip(row.forms, row.starts, strict=True) if form.word)
    return tuple(Token(at, at + form.size, form.text, form.low, form.upper) for form, at in words)


def sentences_with(text: str, row: Row, wanted: Callable[[Form], bool]) -> Iterator[Sentence]:
    """Cut a row into sentences and yield those that hold a form that is ``wanted``: no other is looked at."""
    waiting = iter([i for i, form in enumerate(row.forms) if wanted(form)])
    place = next(waiting, None)
    for begin, end in sentences_of(text, row) if place is not None else ():
        if place is None:
            return
        if place < end:
            yield Sentence(row.forms[begin:end], row.starts[begin:end])
        while place is not None and place < end:
            place = next(waiting, None)


def sentences_of(text: str, row: Row) -> Iterator[tuple[int, int]]:
    """Cut a row into sentences, as ranges of its forms.

    A quotation that ends a sentence within its marks may take its tag along.
    """
    forms, last = row.forms, len(row.forms) - 1
    begin = 0
    for i in [i for i, form in enumerate(forms) if form.stops]:
        if i >= last:
            break
        while i - begin > LONGEST:
            yield begin, begin + LONGEST + 1
            begin += LONGEST + 1
        if i - begin == LONGEST or (_marked_ends(text, row, i) if forms[i].mark >= 0 else _ends(row, i)):
            yield begin, i + 1
            begin = i + 1
    while last - begin > LONGEST:
        yield begin, begin + LONGEST + 1
        begin += LONGEST + 1
    if begin <= last:
        yield begin, last + 1


def _ends(row: Row, i: int) -> bool:
    """Tell whether a sentence ends with the full stop ``row.forms[i]``."""
    forms = row.forms
    form, following = forms[i], forms[i + 1]
    if following.flags & GOES_ON:
        return False
    before = forms[i - 1] if i else form
    if form.text != "." or (i and row.end(i - 1) < row.starts[i]):
        return True
    if before.flags & HONORIFIC or (before.flags & BEFORE_FIGURES and following.flags & NUMERAL):
        return False
    if before.flags & UNCERTAIN:
        return following.mark >= 0 or following.flags & STARTER > 0
    return row.starts[i + 1] > row.end(i) or not following.word


def _marked_ends(text: str, row: Row, i: int) -> bool:
    """Tell whether a sentence ends with the marked quotation ``row.forms[i]``."""
    following = row.forms[i + 1]
    if not _MARKED_END.search(text, row.starts[i], row.end(i)):
        return False
    if following.text in ENDS or following.text in ",;:)":
        return False
    if following.mark >= 0:
        return True
    if following.text[0].islower() or following.text in "—–-([":
        return False
    return not _is_tag(row.forms, i + 1)


def _is_tag(forms: list[Form], i: int) -> bool:
    """Tell whether a short tag such as "Smith asked." begins at ``i``."""
    for k in range(i + 1, min(i + 7, len(forms))):
        form = forms[k]
        if form.mark >= 0 or form.text in ENDS:
            return False
        if form.verb:
            after = forms[k + 1] if k + 1 < len(forms) else None
            return after is None or after.text in (".", ",", ";") or after.lists & ADJUNCTS
    return False


def is_finite(tokens: Sequence[Form], i: int) -> bool:
    """Tell whether ``tokens[i]`` looks like a finite verb: an auxiliary, a common past, or by its ending and place."""
    form = tokens[i]
    flags = form.flags
    if not flags & VERBAL or (form.upper and (i > 0 or (i + 1 < len(tokens) and tokens[i + 1].upper))):
        return False
    if flags & FINITE:
        return True
    before = tokens[i - 1].flags if i else 0
    if flags & PAST:
        return not before & (DETERMINER | PREPOSITION)
    if form.upper or before & PREPOSITION or (before & DETERMINER and not before & STANDING):
        return False
    return flags & IN_ED > 0 or _agrees(tokens, i)


def _agrees(tokens: Sequence[Form], i: int) -> bool:
    """Tell whether a word in -s may be a verb: behind a singular noun or a name, before what a verb takes."""
    if i == 0 or i + 1 >= len(tokens):
        return False
    before, after = tokens[i - 1], tokens[i + 1]
    if before.flags & BEFORE_VERB:
        return True
    return before.word and not before.flags & PLURAL and (after.mark >= 0 or after.flags & BEHIND_VERB > 0)


def has_clause(tokens: Sequence[Form], start: int, end: int) -> bool:
    """Tell whether a finite verb stands between two tokens, with something before it; a marked stretch may hold it."""
    for i in range(start, min(end, len(tokens))):
        form = tokens[i]
        if form.mark >= 0 or (form.flags & VERBAL and i > start and is_finite(tokens, i)):
            return True
    return False


def is_clause(tokens: list[Form], start: int, end: int) -> bool:
    """Tell whether the words from ``start`` are a clause with a subject: its verb is its own."""
    end = min(end, len(tokens))
    if start + 1 < end and tokens[start].low in _SUBJECTS and tokens[start + 1].word:
        following = tokens[start + 1].low
        if following not in words("boundaries") and following not in words("prepositions"):
            return True
    relative = False
    for i in range(start, end):
        token = tokens[i]
        if token.mark >= 0 or token.text == ":":
            return token.mark >= 0 and not any(t.text in (",", "and") for t in tokens[start:i])
        if is_finite(tokens, i):
            if i == start or tokens[i - 1].low in ("and", "but", "or"):
                return i == start and "'" in token.low
            if not relative:
                return True
            relative = False
        elif i > start and token.low in ("who", "which", "that", "where", "whose"):
            relative = True
        elif i > start and tokens[i - 1].low != "such" and token.low in _SUBORDINATORS:
            return False
    return False
