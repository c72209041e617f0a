"""Prose → quotations: direct, mixed and indirect, each with its cue, its source as printed, and who that is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import pandas as pd

from . import tables
from .layout import Block, Layout, layouts_of
from .speech.cued import cued_sentences
from .speech.findings import Found, from_post, in_sentence, post_of
from .speech.forms import row_of, with_marks
from .speech.namings import read_names
from .speech.phrases import Sentence, sentences_with
from .speech.prose import Prose, split_prose
from .speech.quotes import Marked, likely_marked, marks_by_paragraph
from .speech.sources import UNRESOLVED, Source, resolve_sources
from .tokens import count_words
from .turns import TRAVELLING

#: a block with the number of its document
Place = tuple[int, Block]
#: the values of one row, by `_RECORD`
Record = tuple[Any, ...]

_SIGNED = re.compile(r"[\"“«][^\"”»]{8,}[\"”»]\s*[—–―-]{1,2}\s*[A-Z]")
_RECORD = tuple(
    "start end text kind cue cue_start cue_end label label_start label_end how speaker state role confidence inside"
    " session".split()
)


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
    numbered = list(enumerate(zip(texts, layouts, spoken, strict=True)))
    prose = [(n, b) for n, (text, layout, _) in numbered for b in layout.blocks if _may_quote(text, b)]
    speech = [(n, b) for n, (_, layout, speaks) in numbered if speaks for b in layout.blocks if b.kind == "speech"]
    marks = _marks(texts, prose, speech)
    paragraphs = split_prose(texts, [(n, block.start, block.end) for n, block in prose])
    found = _in_prose(texts, prose, paragraphs, marks)
    quoted = [(n, q.start, q.end) for n, here in enumerate(found) for q in here if q.kind in ("direct", "scare")]
    namings = read_names(paragraphs, [any(q.kind != "scare" for q in here) for here in found], quoted)
    rows = []
    for text, here, names in zip(texts, found, namings, strict=True):
        sources = resolve_sources(text, names, here)
        rows.append([_record(text, q, source) for q, source in zip(here, sources, strict=True)])
    for n, q in _in_turns(texts, speech, marks[len(prose) :]):
        rows[n].append(_record(texts[n], q, UNRESOLVED))
    return [sorted(here, key=itemgetter(0)) for here in rows]


def _marks(texts: list[str], prose: list[Place], speech: list[Place]) -> list[list[Marked]]:
    """Pair the quotation marks of all paragraphs, first those of prose, then those of speech."""
    likely = likely_marked(texts, [(n, block.start, block.end) for n, block in [*prose, *speech]])
    found: list[list[Marked]] = []
    for places in (prose, speech):
        for n, here in groupby(places, key=itemgetter(0)):
            spans = [(block.start, block.end) for _, block in here]
            asked = likely[len(found) : len(found) + len(spans)]
            found += marks_by_paragraph(texts[n], spans, asked) if any(asked) else [[]] * len(spans)
    return found


def _in_prose(texts: list[str], prose: list[Place], paragraphs: Prose, marks: list[list[Marked]]) -> list[list[Found]]:
    """Find the quotations of each document in prose; the paragraphs of one are numbered from its first."""
    posts = {p: post for p, (n, b) in enumerate(prose) if (post := post_of(texts[n], b.start, b.end))}
    marked = {p for p, here in enumerate(marks[: len(prose)]) if here}
    plain = np.ones(len(prose), dtype=bool)
    plain[[*posts, *marked]] = False
    cued: dict[int, list[Sentence]] = {p: [] for p in sorted({*posts, *marked})}
    for p, first, last in cued_sentences(paragraphs, plain):
        cued.setdefault(p, []).append(Sentence(paragraphs.forms[first:last], paragraphs.starts[first:last]))
    opening = {n: p for p, (n, _) in reversed(list(enumerate(prose)))}
    found: list[list[Found]] = [[] for _ in texts]
    for p, sentences in sorted(cued.items(), key=itemgetter(0)):
        n, block = prose[p]
        number = p - opening[n]
        if p in posts:
            found[n].append(from_post(posts[p], number, block.session))
        elif p in marked:
            row = with_marks(texts[n], paragraphs.row(p), block.end, marks[p])
            sentences = sentences_with(texts[n], row, attrgetter("cue"))  # noqa: PLW2901
        for sentence in sentences:
            found[n] += in_sentence(texts[n], sentence, marks[p], number, block.session)
    return found


def _in_turns(texts: list[str], speech: list[Place], marks: list[list[Marked]]) -> Iterator[tuple[int, Found]]:
    """Find the marked words inside turns: what a speaker quotes is nobody's speech in the room."""
    for (n, block), here in zip(speech, marks, strict=True):
        if not here:
            continue
        row = with_marks(texts[n], row_of(texts[n], block.start, block.end), block.end, here)
        for sentence in sentences_with(texts[n], row, lambda form: form.mark >= 0):
            for found in in_sentence(texts[n], sentence, here, 0, block.session):
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
