"""Tests of collocations: pairs of content words, counted by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sco_analysis import tables
from sco_analysis.collocations import collocations
from sco_analysis.errors import ParameterError


def corpus(*texts):
    """Make one sentence a text: (document, genre, text)."""
    rows = [
        {"doc_id": doc, "genre": genre, "text": text, "start": i, "end": i + len(text), "session": 1}
        | {"voice": "narration", "n_words": tables.count_words(text)}
        for i, (doc, genre, text) in enumerate(texts)
    ]
    return SimpleNamespace(sentences=tables.build("sentences", rows))


TALK = corpus(
    ("a", "news", "Gas pipelines and gas fields."),
    ("a", "news", "New gas pipelines of 2024"),
    ("b", "news", "Pipelines end. Gas pipelines lead to ports"),
    ("b", "transcript", "Ports without gas."),
)


def test_pairs_are_counted_within_sentences():
    """Neighbouring content words form a pair, in their order; those of two sentences, and function words, do not."""
    table = collocations(TALK, min_count=1).sort_values(["first", "second"], ignore_index=True)
    expected = pd.DataFrame(
        [
            ("end", "gas", 1, 1, 5, 1),
            ("gas", "fields", 1, 5, 1, 1),
            ("gas", "pipelines", 3, 5, 4, 2),
            ("pipelines", "end", 1, 4, 1, 1),
            ("pipelines", "lead", 1, 4, 1, 1),
        ],
        columns=["first", "second", "n", "n_first", "n_second", "documents"],
    )
    pd.testing.assert_frame_equal(table[list(expected)], expected, check_dtype=False)
    assert list(table) == ["first", "second", "n", "n_first", "n_second", "log_likelihood", "pmi", "documents"]


def test_measures_by_hand():
    """PMI is log2 of observed over expected; G² is twice the sum of O ln(O/E) of the four cells."""
    row = collocations(TALK, min_count=3).iloc[0]
    n = 20  # words
    seen = np.array([3, 2, 1, 14])
    expected = np.array([5 * 4, 5 * 16, 15 * 4, 15 * 16]) / n
    assert row["pmi"] == pytest.approx(np.log2(3 * n / (5 * 4)))
    assert row["log_likelihood"] == pytest.approx(2 * (seen * np.log(seen / expected)).sum())


def test_one_word_one_group_a_wider_window():
    """``word`` keeps its pairs, ``group`` narrows the text, ``window`` lets words stand between."""
    assert collocations(TALK, "FIELDS", min_count=1)[["first", "second"]].values.tolist() == [["gas", "fields"]]
    assert collocations(TALK, by="genre", group="transcript", min_count=1).empty
    wide = collocations(TALK, by="genre", group="transcript", min_count=1, window=3)
    assert wide[["first", "second", "n"]].values.tolist() == [["ports", "gas", 1]]


def test_measure_sorts_and_min_count_cuts():
    """The rows are sorted by the measure asked for; a rarer pair is left out; an empty table has its columns."""
    assert collocations(TALK, min_count=1, measure="pmi")["pmi"].is_monotonic_decreasing
    assert collocations(TALK, min_count=1)["log_likelihood"].is_monotonic_decreasing
    assert collocations(TALK, min_count=2)["n"].tolist() == [3]
    empty = collocations(TALK)
    assert empty.empty
    assert "pmi" in empty


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measure": "chi2"}, "measure='chi2' is unknown; it may be log_likelihood, pmi"),
        ({"by": "genre", "group": "nwes"}, "group='nwes' is unknown; did you mean 'news'?"),
        ({"window": 1}, "window=1, min_count=5: write a window from 2 and a count from 1 upward"),
    ],
)
def test_messages_name_what_to_write(arguments, message):
    """An argument that is not there is refused with those that are."""
    with pytest.raises(ParameterError) as error:
        collocations(TALK, **arguments)
    assert message in str(error.value)
