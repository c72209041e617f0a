"""Documents → blocks: what each line or paragraph is for, and where one page or meeting ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from . import tables
from .reading.labels import Label, find_labels
from .reading.lines import Line, is_wrapped, pattern_of, split_lines

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
_LONGEST_HEADING = 25
#: what may stand before a label on its line: markup, and the number of a question
_MARKUP = re.compile(r"[\s*_#>\[]*(?:Q\d{1,4}\.?[\s*_]*)?")


@dataclass(frozen=True, slots=True)
class Block:
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


@lru_cache(maxsize=64)
def layout_of(text: str) -> Layout:
    """Lay out one text. Kept for the texts asked last, because turns, quotations and sentences all rest on it."""
    lines = split_lines(text)
    labels = tuple(find_labels(text, lines))
    wrapped = is_wrapped(lines)
    pieces = _pieces(text, lines, [label for label in labels if label.accepted])
    blocks = list(_classify(pieces, wrapped))
    blocks = _number_sessions(_without_tag_lines(_join(blocks, text) if wrapped else [b for b, _ in blocks]), text)
    titles: dict[int, str] = {}
    for block in blocks:
        if block.kind == "heading":
            titles.setdefault(block.session, " ".join(text[block.start : block.end].split()))
    return Layout(tuple(blocks), labels, titles)


def _pieces(text: str, lines: list[Line], labels: list[Label]) -> Iterator[tuple[Line, bool]]:
    """Cut the lines at the labels; yields each piece with whether it is a label."""
    waiting = iter(labels)
    label = next(waiting, None)
    reached = 0  # a label may run over the end of its line
    for line in lines:
        start = max(line.start, reached)
        while label and label.start < line.end:
            if label.start > start and not _MARKUP.fullmatch(text, start, label.start):
                yield _cut(line, text, start, label.start), False
            yield replace(line, start=label.start, end=label.end, text=text[label.start : label.end]), True
            start = reached = max(start, label.end)
            label = next(waiting, None)
        if start >= line.end:
            continue
        if start == line.start:
            yield line, False
        elif text[start : line.end].strip(" \t*_\xa0"):
            yield _cut(line, text, start, line.end), False


def _cut(line: Line, text: str, start: int, end: int) -> Line:
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    end = start + len(raw.strip())
    return replace(line, start=start, end=end, text=text[start:end], look="", gap=False, indent=0)


def _classify(pieces: Iterator[tuple[Line, bool]], wrapped: bool) -> Iterator[tuple[Block, Line]]:
    """Say what each piece is for; after a label all is speech until something ends it."""
    queue = list(pieces)
    speaking = False
    for i, (line, is_label) in enumerate(queue):
        following = queue[i + 1] if i + 1 < len(queue) else None
        if is_label:
            kind, speaking = "label", True
        elif line.look in _ENDS_SPEECH:
            kind, speaking = _KIND_OF_LOOK[line.look], False
        elif speaking:
            kind = "furniture" if line.look == "furniture" else "speech"
        elif line.look:
            kind = _KIND_OF_LOOK[line.look]
        else:
            kind = "heading" if _is_heading(line, following, wrapped) else "prose"
        yield Block(line.start, line.end, kind, 0), line


def _is_heading(line: Line, following: tuple[Line, bool] | None, wrapped: bool) -> bool:
    """Tell a heading: short, alone, and not ended as a sentence is; or a short question above a paragraph."""
    words = len(line.text.split())
    alone = line.gap and (following is None or following[0].gap or following[1])
    if words > _LONGEST_HEADING or (wrapped and not alone):
        return False
    if not line.ended:
        return True
    return line.text.endswith("?") and words <= 12 and alone and following is not None and len(following[0].text) > 80


def _join(blocks: list[tuple[Block, Line]], text: str) -> list[Block]:
    """Join the lines of one paragraph in hard-wrapped text."""
    joined: list[Block] = []
    before: Line | None = None
    for block, line in blocks:
        new_paragraph = before is None or line.gap or (line.indent > before.indent and before.ended)
        if joined and not new_paragraph and joined[-1].kind == block.kind and block.kind in ("prose", "speech"):
            joined[-1] = replace(joined[-1], end=block.end)
        else:
            joined.append(block)
        before = line
    return joined


def _without_tag_lines(blocks: list[Block]) -> list[Block]:
    """Take a heading below which nothing stands for what it is: a line of tags, which is furniture."""
    blocks = list(blocks)
    for i in range(len(blocks) - 1, -1, -1):
        if blocks[i].kind in ("prose", "speech", "label"):
            break
        if blocks[i].kind == "heading" and i > 0:
            blocks[i] = replace(blocks[i], kind="furniture")
    return blocks


def _number_sessions(blocks: list[Block], text: str) -> list[Block]:
    """Count the pages of one file: a source line ends one, whatever stands behind it begins the next."""
    numbered, session, ended = [], 1, False
    for block in blocks:
        if ended and block.kind not in ("furniture", "mark"):
            session, ended = session + 1, False
        numbered.append(replace(block, session=session))
        if block.kind == "furniture" and pattern_of("source_lines").fullmatch(text[block.start : block.end]):
            ended = True
    return numbered


def stage_directions(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Find the spans of words in brackets that nobody says, such as ``(Laughter.)``, between two offsets."""
    return [
        match.span()
        for match in re.compile(r"\(([^()\n]{2,80})\)|\[([^\[\]\n]{2,80})\]").finditer(text, start, end)
        if pattern_of("stage_directions").fullmatch((match[1] or match[2]).strip())
    ]
