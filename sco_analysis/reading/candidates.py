"""Lines → candidates for speaker labels: whatever has the form of one, before anything is decided.

A form is a colon after a name or office, a `Q` before white space, a surname in capitals before a full stop, a name
before a dash, a link before a colon, a name in capitals alone above a paragraph.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple

import numpy as np

from ..tokens import Tokens
from .lines import LONGEST, LOOKS, SPACES, Line, Lines
from .shapes import shape_of, without_brackets

_SUFFIXES = frozenset("jr sr ii iii iv mp qc kc".split())
_COLON = re.compile(
    r"(?:Q\d{1,4}\.?\s+)?[*_#>\s]*+(?P<label>(?:[^:：\n]|(?<=\d):(?=\d)){1,180}?)\s*+[*_]*+\s*+[:：][*_]*+(?=\s|$|[“\"‘'«(\[])"
)
_QUESTION = re.compile(
    r"[*_]*(?P<label>Q(?=[*_]*[.:]?[*_]*\s)|A(?=[*_]*[.:][*_]*\s(?![A-Z][\w'’-]+:)|\s\s))"
    r"[*_]*(?:[.:][*_]*)?\s+(?=\S)"
)
_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Dr", "Sen", "Senator", "Rep")
_CAPITALS = re.compile(
    rf"(?P<label>(?:(?:{'|'.join(_TITLES)})\. "
    r"(?:[A-Z][a-z]{0,2})?[A-Z][A-Z'’-]+(?: [A-Z][A-Z'’-]+)*"
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
_PRESIDES_BEGIN = ("M", "S", "D")
_SPACE_OR_END = ("", " ")
_LONGEST_LABEL = 180
_LONGEST_FIRST = 120
#: a line with one of these at its end ends there (`is_ended`)
_SURELY_ENDED = '.?!…:;,—–-"”’'
_IN_CAPITALS = ascii_uppercase + ".'’ -"
#: what may stand behind a colon: white space, marks, figures (or something beyond ASCII)
_BEHIND = SPACES + "*_\"'([" + digits
_MARKS = " *_#>\xa0"


#: a line, and the one behind it in the same text
LineAndNext = tuple[Line, Line | None]


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


def candidates(text: str, lines: Iterable[LineAndNext], wrapped: bool) -> Iterator[Label]:
    """Look at the start of every line that is not furniture, and at every link, for what has the form of a label.

    ``lines`` are those of ``text``, each with the one behind it. Lines that `may_begin` rules out can be missing, and
    lines behind those that `may_go_on` rules out, unless the text is ``wrapped``: its paragraphs are broken over
    several lines.
    """
    stops = _STOPPED.search(text) is not None
    for line, following in lines:
        start = line.text
        if line.look not in _MAY_BEGIN:
            continue
        forms = _worth_asking(start, stops)
        label = _at_start(line, following, forms, wrapped) if forms or ":" in start or "：" in start else None
        if not label and following and not following.gap and not following.look and ":" not in start:
            label = _over_two_lines(line, following)
        if label:
            yield label
    if "]" in text and "](" in text:  # one character is found much faster than two
        yield from _links(text)


def may_begin(lines: Lines) -> np.ndarray:
    """Tell which lines may begin with a label, by how they begin and by what stands behind their first colon."""
    look = np.isin(lines.look, [number for number, look in enumerate(("", *LOOKS)) if look in _MAY_BEGIN])
    return look & (_have_form(lines) | _announce(lines) | may_go_on(lines))


def may_go_on(lines: Lines) -> np.ndarray:
    """Tell which lines may hold the first half of a label that ends on the next."""
    ended = lines.tokens.hold(_SURELY_ENDED, lines.end - 1)
    next_is_plain = ~lines.gap[1:] & (lines.look[1:] == 0) & _announce(lines)[1:]
    goes_on = np.append(next_is_plain, False)[: len(lines)]
    return goes_on & ~ended & (lines.end - lines.start <= _LONGEST_FIRST)


def _announce(lines: Lines) -> np.ndarray:
    """Tell which lines have a first colon that a label may stand before (`_BEHIND_COLON`)."""
    tokens, end = lines.tokens, lines.end
    colons = tokens.places(":：")
    first = np.append(colons, len(tokens.text))[np.searchsorted(colons, lines.start)]
    behind = np.minimum(first + 1, end - 1)
    followed = tokens.hold(_BEHIND, behind) | (tokens.characters[behind] > 0x7F)
    return (first < end) & ((first + 1 == end) | followed)


def _have_form(lines: Lines) -> np.ndarray:
    """Tell which lines may have a form without a colon (`_FORMS`), by their first letters."""
    tokens, start = lines.tokens, lines.start
    second, third, fifth = (np.minimum(start + at, lines.end - 1) for at in (1, 2, 4))
    pair = tokens.characters[start].astype(np.int64) << 16 | tokens.characters[second]
    form = np.isin(pair, [ord(title[0]) << 16 | ord(title[1]) for title in _TITLES])
    form |= tokens.hold("T", start) & tokens.hold(ascii_uppercase, fifth)
    form |= tokens.hold("AQ", start) & ~tokens.hold(ascii_lowercase, second)
    form |= tokens.hold(_IN_CAPITALS, second) & tokens.hold(_IN_CAPITALS, third)
    form |= _hold_stops(tokens)[lines.doc]
    return (form & tokens.hold(ascii_uppercase, start)) | tokens.hold("*_", start)


def _hold_stops(tokens: Tokens) -> np.ndarray:
    """Tell which texts hold a full stop before a dash, as `_STOP_DASH` has it."""
    dashes = tokens.places("–—-")
    last = max(len(tokens.text) - 1, 0)
    for step, characters in ((-2, "."), (-1, SPACES), (1, SPACES), (2, ascii_uppercase)):
        dashes = dashes[tokens.hold(characters, np.clip(dashes + step, 0, last))]
    return np.bincount(np.searchsorted(tokens.base, dashes, side="right") - 1, minlength=len(tokens.base)) > 0


def may_stand_alone(lines: Lines) -> np.ndarray:
    """Tell which lines may be names in capitals above a paragraph (`alone`)."""
    letters = (lines.tokens.hold(ascii_lowercase, np.minimum(lines.start + at, lines.end - 1)) for at in range(3))
    return lines.gap & (lines.look == 0) & ~np.logical_or.reduce(list(letters))


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
        found = Announced(match["label"], match.start("label"), match.end()) if match else None
        label = _make(line, found, form, following, wrapped) if found else None
        if label:
            return label
    found = before_colon(line.text)
    return _make(line, found, "colon", following, wrapped) if found else None


class Announced(NamedTuple):
    """What may be a label before a colon: the words, where they start in the line, and where the colon's marks end."""

    label: str
    start: int
    end: int


