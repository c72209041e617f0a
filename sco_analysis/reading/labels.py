"""What stands before a speech: candidates for speaker labels, and the evidence by which each is accepted or refused.

No list of formats decides. A candidate has a form (a colon after a name or office, a `Q` before white space, a surname
in capitals before a full stop, a link before a colon) and a shape (honorific, capitals, office, name, part played).
Whether it is a label is decided over the whole document: labels come again, surnames come again, and one sure label
makes the next one likelier, while a heading with a colon in it is followed by no sentence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from .lines import Line, is_wrapped, read_rules, split_lines

_COLON = re.compile(
    r"(?:Q\d{1,4}\.?\s+)?[*_#>\s]*(?P<label>(?:[^:：\n]|(?<=\d):(?=\d)){1,180}?)\s*[*_]*\s*[:：][*_]*(?=\s|$|[“\"‘'«(\[])"
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
_FORMS = (
    ("question", _QUESTION),
    ("stop", _CAPITALS),
    ("dash", _DASH),
    ("rule", _STOP_DASH),
    ("rule", _RULE),
    ("colon", _COLON),
)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_PRESIDES = re.compile(r"(?:Mr|Mrs|Ms|Miss|Sir|Dr)\.? [^()]{2,160}\([^()]{3,60}\)(?:.*)")
_NAME_PARTICLES = frozenset(
    "de da di do dos das del della der den du la le van von bin bint ibn ben al ul ur y e".split()
)
_SUFFIXES = frozenset("jr sr ii iii iv mp qc kc".split())
#: the most words a label may have, its brackets left out
_MOST_WORDS = 20


@dataclass(frozen=True, slots=True)
class Label:
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
        core = re.sub(r" of [A-Z].*$", "", self.core) if self.shape == "titled" else self.core
        words = [word.casefold().strip(".,") for word in core.split()]
        words = [word for word in words if word not in _SUFFIXES]
        return words[-1] if words and self.shape in ("titled", "capitals", "named office", "name", "single") else ""


def find_labels(text: str, lines: list[Line] | None = None) -> list[Label]:
    """Find every candidate for a speaker label in ``text``, in order, each accepted or refused with the reason."""
    lines = split_lines(text) if lines is None else lines
    candidates = _without_overlaps([*_candidates(lines), *_links(text)])
    decided = _decide(candidates, text)
    if not any(label.accepted for label in decided):
        decided = _without_overlaps([*decided, *_alone(lines)])
    return _without_overlaps([*decided, *_damaged(text, lines, decided)])


@cache
def label_words(section: str) -> frozenset[str]:
    """Return one list of words of ``labels.yml``."""
    return frozenset(str(word).casefold() for word in read_rules("labels.yml")[section])


@cache
def part_of(label: str) -> str:
    """Return the part an anonymous label plays (`questioner`, `chair`, …); empty for all others."""
    folded = " ".join(label.replace(".", "").casefold().split())
    for part, names in read_rules("labels.yml")["parts"].items():
        if folded in {str(name).replace(".", "") for name in names}:
            return part
    return ""


def _candidates(lines: list[Line]) -> Iterator[Label]:
    """Look at the start of every line that is not furniture for something that has the form of a label."""
    wrapped = is_wrapped(lines)
    for i, line in enumerate(lines):
        if line.look not in ("", "caption", "teaser"):
            continue
        following = lines[i + 1] if i + 1 < len(lines) else None
        for form, pattern in _FORMS:
            match = pattern.match(line.text)
            if match:
                label = _make(line, match, form, following, wrapped)
                if label:
                    yield label
                    break
        else:
            if following and not following.gap and not following.look and ":" not in line.text:
                label = _over_two_lines(line, following)
                if label:
                    yield label


def _alone(lines: list[Line]) -> Iterator[Label]:
    """Find names in capitals that stand alone above paragraphs, where at least two of them do so again and again."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line, following in pairwise(lines):
        name = line.text.strip("*_# ")
        shape = shape_of(_without_brackets(name)[0]) if name.isupper() and line.gap and not line.look else ""
        if shape in ("capitals", "part") and len(name.split()) <= 6 and following.text.strip("*_# ") != name:
            groups[name].append(line)
    repeated = {name: found for name, found in groups.items() if len(found) >= 2}
    if len(repeated) < 2:
        return
    for name, found in repeated.items():
        for line in found:
            core, notes = _without_brackets(name)
            start = line.start + line.text.index(name)
            reason = f"a name in capitals above a paragraph, {len(found)} times"
            yield Label(start, start + len(name), name, core, notes, "alone", shape_of(core), "", False, True, reason)


def _make(line: Line, match: re.Match[str], form: str, following: Line | None, wrapped: bool) -> Label | None:
    printed = match["label"].strip(" *_#>\xa0")
    core, notes = _without_brackets(printed)
    rest = line.text[match.end() :].strip(" *_\xa0")
    shape = "part" if form == "question" else shape_of(core)
    flows_on = wrapped and following is not None and not following.gap
    headline = bool(rest) and not flows_on and (not line.ended or _in_title_case(rest)) and len(rest.split()) <= 25
    headline = headline or _PRESIDES.fullmatch(rest) is not None
    if not printed:
        return None
    start = line.start + match.start("label")
    return Label(start, line.start + match.end(), printed, core, notes, form, shape, rest, headline)


