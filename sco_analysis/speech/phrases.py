"""Prose → sentences of tokens in which a marked quotation is one token; noun phrases and clauses in them, by rule.

No parser: closed classes of words (``data/cues.yml``) and what stands around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from ..reading.lines import read_rules
from .cues import verb_forms, words
from .quotes import Marked

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*\w*(?:-\w+)*|\w+(?:[-'’.&/]\w+)*(?:['’](?!\w))?|\.{2,}|--+|[^\w\s]")
_ENDS = frozenset((".", "?", "!", "…", "..", "...", "...."))
#: no sentence has more tokens: bounds the time that a text without full stops may take
_LONGEST = 400
_SUBORDINATORS = frozenset("because when while if as so after although".split())
_SUBJECTS = frozenset("he she they we i it you".split())
_STANDING = frozenset("some many several most all few both others".split())
#: what ``Token.low`` is for marked words that look like a title
TITLE = "“title”"
_MARKED_END = re.compile(r"[.?!…][\"'”’)\]]*\s*$")


class Token(NamedTuple):
    """One word or sign; or, with ``mark`` not below zero, one whole marked quotation."""

    text: str
    low: str
    start: int
    end: int
    mark: int = -1
    #: whether it begins with a capital letter
    upper: bool = False
    #: whether it is a word, not a sign or a quotation
    word: bool = False


@cache
def _abbreviations() -> tuple[frozenset[str], ...]:
    rules = read_rules("sentences.yml")
    return tuple(frozenset(map(str, rules[name])) for name in ("titles", "uncertain", "openers", "before_figures"))


def tokens_of(text: str, start: int, end: int, marks: list[Marked]) -> list[Token]:
    """Split ``text[start:end]`` into tokens; each stretch of ``marks`` (their offsets in ``text``) becomes one."""
    found: list[Token] = []
    for number, mark in enumerate(marks):
        found += _plain(text, start, mark.opening)
        low = TITLE if _is_title(text[mark.start : mark.end]) else "“"
        found.append(Token("“", low, mark.opening, mark.closing, number))
        start = mark.closing
    return found + _plain(text, start, end)


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


def _plain(text: str, start: int, end: int) -> list[Token]:
    make = tuple.__new__  # a third of the time of Token(…), and this is where most of a document's time goes
    found = []
    for match in _TOKEN.finditer(text, start, end):
        word = match[0]
        if word[-1] in "'’" and len(word) > 1 and word[-2] not in "sSzx":
            word = word[:-1]
        low, head, at = word.lower().replace("’", "'"), word[0], match.start()
        fields = (word, low, at, at + len(word), -1, head.isupper(), head.isalnum() or head == "_")
        found.append(make(Token, fields))
    return found


def sentences_of(text: str, tokens: list[Token]) -> Iterator[list[Token]]:
    """Cut tokens into sentences; a quotation that ends a sentence within its marks may take its tag along."""
    begin = 0
    for i, (token, following) in enumerate(pairwise(tokens)):
        marked = token.mark >= 0
        if i - begin >= _LONGEST or (
            _marked_ends(text, tokens, i) if marked else token.text in _ENDS and _ends(tokens, i, following)
        ):
            yield tokens[begin : i + 1]
            begin = i + 1
    if begin < len(tokens):
        yield tokens[begin:]


def _ends(tokens: list[Token], i: int, following: Token) -> bool:
    token = tokens[i]
    if following.mark < 0 and (following.text[0].islower() or following.text in ",;:)]}"):
        return False
    before = tokens[i - 1] if i else token
    if token.text != "." or before.end < token.start:
        return True
    titles, uncertain, openers, figures = _abbreviations()
    if before.low in titles or (len(before.text) == 1 and before.upper and before.text != "I"):
        return False
    if before.low in figures and following.text[0].isdigit():
        return False
    if before.low in uncertain or "." in before.text:
        return following.mark >= 0 or following.low in openers
    return following.start > token.end or not following.word


def _marked_ends(text: str, tokens: list[Token], i: int) -> bool:
    """Tell whether a sentence ends with the marked quotation ``tokens[i]``."""
    token, following = tokens[i], tokens[i + 1]
    inside = text[token.start : token.end]
    if not _MARKED_END.search(inside) or following.text in _ENDS or following.text in ",;:)":
        return False
    if following.mark >= 0:
        return True
    if following.text[0].islower() or following.text in "—–-([":
        return False
    return not _is_tag(tokens, i + 1)


def _is_tag(tokens: list[Token], i: int) -> bool:
    """Tell whether a short tag such as "Smith asked." begins at ``i``."""
    for k in range(i + 1, min(i + 7, len(tokens))):
        token = tokens[k]
        if token.mark >= 0 or token.text in _ENDS:
            return False
        if token.low in verb_forms():
            after = tokens[k + 1] if k + 1 < len(tokens) else None
            return after is None or after.text in (".", ",", ";") or after.low in words("adjuncts")
    return False


def is_finite(tokens: list[Token], i: int) -> bool:
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


def _agrees(tokens: list[Token], i: int) -> bool:
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
