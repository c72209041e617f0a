"""Lines and labels → the pieces of many texts, as arrays, and what each is for: heading, label, speech, prose.

A piece is a line, or what a label leaves of one. What a piece is for follows from its look and from what stands before
it; only what may be a heading is read. In hard-wrapped texts the pieces of one paragraph are joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from ..tokens import Tokens
from .candidates import Label
from .lines import LONGEST, LOOKS, SPACES, Line, Lines, is_ended

#: what a block may be for, with the number that stands for it in arrays
KINDS = ("heading", "byline", "dateline", "caption", "furniture", "label", "prose", "speech", "mark")
HEADING, _, _, _, FURNITURE, LABEL, PROSE, SPEECH, MARK = range(len(KINDS))
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
#: looks of lines that end a speech when they stand inside it; the others leave it unbroken
_ENDS_SPEECH = ("source", "mark", "procedure")
_NUMBER_OF_LOOK = {look: number for number, look in enumerate(("", *LOOKS))}
_USE = np.array([0, *(KINDS.index(_KIND_OF_LOOK[look]) for look in LOOKS)])
_ENDING = np.array([False, *(look in _ENDS_SPEECH for look in LOOKS)])

_LONGEST_HEADING = 25
#: a line with one of these at its end is ended, and asks nothing
_SURELY_ENDED = '.!…:;,—–-"”’)'
#: what may stand before a label on its line: markup, and the number of a question
_MARKUP = re.compile(r"[\s*_#>\[]*(?:Q\d{1,4}\.?[\s*_]*)?")


class Pieces(NamedTuple):
    """Pieces in order; all but whether it is a label is said as in `Lines`."""

    start: np.ndarray
    end: np.ndarray
    doc: np.ndarray
    look: np.ndarray
    gap: np.ndarray
    indent: np.ndarray
    is_label: np.ndarray


def cut_at_labels(lines: Lines, texts: list[str], labels: list[list[Label]]) -> Pieces:
    """Cut the lines of many texts at their accepted labels, given in order for each text."""
    base = lines.tokens.base.tolist()
    accepted = [(doc, label) for doc, of in enumerate(labels) for label in of if label.accepted]
    spans = [(label.start + base[doc], label.end + base[doc]) for doc, label in accepted]
    start, end = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    first = np.searchsorted(lines.end, start, side="right")  # the lines that each label touches
    behind = np.maximum(np.searchsorted(lines.start, end), first + 1)
    steps = np.bincount(first, minlength=len(lines) + 1) - np.bincount(behind, minlength=len(lines) + 1)
    touched = np.cumsum(steps)[: len(lines)]  # by so many labels
    leads = (touched[first] == 1) & (behind == first + 1) & (start == lines.start[first])
    odd: list[list[Label]] = [[] for _ in labels]
    for number in np.flatnonzero(~leads).tolist():
        odd[accepted[number][0]].append(accepted[number][1])
    touched[first[leads]] *= -1  # lines that one label begins, and no other touches
    oddly = np.flatnonzero(touched > 0)
    rows = [
        (line.start + base[doc], line.end + base[doc], doc, _NUMBER_OF_LOOK[line.look], line.gap, line.indent, is_label)
        for doc, own in enumerate(lines.by_text(oddly, lines.lines(oddly)))
        for line, is_label in _cut_at(odd[doc], own, texts[doc])
    ]
    whole = _whole(lines, np.flatnonzero(touched == 0))
    led, end = first[leads], end[leads]
    own = _whole(lines, led)._replace(end=end, is_label=np.ones(len(led), dtype=bool))
    parts = (whole, own, _rests(lines, led, end), np.array(rows, dtype=np.int64).reshape(-1, len(Pieces._fields)).T)
    joined = [np.concatenate(columns).astype(columns[0].dtype) for columns in zip(*parts, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return Pieces(*(column[order] for column in joined))


def _whole(lines: Lines, numbers: np.ndarray) -> Pieces:
    """Return some of the lines as pieces."""
    columns = (lines.start, lines.end, lines.doc, lines.look, lines.gap, lines.indent)
    return Pieces(*(column[numbers] for column in columns), np.zeros(len(numbers), dtype=bool))


def _rests(lines: Lines, numbers: np.ndarray, start: np.ndarray) -> Pieces:
    """Return what is left of some of the lines from ``start`` on, where that is more than space and markup."""
    inner, outer = lines.tokens.strip(start, lines.end[numbers], " \t*_\xa0")
    shown = np.flatnonzero(inner < outer)
    start, end = lines.tokens.strip(start[shown], lines.end[numbers[shown]], SPACES)
    nothing = np.zeros(len(shown), dtype=np.int64)
    rests = Pieces(start, end, lines.doc[numbers[shown]], nothing, nothing > 0, nothing, nothing > 0)
    return Pieces(*(column[start < end] for column in rests))


def _cut_at(labels: Iterable[Label], lines: Iterable[Line], text: str) -> Iterator[tuple[Line, bool]]:
    """Cut lines at labels; yields each piece, and whether it is a label."""
    waiting = iter(labels)
    label = next(waiting, None)
    reached = 0  # a label may run over the end of its line
    for line in lines:
        start = max(line.start, reached)
        while label and label.start < line.end:
            if label.start > start and not _MARKUP.fullmatch(text, start, label.start):
                yield from _cut(text, start, label.start)
            yield Line(label.start, label.end, "", line.look, line.gap, line.indent), True
            start = reached = max(start, label.end)
            label = next(waiting, None)
        if start < line.end and text[start : line.end].strip(" \t*_\xa0"):
            yield from _cut(text, start, line.end)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[Line, bool]]:
    raw = text[start:end]
    inner = raw.strip()
    if inner:
        start += raw.index(inner[0])
        yield Line(start, start + len(inner), "", "", gap=False, indent=0), False


def classify(pieces: Pieces, tokens: Tokens, wrapped: np.ndarray) -> np.ndarray:
    """Say what each piece is for, as a number of `KINDS`; after a label all is speech until something ends it.

    ``wrapped`` tells which texts are hard-wrapped.
    """
    turns = pieces.is_label | _ENDING[pieces.look]  # here speech begins or ends
    number = np.arange(len(turns))
    last = np.append(-1, np.maximum.accumulate(np.where(turns, number, -1)))[:-1]  # the last such piece before each
    in_text = last >= np.searchsorted(pieces.doc, pieces.doc)
    speaking = in_text & pieces.is_label[last]
    kind = np.where(speaking & ~turns, np.where(_USE[pieces.look] == FURNITURE, FURNITURE, SPEECH), _USE[pieces.look])
    kind[pieces.is_label] = LABEL
    plain = (pieces.look == 0) & ~speaking & ~pieces.is_label
    kind[plain] = np.where(_are_headings(pieces, tokens, plain, wrapped)[plain], HEADING, PROSE)
    return kind


def _are_headings(pieces: Pieces, tokens: Tokens, plain: np.ndarray, wrapped: np.ndarray) -> np.ndarray:
    """Tell which of the ``plain`` pieces are headings: those that stand alone, where need be, are put to the rule."""
    length = pieces.end - pieces.start
    follows = np.append(pieces.doc[1:] == pieces.doc[:-1], False)[: len(length)]
    parted = np.append(pieces.gap[1:] | pieces.is_label[1:], False)[: len(length)]
    alone = pieces.gap & (~follows | parted)
    announces = alone & follows & np.append(length[1:] > 80, False)[: len(length)]
    asked = plain & (length <= LONGEST) & (alone | ~wrapped[pieces.doc])
    asked[asked] = ~tokens.hold(_SURELY_ENDED, pieces.end[asked] - 1)
    asked[asked] = announces[asked] | ~tokens.hold("?", pieces.end[asked] - 1)
    headings = np.zeros(len(length), dtype=bool)
    asked = np.flatnonzero(asked)
    columns = (pieces.start[asked], pieces.end[asked], announces[asked])
    headings[asked] = [
        _is_heading(tokens.text[start:end], announcing)
        for start, end, announcing in zip(*(column.tolist() for column in columns), strict=True)
    ]
    return headings


def _is_heading(text: str, announces: bool) -> bool:
    """Tell a heading: short, and not ended as a sentence is; or a short question that ``announces`` a paragraph."""
    words = len(text.split(None, _LONGEST_HEADING))
    if words > _LONGEST_HEADING:
        return False
    return not is_ended(text) or (announces and text.endswith("?") and words <= 12)


def go_on(pieces: Pieces, kind: np.ndarray, tokens: Tokens, wrapped: np.ndarray) -> np.ndarray:
    """Tell which pieces go on with the paragraph of the one before: in hard-wrapped texts, where no new one begins."""
    same = np.append(False, (pieces.doc[1:] == pieces.doc[:-1]) & (kind[1:] == kind[:-1]))[: len(kind)]
    same &= wrapped[pieces.doc] & np.isin(kind, (PROSE, SPEECH)) & ~pieces.gap
    deeper = np.flatnonzero(same[1:] & (pieces.indent[1:] > pieces.indent[:-1]))
    before = zip(pieces.start[deeper].tolist(), pieces.end[deeper].tolist(), strict=True)
    same[deeper + 1] = [not is_ended(tokens.text[start:end]) for start, end in before]
    return same


def without_tag_lines(kind: np.ndarray, doc: np.ndarray) -> np.ndarray:
    """Take a heading below which nothing stands for what it is: a line of tags, which is furniture."""
    told = np.append(0, np.cumsum(np.isin(kind, (PROSE, SPEECH, LABEL))))
    first, behind = np.searchsorted(doc, doc), np.searchsorted(doc, doc, side="right")
    nothing_below = told[behind] == told[1:]
    return np.where((kind == HEADING) & nothing_below & (np.arange(len(kind)) > first), FURNITURE, kind)


def number_sessions(kind: np.ndarray, doc: np.ndarray, is_source: np.ndarray) -> np.ndarray:
    """Count the pages of each text: a source line ends one, whatever stands behind it begins the next."""
    first = np.searchsorted(doc, doc)
    ended = np.append(0, np.cumsum(is_source))
    ended = ended[:-1] - ended[first]  # source lines before each block in its text
    told = np.flatnonzero(~np.isin(kind, (FURNITURE, MARK)))
    before = np.where(np.diff(doc[told], prepend=-1) == 0, np.append(0, ended[told])[:-1], 0)
    begins = np.zeros(len(kind) + 1, dtype=np.int64)
    begins[told + 1] = ended[told] > before
    begun = np.cumsum(begins)
    return 1 + begun[1:] - begun[first]
