"""Lines → candidates for speaker labels: whatever has the form of one, before anything is decided.

A form is a colon after a name or office, a `Q` before white space, a surname in capitals before a full stop, a name
before a dash, a link before a colon, a name in capitals alone above a paragraph.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise, zip_longest
from typing import NamedTuple

from .lines import LONGEST, Line
from .shapes import shape_of, without_brackets

_SUFFIXES = frozenset("jr sr ii iii iv mp qc kc".split())
_COLON = re.compile(
    r"(?:Q\d{1,4}\.?\s+)?[*_#>\s]*+(?P<label>(?:[^:：\n]|(?<=\d):(?=\d)){1,180}?)\s*+[*_]*+\s*+[:：][*_]*+(?=\s|$|[“\"‘'«(\[])"
)
_QUESTION = re.compile(
    r"[*_]*(?P<label>Q(?=[*_]*[.:]?[*_]*\s)|A(?=[*_]*[.:][*_]*\s(?![A-Z][\w'’-]+:)|\s\s))"
    r"[*_]*(?:[.:][*_]*)?\s+(?=\S)"
)
_CAPITALS = re.compile(
    r"(?P<label>(?:(?:Mr|Mrs|Ms|Miss|Dr|Sen|Senator|Rep)\. (?:[A-Z][a-z]{0,2})?[A-Z][A-Z'’-]+(?: [A-Z][A-Z'’-]+)*"
    r"(?: of [A-Z][a-z]+(?: [A-Z][a-z]+)?)?"
    r"|The (?:[A-Z][a-z]+ )?[A-Z]{4,}(?: [A-Z]{3,}| pro tempore)*)(?: \([^)]{2,40}\))?)\.(?=\s+\S)"
)
_DASH = re.compile(r"(?P<label>[A-Z][A-Z.'’ -]{2,60}[A-Z])\.\s?[-–—]{1,2}(?=\s|$|[A-Z])")
_STOP_DASH = re.compile(r"(?P<label>[A-Z][^.–—:\n]{2,60}?)(?:, [^.–—:\n]{3,160})?\.\s[–—-]\s(?=[A-Z])")
_RULE = re.compile(r"(?P<label>[A-Z][A-Z.'’ -]{2,60}[A-Z])\s+[–—]{1,2}\s+(?=[A-Z“\"])")
_LINK = re.compile(r"\[(?P<label>[^\]\[]{3,240})\]\([^)\s]{3,400}\)\s*:", re.S)
#: the forms in the order in which they are asked; last of all, a colon
_FORMS = (
    ("question", _QUESTION),
    ("stop", _CAPITALS),
    ("dash", _DASH),
    ("rule", _STOP_DASH),
    ("rule", _RULE),
)
_MAY_BEGIN = frozenset({"", "caption", "teaser"})  # looks of lines that may begin with a label
_TITLED = (("stop", _CAPITALS),)
_STOPPED = re.compile(r"\.\s[–—-]\s[A-Z]")
_PRESIDES = re.compile(r"(?:Mr|Mrs|Ms|Miss|Sir|Dr)\.? [^()]{2,160}\([^()]{3,60}\)(?:.*)")
#: what must stand behind a line's first colon for a label to end there: a space, a quotation; or, in a time, a figure
_BEHIND_COLON = re.compile(r"[:：](?:[*_]*+(?=\s|$|[“\"‘'«(\[])|\d)")
_LONGEST_LABEL = 180
_MARKS = " *_#>\xa0"


class Label(NamedTuple):
    """A candidate: its span (colon included), the label as printed, and what was decided about it and why."""

    start: int
    end: int
    printed: str
    core: str
    notes: tuple[str, ...]
    form: str
    shape: str
    rest: str
    headline: bool
    accepted: bool = False
    reason: str = ""

    @property
    def group(self) -> str:
        """What labels of the same speaker have in common: the label without brackets, dots and case."""
        return self.core.replace(".", "").casefold()

    @property
    def surname(self) -> str:
        """The last name in the label, in lower case; empty when the label names nobody."""
        if self.shape not in ("titled", "capitals", "named office", "name", "single"):
            return ""
        core = re.sub(r" of [A-Z].*$", "", self.core) if self.shape == "titled" else self.core
        words = [word.casefold().strip(".,") for word in core.split()]
        words = [word for word in words if word not in _SUFFIXES]
        return words[-1] if words else ""


def candidates(text: str, lines: list[Line], wrapped: bool) -> Iterator[Label]:
    """Look at the start of every line that is not furniture, and at every link, for what has the form of a label.

    ``lines`` are those of ``text``; ``wrapped`` says whether its paragraphs are broken over several lines.
    """
    stops = _STOPPED.search(text) is not None
    for line, following in zip_longest(lines, lines[1:]):
        start = line.text
        if line.look not in _MAY_BEGIN:
            continue
        forms = _worth_asking(start, stops)
        label = _at_start(line, following, forms, wrapped) if forms or ":" in start or "：" in start else None
        if not label and following and not following.gap and not following.look and ":" not in start:
            label = _over_two_lines(line, following)
        if label:
            yield label
    if "](" in text:
        yield from _links(text)


def _worth_asking(line: str, stops: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Choose the forms that a line may have: without a capital it has none, and few with a small letter behind it.

    ``stops`` says whether a full stop before a dash is anywhere in the document; if so, all are asked.
    """
    first = line[0]
    if not ("A" <= first <= "Z" or first in "*_"):
        return ()
    if stops or not line[1:2].islower():
        return _FORMS
    return _TITLED if first in "DMRS" or (first == "T" and line[4:5].isupper()) else ()