def _in_title_case(rest: str) -> bool:
    """Tell a headline by its capitals; figures alone are no sentence either."""
    long = re.findall(r"[^\W\d_]{4,}", rest)
    return not re.search(r"[^\W\d_]", rest) or (
        len(long) >= 4 and sum(w[0].isupper() for w in long) >= 0.75 * len(long)
    )


def _over_two_lines(line: Line, following: Line) -> Label | None:
    """Join a label that a hard wrap broke in two: nothing else may stand on its first line."""
    match = _COLON.match(following.text)
    if not match or len(line.text) > 120:
        return None
    printed = f"{line.text} {match['label'].strip(' *_')}"
    core, notes = _without_brackets(printed)
    shape = shape_of(core)
    if shape not in ("titled", "named office") or (line.ended and not line.text.endswith(")")):
        return None
    end = following.start + match.end()
    return Label(line.start, end, printed, core, notes, "colon", shape, following.text[match.end() :].strip(), False)


def _links(text: str) -> Iterator[Label]:
    """Find labels that are links of Markdown: ``[Prime Minister X](address): “…”``."""
    for match in _LINK.finditer(text):
        printed = " ".join(match["label"].split())
        core, notes = _without_brackets(printed)
        yield Label(match.start("label"), match.end(), printed, core, notes, "link", "named office", "…", False)


def _without_brackets(printed: str) -> tuple[str, tuple[str, ...]]:
    notes = tuple(note.strip() for note in _BRACKETS.findall(printed))
    return " ".join(_BRACKETS.sub("", printed).split()).rstrip(" ,"), notes


def shape_of(core: str) -> str:
    """Say what kind of label ``core`` could be; ``no: …`` with the reason when it can be none.

    Shapes: `part` (Question, The President), `titled` (Mr. Lantos), `capitals` (MR. SULLIVAN), `named office`
    (President of Russia Vladimir Putin), `office` (Moderator), `name`, `single` (one word), `other`.
    """
    words = core.replace(",", " ").split()
    reason = _refusal(core, words)
    if part_of(core):
        return "part"
    if reason:
        return f"no: {reason}"
    folded = [word.casefold().rstrip(".") for word in words]
    honorific = folded[0] in label_words("honorifics") and len(words) > 1
    office = any(_is_office(word) for word in folded)
    if core.isupper() and (honorific or office or len(words) > 1):
        return "capitals"
    if honorific and not office:
        return "titled"
    if office or honorific:
        return "named office" if _ends_in_name(words, folded) else "office"
    if len(words) == 1:
        return "single"
    proper = all(word[0].isupper() or _particle(word) for word in words)
    return "name" if proper and len(words) <= 6 else "other"


def _refusal(core: str, words: list[str]) -> str:
    """Return why ``core`` cannot be a label, or an empty string."""
    folded = core.casefold().removeprefix("the ")
    listed = label_words("not_labels")
    if not words or len(words) > _MOST_WORDS:
        return "it is too long for a label"
    if folded in listed or (words[0].casefold() in listed and len(words) <= 3 and not _is_office(words[-1].casefold())):
        return f"{words[0]!r} heads no speech"
    if re.search(r"[?!;\"“”«»=@/|]|\s[–—-]+\s|\.\.|\d{3}", core):
        return "it holds punctuation that no name has"
    if not words[0][0].isupper():
        return "it begins with a small letter"
    for word in words:
        plain = word.casefold().strip(".'’")
        if word.endswith(".") and len(plain) > 4 and plain not in label_words("honorifics"):
            return "it ends a sentence"
        if not (word[0].isupper() or _particle(word) or plain in label_words("connectors") or _is_office(plain, True)):
            return f"{word!r} is no part of a name or office"
    if words[-1].casefold() in label_words("connectors"):
        return f"it ends in {words[-1]!r}"
    return ""


def _particle(word: str) -> bool:
    return word.casefold() in _NAME_PARTICLES or re.match(r"(?:al|el|d|l|o|ad|as|ash)[-'’][A-Z]", word) is not None


def _is_office(word: str, small: bool = False) -> bool:
    bare = word.strip(".,'’").removesuffix("’s").removesuffix("'s")
    parts = [bare, *bare.split("-")]
    return any(part in label_words("office_words" if small else "offices") for part in parts)


def _ends_in_name(words: list[str], folded: list[str]) -> bool:
    """Tell `Prime Minister Sharif` from `The Acting President`: behind the office stands a name, not its field."""
    if "," in words[0] or _is_office(folded[-1]) or folded[0] == "the":
        return False
    last_office = max((i for i, word in enumerate(folded) if _is_office(word)), default=-1)
    behind = words[last_office + 1 :]
    if behind and folded[last_office + 1] in label_words("connectors") - _NAME_PARTICLES:
        names = [w for w in behind if w[0].isupper()]
        return len(names) >= 3 or (len(names) == 2 and len(behind) == 3 and len(words) >= 4)
    return bool(behind) and behind[-1][0].isupper()


