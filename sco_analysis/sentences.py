"""Turns, quotations, prose → sentences that know who speaks; together they partition the document."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from . import tables
from .layout import Layout, layout_of, stage_directions
from .reading.lines import pattern_of
from .reading.stops import ends_sentence, find_ends, stops_of
from .repeats import mark_repeats
from .tokens import Tokens, split_tokens
from .turns import TRAVELLING

_VOICE_OF_KIND = {"heading": "heading", "label": "label", "speech": "turn", "prose": "narration"}
_OPEN_BRACKETS = (ord("("), ord("["))
_LONGEST_TEASER = 120


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


def sentences_and_tokens(
    documents: pd.DataFrame, turns: pd.DataFrame, quotations: pd.DataFrame
) -> tuple[pd.DataFrame, Tokens]:
    """Return the table of `split_sentences`, and the tokens of its texts in the order of its rows."""
    tokens = split_tokens(documents["text"].tolist())
    spans = _Spans(tokens, [layout_of(text) for text in documents["text"]])
    frame = spans.table(documents)
    _add_speakers(frame, spans, documents, turns, quotations)
    frame["n_words"] = _spoken_words(tokens, spans, frame["voice"].to_numpy())
    own = _own_tokens(tokens, spans, frame)
    frame["repeat_of"] = mark_repeats(frame, own)
    built = tables.build("sentences", frame)
    if not built["start"].equals(frame["start"]) or not built["doc_id"].equals(frame["doc_id"]):
        own = split_tokens(built["text"].tolist())  # the documents do not stand in the order of their names
    return built, own


def _own_tokens(tokens: Tokens, spans: _Spans, frame: pd.DataFrame) -> Tokens:
    """Return the tokens of the sentences' texts: those of the documents, unless a sentence ends inside a word."""
    try:
        return tokens.recut(spans.start, spans.end)
    except ValueError:
        return split_tokens(frame["text"].tolist())


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


class _Spans:
    """The sentences of many documents as arrays, in order: ``start`` and ``end`` are offsets in the texts joined."""

    def __init__(self, tokens: Tokens, layouts: list[Layout]) -> None:
        self.base = tokens.base
        start, end, kind, session, doc = self._pieces(tokens, layouts)
        is_text = (kind == "speech") | (kind == "prose")
        cuts = find_ends(tokens, start[is_text], end[is_text])
        home = np.searchsorted(start, cuts, side="right") - 1
        starts = np.concatenate([start, cuts])
        home = np.concatenate([np.arange(len(start)), home])
        order = np.argsort(starts, kind="stable")
        starts, home = starts[order], home[order]
        following = np.append(starts[1:], len(tokens.text))
        starts, ends = _strip(tokens, starts, np.minimum(following, end[home]))
        kept = starts < ends
        self.start, self.end, home = starts[kept], ends[kept], home[kept]
        self.kind, self.session, self.doc = kind[home], session[home], doc[home]
        self.titles = [layout.titles for layout in layouts]
        self._demote(tokens)

    @staticmethod
    def _pieces(tokens: Tokens, layouts: list[Layout]) -> tuple[np.ndarray, ...]:
        """List the blocks, and as furniture what lies between them."""
        rows = []
        for doc, (base, length, layout) in enumerate(
            zip(tokens.base.tolist(), tokens.lengths.tolist(), layouts, strict=True)
        ):
            last, session = 0, 1
            for block in layout.blocks:
                if last < block.start:
                    rows.append((base + last, base + block.start, "furniture", session, doc))
                session = block.session
                rows.append((base + block.start, base + block.end, block.kind, session, doc))
                last = block.end
            if last < length:
                rows.append((base + last, base + length, "furniture", session, doc))
        start, end, kind, session, doc = zip(*rows, strict=True) if rows else ((), (), (), (), ())
        numbers = (np.array(column, dtype=np.int64) for column in (start, end, session, doc))
        start, end, session, doc = numbers
        return start, end, np.array(kind, dtype=object), session, doc

    def _demote(self, tokens: Tokens) -> None:
        """Take a lone stage direction out of the speech, and a teaser's torn end out of the prose."""
        text = tokens.text
        opens = np.isin(tokens.characters[self.start], _OPEN_BRACKETS) & (self.kind == "speech")
        for i in np.flatnonzero(opens).tolist():
            span = (int(self.start[i]), int(self.end[i]))
            if stage_directions(text, *span) == [span]:
                self.kind[i] = "furniture"
        short = (self.kind == "prose") & (self.end - self.start < _LONGEST_TEASER)
        teaser = pattern_of("teasers").fullmatch
        for i in np.flatnonzero(short).tolist():
            a, b = int(self.start[i]), int(self.end[i])
            if (text.find("…", a, b) >= 0 or text.find("[", a, b) >= 0) and teaser(text[a:b]):
                self.kind[i] = "furniture"

    def table(self, documents: pd.DataFrame) -> pd.DataFrame:
        """Return the columns of the sentences table that follow from the layout alone."""
        texts, base = documents["text"].tolist(), self.base[self.doc]
        start, end = self.start - base, self.end - base
        titles = [self.titles[d].get(n) for d, n in zip(self.doc.tolist(), self.session.tolist(), strict=True)]
        columns = {
            "doc_id": documents["doc_id"].astype("str").array.take(self.doc),
            "start": start,
            "end": end,
            "text": [texts[d][a:b] for d, a, b in zip(self.doc.tolist(), start.tolist(), end.tolist(), strict=True)],
            "session": self.session,
            "voice": pd.Series(self.kind, dtype=object).map(_VOICE_OF_KIND).fillna("furniture").astype("str").array,
            "session_title": pd.array(titles, dtype="str"),
        }
        for name in TRAVELLING:
            columns[name] = documents[name].array.take(self.doc) if name in documents else None
        return pd.DataFrame(columns, index=range(len(start)))


