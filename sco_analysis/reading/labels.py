"""What stands before a speech: which candidates for speaker labels are accepted, and the evidence that decides it.

No list of formats decides. A candidate has a form (`candidates`) and a shape (`shapes`: honorific, capitals, office,
name, part played). Whether it is a label is decided over the whole document: labels come again, surnames come again,
and one sure label makes the next one likelier, while a heading with a colon in it is followed by no sentence.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np

from ..tokens import Tokens, split_tokens
from .candidates import Label, LineAndNext, alone, candidates, may_begin, may_go_on, may_stand_alone
from .lines import Line, Lines
from .shapes import is_office, label_words

_STOPS = frozenset('.?!…”")')
#: what an accepted label in capitals may end in where its colon was misread or no space is left behind it
_SIGN = re.compile(r"\s?[;.,:]")
_DAMAGED = re.compile(r"\s?[;.,](?=\s+[A-Z“\"])|:(?=[A-Z“\"])")
_LINE_START = re.compile(r"(?<![^\n\r\f])[ \t]*\Z")


class Labels:
    """The candidates for speaker labels of many texts whose lines are known."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.wrapped = lines.wrapped()
        with_next, alone = may_go_on(lines) | self.wrapped[lines.doc], may_stand_alone(lines)
        self._begin, self._alone = lines.with_next(may_begin(lines), with_next), lines.with_next(alone, alone)
        self._colons = _places_by_text(lines.tokens, ":")

    def of(self, doc: int, text: str) -> list[Label]:
        """Find the labels of one text, given with its number: see `find_labels`."""
        begin, alone = self._begin[doc], self._alone[doc]
        return labels_among(
            text, begin, bool(self.wrapped[doc]), alone, lambda: self._lines.with_margin(doc), self._colons[doc]
        )


def _places_by_text(tokens: Tokens, characters: str) -> list[list[int]]:
    """List for each text the offsets at which one of ``characters`` stands in it."""
    places = tokens.places(characters)
    bounds = np.append(np.searchsorted(places, tokens.base), len(places)).tolist()
    return [(places[a:b] - base).tolist() for (a, b), base in zip(pairwise(bounds), tokens.base.tolist(), strict=True)]


def find_labels(text: str) -> list[Label]:
    """Find every candidate for a speaker label in ``text``, in order, each accepted or refused with the reason."""
    return Labels(Lines(split_tokens(text, numbered=False))).of(0, text)


def labels_among(
    text: str,
    lines: Iterable[LineAndNext],
    wrapped: bool,
    in_capitals: Iterable[LineAndNext],
    with_margin: Callable[[], Iterable[tuple[Line, int]]],
    colons: list[int],
) -> list[Label]:
    """Find the labels of a text as `find_labels` does, whose lines are known.

    ``lines`` are those that `candidates` needs, ``in_capitals`` those that `alone` needs, ``with_margin`` gives
    each line with the offset at which the line before it ends; ``colons`` are the offsets of all colons.
    """
    decided = _decide(_without_overlaps(list(candidates(text, lines, wrapped))), text, colons)
    if not any(label.accepted for label in decided):
        decided = _without_overlaps([*decided, *alone(in_capitals)])
    found_again = list(_damaged(text, with_margin, decided, colons))
    return _without_overlaps([*decided, *found_again]) if found_again else decided


def _decide(candidates: list[Label], text: str, colons: list[int]) -> list[Label]:
    """Accept or refuse each candidate by the evidence of the whole document."""
    names = [label.group for label in candidates]
    groups: dict[str, list[Label]] = defaultdict(list)
    for name, label in zip(names, candidates, strict=True):
        if not label.shape.startswith("no: "):
            groups[name].append(label)
    if not groups:
        return [Label(*label[:-1], label.shape[4:]) for label in candidates]
    verdicts = _judge_all(groups, len(candidates), text, colons)
    decided = []
    for name, label in zip(names, candidates, strict=True):
        verdict, reason = (False, label.shape[4:]) if label.shape.startswith("no: ") else verdicts[name]
        decided.append(Label(*label[:-2], verdict, reason))
    return decided


