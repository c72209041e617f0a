"""Values for a row of pages: which there are, in which order, and how they are written in the name of a file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sco_analysis.rendering.grid import EACH, count_values, slugs
from sco_analysis.rendering.plan import tell


def test_values_of_the_seeds_come_in_the_order_of_their_words(parsed):
    """Speakers are ranked by their words, the same as in the sentences; unknown ones are no value."""
    prose = parsed.sentences[parsed.sentences["voice"].isin(["turn", "quotation", "narration"])]
    words = prose.groupby("speaker")["n_words"].sum()
    speakers = count_values(parsed, "speaker")
    assert sorted(speakers) == sorted(words[words > 0].index)
    assert [words[speaker] for speaker in speakers] == sorted(words[speakers], reverse=True)


def test_states_are_those_that_something_is_said_about(parsed):
    """States are ranked by the sentences about them."""
    states = count_values(parsed, "state")
    assert set(states) == set(parsed.polarity["target"])
    counts = parsed.polarity.groupby("target").size()
    assert [counts[state] for state in states] == sorted(counts, reverse=True)


@pytest.mark.parametrize("each", EACH)
def test_values_are_plain_and_different(parsed, each):
    """Whatever is asked for, the values are texts or whole numbers, none twice, none empty."""
    values = count_values(parsed, each)
    assert values
    assert len(set(values)) == len(values)
    assert {type(value) for value in values} == ({int} if each in ("session", "year") else {str})
    assert all(values)


def test_slugs_are_short_and_legible():
    """Capitals, accents and signs go; a long one is cut; one without Latin letters is a few digits of a hash."""
    assert slugs(["Vladimir Putin", "Sadyr Japarov", "José"]) == ["vladimir-putin", "sadyr-japarov", "jose"]
    assert re.fullmatch(r"[0-9a-f]{6}", slugs(["Си Цзиньпин"])[0])
    assert re.fullmatch(r"(word-)+\w*-[0-9a-f]{6}", slugs(["word " * 40])[0])


def test_values_written_alike_are_told_apart():
    """Two values that would have one name get digits of their hashes, whatever their order."""
    one, two = slugs(["Xi", "xí"])
    assert one != two
    assert slugs(["xí", "Xi"]) == [two, one]


@given(st.lists(st.text(), unique=True, max_size=8))
def test_slugs_can_name_figures_and_never_collide(values):
    """Any values give different names of a-z, 0-9 and hyphens."""
    made = slugs(values)
    assert len(set(made)) == len(values)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug) for slug in made)


def test_a_number_is_told_with_what_it_counts():
    """A title says `session 2`, not `2`; a name speaks for itself."""
    assert (tell({"session": 2}), tell({"speaker": "Xi Jinping"})) == ("session 2", "Xi Jinping")