def _at_start(
    line: Line, following: Line | None, forms: tuple[tuple[str, re.Pattern[str]], ...], wrapped: bool
) -> Label | None:
    """Find the first of ``forms`` that the beginning of ``line`` has; if none, what stands before a colon."""
    for form, pattern in forms:
        match = pattern.match(line.text)
        label = _make(line, match, form, following, wrapped) if match else None
        if label:
            return label
    match = before_colon(line.text)
    return _make(line, match, "colon", following, wrapped) if match else None


def before_colon(line: str) -> re.Match[str] | None:
    """Match what may be a label before the first colon of ``line``: `_COLON`, tried only where that colon allows it."""
    colon, wide = line.find(":"), line.find("：")
    first = min(colon, wide) if colon >= 0 <= wide else max(colon, wide)
    if first < 0 or not _BEHIND_COLON.match(line, first):
        return None
    if first > _LONGEST_LABEL and line[0].isalpha() and line[0] != "Q" and line[first - 1].isalnum():
        return None
    return _COLON.match(line)


def _make(line: Line, match: re.Match[str], form: str, following: Line | None, wrapped: bool) -> Label | None:
    printed = match["label"].strip(_MARKS)
    if not printed:
        return None
    core, notes = without_brackets(printed)
    rest = line.text[match.end() :].strip(" *_\xa0")
    shape = "part" if form == "question" else shape_of(core)
    flows_on = wrapped and following is not None and not following.gap
    headline = bool(rest) and not flows_on and _is_short(rest) and (not line.ended or _in_title_case(rest))
    headline = headline or _PRESIDES.fullmatch(rest) is not None
    start = line.start + match.start("label")
    return Label(start, line.start + match.end(), printed, core, notes, form, shape, rest, headline)


def _is_short(rest: str) -> bool:
    return len(rest.split(None, 25)) <= 25


def _in_title_case(rest: str) -> bool:
    """Tell a headline by its capitals; figures alone are no sentence either."""
    long = re.findall(r"[^\W\d_]{4,}", rest)
    return not re.search(r"[^\W\d_]", rest) or (
        len(long) >= 4 and sum(w[0].isupper() for w in long) >= 0.75 * len(long)
    )


def _over_two_lines(line: Line, following: Line) -> Label | None:
    """Join a label that a hard wrap broke in two: nothing else may stand on its first line."""
    if len(line.text) > 120 or (":" not in following.text and "：" not in following.text):
        return None
    if line.ended and not line.text.endswith(")"):
        return None
    match = before_colon(following.text)
    if not match:
        return None
    printed = f"{line.text} {match['label'].strip(' *_')}"
    core, notes = without_brackets(printed)
    shape = shape_of(core)
    if shape not in ("titled", "named office"):
        return None
    end = following.start + match.end()
    return Label(line.start, end, printed, core, notes, "colon", shape, following.text[match.end() :].strip(), False)


def _links(text: str) -> Iterator[Label]:
    """Find labels that are links of Markdown: ``[Prime Minister X](address): “…”``."""
    for match in _LINK.finditer(text):
        printed = " ".join(match["label"].split())
        core, notes = without_brackets(printed)
        yield Label(match.start("label"), match.end(), printed, core, notes, "link", "named office", "…", False)


def alone(lines: list[Line]) -> Iterator[Label]:
    """Find names in capitals that stand alone above paragraphs, where at least two of them do so again and again."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line, following in pairwise(lines):
        if line.look or not line.gap or not line.text.isupper() or len(line.text) > LONGEST:
            continue
        name = line.text.strip("*_# ")
        shape = shape_of(without_brackets(name)[0])
        if shape in ("capitals", "part") and len(name.split()) <= 6 and following.text.strip("*_# ") != name:
            groups[name].append(line)
    repeated = {name: found for name, found in groups.items() if len(found) >= 2}
    if len(repeated) < 2:
        return
    for name, found in repeated.items():
        core, notes = without_brackets(name)
        reason = f"a name in capitals above a paragraph, {len(found)} times"
        for line in found:
            start = line.start + line.text.index(name)
            yield Label(start, start + len(name), name, core, notes, "alone", shape_of(core), "", False, True, reason)
