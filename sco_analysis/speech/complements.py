"""What stands behind a reporting verb: where the reported words begin and where the narrator returns."""

from __future__ import annotations

from typing import NamedTuple

from .cues import Cue, particles_of, words
from .forms import TITLE
from .function_words import (
    ADJUNCTS,
    BE,
    BOUNDARIES,
    CLOSES,
    DETERMINERS,
    NOMINATIVE,
    PREPOSITIONS,
    RETURNS,
    TIMES,
)
from .phrases import Sentence, has_clause, is_clause, is_finite
from .subjects import Range, phrase_after

_STOPS = frozenset((",", ".", ";", ":", "?", "!", "…", "—", "–", "--"))
#: reports within reports are looked for no deeper: bounds the time that "and said and said …" may take
_DEEPEST = 40
_NO_CLAUSE = frozenset("to of as and so but or about with for".split())
_ASKED = frozenset("if whether how why what who where when".split())
_OCCASIONS = frozenset(
    "interview statement meeting conference hearing briefing speech call email e-mail debate release letter tweet"
    " post report news".split()
)


class Report(NamedTuple):
    """What one reporting expression brings: token ranges of the content and of the source, characters of the cue."""

    start: int
    end: int
    cue: Range
    source: Range | None
    #: `clause`, `tag`, `more` (goes on behind a tag), `according`, `participle`, `judgement`
    how: str


def complement(
    tokens: Sentence, k: int, cue: Cue, high: int, *, subordinate: bool = False
) -> tuple[int, int, bool] | None:
    """Find what a verb reports behind it: start and end, and whether it is a judgement in the source's words only."""
    if k < high and tokens[k].low in particles_of(cue.lemma):
        k += 1
    elif cue.lemma in ("point", "go"):
        return None
    while k + 1 < high and tokens[k].low.endswith("ly") and tokens[k + 1].low == "that":
        k += 1
    if subordinate:
        high = next((j for j in range(k + 1, high) if tokens[j].text == ","), high)
    begin = k
    if "tell" in cue.frames:
        k = past_addressee(tokens, k, high)
    for start in _starts(tokens, k, high, near=cue.thought):
        found = _opened(tokens, start, cue, high)
        if found:
            return found
    if cue.lemma in ("ask", "wonder", "inquire", "question") and k < high and tokens[k].low in _ASKED:
        return (k, content_end(tokens, k, high), False) if has_clause(tokens, k + 1, high) else None
    if "judge" in cue.frames:
        stop = next((j for j in range(begin, high) if tokens[j].text == ","), high)
        marked = next((m for m in range(begin, _clause_end(tokens, begin, stop)) if tokens[m].mark >= 0), None)
        if marked is not None:
            return marked, marked + 1, True
    return _bare_clause(tokens, k, cue, high)


def _opened(tokens: Sentence, start: int, cue: Cue, high: int) -> tuple[int, int, bool] | None:
    """Read reported words that open with "that", with a mark, or with a comma or colon before a mark."""
    token = tokens[start]
    if token.low == "that" and start + 1 < high and _is_that(tokens, start) and cue.frames - {"judge", "tag"}:
        return start + 1, content_end(tokens, start + 1, high), False
    if not cue.frames - {"judge"}:
        return None
    if token.mark >= 0 and token.low != TITLE:
        return start, _marked_end(tokens, start, high), False
    if token.text in (",", ":") and start + 1 < high and tokens[start + 1].mark >= 0:
        return start + 1, start + 2, False
    return None


def _bare_clause(tokens: Sentence, k: int, cue: Cue, high: int) -> tuple[int, int, bool] | None:
    if not cue.frames & {"say", "tell"} or cue.thought:
        return None
    if "tell" in cue.frames and "say" not in cue.frames and k < high and tokens[k].text in _STOPS:
        return None
    start = _past_adjuncts(tokens, k, high)
    if start >= high or not tokens[start].word or tokens[start].low in _NO_CLAUSE:
        return None
    if start > k and tokens[start].low == "that":
        start += 1
    if start >= high:  # "they mention yesterday that": nothing follows
        return None
    end = content_end(tokens, start, high)
    if tokens[start].lists & PREPOSITIONS:
        comma = next((j for j in range(start + 1, end) if tokens[j].text == ","), None)
        first = start + 2 if comma is None else comma + 1
    else:
        first = start
    if tokens[first - 1 : first] and tokens[start].low in ("when", "if", "while", "because", "once", "until", "since"):
        return (start, end, False) if has_clause(tokens, start, end) and cue.lemma in ("say", "tell") else None
    long_enough = end - start > 2 or any(t.mark >= 0 for t in tokens[start:end])
    if not long_enough:
        return None
    return (start, end, False) if is_clause(tokens, first, end) or _is_said(tokens, start, end, cue) else None


