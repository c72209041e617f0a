"""Sentences of prose → the quotations in them before their source is known: where, of what kind, by which cue."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..tables import count_words
from .cues import words
from .forms import row_of
from .phrases import Sentence, has_clause, is_finite
from .quotes import Marked
from .reporting import Report, find_reports
from .subjects import Range, main_subject, phrase_after

#: fewest words of marked words without a cue that count as somebody's speech when they stand inside a sentence
_SPEECH = 7
#: a post of a social network as news sites embed it: words, links, "— Author (@handle) May 1, 2019"
_POST = re.compile(
    r"(?P<words>\S[^@]*?\S)(?:\s*(?:https?://[^\s—–]++|#?[^\s—–]*pic\.twitter\.com/[^\s—–]++))*+\s*[—–]\s*"
    r"(?P<author>[^\n(@—–]{2,60}?)\s*\(@\w+\),?\s+\w+\.? \d{1,2}, \d{4}\s*",
    re.DOTALL,
)


@dataclass(slots=True)
class Found:
    """One quotation before its source is known."""

    start: int
    end: int
    kind: str
    cue: Range
    label: Range | None
    #: `clause`, `tag`, `more`, `according`, `participle`, `judgement`, `colon`, `dash`, `floating`, `fragment`
    how: str
    paragraph: int
    session: int
    inside: str | None = None
    continues: bool = False


def post_of(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the match of a paragraph that is a post with its author's name, handle and date; None for any other."""
    return _POST.fullmatch(text, start, end) if text.find("(@", start, end) >= 0 else None


def from_post(post: re.Match[str], number: int, session: int) -> Found:
    """Read a post that is printed with its author's name, handle and date."""
    start, end = post.span("words")
    return Found(start, end, "direct", (start, start), post.span("author"), "dash", number, session)


def in_sentence(text: str, tokens: Sentence, marks: list[Marked], number: int, session: int) -> list[Found]:
    """Find the quotations of one sentence, in order; ``marks`` are those of its paragraph, whose number is given."""
    reports = find_reports(tokens)
    if not reports and not marks:
        return []
    found = [_from_report(tokens, report, marks, number, session) for report in reports]
    for k in [k for k, token in enumerate(tokens) if token.mark >= 0] if marks else ():
        if not any(report.start <= k < report.end for report in reports):
            found.append(_from_marked(text, tokens, k, marks[tokens[k].mark], number, session))
    return sorted(found, key=lambda q: q.start) if len(found) > 1 else found


def _from_report(tokens: Sentence, report: Report, marks: list[Marked], number: int, session: int) -> Found:
    label = _span_of(tokens, report.source)
    span, kind, continues = _content(tokens, report.start, report.end, marks)
    if report.how == "judgement" and kind == "direct":
        kind, span = "mixed", tokens.span(report.start, report.end)
    return Found(*span, kind, report.cue, label, report.how, number, session, None, continues)


def _content(tokens: Sentence, first: int, last: int, marks: list[Marked]) -> tuple[Range, str, bool]:
    """Return the span of reported tokens and its kind; a stretch that is marked as a whole is given without marks."""
    marked = [t.mark for t in tokens[first:last] if t.mark >= 0]
    if len(marked) == 1 and not any(t.word for t in tokens[first:last]):
        mark = marks[marked[0]]
        return (mark.start, mark.end), "direct", mark.continues
    while last - first > 1 and not tokens[first].word and tokens[first].mark < 0 and tokens[first].text not in "([$#":
        first += 1
    return tokens.span(first, last), "mixed" if marked else "indirect", False


def _from_marked(text: str, tokens: Sentence, k: int, mark: Marked, number: int, session: int) -> Found:
    """Say what marked words are that no cue reports: signed, announced, floating, or words that nobody says."""
    found = Found(mark.start, mark.end, "direct", (mark.start, mark.start), None, "floating", number, session)
    found.continues = mark.continues
    first = not any(t.word for t in tokens[:k])
    rest = [i for i in range(k + 1, len(tokens)) if tokens[i].word]
    signed = first and rest and tokens[k + 1].text in ("—", "–", "--", "-", "―") and tokens[rest[0]].upper
    if signed and len(rest) <= 12:
        found.label, found.how = tokens.span(rest[0], rest[-1] + 1), "dash"
    elif k and tokens[k - 1].text == ":" and count_words(text[mark.start : mark.end]) >= 3:
        subject = main_subject(tokens, 0, k - 1)
        found.label, found.how = _span_of(tokens, subject), "colon"
    elif (tag := _unknown_tag(text, tokens, k, mark)) is not None:
        found.label, found.how = _span_of(tokens, tag), "tag"
        found.cue = tokens.span(tag[1])
    elif not (first and not rest) and not mark.continues:
        found.how = "fragment"
        if mark.single or not _is_speech(text, tokens, k, mark):
            found.kind = "scare"
    elif mark.single and count_words(text[mark.start : mark.end]) < _SPEECH:
        found.kind, found.how = "scare", "fragment"
    return found


def _span_of(tokens: Sentence, phrase: Range | None) -> Range | None:
    return tokens.span(*phrase) if phrase else None


def _is_speech(text: str, tokens: Sentence, k: int, mark: Marked) -> bool:
    """Tell a sentence somebody says from a name, a slogan or a phrase in marks inside the narrator's sentence."""
    leading = " ".join(t.low for t in tokens[max(0, k - 3) : k])
    if any(leading.endswith(word) for word in words("scare_before")):
        return False
    if not text[mark.start : mark.end].lstrip("‘'[( ")[:1].isupper():
        return False
    inside = row_of(text, mark.start, mark.end).forms
    return sum(t.word for t in inside) >= _SPEECH and has_clause(inside, 0, len(inside))


def _unknown_tag(text: str, tokens: Sentence, k: int, mark: Marked) -> Range | None:
    """Find the source of words that end in a comma within their marks and have a verb we do not list for their tag."""
    if mark.single or not text[mark.start : mark.end].rstrip().endswith((",", "?", "!")):
        return None
    phrase = phrase_after(tokens, k + 1, len(tokens))
    if phrase is None or phrase[1] >= len(tokens) or not is_finite(tokens, phrase[1]):
        return None
    named = tokens[phrase[0]].upper or tokens[phrase[0]].low in ("he", "she", "they", "the")
    return phrase if named and tokens[phrase[1]].low not in words("auxiliaries") else None
