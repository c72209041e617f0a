"""Who a reporting verb's words are from: the noun phrase before it, behind it, or further up, as token ranges."""

from __future__ import annotations

from .cues import words
from .flags import STANDING_ALONE, VERBAL
from .forms import BREAK, Form
from .function_words import (
    ADVERBS,
    BE,
    BOUNDARIES,
    DETERMINERS,
    NOMINATIVE,
    OPENERS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    TIMES,
)
from .phrases import is_finite

Range = tuple[int, int]

_DASHES = frozenset(("—", "–", "--", "-"))


def subject_before(tokens: list[Form], verb: int, low: int) -> tuple[Range, int] | None:
    """Find the subject right before a verb: its range, and where the phrase with all its appositions begins."""
    j = verb - 1
    going = tokens[verb].low.endswith("ing")
    while j >= low and (tokens[j].lists & ADVERBS or _is_adverb(tokens[j]) or (going and tokens[j].lists & BE)):
        j -= 1
    if j < low:
        return None
    token = tokens[j]
    if token.lists & RELATIVES:
        return _antecedent(tokens, j, low)
    if token.text in (",", ")") or token.text in _DASHES:
        return _before_apposition(tokens, j, low)
    if not token.word or token.lists & (BOUNDARIES | BE):
        return None
    found = _phrase_ending(tokens, j, low)
    return (found, found[0]) if found else None


def _is_adverb(token: Form) -> bool:
    return len(token.low) > 4 and token.low.endswith("ly") and not token.upper


def _antecedent(tokens: list[Form], relative: int, low: int) -> tuple[Range, int] | None:
    j = relative - 1
    if j >= low and tokens[j].text == ",":
        j -= 1
    found = _phrase_ending(tokens, j, low) if j >= low and tokens[j].word else None
    return (found, found[0]) if found else None


def _phrase_ending(tokens: list[Form], last: int, low: int) -> Range | None:
    """Walk back from the last word of a noun phrase to its first."""
    if tokens[last].lists & PRONOUNS:
        return last, last + 1
    first = last
    while first > low:
        token = tokens[first - 1]
        if token.word and not token.lists & (BOUNDARIES | RELATIVES) and not token.low.startswith("what'"):
            first -= 1  # nearly all are such
            continue
        if token.low in ("and", "&", "or") and _joins(tokens, first - 1, low):
            first -= 1
            continue
        if token.lists & RELATIVES or (token.low == "that" and first - 2 >= low and tokens[first - 2].word):
            head = _phrase_ending(tokens, first - 2, low) if first - 2 >= low and tokens[first - 2].word else None
            return head if head and token.low != "that" else _trimmed(tokens, first, last + 1)
        if token.text == "." and first - 2 >= low and len(tokens[first - 2].text) <= 5 and tokens[first - 2].upper:
            first -= 1
            continue
        if not (token.word or token.text in ("&", "#", "$")) or token.lists & BOUNDARIES:
            break
        if token.low.startswith("what'"):
            return None
        first -= 1
    return _trimmed(tokens, first, last + 1)


def _joins(tokens: list[Form], conjunction: int, low: int) -> bool:
    """Tell whether "and" joins two noun phrases: no finite verb stands before it in its clause."""
    j = conjunction - 1
    if j < low or not tokens[j].word:
        return False
    while j >= low and tokens[j].word and not tokens[j].lists & BOUNDARIES:
        if is_finite(tokens, j):
            return False
        j -= 1
    return j < low or tokens[j].text == "," or tokens[j].low == "but"


def _trimmed(tokens: list[Form], first: int, end: int) -> Range | None:
    """Take openers, a leading adverbial and whatever ends in a finite verb off the front of a noun phrase."""
    for k in range(end - 2, first - 1, -1):
        token = tokens[k]
        if token.flags & VERBAL and not token.upper and is_finite(tokens, k) and not token.low.endswith("ed"):
            first = k + 1
            break
    while first < end - 1 and (tokens[first].lists & OPENERS or _is_opening_adverb(tokens[first])):
        first += 1
    if first < end and (tokens[first].lists & (PREPOSITIONS | TIMES)):
        starts = [k for k in range(first + 1, end) if _starts_phrase(tokens, k)]
        if not starts:
            return None
        first = starts[-1]
    if first >= end or tokens[end - 1].lists & (PREPOSITIONS | DETERMINERS):
        return (first, end) if first < end and end - first == 1 and tokens[first].low in _STANDING else None
    return first, end


_STANDING = STANDING_ALONE | {"one", "another"}


def _is_opening_adverb(token: Form) -> bool:
    return token.low.endswith("ly") and len(token.low) > 5