def _decide(candidates: list[Label], text: str) -> list[Label]:
    """Accept or refuse each candidate by the evidence of the whole document."""
    groups: dict[str, list[Label]] = defaultdict(list)
    for label in candidates:
        if not label.shape.startswith("no: "):
            groups[label.group].append(label)
    surnames: dict[str, set[str]] = defaultdict(set)
    for group, labels in groups.items():
        if labels[0].surname:
            surnames[labels[0].surname].add(group)
    sure = {
        group
        for group, labels in groups.items()
        if _is_sure(labels, len(surnames[labels[0].surname]), text.count(f"{labels[0].printed}:"))
    }
    n_sure = sum(len(groups[group]) for group in sure)
    quoting = sum(_is_quoted(label) for group in sure for label in groups[group]) > 0.2 * n_sure
    named = [
        g for g, labels in groups.items() if labels[0].shape in ("name", "named office") and not labels[0].headline
    ]
    roundup = len(named) >= 3 and sum(len(groups[g]) for g in named) >= 0.5 * len(candidates)
    accepted_surnames = {groups[group][0].surname for group in sure} - {""}
    decided = []
    for label in candidates:
        if label.shape.startswith("no: "):
            decided.append(replace(label, reason=label.shape[4:]))
            continue
        labels = groups[label.group]
        verdict, reason = _judge(labels, label.group in sure, n_sure, roundup, accepted_surnames)
        if verdict and len(labels) == 1 and _is_quoted(label) and not quoting and n_sure >= 3:
            verdict, reason = False, "a message read out: quotation marks follow, as after no other label"
        decided.append(replace(label, accepted=verdict, reason=reason))
    return decided


def _is_quoted(label: Label) -> bool:
    return label.rest.startswith(("“", '"', "«"))


def _is_sure(labels: list[Label], namesakes: int, printed: int) -> bool:
    """Tell whether a group of equal labels would be one in any document, given how often it stands before a colon."""
    first, n = labels[0], max(len(labels), printed)
    if all(label.headline for label in labels) or _is_dateline(first):
        return False
    if first.form in ("stop", "dash") or first.shape == "titled":
        return True
    if first.shape == "capitals":
        folded = first.group.split()
        return (
            n >= 2
            or namesakes > 1
            or folded[0] in label_words("honorifics")
            or any(_is_office(word) for word in folded)
        )
    if first.shape == "named office":
        return first.form == "link" or n >= 2 or namesakes > 1 or not first.rest or len(first.rest.split()) > 8
    return (n >= 2 and first.shape in ("name", "part", "office")) or namesakes > 1


def _is_dateline(label: Label) -> bool:
    """Tell "OTTAWA —" and "NEW YORK —" from "PRESIDENT TOKAYEV —": before a dash only an office makes a speaker."""
    words = label.group.split()
    office = words[0] in label_words("honorifics") or any(_is_office(word) for word in words)
    return label.form == "rule" and label.shape in ("single", "capitals") and not office


def _judge(labels: list[Label], sure: bool, n_sure: int, roundup: bool, surnames: set[str]) -> tuple[bool, str]:
    """Decide on one group, given how many sure labels the document has."""
    first, n = labels[0], len(labels)
    if _is_dateline(first):
        return False, "a place before a dash"
    if sure and (n_sure >= 2 or (first.shape != "part" and (not first.rest or len(first.rest.split()) > 25))):
        return True, f"{first.shape}, {_times(n)}"
    if all(label.headline for label in labels) and (n_sure < 3 or first.shape in ("office", "other", "single", "part")):
        return False, "no sentence follows: a heading"
    if first.surname and first.surname in surnames and first.form != "rule":
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


def _damaged(text: str, lines: list[Line], decided: list[Label]) -> Iterator[Label]:
    """Find accepted labels again where the colon was misread, or where no line break stands before them."""
    printed = {label.printed: label for label in decided if label.accepted and label.form == "colon"}
    if not printed:
        return
    starts = {line.start for line in lines}
    longest_first = sorted(printed, key=len, reverse=True)
    names = "|".join(re.escape(name) for name in longest_first)
    short = "|".join(re.escape(name) for name in longest_first if name.isupper())
    patterns = [re.compile(rf"(?<=[.?!…”\")]\s)(?P<label>{names})\s*:(?=\s)")]
    if short:
        patterns.append(re.compile(rf"(?<![^\n\r\f])[ \t]*(?P<label>{short})(?:\s?[;.,](?=\s+[A-Z“\"])|:(?=[A-Z“\"]))"))
    for pattern in patterns:
        for match in pattern.finditer(text):
            start = match.start("label")
            model = printed[match["label"]]
            if start in starts or pattern is patterns[0]:
                reason = "an accepted label, its colon damaged or its line break lost"
                yield replace(model, start=start, end=match.end(), rest="…", accepted=True, reason=reason)


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