def _judge_all(
    groups: dict[str, list[Label]], n_candidates: int, text: str, colons: list[int]
) -> dict[str, tuple[bool, str]]:
    """Decide on each group of equal labels, by all of them."""
    surname = {group: labels[0].surname for group, labels in groups.items()}
    namesakes = Counter(surname.values())
    again = _printed_again(text, {labels[0].printed for labels in groups.values() if len(labels) == 1}, colons)
    sure = set()
    for group, labels in groups.items():
        twice = len(labels) > 1 or labels[0].printed in again
        if _is_sure(labels, twice, bool(surname[group]) and namesakes[surname[group]] > 1):
            sure.add(group)
    n_sure = sum(len(groups[group]) for group in sure)
    quoting = sum(_is_quoted(label) for group in sure for label in groups[group]) > 0.2 * n_sure
    named = [len(of) for of in groups.values() if of[0].shape in ("name", "named office") and not of[0].headline]
    roundup = len(named) >= 3 and sum(named) >= 0.5 * n_candidates
    surnames = {surname[group] for group in sure} - {""}
    verdicts = {}
    for group, labels in groups.items():
        verdict, reason = _judge(labels, group in sure, n_sure, roundup, surname[group] in surnames)
        if verdict and len(labels) == 1 and _is_quoted(labels[0]) and not quoting and n_sure >= 3:
            verdict, reason = False, "a message read out: quotation marks follow, as after no other label"
        verdicts[group] = verdict, reason
    return verdicts


def _printed_again(text: str, printed: set[str], colons: list[int]) -> set[str]:
    """Return those of ``printed`` that stand before two colons of ``text`` or more, be it in the middle of a line."""
    lengths, size = _lengths_by_ending(printed)
    ends: dict[str, int] = {}
    again: set[str] = set()
    for end in colons if printed else ():
        for length in lengths.get(text[max(end - size, 0) : end], ()):
            name = text[max(end - length, 0) : end]
            if name in printed and end - length >= ends.get(name, 0):
                if name in ends:
                    again.add(name)
                ends[name] = end + 1
        if len(again) == len(printed):
            break
    return again


def _lengths_by_ending(printed: set[str]) -> tuple[dict[str, list[int]], int]:
    """Return how long the names are that end in the same few letters, the longest first; and how many letters."""
    size = min(4, *map(len, printed)) if printed else 0
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in printed:
        lengths[name[-size:]].add(len(name))
    return {ending: sorted(found, reverse=True) for ending, found in lengths.items()}, size


def _is_quoted(label: Label) -> bool:
    return label.rest.startswith(("“", '"', "«"))


def _is_sure(labels: list[Label], twice: bool, namesakes: bool) -> bool:
    """Tell whether a group of equal labels would be one anywhere: printed ``twice``, or another has its surname."""
    first = labels[0]
    if _is_dateline(first) or all(label.headline for label in labels):
        return False
    if first.form in ("stop", "dash") or first.shape == "titled":
        return True
    if first.shape == "capitals":
        folded = first.group.split()
        return twice or namesakes or folded[0] in label_words("honorifics") or any(map(is_office, folded))
    if first.shape == "named office":
        return first.form == "link" or twice or namesakes or not first.rest or _is_long(first.rest, 8)
    return (twice and first.shape in ("name", "part", "office")) or namesakes


def _is_long(rest: str, words: int) -> bool:
    return len(rest.split(None, words)) > words


def _is_dateline(label: Label) -> bool:
    """Tell "OTTAWA —" and "NEW YORK —" from "PRESIDENT TOKAYEV —": before a dash only an office makes a speaker."""
    if label.form != "rule" or label.shape not in ("single", "capitals"):
        return False
    words = label.group.split()
    return words[0] not in label_words("honorifics") and not any(is_office(word) for word in words)