_WORDS_SAID = frozenset(
    "something anything nothing little much more less what goodbye farewell prayer prayers thanks grace so yes no hello"
    " word words thing things same hi sorry".split()
)


def _is_said(tokens: Sentence, start: int, end: int, cue: Cue) -> bool:
    """Tell a clause behind "say" whose verb no list has: hardly anything but words is said that is none."""
    found = [t for t in tokens[start:end] if t.word]
    first = tokens[start].low
    if cue.lemma != "say" or len(found) < 4 or {t.low for t in found[:2]} & _WORDS_SAID:
        return False
    if first in words("prepositions") or first in words("adverbs") or first.endswith(("ly", "ing")):
        return False
    return all(t.mark < 0 for t in tokens[start:end])


def predicate(tokens: Sentence, i: int, cue: Cue, outer: int) -> tuple[int, int, bool] | None:
    """Read what is said of the word a relative clause belongs to: "a deal that critics say is unfair"."""
    relative = outer > 1 and tokens[outer - 1].low in ("that", "which", "what", "who")
    if not relative or i + 1 >= len(tokens) or not is_finite(tokens, i + 1) or not cue.frames & {"say", "state"}:
        return None
    return i + 1, content_end(tokens, i + 1, len(tokens)), False


def urged(tokens: Sentence, i: int, cue: Cue) -> tuple[int, int, bool] | None:
    """Read "urged residents to conserve water": what somebody is told to do."""
    if cue.lemma not in words("urging"):
        return None
    for k in range(i + 2, min(i + 9, len(tokens) - 1)):
        if not tokens[k].word or is_finite(tokens, k) or tokens[k].low == "that":
            return None
        if tokens[k].low == "to" and tokens[k + 1].word and not tokens[k + 1].upper:
            first = k - 1 if tokens[k - 1].low in ("not", "never") else k
            return first, content_end(tokens, first, len(tokens)), False
    return None


def _is_that(tokens: Sentence, k: int) -> bool:
    """Tell the conjunction from "said that"."""
    return tokens[k + 1].word or tokens[k + 1].mark >= 0


def _starts(tokens: Sentence, k: int, high: int, *, near: bool) -> list[int]:
    """List where reported words may begin: at once, and behind the adjuncts up to the next comma or marked words."""
    found = [k] if k < high else []
    infinitive = k + 1 < high and tokens[k].low == "to" and not tokens[k + 1].lists & DETERMINERS
    infinitive = infinitive and not tokens[k + 1].upper and not tokens[k + 1].low.endswith("s")
    adjunct = near is False and k < high and (tokens[k].lists & (ADJUNCTS | TIMES)) and not infinitive
    if adjunct:
        for j in range(k + 1, high):
            if (
                tokens[j].low == "that"
                and tokens[j - 1].word
                and tokens[j - 1].low not in ("in", "on", "at", "of", "by")
            ):
                return [*found, j]
            before_that = j + 1 < high and tokens[j + 1].low == "that" and not tokens[j].lists & BE
            if (tokens[j].mark >= 0 and tokens[j].low != TITLE) or (is_finite(tokens, j) and not before_that):
                return [*found, j] if tokens[j].mark >= 0 else found
            if tokens[j].text in _STOPS:
                return [*found, j, *([j + 1] if j + 1 < high and tokens[j + 1].low == "that" else [])]
    elif k < high and tokens[k].text == "," and k + 1 < high and tokens[k + 1].word:
        for j in range(k + 1, high):
            if tokens[j].text == ",":
                return [*found, *([j + 1] if j + 1 < high and tokens[j + 1].low == "that" else [])]
            if is_finite(tokens, j) or tokens[j].mark >= 0:
                break
    return found


def _past_adjuncts(tokens: Sentence, k: int, high: int) -> int:
    """Step over times and places behind a verb when a clause with its own subject follows."""
    start = k
    while k < high and (tokens[k].lists & TIMES and tokens[k].low not in ("this", "last", "next", "late")):
        k += 1
    timed = k + 1 < high and tokens[k + 1].lists & TIMES
    if timed and tokens[k].low in ("last", "this", "late", "early", "earlier"):
        return _past_adjuncts(tokens, k + 2, high)
    if k < high and tokens[k].low in ("in", "on", "at", "during", "by", "via", "through", "after", "from"):
        j = k + 1
        if j < high and tokens[j].lists & DETERMINERS:
            j += 1
        short = j
        while j < high and j - short < 6 and tokens[j].word:
            if j > short and (tokens[j].lists & (NOMINATIVE | DETERMINERS)):
                timed = {t.low for t in tokens[k:j]} & (words("times") | _OCCASIONS)
                return j if timed and has_clause(tokens, j, high) else start
            if is_finite(tokens, j):
                break
            j += 1
        return k if k > start else start
    return k


