"""Prose → quotations: direct, mixed and indirect, each with its cue, its source as printed, and who that is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import pandas as pd

from . import tables
from .layout import Layout, Layouts, layouts_of
from .reading.pieces import HEADING, PROSE, SPEECH
from .speech.cued import cued_sentences
from .speech.findings import Found, from_post, in_sentence, post_of
from .speech.forms import row_of, with_marks
from .speech.namings import read_names
from .speech.paragraphs import Paragraphs
from .speech.phrases import Sentence, sentences_with
from .speech.prose import Prose, split_prose
from .speech.quotes import Marked, MarkPlaces, pair_marks
from .speech.sources import UNRESOLVED, Source, resolve_sources
from .tokens import Tokens, count_words
from .turns import TRAVELLING
from .undisturbed import undisturbed

#: the values of one row, by `_RECORD`
Record = tuple[Any, ...]

_SIGNED = re.compile(r"[\"“«][^\"”»]{8,}[\"”»]\s*[—–―-]{1,2}\s*[A-Z]")
_RECORD = tuple(
    "start end text kind cue cue_start cue_end label label_start label_end how speaker state role confidence inside"
    " session".split()
)
_START, _TEXT, _KIND = (_RECORD.index(name) for name in ("start", "text", "kind"))


@undisturbed
def find_quotations(documents: pd.DataFrame, turns: pd.DataFrame, *, tokens: Tokens | None = None) -> pd.DataFrame:
    """Find who is quoted and reported in prose.

    Parameters
    ----------
    documents
        The documents table (`read_corpus`); ``doc_id`` and ``text`` are needed, genre, source and date travel along.
    turns
        The turns of the same documents (`split_turns`): marked words inside a turn are found too, ``inside="turn"``.
    tokens
        The tokens of the documents' texts, where they are known: it saves looking through the texts for marks.

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
    texts = documents["text"].tolist()
    spoken = documents["doc_id"].isin(turns["doc_id"].unique()).to_numpy(dtype=bool)
    layouts = layouts_of(texts, tokens)
    prose = (layouts.kind == PROSE) | _are_quotations(texts, layouts)
    speech = (layouts.kind == SPEECH) & spoken[layouts.doc]
    found = _records(texts, _paragraphs(layouts, prose), _paragraphs(layouts, speech), MarkPlaces(texts, tokens))
    origins = np.repeat(np.arange(len(texts)), [len(here) for here in found])
    values = list(zip(*(record for here in found for record in here), strict=True)) or [()] * len(_RECORD)
    dtypes = {column.name: column.dtype for column in tables.TABLES["quotations"].columns}
    columns = {name: pd.array(column, dtype=dtypes[name]) for name, column in zip(_RECORD, values, strict=True)}
    for name in ("doc_id", *TRAVELLING):
        columns[name] = documents[name].array.take(origins) if name in documents else None
    columns["n_words"] = count_words(values[_TEXT])
    columns["repeat_of"] = _repeats(origins, documents["doc_id"].tolist(), columns["n_words"].tolist(), values)
    return tables.build("quotations", pd.DataFrame(columns))


def _are_quotations(texts: list[str], layouts: Layouts) -> np.ndarray:
    """Tell which headings are signed quotations or posts that stand by themselves."""
    chosen = np.zeros(len(layouts.kind), dtype=bool)
    headings = np.flatnonzero(layouts.kind == HEADING)
    base = layouts.base[layouts.doc[headings]]
    columns = (layouts.doc[headings], layouts.start[headings] - base, layouts.end[headings] - base)
    spans = zip(*(column.tolist() for column in columns), strict=True)
    chosen[headings] = [_stands_alone(texts[n], start, end) for n, start, end in spans]
    return chosen


def _stands_alone(text: str, start: int, end: int) -> bool:
    return bool(_SIGNED.match(text, start, end) or post_of(text, start, end))


def _paragraphs(layouts: Layouts, chosen: np.ndarray) -> Paragraphs:
    """Return the blocks that are ``chosen``."""
    base = layouts.base[layouts.doc[chosen]]
    columns = (layouts.doc[chosen], layouts.start[chosen] - base, layouts.end[chosen] - base, layouts.session[chosen])
    return Paragraphs(*(column.tolist() for column in columns))


def quotations_of(text: str, layout: Layout, *, spoken: bool = False) -> list[dict[str, Any]]:
    """Return the quotations of one document as records of the quotations table, in order.

    ``spoken`` tells whether the document has turns, inside which marked words are looked for too.
    """
    prose = [b for b in layout.blocks if b.kind == "prose"]
    prose += [b for b in layout.blocks if b.kind == "heading" and _stands_alone(text, b.start, b.end)]
    speech = [b for b in layout.blocks if spoken and b.kind == "speech"]
    columns = (
        Paragraphs([0] * len(here), [b.start for b in here], [b.end for b in here], [b.session for b in here])
        for here in (sorted(prose), speech)
    )
    return [dict(zip(_RECORD, row, strict=True)) for row in _records([text], *columns, MarkPlaces([text]))[0]]


