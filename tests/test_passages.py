"""Tests of passages as numbers: how alike two are, and in what they differ, is known without their texts."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from sco_analysis.passages import EDGE, Passages, Wording, spread

TEXTS = ["The talks in Astana ended.", "— !", "the Talks in Astana have ended.", "The talks with 3 did not end."]


def _passages(texts, voice="narration"):
    text = pd.Series(texts, dtype=object)
    return Passages(pd.DataFrame({"doc_id": "a", "start": range(len(texts)), "text": text, "voice": voice}))


def test_hashes_know_words_and_their_order_case_aside():
    """Two passages have one hash when they have the same words in the same order, whatever their case and marks."""
    passages = _passages(["Astana: we met", "we met in ASTANA", "We met in Astana!", "met we in Astana", "", "…"])
    assert passages.length.tolist() == [3, 4, 4, 4, 0, 0]
    assert (passages.whole == passages.whole[1]).tolist() == [False, True, True, False, False, False]
    assert passages.whole[4] == passages.whole[5] == 0


def test_edges_are_the_first_and_the_last_words():
    """``first`` and ``last`` are the hashes of that many words at the beginning and at the end."""
    words = [f"w{number}" for number in range(9)]
    passages = _passages([" ".join(words), " ".join(words[:EDGE]), " ".join(words[-EDGE:])])
    assert passages.first[0] == passages.whole[1]
    assert passages.last[0] == passages.whole[2]


def test_labels_and_furniture_are_no_passages():
    """Rows of labels and furniture are passed over; ``row`` tells which rows the others are."""
    passages = _passages(["One.", "Two.", "Three."], ["label", "turn", "furniture"])
    assert passages.row.tolist() == [1]
    assert passages.spoken.tolist() == [True]


def test_an_edit_weighs_when_it_is_a_name_a_number_or_a_negation():
    """Alike are those that share so much; edited copies are those of them that differ in nothing that weighs."""
    wording = _passages([*TEXTS, "The talks in Minsk ended.", "Talks in Astana ended."]).wording
    copies, firsts = np.array([2, 3, 4, 5]), np.array([0, 0, 0, 0])
    assert wording.alike(copies, firsts, 0.5).tolist() == [True, False, True, True]
    assert wording.edited(copies, firsts, 0.5).tolist() == [True, False, False, True]
    assert wording.edited(np.array([2, 2]), np.array([0, 5]), 0.5).tolist() == [True, False]


@given(st.lists(st.text(st.sampled_from("aB3 -ž𝐀\x00\ud800"), max_size=12), max_size=6))
def test_codes_are_as_good_as_the_words(texts):
    """A wording made of codes finds the same pairs alike, and the same edits, as one made of the texts."""
    passages = _passages(texts)
    wording = Wording.of_codes(passages.codes(), passages.length)
    pairs = np.array([(a, b) for a in range(len(texts)) for b in range(len(texts))], dtype=np.int64).reshape(-1, 2).T
    for least in (0.3, 0.75):
        assert wording.alike(*pairs, least).tolist() == passages.wording.alike(*pairs, least).tolist()
        assert wording.edited(*pairs, least).tolist() == passages.wording.edited(*pairs, least).tolist()


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=9), min_size=2, max_size=2))
def test_a_mask_differs_by_no_more_bits_than_there_are_edits(words):
    """A bit more or less in the masks of two passages is a word more or less."""
    passages = _passages([" ".join(each) for each in words])
    assert np.bitwise_count(passages.mask[0] ^ passages.mask[1]) <= Indel.distance(*words)


def test_spread_lists_stretches():
    """All numbers of each stretch come out, one stretch after the other; empty ones give none."""
    assert spread(np.array([7, 3, 0]), np.array([2, 0, 3])).tolist() == [7, 8, 0, 1, 2]
    assert spread(np.array([], dtype=int), np.array([], dtype=int)).tolist() == []
