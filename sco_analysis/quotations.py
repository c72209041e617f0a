"""Prose → quotations: direct, mixed and indirect, each with its cue, its source as printed, and who that is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from . import tables
from .layout import Block, Layout, layout_of
from .speech.cues import words
from .speech.forms import Row, row_of, with_marks
from .speech.namings import read_names
from .speech.phrases import Sentence, Token, has_clause, is_finite, sentences_of, tokens_in, tokens_of
from .speech.prose import Prose, split_prose
from .speech.quotes import Marked, marks_by_paragraph
from .speech.reporting import Report, find_reports
from .speech.sources import UNRESOLVED, Source, resolve_sources
from .speech.subjects import Range, main_subject, phrase_after
from .tokens import count_words
from .turns import TRAVELLING

#: fewest words of marked words without a cue that count as somebody's speech when they stand inside a sentence
_SPEECH = 7
#: a post of a social network as news sites embed it: words, links, "— Author (@handle) May 1, 2019"
_POST = re.compile(
    r"(?P<words>\S[^@]*?\S)(?:\s*(?:https?://[^\s—–]++|#?[^\s—–]*pic\.twitter\.com/[^\s—–]++))*+\s*[—–]\s*"
    r"(?P<author>[^\n(@—–]{2,60}?)\s*\(@\w+\),?\s+\w+\.? \d{1,2}, \d{4}\s*",
    re.DOTALL,
)
_SIGNED = re.compile(r"[\"“«][^\"”»]{8,}[\"”»]\s*[—–―-]{1,2}\s*[A-Z]")
_RECORD = tuple(
    "start end text kind cue cue_start cue_end label label_start label_end how speaker state role confidence inside"
    " session".split()
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


def find_quotations(documents: pd.DataFrame, turns: pd.DataFrame) -> pd.DataFrame:
    """Find who is quoted and reported in prose.

    Parameters
    ----------
    documents
        The documents table (`read_corpus`); ``doc_id`` and ``text`` are needed, genre, source and date travel along.
    turns
        The turns of the same documents (`split_turns`): marked words inside a turn are found too, ``inside="turn"``.

    Returns
    -------
    pandas.DataFrame
        One row a quotation, columns as in ``tables.TABLES["quotations"]``. ``text`` leaves out the marks of a direct
        quotation and the "that" of an indirect one. ``speaker`` is missing when nobody can tell; ``how`` and
        ``confidence`` say how it was found. Rows of kind ``scare`` are marked words that nobody says: names, slogans.

    Raises
    ------
    TableError
        When a promised column is missing that is needed here.
    """
    tables.check(documents, "documents", columns=["doc_id", "text"])
    tables.check(turns, "turns", columns=["doc_id", "start", "end", "speaker"])
    with_turns = set(turns["doc_id"].unique().tolist())
    texts = documents["text"].tolist()
    spoken = [doc_id in with_turns for doc_id in documents["doc_id"].tolist()]
    found = _quotations_of(texts, [layout_of(text) for text in texts], spoken)
    rows = [row for here in found for row in here]
    origins = [number for number, here in enumerate(found) for _ in here]
    frame = pd.DataFrame(rows, columns=list(_RECORD))
    for name in ("doc_id", *TRAVELLING):
        frame[name] = documents[name].take(origins).array if name in documents else None
    frame["n_words"] = count_words(frame["text"])
    frame["repeat_of"] = _repeats(frame)
    return tables.build("quotations", frame)


def quotations_of(text: str, layout: Layout, *, spoken: bool = False) -> list[dict[str, Any]]:
    """Return the quotations of one document as records of the quotations table, in order.

    ``spoken`` tells whether the document has turns, inside which marked words are looked for too.
    """
    return _quotations_of([text], [layout], [spoken])[0]


def _quotations_of(texts: list[str], layouts: list[Layout], spoken: list[bool]) -> list[list[dict[str, Any]]]:
    """Return the quotations of each document."""
    blocks = [
        (number, block)
        for number, (text, layout) in enumerate(zip(texts, layouts, strict=True))
        for block in layout.blocks
        if _may_quote(text, block)
    ]
    prose = split_prose(texts, [(number, block.start, block.end) for number, block in blocks])
    found: list[list[Found]] = [[] for _ in texts]
    for number, here in groupby(enumerate(blocks), key=lambda item: item[1][0]):
        places = list(here)
        found[number] += _in_prose(prose, places[0][0], [block for _, (_, block) in places], texts[number])
    quoted = [(n, q.start, q.end) for n, here in enumerate(found) for q in here if q.kind in ("direct", "scare")]
    namings = read_names(prose, [any(q.kind != "scare" for q in here) for here in found], quoted)
    records = []
    for text, layout, here, names, speaks in zip(texts, layouts, found, namings, spoken, strict=True):
        pairs = zip(here, resolve_sources(text, names, here), strict=True)
        rows = [_record(text, q, source) for q, source in pairs]
        if speaks:
            rows += [_record(text, q, UNRESOLVED) for q in _in_turns(text, layout)]
        records.append(sorted(rows, key=lambda record: record["start"]))
    return records


def _may_quote(text: str, block: Block) -> bool:
    """Tell whether quotations are looked for in a block: in prose, and in a signed quotation that stands by itself."""
    if block.kind == "heading":
        return bool(_SIGNED.match(text, block.start, block.end) or _post(text, block.start, block.end))
    return block.kind == "prose"


def _record(text: str, found: Found, source: Source) -> dict[str, Any]:
    a, b = found.label or (found.start, found.start)
    content = text[found.start : found.end]
    return {
        "start": found.start,
        "end": found.end,
        "text": content,
        "kind": found.kind,
        "cue": text[found.cue[0] : found.cue[1]],
        "cue_start": found.cue[0],
        "cue_end": found.cue[1],
        "label": text[a:b],
        "label_start": a,
        "label_end": b,
        "how": source.how,
        "speaker": source.name,
        "state": source.state,
        "role": source.role,
        "confidence": source.confidence,
        "inside": found.inside,
        "session": found.session,
    }


def _repeats(frame: pd.DataFrame) -> list[str | None]:
    """Name, for each quotation printed before in the same document, the first; as where a lead repeats the text."""
    seen: dict[tuple[str, str], str] = {}
    repeats: list[str | None] = []
    rows = zip(*(frame[name].tolist() for name in ("doc_id", "text", "start", "n_words", "kind")), strict=True)
    for doc_id, content, start, n_words, kind in rows:
        here = f"{doc_id}:{start}"
        first = seen.setdefault((doc_id, " ".join(content.casefold().split())), here)
        repeats.append(first if first != here and n_words >= 5 and kind != "scare" else None)
    return repeats


def _in_prose(prose: Prose, first: int, blocks: list[Block], text: str) -> Iterator[Found]:
    marks = marks_by_paragraph(text, [(block.start, block.end) for block in blocks])
    for number, (block, here) in enumerate(zip(blocks, marks, strict=True)):
        post = _post(text, block.start, block.end)
        if post:
            yield _from_post(post, number, block.session)
            continue
        row = with_marks(text, prose.paragraph_row(first + number), block.end, here)
        for sentence in _sentences_with(text, row, [i for i, form in enumerate(row.forms) if form.cue]):
            yield from _in_sentence(text, sentence, here, number, block.session)


def _sentences_with(text: str, row: Row, cues: list[int]) -> Iterator[Sentence]:
    """Cut a row into sentences and yield those that hold one of its forms ``cues``: no other is looked at."""
    if not cues:
        return
    waiting = iter(cues)
    cue = next(waiting, None)
    for begin, end in sentences_of(text, row):
        if cue is None:
            return
        if cue < end:
            yield tokens_in(row, begin, end)
        while cue is not None and cue < end:
            cue = next(waiting, None)


def _post(text: str, start: int, end: int) -> re.Match[str] | None:
    return _POST.fullmatch(text, start, end) if text.find("(@", start, end) >= 0 else None


def _from_post(post: re.Match[str], number: int, session: int) -> Found:
    """Read a post that is printed with its author's name, handle and date."""
    start, end = post.span("words")
    return Found(start, end, "direct", (start, start), post.span("author"), "dash", number, session)


