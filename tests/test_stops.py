"""Tests of stops: the fast way over whole corpora ends sentences exactly where the rule for one stop does."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sco_analysis.layout import layout_of
from sco_analysis.reading.lines import read_rules
from sco_analysis.reading.stops import ends_sentence, find_ends, stops_of
from sco_analysis.tokens import split_tokens


def _plain(text, begin, end):
    """Put every stop of every block to the rule: the plain way."""
    return [
        stop.closed
        for a, b in zip(begin, end, strict=True)
        for stop in stops_of(text, a, b)
        if ends_sentence(text, a, stop)
    ]


def _fast(text, begin, end):
    return find_ends(split_tokens(text), np.array(begin, dtype=np.int64), np.array(end, dtype=np.int64)).tolist()


WORDS = [*"aBé1", "no", "No", "Mr", "U.S", "a.m", "etc", "The", "of", "Inc", "x" * 50]
MARKS = [".", ". ", "? ", "…", "...", " ", "” ", ".) ", "\n\n", "-", "’", "“", "𐐀", "　", "「"]


@given(st.lists(st.sampled_from(WORDS + MARKS), max_size=30), st.lists(st.integers(0, 60), max_size=6))
@example(["a", ".", "…", "a"], [2])
@example(["Mr", ". ", "B"], [1])
def test_fast_and_plain_end_the_same_sentences(pieces, cuts):
    """Whatever the text, and wherever its blocks begin and end, both find the same ends."""
    text = "".join(pieces)
    edges = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    begin, end = edges[:-1], edges[1:]
    assert _fast(text, begin, end) == _plain(text, begin, end)
    assert _fast(text, begin[::2], end[::2]) == _plain(text, begin[::2], end[::2])


def test_fast_and_plain_agree_on_the_seeds(seeds):
    """On every document of the seeds, over its blocks, both find the same ends."""
    for text in seeds["text"]:
        blocks = [block for block in layout_of(text).blocks if block.kind in ("speech", "prose")]
        begin, end = [block.start for block in blocks], [block.end for block in blocks]
        found = _fast(text, begin, end)
        assert found == _plain(text, begin, end)
        assert len(found) > 3


@pytest.mark.parametrize("pattern", read_rules("layout.yml")["teasers"])
def test_every_teaser_is_recognised_by_its_dots(pattern):
    """Only sentences with an ellipsis or a bracket are tried as teasers, so every pattern must ask for one."""
    assert "…" in pattern or r"\[" in pattern
