"""Text → lines by span, each with what its look alone tells: blank, furniture, mark, caption, byline and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import yaml

#: what a line may be by its look, in the order in which it is asked
LOOKS = ("source", "mark", "procedure", "teaser", "furniture", "caption", "byline", "dateline")

_LINE = re.compile(r"[^\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?:.*?\n)---[ \t]*(?=\r?\n|\Z)", re.S)
_SENTENCE_END = re.compile(r"[.?!…:;,—–-][\"'”’)\]*_]*$|[\"”’)]$")
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
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Line:
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
        return _SENTENCE_END.search(self.text) is not None


@cache
def read_rules(name: str) -> dict:
    """Read one of the package's YAML files of judgement, such as ``layout.yml``."""
    return yaml.safe_load(files("sco_analysis").joinpath("data", name).read_text(encoding="utf-8"))


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
    front = _FRONT_MATTER.match(text)
    front_end = front.end() if front else 0
    last = 0
    for match in _LINE.finditer(text):
        raw = match[0]
        stripped = raw.strip("\b\ufeff\u200b \t\xa0\u2002\u2003\u2009\u200e\u200f\x1a\x1f")
        if not stripped or stripped.isspace():
            continue
        indent = raw.index(stripped[0])
        start = match.start() + indent
        end = start + len(stripped)
        between = text[last:start]
        gap = not lines or between.count("\n") + between.count("\f") > 1 or _blank_line(between)
        look = "furniture" if end <= front_end else _look(stripped)
        lines.append(Line(start, end, stripped, look, gap, indent))
        last = end
    return lines


def _blank_line(between: str) -> bool:
    return "\n" not in between and between.count("\r") > 1


def _look(line: str) -> str:
    """Say what a line is by its look alone; empty for ordinary text."""
    if len(line) > _LONGEST:
        return ""
    for look in LOOKS:
        if pattern_of(_SECTIONS[look]).fullmatch(line):
            return look
    return ""


def is_wrapped(lines: list[Line]) -> bool:
    """Tell whether the text is hard-wrapped: paragraphs broken over lines of about the same, short length."""
    plain = [line for line in lines if not line.look]
    followed = [(a, b) for a, b in pairwise(plain) if not b.gap]
    broken = [a for a, _ in followed if not a.text.endswith((".", "?", "!", ":", "”", '"'))]
    if len(followed) < 4:  # too little to count: two long lines of one width, broken in mid-sentence, will do
        return len(broken) == len(followed) >= 1 and all(60 <= len(line.text) <= 100 for line in broken)
    lengths = sorted(len(line.text) for line in plain)
    if lengths[len(lengths) * 19 // 20 - 1 if len(lengths) > 20 else -1] > 130:
        return False
    return len(broken) >= 0.5 * len(followed)
