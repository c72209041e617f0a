"""Text → lines by span, each with what its look alone tells: blank, furniture, mark, caption, byline and the like."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib.resources import files
from itertools import pairwise
from string import ascii_letters
from typing import NamedTuple

import yaml

#: what a line may be by its look, in the order in which it is asked
LOOKS = ("source", "mark", "procedure", "teaser", "furniture", "caption", "byline", "dateline")

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?:.*?\n)---[ \t]*(?=\r?\n|\Z)", re.S)
#: white space and control characters that count for nothing round a line, its line end included
_BLANK = "\b\ufeff\u200b \t\xa0\u2002\u2003\u2009\u200e\u200f\x1a\x1f\r\n\f\v\x1c\x1d\x1e\x85\u2028\u2029"
#: how prose begins: with a letter, or with a quotation mark
_PLAIN = frozenset(ascii_letters + "\"“‘'«")
_INTERJECTED = frozenset("gG—–-")
_CLOCK = re.compile(r"\d:")
_ENDS = frozenset(".?!…:;,—–-")
_QUOTE_ENDS = frozenset('"”’)')
_BEHIND_THE_END = "\"'”’)]*_"
_SECTIONS = {
    "source": "source_lines",
    "mark": "marks",
    "procedure": "procedure",
    "teaser": "teasers",
    "furniture": "furniture",
    "caption": "captions",
    "byline": "bylines",
    "dateline": "datelines",
}
#: A line longer than this is prose, whatever it looks like; it also bounds the time the patterns may take.
LONGEST = 400


class Line(NamedTuple):
    """One line with something on it: its span without white space around, its text, and what it looks like."""

    start: int
    end: int
    text: str
    look: str
    #: blank lines between this line and the one before it
    gap: bool
    indent: int

    @property
    def ended(self) -> bool:
        """Whether the line ends as a sentence, a clause or a quotation does."""
        return self.text[-1:] in _QUOTE_ENDS or self.text.rstrip(_BEHIND_THE_END)[-1:] in _ENDS


@cache
def read_rules(name: str) -> dict:
    """Read one of the package's YAML files of judgement, such as ``layout.yml``."""
    text = files("sco_analysis").joinpath("data", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def pattern_of(section: str) -> re.Pattern[str]:
    """Compile one list of patterns of layout.yml into one."""
    flags = 0 if section == "bylines" else re.IGNORECASE
    return re.compile("|".join(f"(?:{pattern})" for pattern in read_rules("layout.yml")[section]), flags)


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


@cache
def _looks() -> re.Pattern[str]:
    """Compile all looks into one pattern that asks them in their order; each heeds capitals as its section does."""
    patterns = ((look, pattern_of(_SECTIONS[look])) for look in LOOKS)
    cased = ((look, p.pattern, "i" if p.flags & re.IGNORECASE else "-i") for look, p in patterns)
    return re.compile("|".join(f"(?P<{look}>(?{flag}:{pattern}))" for look, pattern, flag in cased))


@cache
def _beginnings() -> dict[str, tuple[str, ...]]:
    """How the lines with a look begin (``layout.yml``), by their first two letters."""
    found: dict[str, list[str]] = defaultdict(list)
    for beginning in read_rules("layout.yml")["beginnings"]:
        found[beginning[:2]].append(beginning)
    return {two: tuple(beginnings) for two, beginnings in found.items()}


def look_of(line: str) -> str:
    """Say what a line is by its look alone; empty for ordinary text."""
    if len(line) > LONGEST or not _stands_out(line):
        return ""
    match = _looks().fullmatch(line)
    return match.lastgroup or "" if match else ""


def _stands_out(line: str) -> bool:
    """Tell whether a line may have a look, by a few characters: with most lines no pattern need be tried at all."""
    last = line[-1]
    if line[0] not in _PLAIN or last == ")" or last.isdecimal() or (last == "." and line.endswith(").")):
        return True
    if "©" in line or "]" in line or "…" in line or (line.find(":", 0, 24) > 0 and _CLOCK.search(line, 0, 24)):
        return True
    beginnings = _beginnings().get(line[:2].lower())
    if beginnings and line[:9].lower().startswith(beginnings):
        return True
    return last in _INTERJECTED and "interjecting" in line[:52].lower()


def is_wrapped(lines: list[Line]) -> bool:
    """Tell whether the text is hard-wrapped: paragraphs broken over lines of about the same, short length."""
    plain = [line for line in lines if not line.look]
    followed = [line.text for line, following in pairwise(plain) if not following.gap]
    broken = [text for text in followed if not text.endswith((".", "?", "!", ":", "”", '"'))]
    if len(followed) < 4:  # too little to count: two long lines of one width, broken in mid-sentence, will do
        return len(broken) == len(followed) >= 1 and all(60 <= len(text) <= 100 for text in broken)
    if len(broken) < 0.5 * len(followed):
        return False
    lengths = sorted(len(line.text) for line in plain)
    return lengths[len(lengths) * 19 // 20 - 1 if len(lengths) > 20 else -1] <= 130
