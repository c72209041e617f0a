"""Turns, quotations, prose → sentences that know who speaks; together they partition the document."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from typing import Any

import pandas as pd

from . import tables
from .layout import Block, Layout, layout_of, stage_directions
from .reading.lines import pattern_of, read_rules
from .repeats import mark_repeats
from .turns import TRAVELLING

_STOP = re.compile(r"(?P<stop>[.?!…]+)(?P<close>[\"”’')\]»*_]*)(?P<space>\s*)(?=(?P<next>\S))")
_WORD_BEFORE = re.compile(r"[\w.'’-]*\w$")
_OPENS = re.compile(r"[A-Z0-9À-ÖØ-ÞĀ-ſА-Я\"“‘'«(\[*_–—-]")
_VOICE_OF_KIND = {"heading": "heading", "label": "label", "speech": "turn", "prose": "narration"}


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
    turns_by, quotations_by = _by_document(turns), _by_document(quotations)
    rows: list[dict[str, Any]] = []
    for document in documents.to_dict("records"):
        doc_id = document["doc_id"]
        rows += sentences_of(document, layout_of(document["text"]), turns_by[doc_id], quotations_by[doc_id])
    frame = pd.DataFrame(rows)
    if rows:
        frame["repeat_of"] = mark_repeats(frame)
    return tables.build("sentences", frame)


def sentences_of(
    document: dict[str, Any], layout: Layout, turns: list[dict[str, Any]], quotations: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the sentences of one document as rows of the sentences table, repeats not yet marked."""
    text, doc_id = document["text"], document["doc_id"]
    said = Spans([q for q in quotations if q["kind"] != "scare" and pd.isna(q.get("inside"))])
    spoken = Spans(turns)
    travelling = {name: document.get(name) for name in TRAVELLING}
    rows = []
    for start, end, kind, session in _spans(text, layout.blocks):
        row = {
            "doc_id": doc_id,
            "start": start,
            "end": end,
            "text": text[start:end],
            "session": session,
            "voice": _VOICE_OF_KIND.get(kind, "furniture"),
            "session_title": layout.titles.get(session),
            **travelling,
        }
        if kind in ("speech", "prose"):
            row |= _who_speaks(row, (spoken if kind == "speech" else said).between(start, end))
        rows.append(row | {"n_words": _spoken_words(row)})
    return rows


def split_text(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split ``text[start:end]`` into sentences; yields their spans, white space left out.

    A sentence ends at ``. ? ! …`` with the quotation marks and brackets behind them, where white space and something
    that can begin a sentence follow. Full stops of abbreviations and initials end none. Where the space was lost
    ("community.In") the sentence ends all the same.
    """
    last = start
    for match in _STOP.finditer(text, start, end):
        if _ends_sentence(text, start, match):
            cut = match.end("close")
            yield from _stripped(text, last, cut)
            last = cut
    yield from _stripped(text, last, end)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        offset = start + piece.index(stripped[0])
        yield offset, offset + len(stripped)


@cache
def _abbreviations(section: str) -> frozenset[str]:
    return frozenset(str(word) for word in read_rules("sentences.yml")[section])


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    before = _WORD_BEFORE.search(text, max(start, match.start() - 40), match.start())
    word = before[0] if before else ""
    following = text[match.end() : match.end() + 40]
    if not match["space"]:
        return _is_glued(match, word, following)
    if not _OPENS.match(match["next"]):
        return False
    if match["stop"] != ".":
        return True
    folded = word.casefold()
    opener = re.match(r"\w+", following)
    opened = opener is not None and opener[0].casefold() in _abbreviations("openers")
    if folded in _abbreviations("titles"):
        return False
    if folded in _abbreviations("before_figures"):
        return not following[:1].isdigit()
    if folded in _abbreviations("uncertain") and not match["close"]:
        return opened
    initial = (len(word) == 1 and word.isupper()) or re.fullmatch(r"(?:\w\.)+\w", word) is not None
    return opened if initial and not match["close"] else True


def _is_glued(match: re.Match[str], word: str, following: str) -> bool:
    """Tell "community.In fact" from "example.com", "U.S.A" and "4.3"."""
    if match["stop"] not in (".", "?", "!"):
        return False
    glued = re.match(r"[A-Z][a-z]*(?:[ ,’'-]|[a-z])", following) is not None
    return glued and len(word) > 2 and word[-1].islower() and "." not in word and not match["close"]


def _spans(text: str, blocks: Iterable[Block]) -> Iterator[tuple[int, int, str, int]]:
    """Yield sentence spans with the kind of their block, and what lies between the blocks as furniture."""
    last, session = 0, 1
    for block in blocks:
        for a, b in _stripped(text, last, block.start):
            yield a, b, "furniture", session
        session = block.session
        if block.kind in ("speech", "prose"):
            for a, b in split_text(text, block.start, block.end):
                yield a, b, _kind_of(text[a:b], block.kind), session
        else:
            yield block.start, block.end, block.kind, session
        last = block.end
    for a, b in _stripped(text, last, len(text)):
        yield a, b, "furniture", session


def _kind_of(sentence: str, kind: str) -> str:
    """Take a lone stage direction out of the speech, and a teaser's torn end out of the prose."""
    if (
        kind == "speech"
        and sentence[0] in "(["
        and stage_directions(sentence, 0, len(sentence)) == [(0, len(sentence))]
    ):
        return "furniture"
    torn = kind == "prose" and len(sentence) < 120 and pattern_of("teasers").fullmatch(sentence)
    return "furniture" if torn else kind


class Spans:
    """Rows of spans, asked again and again for those that touch a stretch of text."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = sorted(rows, key=lambda row: row["start"])
        self.starts = [row["start"] for row in self.rows]
        self.reached = list(accumulate((row["end"] for row in self.rows), max))

    def between(self, start: int, end: int) -> list[dict[str, Any]]:
        """Return the rows that may share characters with ``start`` to ``end``."""
        return self.rows[bisect_right(self.reached, start) : bisect_left(self.starts, end)]


def _who_speaks(row: dict[str, Any], spans: list[dict[str, Any]]) -> dict[str, Any]:
    """Find the turn or the quotation that a sentence lies in for its most part."""
    if len(spans) == 1 and spans[0]["start"] <= row["start"] and row["end"] <= spans[0]["end"]:
        return _of(spans[0])
    length = len(re.sub(r"\W", "", row["text"]))
    best, most = None, 0
    total = 0
    for span in spans:
        a, b = max(span["start"], row["start"]), min(span["end"], row["end"])
        if a < b:
            shared = len(re.sub(r"\W", "", row["text"][a - row["start"] : b - row["start"]]))
            total += shared
            if shared > most:
                best, most = span, shared
    if best is None or 2 * total <= length:
        return {}
    return _of(best)


def _of(span: dict[str, Any]) -> dict[str, Any]:
    voice = "quotation" if "cue" in span else "turn"
    who = {name: span.get(name) for name in ("speaker", "state", "role", "how")}
    return {"voice": voice, "turn": span["start"], **who}


def _spoken_words(row: dict[str, Any]) -> int:
    words = tables.count_words(row["text"])
    if row["voice"] == "turn" and ("(" in row["text"] or "[" in row["text"]):
        directions = stage_directions(row["text"], 0, len(row["text"]))
        words -= sum(tables.count_words(row["text"][a:b]) for a, b in directions)
    return words


def _by_document(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.to_dict("records"):
        found[row["doc_id"]].append(row)
    return found
