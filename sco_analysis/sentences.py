"""Turns, quotations, prose → sentences that know who speaks; together they partition the document."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from . import tables
from .layout import MOST_SESSIONS, Layouts, count_spoken, layouts_of, stage_directions
from .reading.lines import SPACES, pattern_of
from .reading.pieces import KINDS
from .reading.stops import ends_sentence, find_ends, stops_of
from .repeats import mark_repeats
from .tokens import Tokens, split_tokens
from .turns import TRAVELLING
from .undisturbed import undisturbed

_BRACKETS = "(["
_LONGEST_TEASER = 120
#: every teaser holds one of these (`layout.yml`)
_OF_TEASERS = "[…"


def split_sentences(documents: pd.DataFrame, turns: pd.DataFrame, quotations: pd.DataFrame) -> pd.DataFrame:
    """Split documents into sentences that know their voice and speaker.

    Parameters
    ----------
    documents, turns, quotations
        The tables of `read_corpus`, `split_turns` and `find_quotations`.

    Returns
    -------
    pandas.DataFrame
        One row a sentence, label, heading or piece of furniture, columns as in ``tables.TABLES["sentences"]``. Every
        non-space character of a document is in exactly one row. A sentence that is mostly quotation takes the voice and
        the speaker of the quotation. ``repeat_of`` marks passages printed before, in this document or an
        earlier one, word for word or slightly edited (`repeats`).

    Raises
    ------
    TableError
        When one of the tables lacks a promised column.
    """
    tables.check(documents, "documents", columns=["doc_id", "text"])
    tables.check(turns, "turns")
    tables.check(quotations, "quotations")
    return sentences_and_tokens(documents, turns, quotations)[0]


@undisturbed
def sentences_and_tokens(
    documents: pd.DataFrame, turns: pd.DataFrame, quotations: pd.DataFrame, tokens: Tokens | None = None
) -> tuple[pd.DataFrame, Tokens]:
    """Return the table of `split_sentences`, and the tokens of its texts in the order of its rows.

    ``tokens`` are those of the documents' texts, where they are known.
    """
    texts = documents["text"].tolist()
    tokens = tokens or split_tokens(texts)
    layouts = layouts_of(texts, tokens)
    spans = _Spans(tokens, layouts)
    own = _own_tokens(tokens, spans)
    voice, who = _speakers(tokens, spans, documents, turns, quotations)
    columns = spans.columns(documents, layouts) | who
    columns["text"] = own.strings if isinstance(own.strings, list) else pd.array(own.strings, dtype="str")
    columns["n_words"] = count_spoken(tokens, spans.start, spans.end, voice == _VOICES.index("turn"))
    frame = pd.DataFrame(columns)
    frame["repeat_of"] = mark_repeats(frame, own)
    built = tables.build("sentences", frame)
    if not built["start"].equals(frame["start"]) or not built["doc_id"].equals(frame["doc_id"]):
        own = split_tokens(built["text"].tolist())  # the documents do not stand in the order of their names
    return built, own


def _own_tokens(tokens: Tokens, spans: _Spans) -> Tokens:
    """Return the tokens of the sentences' texts: those of the documents, unless a sentence ends inside a word."""
    try:
        return tokens.recut(spans.start, spans.end)
    except ValueError:
        pairs = zip(spans.start.tolist(), spans.end.tolist(), strict=True)
        return split_tokens([tokens.text[start:end] for start, end in pairs])


