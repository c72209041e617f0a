"""Tags behind and between reported words: "…, she said", "…, said the minister, …"."""

from __future__ import annotations

from .complements import Report, content_end
from .cues import Cue, particles_of, words
from .forms import TITLE, Form
from .function_words import (
    ADJUNCTS,
    DETERMINERS,
    NOMINATIVE,
    OPENERS,
    PREPOSITIONS,
    RELATIVES,
    TIMES,
)
from .phrases import Sentence, has_clause, is_clause
from .subjects import Range, phrase_after


def bare_tag(tokens: Sentence, i: int, cue: Cue, low: int) -> list[Report]:
    """Read a verb with no subject behind marked words: “…” said."""
    if i and tokens[i - 1].mark >= 0 and cue.frames & {"say", "tag"} and i - 1 >= low:
        return [Report(i - 1, i, tokens.span(i), None, "tag")]
    return []


def inverted(tokens: Sentence, i: int, cue: Cue, low: int) -> list[Report] | None:
    """Read "…, said Telford" and "However, says Kuhrt, “…”"; None when the verb is not inverted."""
    before = tokens[i - 1] if i else None
    if before is None or not (before.mark >= 0 or before.text in (",", "—", "–")) or "judge" in cue.frames:
        return None
    if not cue.frames & {"say", "state", "tag"}:
        return None
    start = i + 1
    if start < len(tokens) and tokens[start].low in particles_of(cue.lemma):
        start += 1
    phrase = phrase_after(tokens, start, len(tokens))
    if phrase is None or tokens[phrase[0]].low in words("times") or _begins_clause(tokens[phrase[0]]):
        return None
    phrase = _named_apposition(tokens, phrase)
    behind = tokens[phrase[1]] if phrase[1] < len(tokens) else None
    if before.mark >= 0 and behind is not None and behind.low.endswith("ed"):
        behind = None
    open_end = behind is None or not behind.word or behind.lists & (RELATIVES | ADJUNCTS)
    if not open_end and not (before.mark >= 0 and behind.low in ("and", "but")):
        return None
    named = any(t.upper for t in tokens[phrase[0] : phrase[1]])
    bare = before.mark < 0 and not named and tokens[phrase[0]].low not in words("determiners")
    if bare and (phrase[1] - phrase[0] > 3 or (behind is not None and behind.text != ".")):
        return None
    if before.mark < 0 and not has_clause(tokens, low, i - 1):
        rest = behind_tag(tokens, phrase[1])
        opening = all(t.lists & OPENERS or not t.word for t in tokens[low:i])
        if rest is not None and (opening or tokens[rest].mark >= 0):
            return [Report(rest, content_end(tokens, rest, len(tokens)), tokens.span(i), phrase, "clause")]
        return None
    first = content_start(tokens, low, i)
    return [
        Report(first, _before_comma(tokens, i), tokens.span(i), phrase, "tag"),
        *go_on(tokens, phrase[1], i, phrase),
    ]


def _begins_clause(token: Form) -> bool:
    return token.low in ("that", "there", "this", "it") or ("'" in token.low and token.lists & NOMINATIVE)


def _named_apposition(tokens: Sentence, phrase: Range) -> Range:
    """Prefer the name in "her partner, Jason Ito,": a description followed by nothing but a name between commas."""
    b = phrase[1]
    if b >= len(tokens) or tokens[b].text != "," or tokens[b - 1].upper:
        return phrase
    end = b + 1
    while end < len(tokens) and end - b < 5 and tokens[end].word and tokens[end].upper:
        end += 1
    closed = end >= len(tokens) or tokens[end].text in (",", ".") or tokens[end].lists & RELATIVES
    return (b + 1, end) if end > b + 1 and closed else phrase


def _before_comma(tokens: Sentence, i: int) -> int:
    return i - 1 if tokens[i - 1].mark < 0 and not tokens[i - 1].word else i


def content_start(tokens: Sentence, low: int, high: int) -> int:
    """Find where the words before a tag begin; a conjunction behind an earlier report is not theirs."""
    while low < high and not (tokens[low].word or tokens[low].mark >= 0):
        low += 1
    if low and low < high and tokens[low].low in ("and", "or"):
        low += 1
    if low < high - 1 and tokens[high - 1].mark >= 0:
        return _start_of_marked(tokens, low, high - 1)
    return low