def _starts_phrase(tokens: list[Form], k: int) -> bool:
    token, before = tokens[k], tokens[k - 1]
    if before.lists & (PREPOSITIONS | DETERMINERS):
        return False
    if token.lists & (PRONOUNS | DETERMINERS):
        return True
    return token.upper and not token.lists & TIMES and (not before.upper or before.lists & TIMES)


def _before_apposition(tokens: list[Form], comma: int, low: int) -> tuple[Range, int] | None:
    """Find the noun phrase in front of appositions: "Ken Ito, who runs the shop, said"."""
    pieces = _pieces(tokens, comma, low)
    best: tuple[Range, int] | None = None
    for start, end in reversed(pieces):
        if start >= end:
            break
        phrase = _phrase_ending(tokens, end - 1, start) if tokens[end - 1].word else None
        whole = phrase is not None and not any(is_finite(tokens, k) for k in range(start, end))
        if phrase and whole and _may_be_source(tokens, phrase, start):
            best = phrase, phrase[0]
        elif not _is_apposition(tokens, start):
            break
    if best is None:
        return None
    (a, b), outer = best
    named = next((p for p in pieces if p[0] == b + 1), None)
    described = not tokens[b - 1].upper or tokens[a].lists & DETERMINERS
    if named and described and all(tokens[k].upper or tokens[k].text == "." for k in range(*named)):
        return named, outer
    return best


def _pieces(tokens: list[Form], comma: int, low: int) -> list[Range]:
    """Split what stands before a comma, bracket or dash at the commas, brackets and dashes before it."""
    pieces: list[Range] = []
    end = k = comma
    while k > low:
        k -= 1
        if tokens[k].mark >= 0 or tokens[k].text in (";", ":"):
            pieces.append((k + 1, end))
            return pieces[::-1]
        if tokens[k].text in (",", "(", ")") or tokens[k].text in _DASHES:
            if k + 1 < end:
                pieces.append((k + 1, end))
            end = k
    pieces.append((low, end))
    return [p for p in pieces[::-1] if p[0] < p[1]]


def _may_be_source(tokens: list[Form], phrase: Range, start: int) -> bool:
    first = tokens[phrase[0]]
    if first.low.endswith("ing") and not first.upper:
        return False
    lead = {t.low for t in tokens[start : phrase[0]]}
    if lead & (words("prepositions") | words("relatives")):
        return False
    return first.upper or first.lists & DETERMINERS or first.low.endswith("'s") or phrase[0] == start


def _is_apposition(tokens: list[Form], start: int) -> bool:
    first = tokens[start]
    if first.lists & (RELATIVES | PREPOSITIONS | DETERMINERS):
        return True
    return first.upper or first.low[0].isdigit() or first.low.endswith("ing") or first.low in ("and", "formerly", "now")


def phrase_after(tokens: list[Form], start: int, high: int) -> Range | None:
    """Find the noun phrase that begins at ``start``: behind an inverted verb or behind "according to"."""
    while start < high and _is_adverb(tokens[start]):
        start += 1
    if start >= high or not tokens[start].word:
        return None
    if tokens[start].lists & PRONOUNS:
        return start, start + 1
    end = start
    while end < high:
        token = tokens[end]
        if token.text == "." and end + 1 < high and tokens[end + 1].upper and len(tokens[end - 1].text) <= 4:
            end += 1
            continue
        if not token.word and token.text not in ("&", "-", "#"):
            break
        if token.lists & BOUNDARIES:
            break
        if end > start and (
            (token.flags & VERBAL and is_finite(tokens, end))
            or (token.verb and _is_reporting(tokens, end))
            or (token.low in _LEAVING and not tokens[end - 1].lists & DETERMINERS)
        ):
            break
        end += 1
    if end == start or not (tokens[start].upper or not tokens[start].lists & PREPOSITIONS):
        return None
    return start, end


def _is_reporting(tokens: list[Form], k: int) -> bool:
    """Tell of a form of a reporting verb whether it is the plain one: "his supporters argue he was"."""
    after = tokens[k + 1] if k + 1 < len(tokens) else BREAK
    return tokens[k].verb.form == "base" and (after.low == "that" or after.lists & NOMINATIVE > 0)


_LEAVING = frozenset(
    "in on during by via through after before under over about into monday tuesday wednesday thursday friday saturday"
    " sunday yesterday today earlier last late this to outside following recently".split()
)


def main_subject(tokens: list[Form], low: int, high: int) -> Range | None:
    """Find the subject of the first finite verb between two tokens."""
    for k in range(low + 1, high):
        if is_finite(tokens, k) and tokens[k].mark < 0:
            found = subject_before(tokens, k, low)
            if found:
                return found[0]
    return None
