"""Tests of lines and what they look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sco_analysis.reading.lines import is_wrapped, split_lines


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
