"""Tests of candidates for labels: what is ruled out before the patterns are tried is what they would not fit."""

import re
from itertools import zip_longest

from hypothesis import given
from hypothesis import strategies as st

from sco_analysis.reading import candidates as module
from sco_analysis.reading.candidates import before_colon, candidates
from sco_analysis.reading.lines import split_lines

#: a label before a colon, tried on every line, colon or not
PLAIN_COLON = re.compile(
    r"(?:Q\d{1,4}\.?\s+)?[*_#>\s]*+(?P<label>(?:[^:：\n]|(?<=\d):(?=\d)){1,180}?)\s*[*_]*\s*[:：][*_]*"
    r"(?=\s|$|[“\"‘'«(\[])"
)
PIECES = ["Anna Bo", "MR. BO", "The CHAIR", "Mr. BOOE", "Q", "Q1 ", "A", "**", "_", "> ", ":", "：", ": ", ". – ",
          ". ", " — ", "9:30", "(14:00)", "Yes", " no", "“", " ", "x" * 90, ", of it", ".-", "\t", "é"]  # fmt: skip
LINES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)


def _told(label: str, end: int) -> tuple[str, int] | None:
    """Return what matters of a label before a colon: the words without marks around them, and where the marks end."""
    label = label.strip(" *_#>\xa0\t")
    return (label, end) if label else None


def _found(line: str) -> tuple[str, int] | None:
    found = before_colon(line)
    return _told(found.label, found.end) if found else None


def _plain(line: str) -> tuple[str, int] | None:
    match = PLAIN_COLON.match(line)
    return _told(match["label"], match.end()) if match else None


@given(LINES)
def test_labels_before_a_colon_are_those_of_the_plain_pattern(line):
    """A line is ruled out by its first colon only where the plain pattern finds no label in it."""
    if line.strip():
        assert _found(line.strip()) == _plain(line.strip())


def test_labels_of_the_seeds_are_those_of_the_plain_pattern(seeds):
    """On the seeds every line has the same label before a colon as by the plain pattern."""
    lines = [line.text for text in seeds["text"] for line in split_lines(text)]
    found = [_found(line) for line in lines]
    assert found == [_plain(line) for line in lines]
    assert sum(label is not None for label in found) > 50


@given(LINES, st.booleans())
def test_no_form_is_ruled_out_that_fits(line, elsewhere):
    """Whichever form fits a line is among those asked of it, whether or not another line has a stop before a dash."""
    line = line.strip()
    if line:
        asked = module._worth_asking(line, elsewhere or module._STOPPED.search(line) is not None)
        assert [form for form in module._FORMS if form[1].match(line)] == [
            form for form in asked if form[1].match(line)
        ]


def test_every_form_has_its_candidate():
    """One candidate for each line that has a form, with the form it has, and one for a link."""
    text = (
        "Anna Bo: Yes.\nQ Why?\nMr. BOOE. I rise.\nHON. A. BO.- I move.\nAnna Bo, of Chad. – Yes.\nPRESIDENT BO — Hi.\n"
        "No label.\nSee [Anna Bo](address): “Yes.”"
    )
    lines = split_lines(text)
    found = [(label.form, label.printed) for label in candidates(text, [*zip_longest(lines, lines[1:])], False)]
    assert found == [
        ("colon", "Anna Bo"),
        ("question", "Q"),
        ("stop", "Mr. BOOE"),
        ("dash", "HON. A. BO"),
        ("rule", "Anna Bo"),
        ("rule", "PRESIDENT BO"),
        ("colon", "See [Anna Bo](address)"),
        ("link", "Anna Bo"),
    ]
