"""Tests of what the dictionary misses: terms and latent topics of the sentences it finds nothing in."""

from types import SimpleNamespace

import pandas as pd
import pytest

import sco_analysis as sco
from sco_analysis import tables
from sco_analysis.dictionaries import compile_dictionary
from sco_analysis.errors import ParameterError

GAS = compile_dictionary({"energy": ["gas"]})
FISH = "Fishing boats left the northern harbour."
HARBOUR = "The northern harbour welcomed fishing boats of China."
STARS = "Telescopes watch bright stars."
SKY = "Bright stars need telescopes, they say."


def corpus(*texts):
    """Make one document a text; China is known to the states dictionary."""
    rows = [
        {"doc_id": f"d{i}", "text": text, "start": 0, "end": len(text), "session": 1, "voice": "narration"}
        | {"n_words": tables.count_words(text)}
        for i, text in enumerate(texts)
    ]
    found = [
        {"doc_id": f"d{i}", "sentence": 0, "start": text.index("China"), "end": text.index("China") + 5, "key": "CHN"}
        | {"kind": "state", "form": "name"}
        for i, text in enumerate(texts)
        if "China" in text
    ]
    return SimpleNamespace(sentences=tables.build("sentences", rows), mentions=tables.build("mentions", found))


PORTS = corpus(FISH, HARBOUR, "Gas needs a harbour.", STARS, SKY, "Gas is bright.")


def test_terms_of_sentences_without_a_topic():
    """Terms are counted where no topic is found, and elsewhere; words that stand only in a listed pair are left out."""
    table = sco.uncovered_terms(PORTS, GAS, min_count=2)
    expected = pd.DataFrame(
        [
            ("bright stars", 2, 2, 2, 0, SKY),
            ("fishing boats", 2, 2, 2, 0, HARBOUR),
            ("northern harbour", 2, 2, 2, 0, HARBOUR),
            ("telescopes", 2, 2, 2, 0, SKY),
        ],
        columns=["term", "n", "sentences", "documents", "elsewhere", "example"],
    )
    pd.testing.assert_frame_equal(table[list(expected)], expected, check_dtype=False)
    assert list(table)[-2:] == ["doc_id", "start"]
    single = sco.uncovered_terms(PORTS, GAS, min_count=1, most=99).set_index("term")
    assert "china" not in single.index
    assert "of china" not in single.index


def test_pairs_do_not_reach_across_punctuation():
    """Two words with a comma between them are no pair."""
    terms = sco.uncovered_terms(PORTS, GAS, min_count=1, most=99)["term"].tolist()
    assert "telescopes they" not in terms
    assert "need telescopes" not in terms  # `need` is a function word
    assert "watch bright" in terms


def test_latent_topics_group_what_stands_together():
    """Sentences of two matters give two latent topics with their words, sentences and shares."""
    table = sco.latent_topics(PORTS, GAS, topics=2, min_count=2)
    assert [set(terms.split(" · ")) for terms in table["terms"]] == [
        {"boats", "fishing", "harbour", "northern"},
        {"bright", "stars", "telescopes"},
    ]
    assert table[["latent", "sentences", "share", "documents"]].values.tolist() == [[1, 2, 0.5, 2], [2, 2, 0.5, 2]]


def test_latent_topics_are_the_same_each_time(parsed):
    """Twice the same corpus gives twice the same table; the order of documents does not matter for the words."""
    first = sco.latent_topics(parsed, topics=3)
    pd.testing.assert_frame_equal(first, sco.latent_topics(parsed, topics=3))
    assert len(first) == 3


@pytest.mark.parametrize("texts", [("Gas.",), ("Yes.",), ()])
def test_nothing_missed_is_an_empty_table(texts):
    """Where every sentence has a topic, or says nothing, both tables are empty and have their columns."""
    terms, topics = sco.uncovered_terms(corpus(*texts), GAS), sco.latent_topics(corpus(*texts), GAS)
    assert terms.empty
    assert topics.empty
    assert [terms.columns[0], topics.columns[0]] == ["term", "latent"]


def test_counts_must_be_positive():
    """Zero topics are refused."""
    with pytest.raises(ParameterError, match="topics=0, terms=8, min_count=3: each must be 1 or more"):
        sco.latent_topics(PORTS, GAS, topics=0)