def _judge(labels: list[Label], sure: bool, n_sure: int, roundup: bool, namesake: bool) -> tuple[bool, str]:
    """Decide on one group, given how many sure labels the document has."""
    first, n = labels[0], len(labels)
    if _is_dateline(first):
        return False, "a place before a dash"
    if sure and (n_sure >= 2 or (first.shape != "part" and (not first.rest or _is_long(first.rest, 25)))):
        return True, f"{first.shape}, {_times(n)}"
    if all(label.headline for label in labels) and (n_sure < 3 or first.shape in ("office", "other", "single", "part")):
        return False, "no sentence follows: a heading"
    if namesake and first.form != "rule":
        return True, "the surname of another label"
    if n_sure >= 3 and first.shape in ("name", "named office", "office", "part", "titled", "capitals"):
        return True, f"{first.shape}, among {n_sure} sure labels"
    if n_sure >= 4 and first.shape == "single" and all("?" in label.rest for label in labels):
        return True, f"{first.shape}, asks a question among {n_sure} sure labels"
    if n_sure >= 3 and n >= 2 and first.shape in ("single", "other"):
        return True, f"{first.shape}, {n} times among {n_sure} sure labels"
    if first.shape == "single" and n >= 3:
        return True, _times(n)
    if roundup and first.shape in ("name", "named office"):
        return True, "one of many names before a colon"
    return False, "nothing else in the document bears it out"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _damaged(
    text: str, with_margin: Callable[[], Iterable[tuple[Line, int]]], decided: list[Label], colons: list[int]
) -> Iterator[Label]:
    """Find accepted labels again where the colon was misread, or where no line break stands before them."""
    models = {label.printed: label for label in decided if label.accepted and label.form == "colon"}
    if not models:
        return
    known = {label.start: label.end for label in decided if label.accepted}
    capitals = {name for name in models if name.isupper()}
    again = [*_in_mid_line(text, set(models), colons), *(_misread(text, with_margin(), capitals) if capitals else ())]
    for start, name_end, end in again:
        if known.get(start, 0) < end:
            reason = "an accepted label, its colon damaged or its line break lost"
            model = models[text[start:name_end]]
            yield model._replace(start=start, end=end, rest="…", accepted=True, reason=reason)


def _in_mid_line(text: str, printed: set[str], colons: list[int]) -> Iterator[tuple[int, int, int]]:
    """Find where one of ``printed`` stands between a sentence's end and a colon: its start, its end, the colon's."""
    lengths, size = _lengths_by_ending(printed)
    reached = 0
    for colon in colons:
        if not text[colon + 1 : colon + 2].isspace():
            continue
        end = colon
        while end and text[end - 1].isspace():
            end -= 1
        for length in lengths.get(text[max(end - size, 0) : end], ()):
            start = end - length
            stands = start >= max(reached, 2) and text[start - 1].isspace() and text[start - 2] in _STOPS
            if stands and text[start:end] in printed:
                reached = colon + 1
                yield start, end, reached
                break


def _misread(text: str, lines: Iterable[tuple[Line, int]], printed: set[str]) -> Iterator[tuple[int, int, int]]:
    """Find where a line begins with one of ``printed`` and another sign than a colon, or none: as `_in_mid_line`."""
    longest = max(map(len, printed))
    for line, before in lines:
        start = line.start
        if line.text[1:2].islower() or not _LINE_START.search(text[before:start]):
            continue
        for sign in reversed(list(_SIGN.finditer(text, start, start + longest + 2))):
            damaged = _DAMAGED.match(text, sign.start()) if text[start : sign.start()] in printed else None
            if damaged:
                yield start, *damaged.span()
                break


def _without_overlaps(labels: list[Label]) -> list[Label]:
    """Sort labels by position and drop those that begin inside the one before, accepted ones first."""
    kept: list[Label] = []
    for label in sorted(labels, key=lambda label: (label.start, not label.accepted, -label.end)):
        if kept and label.start < kept[-1].end:
            if label.accepted and not kept[-1].accepted:
                kept[-1] = label
            continue
        kept.append(label)
    return kept