def before_colon(line: str) -> Announced | None:
    """Find what may be a label before the first colon of ``line``: `_COLON`, tried only where that colon allows it."""
    colon, wide = line.find(":"), line.find("：")
    first = min(colon, wide) if colon >= 0 <= wide else max(colon, wide)
    if first < 0 or not _BEHIND_COLON.match(line, first):
        return None
    if line[0].isalpha() and line[0] != "Q" and line[first - 1].isalnum():
        if first > _LONGEST_LABEL:
            return None
        if line[first + 1 : first + 2] in _SPACE_OR_END:
            return Announced(line[:first], 0, first + 1)  # the commonest case, without markup or figures
    match = _COLON.match(line)
    return Announced(match["label"], match.start("label"), match.end()) if match else None


def _make(line: Line, found: Announced, form: str, following: Line | None, wrapped: bool) -> Label | None:
    printed = found.label.strip(_MARKS)
    if not printed:
        return None
    core, notes = without_brackets(printed)
    rest = line.text[found.end :].strip(" *_\xa0")
    shape = "part" if form == "question" else shape_of(core)
    flows_on = wrapped and following is not None and not following.gap
    headline = bool(rest) and not flows_on and _is_short(rest) and (not line.ended or _in_title_case(rest))
    headline = headline or (rest[:1] in _PRESIDES_BEGIN and _PRESIDES.fullmatch(rest) is not None)
    start = line.start + found.start
    return Label(start, line.start + found.end, printed, core, notes, form, shape, rest, headline)


def _is_short(rest: str) -> bool:
    return len(rest) < 51 or len(rest.split(None, 25)) <= 25  # 26 words have more letters and spaces


def _in_title_case(rest: str) -> bool:
    """Tell a headline by its capitals; figures alone are no sentence either."""
    long = re.findall(r"[^\W\d_]{4,}", rest)
    return not re.search(r"[^\W\d_]", rest) or (
        len(long) >= 4 and sum(w[0].isupper() for w in long) >= 0.75 * len(long)
    )


def _over_two_lines(line: Line, following: Line) -> Label | None:
    """Join a label that a hard wrap broke in two: nothing else may stand on its first line."""
    if len(line.text) > _LONGEST_FIRST or (":" not in following.text and "：" not in following.text):
        return None
    if line.ended and not line.text.endswith(")"):
        return None
    found = before_colon(following.text)
    if not found:
        return None
    printed = f"{line.text} {found.label.strip(' *_')}"
    core, notes = without_brackets(printed)
    shape = shape_of(core)
    if shape not in ("titled", "named office"):
        return None
    rest = following.text[found.end :].strip()
    return Label(line.start, following.start + found.end, printed, core, notes, "colon", shape, rest, False)


def _links(text: str) -> Iterator[Label]:
    """Find labels that are links of Markdown: ``[Prime Minister X](address): “…”``."""
    for match in _LINK.finditer(text):
        printed = " ".join(match["label"].split())
        core, notes = without_brackets(printed)
        yield Label(match.start("label"), match.end(), printed, core, notes, "link", "named office", "…", False)


def alone(lines: Iterable[LineAndNext]) -> Iterator[Label]:
    """Find names in capitals that stand alone above paragraphs, where at least two of them do so again and again.

    ``lines`` are those of a text, each with the one behind it; those that `may_stand_alone` rules out can be missing.
    """
    groups: dict[str, list[Line]] = defaultdict(list)
    for line, following in lines:
        if following is None or line.look or not line.gap or not line.text.isupper() or len(line.text) > LONGEST:
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