def _strip(tokens: Tokens, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leave out the white space at both ends of each span; what holds nothing else comes out empty."""
    start, end = start.copy(), end.copy()
    for edge, step, inner in ((start, 1, 0), (end, -1, -1)):
        waiting = np.flatnonzero(start < end)
        for _ in range(8):  # longer white space is rare
            waiting = waiting[_is_space(tokens.characters[edge[waiting] + inner])]
            edge[waiting] += step
            waiting = waiting[start[waiting] < end[waiting]]
        for i in waiting.tolist():
            span = next(_stripped(tokens.text, int(start[i]), int(end[i])), (0, 0))
            start[i], end[i] = span
    return start, end


_SPACES = np.array([ord(c) for c in map(chr, range(0x3001)) if c.isspace()])


def _is_space(points: np.ndarray) -> np.ndarray:
    return np.isin(points, _SPACES)


# ---------------------------------------------------------------------- who speaks


def _add_speakers(
    frame: pd.DataFrame, spans: _Spans, documents: pd.DataFrame, turns: pd.DataFrame, quotations: pd.DataFrame
) -> None:
    """Give each sentence of speech its turn, and each sentence of prose the quotation that it mostly is."""
    said = quotations[quotations["kind"].ne("scare")]
    said = said[said["inside"].isna()] if "inside" in said else said
    number = pd.Series(np.arange(len(documents)), documents["doc_id"].astype("str"))
    n = len(spans.start)
    voice, turn = frame["voice"].to_numpy(dtype=object), np.full(n, -1)
    who = {name: np.full(n, None, dtype=object) for name in ("speaker", "state", "role", "how")}
    for kind, holders, its_voice in (("speech", turns, "turn"), ("prose", said, "quotation")):
        holders = holders[holders["doc_id"].isin(number.index)]  # noqa: PLW2901
        sentences = np.flatnonzero(spans.kind == kind)
        doc = number[holders["doc_id"]].to_numpy(dtype=np.int64)
        start, end = (spans.base[doc] + holders[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
        holder = _holders(frame["text"], spans, sentences, start, end)
        held, holder = sentences[holder >= 0], holder[holder >= 0]
        voice[held], turn[held] = its_voice, (start - spans.base[doc])[holder]
        for name, values in who.items():
            if name in holders:
                values[held] = holders[name].to_numpy(dtype=object)[holder]
    frame["voice"] = pd.array(voice, dtype="str")
    frame["turn"] = pd.Series(turn, dtype="Int64").mask(turn < 0)
    for name, values in who.items():
        frame[name] = pd.array(values, dtype="str")


def _holders(texts: pd.Series, spans: _Spans, sentences: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Find for each of ``sentences`` the span ``start:end`` in which more than half of it lies; −1 where none does."""
    order = np.lexsort((end, start))
    start, end = start[order], end[order]
    a, b = spans.start[sentences], spans.end[sentences]
    first = np.searchsorted(np.maximum.accumulate(end) if len(end) else end, a, side="right")
    last = np.searchsorted(start, b, side="left")
    found = np.full(len(sentences), -1)
    alone = np.flatnonzero(last - first == 1)
    whole = alone[(start[first[alone]] <= a[alone]) & (b[alone] <= end[first[alone]])]
    found[whole] = first[whole]
    for i in np.setdiff1d(np.flatnonzero(last > first), whole, assume_unique=True).tolist():
        text, offset = texts.iat[sentences[i]], int(a[i])
        parts = {
            n: _letters(text[max(int(start[n]) - offset, 0) : max(int(end[n]) - offset, 0)])
            for n in range(int(first[i]), int(last[i]))
        }
        best = max(parts, key=lambda n: parts[n])
        if parts[best] and 2 * sum(parts.values()) > _letters(text):
            found[i] = best
    return np.where(found >= 0, order[found] if len(order) else found, -1)


def _letters(text: str) -> int:
    return len(re.sub(r"\W", "", text))


def _spoken_words(tokens: Tokens, spans: _Spans, voice: np.ndarray) -> np.ndarray:
    """Count the words of each sentence; in a turn, stage directions are nobody's."""
    words = tokens.count_words(spans.start, spans.end)
    brackets = np.flatnonzero(np.isin(tokens.characters, _OPEN_BRACKETS))
    holds = np.searchsorted(brackets, spans.end) > np.searchsorted(brackets, spans.start)
    for i in np.flatnonzero(holds & (voice == "turn")).tolist():
        directions = stage_directions(tokens.text, int(spans.start[i]), int(spans.end[i]))
        words[i] -= sum(tables.count_words(tokens.text[a:b]) for a, b in directions)
    return words
