"""Tests of sco_analysis.stance.wordpieces: text as numbers of a vocabulary, the target masked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sco_analysis.stance.wordpieces import CLS, LONGEST, MASK, PAD, SEP, UNKNOWN, WordPieces

VOCABULARY = [PAD, UNKNOWN, CLS, SEP, MASK, *"we thank ##s ##ing turkiye . , cote".split()]
PIECES = WordPieces(VOCABULARY)


def read(text: str, *spans: tuple[int, int]) -> str:
    """Encode and write the pieces out again."""
    return " ".join(VOCABULARY[number] for number in PIECES.encode(text, spans))


def test_words_are_folded_and_cut_greedily() -> None:
    """Case and accents go, the longest known piece comes first, an unknown word is one piece."""
    assert read("We THANK Türkiye.") == "[CLS] we thank turkiye . [SEP]"
    assert read("thanks, thanking Côte") == "[CLS] thank ##s , thank ##ing cote [SEP]"
    assert read("we xyz _") == "[CLS] we [UNK] [UNK] [SEP]"


def test_words_are_forgotten_when_there_are_too_many(monkeypatch) -> None:
    """A bounded number of words is kept; those forgotten are cut again, as before."""
    pieces = WordPieces(VOCABULARY)
    monkeypatch.setattr("sco_analysis.stance.wordpieces._MOST_WORDS", 1)
    first = pieces.split("we thank . thanks we")
    assert (
        pieces.split("we thank . thanks we") == first == [PIECES.number[p] for p in "we thank . thank ##s we".split()]
    )
    assert len(pieces._seen) <= 2


def test_each_mention_of_the_target_is_one_mask() -> None:
    """Whatever the target is called, and however many words it has, the network sees a mask."""
    text = "We thank Türkiye, thank Ankara."
    first, second = text.index("Türkiye"), text.index("Ankara")
    assert read(text, (first, first + 7), (second, second + 6)) == "[CLS] we thank [MASK] , thank [MASK] . [SEP]"


def test_a_mention_inside_another_is_masked_once() -> None:
    """Spans that overlap give one mask."""
    assert read("we thank cote we", (3, 13), (9, 13)) == "[CLS] we [MASK] we [SEP]"


@given(st.text(max_size=400), st.integers(0, 400), st.integers(1, 20))
def test_never_too_long_and_the_target_is_kept(text: str, start: int, size: int) -> None:
    """Of any text at most `LONGEST` pieces are read, and the target's mask is among them."""
    start = min(start, len(text))
    numbers = PIECES.encode(text, [(start, min(len(text), start + size))])
    assert len(numbers) <= LONGEST
    assert PIECES.number[MASK] in numbers