def split_text(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split ``text[start:end]`` into sentences; yields their spans, white space left out.

    Where a sentence ends is told in `ends_sentence`; `split_sentences` finds the same sentences, for whole corpora.
    """
    last = start
    for stop in stops_of(text, start, end):
        if ends_sentence(text, start, stop):
            yield from _stripped(text, last, stop.closed)
            last = stop.closed
    yield from _stripped(text, last, end)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        offset = start + piece.index(stripped[0])
        yield offset, offset + len(stripped)


_KINDS = ("furniture", "heading", "label", "speech", "prose")
_FURNITURE, _HEADING, _LABEL, _SPEECH, _PROSE = range(5)
#: the voice of each of these kinds, until a quotation or a turn is found that says it
_VOICES = ("furniture", "heading", "label", "turn", "narration", "quotation")


class _Spans:
    """The sentences of many documents as arrays, in order: ``start`` and ``end`` are offsets in the texts joined."""

    def __init__(self, tokens: Tokens, layouts: Layouts) -> None:
        self.base = tokens.base
        start, end, kind, session, doc = _pieces(tokens, layouts)
        is_text = kind >= _SPEECH
        cuts = find_ends(tokens, start[is_text], end[is_text])
        home = np.searchsorted(start, cuts, side="right") - 1
        starts = np.concatenate([start, cuts])
        home = np.concatenate([np.arange(len(start)), home])
        order = np.argsort(starts, kind="stable")
        starts, home = starts[order], home[order]
        following = np.append(starts[1:], len(tokens.text))
        starts, ends = tokens.strip(starts, np.minimum(following, end[home]), SPACES)
        kept = starts < ends
        self.start, self.end, home = starts[kept], ends[kept], home[kept]
        self.kind, self.session, self.doc = kind[home], session[home], doc[home]
        self._demote(tokens)

    def _demote(self, tokens: Tokens) -> None:
        """Take a lone stage direction out of the speech, and a teaser's torn end out of the prose."""
        text = tokens.text
        opens = tokens.hold(_BRACKETS, self.start) & (self.kind == _SPEECH)
        for i in np.flatnonzero(opens).tolist():
            span = (int(self.start[i]), int(self.end[i]))
            if stage_directions(text, *span) == [span]:
                self.kind[i] = _FURNITURE
        dots = tokens.places(_OF_TEASERS)
        short = (self.kind == _PROSE) & (self.end - self.start < _LONGEST_TEASER)
        short &= np.searchsorted(dots, self.end) > np.searchsorted(dots, self.start)
        teaser = pattern_of("teasers").fullmatch
        for i in np.flatnonzero(short).tolist():
            if teaser(text[self.start[i] : self.end[i]]):
                self.kind[i] = _FURNITURE

    def columns(self, documents: pd.DataFrame, layouts: Layouts) -> dict[str, np.ndarray | ExtensionArray]:
        """Return the columns of the sentences table that follow from the layout alone, without their texts."""
        page = np.flatnonzero(np.diff(self.doc * MOST_SESSIONS + self.session, prepend=-1))  # where each page begins
        pages = zip(self.doc[page].tolist(), self.session[page].tolist(), strict=True)
        titles = pd.array([layouts.titles[doc].get(session) for doc, session in pages], dtype="str")
        lengths = np.diff(page, append=len(self.doc))
        columns = {
            "doc_id": documents["doc_id"].astype("str").array.take(self.doc),
            "start": self.start - self.base[self.doc],
            "end": self.end - self.base[self.doc],
            "session": self.session,
            "session_title": titles.take(np.repeat(np.arange(len(page)), lengths)),
        }
        travelling = [name for name in TRAVELLING if name in documents]
        return columns | {name: documents[name].array.take(self.doc) for name in travelling}


def _pieces(tokens: Tokens, layouts: Layouts) -> tuple[np.ndarray, ...]:
    """List the blocks, and as furniture what lies between them: start, end, kind, session and document of each."""
    number = np.array([_KINDS.index(kind) if kind in _KINDS else _FURNITURE for kind in KINDS])
    before, behind = layouts.first[:-1], layouts.first[1:]
    opens = np.insert(layouts.end, before, tokens.base)
    closes = np.insert(layouts.start, behind, tokens.base + tokens.lengths)
    gap_session, gap_doc = np.insert(layouts.session, before, 1), np.insert(layouts.doc, before, np.arange(len(before)))
    gap = opens < closes
    columns = (
        (opens, layouts.start),
        (closes, layouts.end),
        (np.full(len(gap), _FURNITURE), number[layouts.kind]),
        (gap_session, layouts.session),
        (gap_doc, layouts.doc),
    )
    start, end, kind, session, doc = (np.concatenate([a[gap], b]) for a, b in columns)
    order = np.lexsort((end, start))
    return start[order], end[order], kind[order], session[order], doc[order]


# ---------------------------------------------------------------------- who speaks

_WHO = ("speaker", "state", "role", "how")


def _speakers(
    tokens: Tokens, spans: _Spans, documents: pd.DataFrame, turns: pd.DataFrame, quotations: pd.DataFrame
) -> tuple[np.ndarray, dict[str, ExtensionArray]]:
    """Find for each sentence of speech its turn, and for each sentence of prose the quotation that it mostly is.

    Returns the numbers of their voices in `_VOICES`, and the columns that say who speaks.
    """
    said = quotations[quotations["kind"].ne("scare")]
    said = said[said["inside"].isna()] if "inside" in said else said
    number = pd.Index(documents["doc_id"].astype("str"))
    holder, voice, held = np.full(len(spans.start), -1), spans.kind.copy(), []
    for kind, its_voice, holders in ((_SPEECH, "turn", turns), (_PROSE, "quotation", said)):
        doc = number.get_indexer(holders["doc_id"])
        holders, doc = (holders, doc) if (doc >= 0).all() else (holders[doc >= 0], doc[doc >= 0])  # noqa: PLW2901
        sentences = np.flatnonzero(spans.kind == kind)
        start, end = (spans.base[doc] + holders[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
        found = _holders(tokens, spans.start[sentences], spans.end[sentences], start, end)
        own = sentences[found >= 0]
        holder[own], voice[own] = found[found >= 0] + sum(map(len, held)), _VOICES.index(its_voice)
        held.append(holders)
    begins = np.append(np.concatenate([holders["start"].to_numpy(dtype=np.int64) for holders in held]), 0)
    columns = {
        "voice": pd.array(_VOICES, dtype="str").take(voice),
        "turn": pd.arrays.IntegerArray(begins[holder], holder < 0),
    }
    nobody = pd.Series([None], dtype="str")
    for name in _WHO:
        both = [holders[name] if name in holders else pd.Series(None, index=holders.index) for holders in held]
        told = pd.concat([*(column.astype("str") for column in both), nobody], ignore_index=True)
        columns[name] = told.array.take(holder)  # −1, the last, is nobody
    return voice, columns


def _holders(tokens: Tokens, a: np.ndarray, b: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Find for each sentence ``a:b`` the span ``start:end`` in which more than half of it lies; −1 where none does."""
    order = np.lexsort((end, start))
    start, end = start[order], end[order]
    first = np.searchsorted(np.maximum.accumulate(end) if len(end) else end, a, side="right")
    last = np.searchsorted(start, b, side="left")
    found = np.full(len(a), -1)
    alone = np.flatnonzero(last - first == 1)
    whole = alone[(start[first[alone]] <= a[alone]) & (b[alone] <= end[first[alone]])]
    found[whole] = first[whole]
    split = np.setdiff1d(np.flatnonzero(last > first), whole, assume_unique=True)
    found[split] = _largest_part(tokens, (a[split], b[split]), (first[split], last[split]), (start, end))
    return np.where(found >= 0, order[found] if len(order) else found, -1)


_Pair = tuple[np.ndarray, np.ndarray]


def _largest_part(tokens: Tokens, sentence: _Pair, numbers: _Pair, span: _Pair) -> np.ndarray:
    """Find for each sentence, given by start and end, which of its spans holds most of its letters.

    Its spans are those from the first up to the last of two ``numbers``; ``span`` are the starts and ends of all.
    Gives −1 where its spans together hold no more than half of its letters.
    """
    first, last = numbers
    many = last - first
    begins = np.cumsum(many) - many
    whose = np.repeat(np.arange(len(many)), many)
    which = np.arange(len(whose)) + np.repeat(first - begins, many)
    start, end = np.maximum(span[0][which], sentence[0][whose]), np.minimum(span[1][which], sentence[1][whose])
    letters = tokens.count_letters(start, end)
    best = which[np.lexsort((which, -letters, whose))[begins]]
    together = np.bincount(whose, letters, minlength=len(many))
    return np.where(2 * together > tokens.count_letters(*sentence), best, -1)
