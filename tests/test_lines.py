"""Tests of lines and what they look like."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sco_analysis.reading import lines as module
from sco_analysis.reading.lines import LONGEST, LOOKS, is_wrapped, look_of, pattern_of, read_rules, split_lines

#: every pattern that gives a line its look, with the case it heeds
PATTERNS = [
    re.compile(pattern, pattern_of(section).flags & re.IGNORECASE)
    for section in module._SECTIONS.values()
    for pattern in read_rules("layout.yml")[section]
]
BREAKS = re.compile(r"[^\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+")


def _plain_look(line: str) -> str:
    """Give the look of a line by trying every pattern: what `look_of` must equal, which tries few."""
    fitting = (look for look in LOOKS if pattern_of(module._SECTIONS[look]).fullmatch(line))
    return next(fitting, "") if len(line) <= LONGEST else ""


def _plain_lines(text: str) -> list[tuple[int, int, bool, int]]:
    """Split a text into start, end, gap and indent of its lines by one pattern: what `split_lines` must equal."""
    found, last = [], 0
    for match in BREAKS.finditer(text):
        stripped = match[0].strip("\b\ufeff\u200b \t\xa0\u2002\u2003\u2009\u200e\u200f\x1a\x1f")
        if not stripped or stripped.isspace():
            continue
        indent = match[0].index(stripped[0])
        start = match.start() + indent
        between = text[last:start]
        returns = between.count("\r") > 1 and "\n" not in between
        gap = not found or between.count("\n") + between.count("\f") > 1 or returns
        last = start + len(stripped)
        found.append((start, last, gap, indent))
    return found


@given(st.text(alphabet=st.sampled_from("ab.: \t\n\r\f\b\u2028\xa0*"), max_size=60) | st.text(max_size=60))
def test_lines_are_spans(text):
    """Every line is a span of the text, in order, without overlap."""
    last = 0
    for line in split_lines(text):
        assert text[line.start : line.end] == line.text
        assert last <= line.start < line.end
        last = line.end


def test_every_line_end_ends_a_line():
    """LF, CR, CRLF and form feeds all end a line; an empty line shows as a gap."""
    lines = split_lines("a b\rc d\r\ne f\fg h\n\ni j")
    assert [(line.text, line.gap) for line in lines] == [
        ("a b", True),
        ("c d", False),
        ("e f", False),
        ("g h", False),
        ("i j", True),
    ]


@pytest.mark.parametrize(
    ("line", "look"),
    [
        ("Source – The Kremlin – VISIT WEBSITE", "source"),
        ("Source – The Kremlin: VISIT WEBSITE", "source"),
        ("The meeting rose at 11.40 a.m.", "source"),
        ("* * *", "mark"),
        ("<…>", "mark"),
        ("[...]", "mark"),
        ("It was so decided.", "procedure"),
        ("Draft resolution A/71/L.35 was adopted (resolution 71/158).", "procedure"),
        ("The SCO will convene in Astana. According […]", "teaser"),
        ("[[Page H6130]]", "furniture"),
        ("16-43375", "furniture"),
        ("Related Articles", "furniture"),
        ("Your email address will not be published. Required fields are marked *", "furniture"),
        ("• HOME»", "furniture"),
        ("Opening ceremony© A. Person / Some Images", "caption"),
        ("The two leaders, left. (Some Agency/A. Person)", "caption"),
        ("by Anna Person", "byline"),
        ("Moscow, 5 July 2024", "dateline"),
        ("By the end of the year trade will double.", ""),
        ("He visited Moscow on 5 July 2024 and left the next day.", ""),
        ("Thank you.", ""),
        ("Source of all our troubles is the lack of trust.", ""),
        ("Share this with your colleagues and they will understand what the talks were about last year.", ""),
    ],
)
def test_what_a_line_looks_like(line, look):
    """Furniture, marks and captions are told from sentences by their look."""
    assert [found.look for found in split_lines(line)] == [look]


def test_front_matter_is_furniture():
    """The YAML block before a text is no part of it."""
    assert [line.look for line in split_lines("---\ntitle: Talks\n---\nThey met.")] == ["furniture"] * 3 + [""]


def test_hard_wrapped_text_is_recognised():
    """Lines broken in mid-sentence at the same width are wrapped; whole paragraphs a line are not."""
    wrapped = "\n".join(["the quick brown fox jumps over the lazy dog and then"] * 8)
    assert is_wrapped(split_lines(wrapped))
    assert not is_wrapped(split_lines("\n".join(["A sentence that is whole."] * 8)))


def test_a_short_wrapped_paragraph_is_recognised():
    """Two lines are enough where the first is long and broken in mid-sentence; a headline above a paragraph is not."""
    assert is_wrapped(
        split_lines("The two leaders met in the capital on Monday to speak about trade,\ntransport and peace.")
    )
    assert not is_wrapped(split_lines("Talks on trade begin\nThe two leaders met in the capital on Monday."))


@given(st.text(alphabet=st.sampled_from("ab.: \t\n\r\f\v\b\x1c\x1f\x85\u2028\u3000\xa0\ufeff*"), max_size=40))
def test_lines_equal_those_of_one_pattern(text):
    """Whatever ends a line and stands round it, lines, gaps and indents are those of the plain way."""
    assert [(line.start, line.end, line.gap, line.indent) for line in split_lines(text)] == _plain_lines(text)


@settings(max_examples=300)
@given(st.one_of([st.from_regex(pattern, fullmatch=True) for pattern in PATTERNS]))
def test_no_look_is_missed(line):
    """A line that fits a pattern has the look that trying every pattern gives: the list of beginnings is complete."""
    if line.strip() == line and line:
        assert look_of(line) == _plain_look(line) != "" or len(line) > LONGEST


@given(st.text(alphabet=st.sampled_from('abThe ofs:12[…]().,©–-*•“"?'), min_size=1, max_size=30))
def test_looks_equal_those_of_every_pattern(line):
    """Whatever a line is made of, a few characters rule out nothing that is there."""
    assert look_of(line) == _plain_look(line)


def test_looks_of_the_seeds_equal_those_of_every_pattern(seeds):
    """On the seeds each line has the look that trying every pattern gives, and many kinds are there."""
    texts = [line.text for text in seeds["text"] for line in split_lines(text)]
    looks = [look_of(text) for text in texts]
    assert looks == [_plain_look(text) for text in texts]
    assert {"source", "mark", "furniture", "caption", "byline", "dateline", "teaser"} <= set(looks)


@given(st.text(alphabet=st.sampled_from("ab.?,;–—\"'”’)]*_ "), min_size=1, max_size=12))
def test_the_end_of_a_line(text):
    """A line ends as a sentence does where marks of a sentence's end stand last, before quotes and brackets only."""
    expected = re.search(r"[.?!…:;,—–-][\"'”’)\]*_]*$|[\"”’)]$", text) is not None
    assert module.Line(0, len(text), text, "", False, 0).ended == expected