def past_addressee(tokens: Sentence, k: int, high: int) -> int:
    """Step over whom somebody tells, however long, up to the "that" behind it."""
    k = _past_whom(tokens, k, high)
    if k < high and tokens[k].low in ("and", "of", ","):
        for j in range(k, min(k + 12, high)):
            if tokens[j].low == "that":
                return j
            if tokens[j].mark >= 0 or is_finite(tokens, j):
                break
    return k


def _past_whom(tokens: Sentence, k: int, high: int) -> int:
    """Step over one noun phrase behind a verb of telling."""
    if k >= high or not tokens[k].word or tokens[k].low in ("that", "of", "about"):
        return k
    if tokens[k].low in ("him", "her", "them", "us", "me", "it", "you", "reporters", "people", "journalists"):
        return k + 1
    j = k + 1
    if tokens[k].lists & DETERMINERS:
        j += 1
    while j < high and tokens[j].word and not tokens[j].lists & (ADJUNCTS | BOUNDARIES):
        if tokens[j].lists & (NOMINATIVE | DETERMINERS):
            break
        if tokens[j - 1].low.endswith("s") and not tokens[j - 1].upper:
            break
        if (tokens[j].upper and not tokens[j - 1].upper) or is_finite(tokens, j):
            break
        if not tokens[j].upper and tokens[j - 1].upper:
            break
        j += 1
    return j


def _marked_end(tokens: Sentence, start: int, high: int) -> int:
    """Say where the report ends that begins with marked words: with them, or with the clause they are part of."""
    after = tokens[start + 1] if start + 1 < high else None
    if after is None or not after.word or after.lists & BOUNDARIES or after.verb:
        return start + 1
    if after.low in ("in", "on", "at", "during", "after", "used"):
        return start + 1
    return content_end(tokens, start, high)


def _clause_end(tokens: Sentence, k: int, high: int) -> int:
    for j in range(k, high):
        if tokens[j].text in (";", ".") or (
            tokens[j].low in ("and", "but", "while") and has_clause(tokens, j + 1, high)
        ):
            return j
    return high


def content_end(tokens: Sentence, start: int, high: int) -> int:
    """Find where reported words end: before the next report, an aside of the narrator's, or the sentence's end."""
    end = tokens.ends.get((start, high))
    if end is None and tokens.depth < _DEEPEST:
        tokens.depth += 1
        end = tokens.ends[start, high] = _content_end(tokens, start, high)
        tokens.depth -= 1
    return high if end is None else end


def _content_end(tokens: Sentence, start: int, high: int) -> int:
    for k in range(start + 1, high):
        lists = tokens[k].lists & (CLOSES | RETURNS)
        if lists and (lists & CLOSES or _narrator_returns(tokens, k, high)):
            high = k
            break
    while high > start + 1 and tokens[high - 1].mark < 0 and not tokens[high - 1].word and tokens[high - 1].text != ")":
        high -= 1
    return high


def _narrator_returns(tokens: Sentence, k: int, high: int) -> bool:
    """Tell whether a word or sign that may bring the narrator back does."""
    token = tokens[k]
    if k + 1 >= high:
        return False
    following = tokens[k + 1]
    cue = following.verb
    if token.text == ",":
        if cue and cue.form == "participle" and cue.frames & {"say", "that", "tell"}:
            return True
        return following.low == "according" or (
            following.low == "without" and k + 2 < high and (tokens[k + 2].low.endswith(("ing", "ly")))
        )
    if token.low == "according" and following.low == "to":
        return True
    if token.low in ("and", "but", "then") and cue and cue.form == "finite" and cue.frames & {"say", "tell"}:
        return complement(tokens, k + 2, cue, high) is not None
    if token.low in ("but", "while", "and", "although", "though"):
        phrase = phrase_after(tokens, k + 1, high)
        verb = tokens[phrase[1]].verb if phrase and phrase[1] < high else None
        criticized = verb and verb.form != "participle" and "judge" in verb.frames
        if criticized and tokens[phrase[0]].low in words("pronouns"):
            return True
        if verb and verb.form != "participle" and not verb.noun and verb.frames & {"say", "tell"}:
            return complement(tokens, phrase[1] + 1, verb, high) is not None
    own = following.low in ("a", "an", "his", "her", "their", "its")
    if (token.low == "during" and following.lists & DETERMINERS) or (token.low == "in" and own):
        rest = [t for t in tokens[k + 2 : high] if t.word]
        return any(t.low in _OCCASIONS for t in rest[:3]) and not has_clause(tokens, k + 1, high)
    return False