def _start_of_marked(tokens: Sentence, low: int, marked: int) -> int:
    """Decide whether the words before a marked stretch belong to what its tag reports."""
    before = tokens[marked - 1]
    if before.text == ":" or (before.text == "," and not has_clause(tokens, low, marked - 1)):
        return marked
    return low


def tagged(tokens: Sentence, i: int, cue: Cue, low: int, source: Range, outer: int) -> list[Report]:
    """Read "…, Smith said." once nothing reported stands behind the verb."""
    if not cue.frames & {"say", "state", "tell", "tag"} and not (
        "that" in cue.frames and outer and tokens[outer - 1].mark >= 0
    ):
        return []
    k = outer
    while k > low and tokens[k - 1].low in ("as", "and", "but", "then", "the"):
        k -= 1
    if k <= low or not (tokens[k - 1].mark >= 0 or tokens[k - 1].text in (",", "—", "–", "?", "!")):
        return []
    end = _before_comma(tokens, k)
    first = content_start(tokens, low, end)
    marked = any(t.mark >= 0 for t in tokens[first:end])
    apart = marked and tokens[k - 1].mark < 0 and tokens[k - 2].mark < 0
    if apart and _takes_object(tokens, i, cue):
        return []
    if not marked and not _may_be_tagged(tokens, first, end, i, cue):
        return []
    return [Report(first, end, tokens.span(i), source, "tag"), *go_on(tokens, i + 1, i, source)]


def _may_be_tagged(tokens: Sentence, first: int, end: int, i: int, cue: Cue) -> bool:
    """Tell whether words without marks before a tag are a reported clause."""
    if cue.thought or cue.lemma in ("begin", "ask", "read", "offer", "continue"):
        return False
    if cue.lemma == "go":
        return i + 1 < len(tokens) and tokens[i + 1].low == "on" and has_clause(tokens, first, end)
    infinitive = i + 1 < len(tokens) and tokens[i + 1].low == "to" and _takes_object(tokens, i + 1, cue)
    if infinitive or _takes_object(tokens, i, cue):
        return False
    if has_clause(tokens, first, end):
        return True
    opening = tokens[first].low.endswith("ing") or tokens[first].lists & (PREPOSITIONS | TIMES)
    return end - first > 4 and not opening


def _takes_object(tokens: Sentence, i: int, cue: Cue) -> bool:
    """Tell whether a word that is no adjunct follows a verb: "wrote a letter", "promised to go"."""
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if after is None or not after.word or "tell" in cue.frames:
        return False
    if tokens[i].low == "to":
        return not after.lists & DETERMINERS and not after.upper
    return not after.lists & ADJUNCTS and not after.lists & TIMES and not after.low.endswith("ly")


def behind_tag(tokens: Sentence, k: int) -> int | None:
    """Find what goes on behind a tag: past its adjuncts and one comma; None at the sentence's end."""
    while k < len(tokens) and (tokens[k].word or tokens[k].text == "("):
        k += 1
        if tokens[k - 1].text == "(":
            k = next((j for j in range(k, len(tokens)) if tokens[j].text == ")"), k) + 1
    if k >= len(tokens) or (tokens[k].text not in (",", ";", "—", "–", ":") and tokens[k].mark < 0):
        return None
    if tokens[k].low == TITLE:
        return None  # "…, she said on “Good Morning Osh.”"
    k += tokens[k].mark < 0
    return k if k < len(tokens) else None


def go_on(tokens: Sentence, k: int, i: int, source: Range) -> list[Report]:
    """Read what goes on behind a tag: "…, she said, but …"."""
    rest = behind_tag(tokens, k)
    if rest is None:
        return []
    first = tokens[rest]
    if first.mark < 0:
        if first.lists & RELATIVES or (first.low.endswith("ing") and len(first.low) > 4):
            rest2 = behind_tag(tokens, rest) if first.lists & RELATIVES else None
            if rest2 is None or tokens[rest2].mark < 0 or tokens[rest2 - 1].word:
                return []
            rest = rest2
        elif first.low in ("as", "according", "when", "while", "though", "although", "after", "a", "an", "the"):
            return go_on(tokens, rest, i, source) if first.low in ("a", "an", "the") else []
        elif not is_clause(tokens, rest + (first.low in ("but", "and", "that", "for")), len(tokens)):
            return []
    if tokens[rest].low == "that":
        rest += 1
    end = content_end(tokens, rest, len(tokens))
    if tokens[rest].mark >= 0:
        end = rest + 1
    return [Report(rest, end, tokens.span(i), source, "more")]
