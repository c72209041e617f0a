"""Documents → blocks: what each line or paragraph is for, and where one page or meeting ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import pandas as pd

from . import tables
from .reading.candidates import Label
from .reading.labels import find_labels
from .reading.lines import LONGEST, Line, is_wrapped, pattern_of, split_lines

#: looks of lines that leave a speech unbroken when they stand inside it, and those that end it
_ENDS_SPEECH = frozenset({"source", "mark", "procedure"})
_KIND_OF_LOOK = {
    "source": "furniture",
    "furniture": "furniture",
    "mark": "mark",
    "caption": "caption",
    "byline": "byline",
    "dateline": "dateline",
    "procedure": "prose",
    "teaser": "prose",
}
#: a line, or what a label leaves of one, with the use found for it: `label`, or none yet
Piece = tuple[Line, str]

_LONGEST_HEADING = 25
#: what may stand before a label on its line: markup, and the number of a question
_ASIDE = re.compile(r"\(([^()\n]{2,80})\)|\[([^\[\]\n]{2,80})\]")
_MARKUP = re.compile(r"[\s*_#>\[]*(?:Q\d{1,4}\.?[\s*_]*)?")


class Block(NamedTuple):
    """One stretch of text with one use."""

    start: int
    end: int
    kind: str
    session: int


@dataclass(frozen=True)
class Layout:
    """All that is known of one document before anybody's name is read: its blocks, its labels, its sessions' titles."""

    blocks: tuple[Block, ...]
    labels: tuple[Label, ...]
    titles: dict[int, str]


def split_blocks(documents: pd.DataFrame) -> pd.DataFrame:
    """Split each document into blocks: headings, prose, labels, speech and what is none of these.

    Takes the documents table; returns one row a block, columns as in ``tables.TABLES["blocks"]``. Blocks do not overlap
    and leave out only white space. Raises `TableError` when ``documents`` lacks ``doc_id`` or ``text``.
    """
    tables.check(documents, "documents", columns=["doc_id", "text"])
    rows = [
        {"doc_id": doc_id, "start": b.start, "end": b.end, "kind": b.kind, "session": b.session}
        for doc_id, text in zip(documents["doc_id"], documents["text"], strict=True)
        for b in layout_of(text).blocks
    ]
    return tables.build("blocks", rows)


def lay_out(text: str) -> Layout:
    """Lay out one text."""
    lines = split_lines(text)
    wrapped = is_wrapped(lines)
    labels = tuple(find_labels(text, lines, wrapped))
    pieces = list(_classify(list(_cut_at(labels, lines, text)), wrapped))
    spans = _join(pieces) if wrapped else [(line.start, line.end, kind) for line, kind in pieces]
    blocks = tuple(_number_sessions(_without_tag_lines(spans), text))
    titles: dict[int, str] = {}
    for block in blocks:
        if block.kind == "heading" and block.session not in titles:
            titles[block.session] = " ".join(text[block.start : block.end].split())
    return Layout(blocks, labels, titles)


class _Kept:
    """`lay_out`, its results kept for the texts asked last: turns, quotations and sentences all rest on them.

    They are kept for as many texts as together hold ``most`` characters: for all of a block of documents, however many.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._held = 0
        self._layouts: dict[str, Layout] = {}
        self._lock = Lock()

    def __call__(self, text: str) -> Layout:
        """Return the layout of one text."""
        layout = self._layouts.get(text)
        if layout is None:
            layout = lay_out(text)
            with self._lock:
                self._keep(text, layout)
        return layout

    def _keep(self, text: str, layout: Layout) -> None:
        if text not in self._layouts:
            self._layouts[text] = layout
            self._held += len(text)
        while self._held > self.most:
            oldest = next(iter(self._layouts))
            del self._layouts[oldest]
            self._held -= len(oldest)

    def cache_clear(self) -> None:
        """Forget all layouts."""
        with self._lock:
            self._layouts.clear()
            self._held = 0


layout_of = _Kept(most=24_000_000)


