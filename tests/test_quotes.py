"""Quotation marks: what each pair encloses, and that one odd mark costs one stretch only."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sco_analysis.speech.paragraphs import Paragraphs
from sco_analysis.speech.quotes import pair_marks

MARKS = "\"'“”„‟«»‘’‚‹›`"


def marks_of(text, spans):
    paragraphs = Paragraphs([0] * len(spans), [a for a, _ in spans], [b for _, b in spans], [1] * len(spans))
    return [mark for here in pair_marks([text], paragraphs).values() for mark in here]


def enclosed(*paragraphs):
    text = "\n\n".join(paragraphs)
    spans, start = [], 0
    for paragraph in paragraphs:
        spans.append((start, start + len(paragraph)))
        start += len(paragraph) + 2
    return [text[m.start : m.end] for m in marks_of(text, spans)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said "yes" and "no".', ["yes", "no"]),
        ("He said “yes” and “no”.", ["yes", "no"]),
        ("They call it ‘the plan’ in the workers’ paper.", ["the plan"]),
        ("They call it 'the plan' in the '90s and don't care.", ["the plan"]),
        ("« Oui », dit-il.", [" Oui "]),
        ("Er sagte „ja“ und »nein«.", ["ja", "nein"]),
        ("``It is over,'' she said.", ["It is over,"]),
        ("“The ‘grand plan’ is dead,” she said.", ["The ‘grand plan’ is dead,"]),
        ("“I heard “go home” twice,” she said.", ["I heard “go home” twice,"]),
        ("“We’re done,’’ she said.", ["We’re done,"]),
        ('“Mixed marks," she said.', ["Mixed marks,"]),
        ("No marks in the workers' town, don't look.", []),
    ],
)
def test_every_usual_kind_of_mark_is_paired(text, expected):
    """Curly, straight, single, low and LaTeX marks and guillemets enclose what stands between them."""
    assert enclosed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“It is late, he said. “We go now,” she said.", ["It is late, he said.", "We go now,"]),
        ('It is late," he said. "We go now," she said.', ["We go now,"]),
        ('He said "it is late, and left. She said "we go", too.', ["it is late, and left.", "we go"]),
        ("A 6' man said “yes”.", ["yes"]),
        ("“One thing. “And another thing.”", ["One thing. “And another thing."]),
    ],
)
def test_one_odd_mark_inverts_nothing_behind_it(text, expected):
    """A missing or stray mark costs its own stretch; the next pair is read as it stands."""
    assert enclosed(text) == expected


def test_a_quotation_runs_over_paragraphs_that_each_open_with_a_mark():
    """Without a closing mark, a stretch ends with its paragraph, and the next one carries it on."""
    text = "She said: “It began here.\n\n“It ends here.”\n\nNobody spoke."
    found = marks_of(text, [(0, 25), (27, 42), (44, 57)])
    assert [(text[m.start : m.end], m.closed, m.continues) for m in found] == [
        ("It began here.", False, False),
        ("It ends here.", True, True),
    ]


def test_a_stretch_never_leaves_its_paragraph():
    """A mark that is never closed ends at the end of its paragraph, whatever follows."""
    assert enclosed("“It is open", "It is closed.") == ["It is open"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet=MARKS + "ab sS.,?\n", max_size=40), min_size=1, max_size=4))
def test_stretches_stand_in_order_in_their_paragraphs(paragraphs):
    """Whatever the marks: stretches are within paragraphs, in order, without overlap, and never empty."""
    text, spans = "", []
    for paragraph in paragraphs:
        spans.append((len(text), len(text) + len(paragraph)))
        text += paragraph + "\n\n"
    found = marks_of(text, spans)
    assert all(m.opening < m.start <= m.end <= m.closing and text[m.start : m.end].strip() for m in found)
    assert all(any(a <= m.opening and m.closing <= b for a, b in spans) for m in found)
    assert all(a.closing <= b.opening for a, b in pairwise(found))