def _in_sentence(text: str, tokens: Sentence, marks: list[Marked], number: int, session: int) -> Iterator[Found]:
    reports = find_reports(tokens)
    found = [_from_report(tokens, report, marks, number, session) for report in reports]
    covered = {k for report in reports for k in range(report.start, report.end)}
    for k, token in enumerate(tokens):
        if token.mark >= 0 and k not in covered:
            found.append(_from_marked(text, tokens, k, marks[token.mark], number, session))
    yield from sorted(found, key=lambda q: q.start)


def _from_report(tokens: list[Token], report: Report, marks: list[Marked], number: int, session: int) -> Found:
    label = _span_of(tokens, report.source)
    start, end, kind, continues = _content(tokens[report.start : report.end], marks)
    if report.how == "judgement" and kind == "direct":
        kind, start, end = "mixed", tokens[report.start].start, tokens[report.end - 1].end
    return Found(start, end, kind, report.cue, label, report.how, number, session, None, continues)


def _content(tokens: list[Token], marks: list[Marked]) -> tuple[int, int, str, bool]:
    """Return the span of reported tokens and its kind; a stretch that is marked as a whole is given without marks."""
    marked = [t for t in tokens if t.mark >= 0]
    plain = [t for t in tokens if t.word]
    if len(marked) == 1 and not plain:
        mark = marks[marked[0].mark]
        return mark.start, mark.end, "direct", mark.continues
    while len(tokens) > 1 and not tokens[0].word and tokens[0].mark < 0 and tokens[0].text not in "([$#":
        tokens = tokens[1:]
    return tokens[0].start, tokens[-1].end, "mixed" if marked else "indirect", False


