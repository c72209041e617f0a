"""Prose → sentences of tokens in which a marked quotation is one token; noun phrases and clauses in them, by rule.

No parser: closed classes of words (``data/cues.yml``) and what stands around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ..reading.lines import read_rules
from .cues import verb_forms, words
from .flags import ENDS
from .forms import Form, Row, row_of

#: no sentence has more tokens: bounds the time that a text without full stops may take
_LONGEST = 400
_SUBORDINATORS = frozenset("because when while if as so after although".split())
_SUBJECTS = frozenset("he she they we i it you".split())
_STANDING = frozenset("some many several most all few both others".split())
_MARKED_END = re.compile(r"[.?!…][\"'”’)\]]*\s*$")


class Token(NamedTuple):
    """One word or sign in its place; or, with ``mark`` not below zero, one whole marked quotation."""

    start: int
    end: int
    text: str
    low: str
    mark: int
    #: whether it begins with a capital letter
    upper: bool
    #: whether it is a word, not a sign or a quotation
    word: bool


class Sentence(list[Token]):
    """The tokens of one sentence."""

    __slots__ = ("depth", "ends")

    def __init__(self, tokens: Iterable[Token]) -> None:
        super().__init__(tokens)
        #: where reported words end that begin at one token and cannot go beyond another: found once
        self.ends: dict[tuple[int, int], int] = {}
        #: how many reports within reports are being looked for
        self.depth = 0


@cache
def _abbreviations() -> tuple[frozenset[str], ...]:
    rules = read_rules("sentences.yml")
    return tuple(frozenset(map(str, rules[name])) for name in ("titles", "uncertain", "openers", "before_figures"))


def tokens_of(text: str, start: int, end: int) -> Sentence:
    """Split ``text[start:end]`` into tokens, quotation marks among them."""
    return tokens_in(row_of(text, start, end))


def tokens_in(row: Row, first: int = 0, last: int | None = None) -> Sentence:
    """Return the forms ``first:last`` of a row as tokens."""
    make = tuple.__new__  # a third of the time of Token(…), and there is one for each word of a sentence that is read
    pairs = zip(row.forms[first:last], row.starts[first:last], strict=True)
    return Sentence(
        [
            make(Token, (start, start + form.size, form.text, form.low, form.mark, form.upper, form.word))
            for form, start in pairs
        ]
    )


def sentences_of(text: str, row: Row) -> Iterator[tuple[int, int]]:
    """Cut a row into sentences, as ranges of its forms.

    A quotation that ends a sentence within its marks may take its tag along.
    """
    forms, last = row.forms, len(row.forms) - 1
    begin = 0
    for i in [i for i, form in enumerate(forms) if form.stops]:
        if i >= last:
            break
        while i - begin > _LONGEST:
            yield begin, begin + _LONGEST + 1
            begin += _LONGEST + 1
        if i - begin == _LONGEST or (_marked_ends(text, row, i) if forms[i].mark >= 0 else _ends(row, i)):
            yield begin, i + 1
            begin = i + 1
    while last - begin > _LONGEST:
        yield begin, begin + _LONGEST + 1
        begin += _LONGEST + 1
    if begin <= last:
        yield begin, last + 1


def _ends(row: Row, i: int) -> bool:
    """Tell whether a sentence ends with the full stop ``row.forms[i]``."""
    forms = row.forms
    form, following = forms[i], forms[i + 1]
    if following.mark < 0 and (following.text[0].islower() or following.text in ",;:)]}"):
        return False
    before = forms[i - 1] if i else form
    if form.text != "." or (i and row.end(i - 1) < row.starts[i]):
        return True
    titles, uncertain, openers, figures = _abbreviations()
    if before.low in titles or (len(before.text) == 1 and before.upper and before.text != "I"):
        return False
    if before.low in figures and following.text[0].isdigit():
        return False
    if before.low in uncertain or "." in before.text:
        return following.mark >= 0 or following.low in openers
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
        if form.low in verb_forms():
            after = forms[k + 1] if k + 1 < len(forms) else None
            return after is None or after.text in (".", ",", ";") or after.low in words("adjuncts")
    return False


def is_finite(tokens: Sequence[Token | Form], i: int) -> bool:
    """Tell whether ``tokens[i]`` looks like a finite verb: an auxiliary, a common past, or by its ending and place."""
    low = tokens[i].low
    if not tokens[i].word or (tokens[i].upper and (i > 0 or (i + 1 < len(tokens) and tokens[i + 1].upper))):
        return False
    if low in words("auxiliaries"):
        return True
    if low in words("irregular_pasts"):
        return i == 0 or (
            tokens[i - 1].low not in words("determiners") and tokens[i - 1].low not in words("prepositions")
        )
    if low.endswith(("n't", "'re", "'ve", "'ll", "'d", "'m")) or (low.endswith("'s") and low in words("nominative")):
        return True
    if tokens[i].upper or len(low) < 4:
        return False
    before = tokens[i - 1].low if i else ""
    if (before in words("determiners") and before not in _STANDING) or before in words("prepositions"):
        return False
    if low.endswith("ed"):
        return True
    return low.endswith("s") and not low.endswith(("ss", "us", "is")) and _agrees(tokens, i)


def _agrees(tokens: Sequence[Token | Form], i: int) -> bool:
    """Tell whether a word in -s may be a verb: behind a singular noun or a name, before what a verb takes."""
    if i == 0 or i + 1 >= len(tokens):
        return False
    before, after = tokens[i - 1], tokens[i + 1]
    if before.low in ("he", "she", "it", "this", "that", "which", "who"):
        return True
    takes = (
        after.mark >= 0 or after.low in words("determiners") or after.low in ("to", "that", "it", "him", "them", "not")
    )
    return before.word and not before.low.endswith("s") and takes


def has_clause(tokens: list[Token], start: int, end: int) -> bool:
    """Tell whether a finite verb stands between two tokens, with something before it; a marked stretch may hold it."""
    return any(tokens[i].mark >= 0 or (i > start and is_finite(tokens, i)) for i in range(start, min(end, len(tokens))))


def is_clause(tokens: list[Token], start: int, end: int) -> bool:
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
