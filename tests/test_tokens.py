"""The one pass: atoms equal those of the regular expression, words those of `tables.count_words`."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sco_analysis import tables, tokens

TEXT = st.text(alphabet=st.one_of(st.sampled_from("ab.-'’ \n_9Éß中𝔸́\ud800$"), st.characters()), max_size=60)


@given(TEXT)
def test_atoms_are_those_of_the_regular_expression(text):
    """The spans of the atoms equal those of `re.finditer` for every text."""
    found = tokens.split_tokens(text)
    spans = [match.span() for match in re.finditer(r"\w+", text)]
    assert list(zip(found.start.tolist(), found.end.tolist(), strict=True)) == spans
    assert [found.surfaces[i] for i in found.surface] == [text[a:b] for a, b in spans]


@given(TEXT)
def test_ids_name_the_casefolded_atom(text):
    """Two atoms have one id exactly when they are equal, case aside."""
    found = tokens.split_tokens(text)
    assert [found.vocabulary[i] for i in found.ids] == [atom.casefold() for atom in re.findall(r"\w+", text)]
    assert len(set(found.vocabulary)) == len(found.vocabulary)


@given(st.lists(TEXT, max_size=5))
def test_several_texts_are_split_as_one_by_one(texts):
    """Splitting several texts at once gives each the atoms that it has alone."""
    found = tokens.split_tokens(texts)
    for number, text in enumerate(texts):
        own = found.row == number
        spans = zip((found.start[own] - found.base[number]).tolist(), found.end[own] - found.base[number], strict=True)
        assert list(spans) == [match.span() for match in re.finditer(r"\w+", text)]


@given(st.lists(TEXT, max_size=5))
def test_words_are_counted_as_tables_counts_them(texts):
    """Counting in bulk gives what `tables.count_words` gives for each text."""
    assert tokens.count_words(texts).tolist() == [tables.count_words(text) for text in texts]


@given(TEXT, st.integers(0, 60), st.integers(0, 60))
def test_words_of_a_span_are_those_of_its_text(text, one, other):
    """A span that begins or ends inside a word counts what its own text counts."""
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    count = tokens.split_tokens(text).count_words(np.array([start]), np.array([end]))
    assert count.tolist() == [tables.count_words(text[start:end])]


def test_a_text_is_split_at_everything_that_is_no_letter_or_digit():
    """Four words are six atoms; a hyphen and an apostrophe join, an en dash does not."""
    found = tokens.split_tokens("Russia–China re-election: China’s")
    assert [found.surfaces[i] for i in found.surface] == ["Russia", "China", "re", "election", "China", "s"]
    assert found.joined.tolist() == [False, False, True, False, True, False]
    assert found.vocabulary == ["russia", "china", "re", "election", "s"]
    assert tokens.count_words(["Russia–China re-election: China’s", ""]).tolist() == [4, 0]


def test_no_text_has_no_atoms():
    """Splitting nothing gives no atoms and no vocabulary."""
    found = tokens.split_tokens([])
    assert (len(found), found.surfaces, found.row.tolist()) == (0, [], [])


@given(st.lists(st.text(alphabet="ab1 .-’é𐐀\n", max_size=12), max_size=6))
def test_atoms_of_stretches_are_those_of_their_texts(texts):
    """Cut anew, the atoms of one text are those that each stretch of it has as a text of its own."""
    joined = tokens.split_tokens("\n".join(texts))
    end = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) - 1
    start = end - np.array([len(text) for text in texts], dtype=np.int64)
    cut, own = joined.recut(start, end), tokens.split_tokens(texts)
    assert cut.text == own.text
    for name in ("base", "start", "end", "row", "joined", "lengths"):
        assert getattr(cut, name).tolist() == getattr(own, name).tolist(), name
    assert [cut.surfaces[i] for i in cut.surface] == [own.surfaces[i] for i in own.surface]


def test_no_atom_is_cut_or_lost():
    """A stretch that ends inside an atom, and an atom that no stretch holds, are refused."""
    found = tokens.split_tokens("one two")
    for start, end in (([0], [5]), ([0], [3]), ([4], [7])):
        with pytest.raises(ValueError, match="outside the stretches, or across"):
            found.recut(np.array(start), np.array(end))


@given(st.lists(st.text(max_size=20), max_size=4))
def test_lengths_are_those_of_the_texts(texts):
    """Each text knows how long it is, whatever its characters."""
    found = tokens.split_tokens(texts)
    assert found.lengths.tolist() == [len(text) for text in texts]


@given(TEXT)
def test_places_of_signs_are_all_there_are(text):
    """Every sign is found where it stands, in order: stops, marks, line ends, and halves of surrogate pairs."""
    found = tokens.split_tokens(text)
    for signs in (".", "-'’\n", "$\ud800"):
        assert found.places(signs).tolist() == [at for at, character in enumerate(text) if character in signs]


@given(TEXT, st.integers(0, 60), st.integers(0, 60))
def test_letters_of_a_span_are_those_of_its_text(text, one, other):
    """A span holds as many letters, digits and underscores as a regular expression finds in it, wherever it begins."""
    start, end = min(one, len(text)), min(other, len(text))
    count = tokens.split_tokens(text).count_letters(np.array([start]), np.array([end]))
    assert count.tolist() == [len(re.findall(r"\w", text[start:end]))]


@given(st.lists(TEXT, max_size=5))
def test_texts_come_back_as_a_column(texts):
    """The column of texts holds each text, of whatever characters; with a lone surrogate it is a list."""
    strings = tokens.split_tokens(texts).strings
    assert [str(text) for text in strings] == texts
    assert isinstance(strings, list) == _cannot_be_encoded("".join(texts))


def _cannot_be_encoded(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def test_stretches_with_a_lone_surrogate_are_cut():
    """Half a surrogate pair lies in its stretch as it lay in the text."""
    cut = tokens.split_tokens("one \ud800 two\nthree").recut(np.array([0, 10]), np.array([9, 15]))
    assert (cut.text, cut.strings) == ("one \ud800 two\n\nthree", ["one \ud800 two", "three"])
    assert cut.row.tolist() == [0, 0, 1]


def test_code_points_beyond_the_basic_plane_are_looked_up_as_one():
    """A table of the basic plane tells of its characters; its last entry tells of all that it does not hold."""
    table = np.zeros(0x10000, dtype=bool)
    table[[ord("a"), 0xFFFF]] = True
    assert tokens.look_up(table, tokens.code_points("ab")).tolist() == [True, False]
    assert tokens.look_up(table, tokens.code_points("aб😀")).tolist() == [True, False, True]