def _records(texts: list[str], written: Paragraphs, speech: Paragraphs, places: MarkPlaces) -> list[list[Record]]:
    """Return the quotations of each document, those in turns among them, as rows of the table in order."""
    prose = split_prose(texts, written)
    found = _in_prose(prose, pair_marks(texts, written, places))
    quoted = [(n, q.start, q.end) for n, here in enumerate(found) for q in here if q.kind in ("direct", "scare")]
    namings = read_names(prose, [any(q.kind != "scare" for q in here) for here in found], quoted)
    rows = []
    for text, here, names in zip(texts, found, namings, strict=True):
        sources = resolve_sources(text, names, here)
        rows.append([_record(text, q, source) for q, source in zip(here, sources, strict=True)])
    for n, q in _in_turns(texts, speech, pair_marks(texts, speech, places)):
        rows[n].append(_record(texts[n], q, UNRESOLVED))
    return [sorted(here, key=itemgetter(0)) for here in rows]


def _in_prose(prose: Prose, marks: dict[int, list[Marked]]) -> list[list[Found]]:
    """Find the quotations of each document in prose; the paragraphs of one are numbered from its first."""
    texts, paragraphs = prose.texts, prose.paragraphs
    posts = _posts(texts, paragraphs)
    plain = np.ones(len(paragraphs), dtype=bool)
    plain[[*posts, *marks]] = False
    cued: dict[int, list[tuple[int, int]]] = {p: [] for p in (*posts, *marks)}
    for p, first, last in cued_sentences(prose, plain):
        cued.setdefault(p, []).append((first, last))
    found: list[list[Found]] = [[] for _ in texts]
    for p, spans in sorted(cued.items(), key=itemgetter(0)):
        n, session = paragraphs.text[p], paragraphs.session[p]
        number = p - bisect_left(paragraphs.text, n)
        if p in posts:
            found[n].append(from_post(posts[p], number, session))
            continue
        here = marks.get(p, [])
        if here:
            row = with_marks(texts[n], prose.row(p), paragraphs.end[p], here)
            sentences = sentences_with(texts[n], row, attrgetter("cue"))
        else:
            sentences = (Sentence(prose.forms[first:last], prose.starts[first:last]) for first, last in spans)
        for sentence in sentences:
            found[n] += in_sentence(texts[n], sentence, here, number, session)
    return found


def _posts(texts: Sequence[str], paragraphs: Paragraphs) -> dict[int, re.Match[str]]:
    """Find the paragraphs that are posts."""
    handled = {n for n, text in enumerate(texts) if "@" in text and "(@" in text}
    near = [p for p, n in enumerate(paragraphs.text) if n in handled] if handled else []
    posts = ((p, post_of(texts[paragraphs.text[p]], *paragraphs.span(p))) for p in near)
    return {p: post for p, post in posts if post}


def _in_turns(texts: list[str], speech: Paragraphs, marks: dict[int, list[Marked]]) -> Iterator[tuple[int, Found]]:
    """Find the marked words inside turns: what a speaker quotes is nobody's speech in the room."""
    for p, here in marks.items():
        n, (start, end) = speech.text[p], speech.span(p)
        row = with_marks(texts[n], row_of(texts[n], start, end), end, here)
        for sentence in sentences_with(texts[n], row, lambda form: form.mark >= 0):
            for found in in_sentence(texts[n], sentence, here, 0, speech.session[p]):
                if found.kind in ("direct", "scare"):
                    found.inside = "turn"
                    yield n, found


def _record(text: str, q: Found, source: Source) -> Record:
    a, b = q.label or (q.start, q.start)
    return (
        q.start, q.end, text[q.start : q.end], q.kind, text[q.cue[0] : q.cue[1]], q.cue[0], q.cue[1], text[a:b], a, b,
        source.how, source.name, source.state, source.role, source.confidence, q.inside, q.session,
    )  # fmt: skip


def _repeats(origins: np.ndarray, doc_ids: list[str], n_words: list[int], values: list[tuple]) -> list[str | None]:
    """Name, for each quotation printed before in the same document, the first; as where a lead repeats the text."""
    seen: dict[tuple[str, str], int] = {}
    repeats: list[str | None] = []
    rows = zip(origins.tolist(), values[_TEXT], values[_START], n_words, values[_KIND], strict=True)
    for origin, content, start, n, kind in rows:
        doc_id = doc_ids[origin]
        first = seen.setdefault((doc_id, " ".join(content.casefold().split())), start)
        repeats.append(f"{doc_id}:{first}" if first != start and n >= 5 and kind != "scare" else None)
    return repeats
