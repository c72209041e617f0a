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
from .collecting import uncollected
from .layout import Block, Layout, layouts_of
from .speech.cued import cued_sentences
from .speech.findings import Found, from_post, in_sentence, post_of
from .speech.forms import row_of, with_marks
from .speech.namings import read_names
from .speech.paragraphs import Paragraphs
from .speech.phrases import Sentence, sentences_with
from .speech.prose import Prose, split_prose
from .speech.quotes import Marked, MarkPlaces, pair_marks
from .speech.sources import UNRESOLVED, Source, resolve_sources
from .tokens import count_words
from .turns import TRAVELLING

#: the values of one row, by `_RECORD`
Record = tuple[Any, ...]

_SIGNED = re.compile(r"[\"“«][^\"”»]{8,}[\"”»]\s*[—–―-]{1,2}\s*[A-Z]")
_RECORD = tuple(
    "start end text kind cue cue_start cue_end label label_start label_end how speaker state role confidence inside"
    " session".split()
)


@uncollected
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
    found = _records(texts, list(layouts_of(texts)), spoken)
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
    return [dict(zip(_RECORD, row, strict=True)) for row in _records([text], [layout], [spoken])[0]]


def _records(texts: list[str], layouts: list[Layout], spoken: list[bool]) -> list[list[Record]]:
    """Return the quotations of each document as rows of the table, in order."""
    written, speech = Paragraphs(), Paragraphs()
    for n, (text, layout, speaks) in enumerate(zip(texts, layouts, spoken, strict=True)):
        written.add(n, (block for block in layout.blocks if _may_quote(text, block)))
        speech.add(n, (block for block in layout.blocks if speaks and block.kind == "speech"))
    prose = split_prose(texts, written)
    places = MarkPlaces(texts)
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
    handled = {n for n, text in enumerate(texts) if "(@" in text}
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


def _may_quote(text: str, block: Block) -> bool:
    """Tell whether quotations are looked for in a block: in prose, and in a signed quotation that stands by itself."""
    if block.kind == "heading":
        return bool(_SIGNED.match(text, block.start, block.end) or post_of(text, block.start, block.end))
    return block.kind == "prose"


def _record(text: str, q: Found, source: Source) -> Record:
    a, b = q.label or (q.start, q.start)
    return (
        q.start, q.end, text[q.start : q.end], q.kind, text[q.cue[0] : q.cue[1]], q.cue[0], q.cue[1], text[a:b], a, b,
        source.how, source.name, source.state, source.role, source.confidence, q.inside, q.session,
    )  # fmt: skip


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
