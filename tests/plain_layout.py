"""The layout of one text the plain way, line by line: what `layouts_of` must equal, which works on many at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from sco_analysis.layout import Block, Layout
from sco_analysis.reading.candidates import Label
from sco_analysis.reading.labels import labels_among
from sco_analysis.reading.lines import LONGEST, Line, is_wrapped, look_of, pattern_of

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?:.*?\n)---[ \t]*(?=\r?\n|\Z)", re.S)
_BLANK = "\b\ufeff\u200b \t\xa0\u2002\u2003\u2009\u200e\u200f\x1a\x1f\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029"
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
_MARKUP = re.compile(r"[\s*_#>\[]*(?:Q\d{1,4}\.?[\s*_]*)?")


def split_lines(text: str) -> list[Line]:
    """Split a text into its lines; LF, CR, CRLF, form feeds and the Unicode separators all end one.

    Returns the lines that hold more than white space, in order, as spans: ``text[line.start:line.end] == line.text``.
    """
    lines: list[Line] = []
    front = _FRONT_MATTER.match(text) if text.startswith("---") else None
    front_end = front.end() if front else 0
    last = at = 0
    for raw in text.splitlines(keepends=True):
        begin, at = at, at + len(raw)
        line = raw.strip(_BLANK)
        if not line or line.isspace():
            continue
        indent = 0 if raw[0] == line[0] else raw.index(line[0])
        start = begin + indent
        end = start + len(line)
        gap = not lines or (start - last > 1 and _is_gap(text[last:start]))
        look = look_of(line) if end > front_end else "furniture"
        lines.append(Line(start, end, line, look, gap, indent))
        last = end
    return lines


def _is_gap(between: str) -> bool:
    """Tell whether an empty line stands in the white space between two lines."""
    feeds = between.count("\n")
    return feeds + between.count("\f") > 1 or (not feeds and between.count("\r") > 1)


def _labels(text: str, lines: list[Line], wrapped: bool) -> list[Label]:
    pairs = [*zip_longest(lines, lines[1:])]
    margins = zip(lines, [0, *(line.end for line in lines)], strict=False)
    colons = [at for at, character in enumerate(text) if character == ":"]
    return labels_among(text, pairs, wrapped, pairs, lambda: margins, colons)


def lay_out(text: str) -> Layout:
    """Lay out one text."""
    lines = split_lines(text)
    wrapped = is_wrapped(lines)
    labels = tuple(_labels(text, lines, wrapped))
    pieces = list(_classify(list(_cut_at(labels, lines, text)), wrapped))
    spans = _join(pieces) if wrapped else [(line.start, line.end, kind) for line, kind in pieces]
    blocks = tuple(_number_sessions(_without_tag_lines(spans), text))
    titles: dict[int, str] = {}
    for block in blocks:
        if block.kind == "heading" and block.session not in titles:
            titles[block.session] = " ".join(text[block.start : block.end].split())
    return Layout(blocks, labels, titles)


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
