"""Tests of words: which count, and which say something of the matter."""

import pytest

from sco_analysis.words import function_words, is_content, split_words


@pytest.mark.parametrize("word", ["the", "don’t", "don't", "it's", "2024", "1.5", "a", "said"])
def test_words_that_say_nothing_of_the_matter(word):
    """Function words with either apostrophe, numbers and single letters are no content."""
    assert not is_content(word)


@pytest.mark.parametrize("word", ["gas", "people's", "g20", "shanghai", "cooperation"])
def test_words_of_the_matter(word):
    """Anything else is."""
    assert is_content(word)


def test_the_list_is_clean():
    """Every function word is a lower-case text, as words are compared."""
    assert [word for word in function_words() if word != word.casefold()] == []


def test_words_have_their_places():
    """Each word is given casefolded with the offset at which it begins."""
    assert split_words("The U.S.-led talks") == [(0, "the"), (4, "u.s"), (9, "led"), (13, "talks")]