def _from_marked(text: str, tokens: list[Token], k: int, mark: Marked, number: int, session: int) -> Found:
    """Say what marked words are that no cue reports: signed, announced, floating, or words that nobody says."""
    found = Found(mark.start, mark.end, "direct", (mark.start, mark.start), None, "floating", number, session)
    found.continues = mark.continues
    n_words = tables.count_words(text[mark.start : mark.end])
    first = not any(t.word for t in tokens[:k])
    rest = [t for t in tokens[k + 1 :] if t.word]
    signed = first and rest and tokens[k + 1].text in ("—", "–", "--", "-", "―") and rest[0].upper
    if signed and len(rest) <= 12:
        found.label, found.how = (rest[0].start, rest[-1].end), "dash"
    elif k and tokens[k - 1].text == ":" and n_words >= 3:
        subject = main_subject(tokens, 0, k - 1)
        found.label, found.how = _span_of(tokens, subject), "colon"
    elif (tag := _unknown_tag(text, tokens, k, mark)) is not None:
        found.label, found.how = _span_of(tokens, tag), "tag"
        found.cue = tokens[tag[1]].start, tokens[tag[1]].end
    elif not (first and not rest) and not mark.continues:
        found.how = "fragment"
        if mark.single or not _is_speech(text, tokens, k, mark):
            found.kind = "scare"
    elif mark.single and n_words < _SPEECH:
        found.kind, found.how = "scare", "fragment"
    return found


def _span_of(tokens: list[Token], phrase: Range | None) -> Range | None:
    return (tokens[phrase[0]].start, tokens[phrase[1] - 1].end) if phrase else None


def _is_speech(text: str, tokens: list[Token], k: int, mark: Marked) -> bool:
    """Tell a sentence somebody says from a name, a slogan or a phrase in marks inside the narrator's sentence."""
    leading = " ".join(t.low for t in tokens[max(0, k - 3) : k])
    if any(leading.endswith(word) for word in words("scare_before")):
        return False
    inside = tokens_of(text, mark.start, mark.end)
    capital = text[mark.start : mark.end].lstrip("‘'[( ")[:1].isupper()
    return capital and sum(t.word for t in inside) >= _SPEECH and has_clause(inside, 0, len(inside))


def _unknown_tag(text: str, tokens: list[Token], k: int, mark: Marked) -> Range | None:
    """Find the source of words that end in a comma within their marks and have a verb we do not list for their tag."""
    if mark.single or not text[mark.start : mark.end].rstrip().endswith((",", "?", "!")):
        return None
    phrase = phrase_after(tokens, k + 1, len(tokens))
    if phrase is None or phrase[1] >= len(tokens) or not is_finite(tokens, phrase[1]):
        return None
    named = tokens[phrase[0]].upper or tokens[phrase[0]].low in ("he", "she", "they", "the")
    return phrase if named and tokens[phrase[1]].low not in words("auxiliaries") else None


def _in_turns(text: str, layout: Layout) -> Iterator[Found]:
    """Find the marked words inside turns: what a speaker quotes is nobody's speech in the room."""
    speech = [(b.start, b.end, b.session) for b in layout.blocks if b.kind == "speech"]
    marks = marks_by_paragraph(text, [(start, end) for start, end, _ in speech])
    for (start, end, session), here in zip(speech, marks, strict=True):
        if not here:
            continue
        row = with_marks(text, row_of(text, start, end), end, here)
        for sentence in _sentences_with(text, row, [i for i, form in enumerate(row.forms) if form.mark >= 0]):
            for found in _in_sentence(text, sentence, here, 0, session):
                if found.kind in ("direct", "scare"):
                    found.inside = "turn"
                    yield found