def _cut_at(labels: Iterable[Label], lines: list[Line], text: str) -> Iterator[Piece]:
    """Cut the lines at the accepted labels; yields each piece, those of labels with their kind."""
    waiting = (label for label in labels if label.accepted)
    label = next(waiting, None)
    reached = 0  # a label may run over the end of its line
    for line in lines:
        if reached <= line.start and (label is None or label.start >= line.end):
            yield line, ""
            continue
        start = max(line.start, reached)
        while label and label.start < line.end:
            if label.start > start and not _MARKUP.fullmatch(text, start, label.start):
                yield from _cut(line, text, start, label.start)
            own = Line(label.start, label.end, text[label.start : label.end], line.look, line.gap, line.indent)
            yield own, "label"
            start = reached = max(start, label.end)
            label = next(waiting, None)
        if start < line.end and text[start : line.end].strip(" \t*_\xa0"):
            yield from _cut(line, text, start, line.end)


def _cut(line: Line, text: str, start: int, end: int) -> Iterator[Piece]:
    raw = text[start:end]
    inner = raw.strip()
    if inner:
        start += raw.index(inner[0])
        yield Line(start, start + len(inner), inner, "", gap=False, indent=0), ""


def _classify(pieces: list[Piece], wrapped: bool) -> Iterator[Piece]:
    """Say what each piece is for; after a label all is speech until something ends it."""
    speaking = False
    for i, (line, kind) in enumerate(pieces):
        if kind:
            speaking = True
        elif line.look in _ENDS_SPEECH:
            kind, speaking = _KIND_OF_LOOK[line.look], False  # noqa: PLW2901
        elif speaking:
            kind = "furniture" if line.look == "furniture" else "speech"  # noqa: PLW2901
        elif line.look:
            kind = _KIND_OF_LOOK[line.look]  # noqa: PLW2901
        else:
            following = pieces[i + 1] if i + 1 < len(pieces) else None
            kind = "heading" if _is_heading(line, following, wrapped) else "prose"  # noqa: PLW2901
        yield line, kind


def _is_heading(line: Line, following: Piece | None, wrapped: bool) -> bool:
    """Tell a heading: short, alone, and not ended as a sentence is; or a short question above a paragraph."""
    words = len(line.text.split(None, _LONGEST_HEADING))
    if words > _LONGEST_HEADING or len(line.text) > LONGEST:
        return False
    alone = line.gap and (following is None or following[0].gap or following[1] == "label")
    if wrapped and not alone:
        return False
    if not line.ended:
        return True
    question = line.text.endswith("?") and words <= 12 and alone
    return question and following is not None and len(following[0].text) > 80


def _join(pieces: list[Piece]) -> list[tuple[int, int, str]]:
    """Join the lines of one paragraph in hard-wrapped text."""
    joined: list[tuple[int, int, str]] = []
    before: Line | None = None
    for line, kind in pieces:
        new_paragraph = before is None or line.gap or (line.indent > before.indent and before.ended)
        if joined and not new_paragraph and joined[-1][2] == kind and kind in ("prose", "speech"):
            joined[-1] = joined[-1][0], line.end, kind
        else:
            joined.append((line.start, line.end, kind))
        before = line
    return joined


def _without_tag_lines(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Take a heading below which nothing stands for what it is: a line of tags, which is furniture."""
    for i in range(len(spans) - 1, 0, -1):
        start, end, kind = spans[i]
        if kind in ("prose", "speech", "label"):
            break
        if kind == "heading":
            spans[i] = start, end, "furniture"
    return spans


def _number_sessions(spans: list[tuple[int, int, str]], text: str) -> Iterator[Block]:
    """Count the pages of one file: a source line ends one, whatever stands behind it begins the next."""
    source = pattern_of("source_lines")
    session, ended = 1, False
    for start, end, kind in spans:
        if ended and kind not in ("furniture", "mark"):
            session, ended = session + 1, False
        yield Block(start, end, kind, session)
        if kind == "furniture" and source.fullmatch(text[start:end]):
            ended = True


def stage_directions(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Find the spans of words in brackets that nobody says, such as ``(Laughter.)``, between two offsets."""
    if text.find("(", start, end) < 0 and text.find("[", start, end) < 0:
        return []
    said = pattern_of("stage_directions").fullmatch
    return [match.span() for match in _ASIDE.finditer(text, start, end) if said((match[1] or match[2]).strip())]
