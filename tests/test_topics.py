"""Tests of which sentences speak of which topics."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sco_analysis import tables
from sco_analysis.groups import counted_sentences
from sco_analysis.topics import CEREMONY, only_ceremony, said_topics, spread_topics, topic_hits


def _sentence(start, n_words, text="…", **more):
    own = {"doc_id": "astana", "start": start, "end": start + 5, "text": text, "n_words": n_words, "voice": "turn"}
    return own | more


def test_context_stays_within_a_turn_and_reaches_over_a_chain():
    """A second `This …` takes the same topic; the first sentence of the next turn takes none."""
    rows = [
        _sentence(0, 5, text="Trade grows.", turn=0),
        _sentence(20, 4, text="That is good.", turn=0),
        _sentence(40, 4, text="And they know it.", turn=0),
        _sentence(60, 4, text="It is true.", turn=60),
    ]
    sentences = counted_sentences(SimpleNamespace(sentences=tables.build("sentences", rows)))
    hits = pd.DataFrame({"doc_id": ["astana"], "start": [0], "topic": ["trade_economy"]})
    assert spread_topics(sentences, hits).to_dict("list") == {
        "doc_id": ["astana", "astana"],
        "start": [20, 40],
        "topic": ["trade_economy", "trade_economy"],
    }


@pytest.mark.parametrize("text", ["This is the first point.", "That’s all.", "It was the last."])
def test_what_counts_points_off_refers_to_nothing(text):
    """A sentence such as `This is the first.` opens like a reference and takes no topic."""
    rows = [_sentence(0, 5, text="Trade grows.", turn=0), _sentence(20, 4, text=text, turn=0)]
    sentences = counted_sentences(SimpleNamespace(sentences=tables.build("sentences", rows)))
    hits = pd.DataFrame({"doc_id": ["astana"], "start": [0], "topic": ["trade_economy"]})
    assert spread_topics(sentences, hits).empty


def test_only_ceremony_is_what_has_no_other_topic():
    """Of four sentences the first has two ceremonial mentions, the second ceremony and trade, the third trade."""
    hits = pd.DataFrame({"topic": [CEREMONY, CEREMONY, CEREMONY, "trade", "trade"]})
    assert only_ceremony(hits, np.array([0, 0, 1, 1, 2]), 4).tolist() == [True, False, False, False]


def test_topics_of_sentences_that_do_not_count_are_told_apart(parsed):
    """All topics found are said; those of counted sentences are the ones of `topic_hits`, and all keys are listed."""
    counted = counted_sentences(parsed)
    said, topics = said_topics(parsed)
    hits, same = topic_hits(parsed, counted, "topics")
    assert len(said) == (parsed.mentions["kind"] == "topic").sum() > len(hits) > 0
    assert topics["topic"].tolist() == same["topic"].tolist()
    assert set(hits["topic"]) <= set(topics["topic"])
