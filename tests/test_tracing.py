"""Tests of the sentences behind every row of a tally."""

import pytest

import sco_analysis as sco
from sco_analysis.rendering.page_tables import MIME


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """One short talk, parsed."""
    folder = tmp_path_factory.mktemp("talk")
    (folder / "talk.txt").write_text(
        "President of Kenya Anna Bo: We thank China for its help. Oil, gas & oil again.\nIvan Cy: Why oil?\n"
        "Anna Bo: We condemn the aggression of Iran. Good.\nIvan Cy: Thank you.",
        encoding="utf-8",
    )
    return sco.parse(sco.read_corpus(folder))


def test_a_row_shows_the_sentences_it_counts(small):
    """Each row has its sentences, those with most matches first, with the words that count, and the number of all."""
    rates = sco.topic_frequency(small).query("topic == 'energy'")
    assert list(sco.trace(small, rates, n=1).rows()) == [
        {
            "row": 0,
            "name": "Anna Bo, energy",
            "n": 1,
            "sentences": [
                {
                    "text": "Oil, gas & oil again.",
                    "marks": [[0, 3], [5, 8], [11, 14]],
                    "where": "talk, Anna Bo",
                }
            ],
        },
        {
            "row": 1,
            "name": "Ivan Cy, energy",
            "n": 1,
            "sentences": [{"text": "Why oil?", "marks": [[4, 7]], "where": "talk, Ivan Cy"}],
        },
    ]


def test_a_speaker_shows_the_longest_sentences(small):
    """Of a speaker's share the longest sentences are shown, with the number of all."""
    traced = sco.trace(small, sco.speaker_share(small).round(2), n=2)
    assert traced.sentences[["row", "sentence", "weight"]].values.tolist() == [
        [0, "We thank China for its help.", 6],
        [0, "We condemn the aggression of Iran.", 6],
        [1, "Why oil?", 2],
        [1, "Thank you.", 2],
    ]
    assert traced.counts == [4, 2]


@pytest.mark.parametrize("by", ["document", "session", "state", "role", "genre", "source", "year"])
def test_rows_of_every_grouping_have_sentences(parsed, by):
    """Whatever forms the groups, the sentences behind each row can be shown, with the document of each."""
    traced = sco.trace(parsed, sco.speaker_share(parsed, by=by), n=1)
    shown = list(traced.rows())
    assert [row["row"] for row in shown] == [row for row, n in enumerate(traced.tally["n"]) if n]
    assert {row["sentences"][0]["where"].split(",")[0] for row in shown} <= set(parsed.documents["doc_id"])


def test_a_state_shows_the_strongest_words_and_the_polarity(small):
    """Toward a state the strongest sentences are shown; each says its polarity."""
    tally = sco.sentiment_toward_states(small).query("target == 'IRN' and n > 0")
    (row,) = sco.trace(small, tally).rows()
    (sentence,) = row["sentences"]
    assert sentence["where"].startswith("talk, Anna Bo, -")
    assert any("condemn" in sentence["text"][start:end] for start, end in sentence["marks"])


def test_a_notebook_shows_the_table_and_what_stands_behind_it(small):
    """The output has the table and its sentences folded, as HTML; the rows as data for the page; and plain text."""
    bundle = sco.trace(small, sco.topic_frequency(small).query("topic == 'energy'"))._repr_mimebundle_()
    assert "<table" in bundle["text/html"]
    assert (
        "<details><summary>Anna Bo, energy: 1 sentence</summary><ol><li><mark>Oil</mark>, <mark>gas</mark> &amp; "
        "<mark>oil</mark> again. <cite>(talk, Anna Bo)</cite></li></ol></details>" in bundle["text/html"]
    )
    assert bundle[MIME]["column"] == 1
    assert [row["name"] for row in bundle[MIME]["rows"]] == ["Anna Bo, energy", "Ivan Cy, energy"]


def test_a_table_that_is_no_tally_is_refused(small):
    """A table without figures of a tally is refused, and the message says what to give instead."""
    with pytest.raises(sco.ParameterError, match=r"tally has no topic, target or share.*topic_frequency"):
        sco.trace(small, small.documents)


@pytest.mark.parametrize("by", ["genre", "speaker", "state", "session", ["speaker", "document"]])
def test_every_row_of_a_topic_tally_has_as_many_sentences_as_it_says(parsed, by):
    """The sentences behind a row are as many as the row counts, with and without context and ceremony."""
    for options in ({}, {"context": True}, {"ceremony": False, "context": True}):
        rates = sco.topic_frequency(parsed, by=by, **options)
        assert sco.trace(parsed, rates, **options).counts == rates["sentences"].tolist()


@pytest.mark.parametrize("by", ["state", "holder", "genre", ["state", "document"]])
@pytest.mark.parametrize("protocol", [True, False])
def test_every_row_of_a_sentiment_tally_has_as_many_sentences_as_it_says(parsed, by, protocol):
    """The sentences behind a row are as many as the row counts, with and without courtesies."""
    tally = sco.sentiment_toward_states(parsed, by=by, protocol=protocol)
    assert sco.trace(parsed, tally, protocol=protocol).counts == tally["n"].tolist()


@pytest.mark.parametrize("speech", ["all", "direct", "reported"])
def test_every_row_of_a_share_of_sentences_has_as_many_as_it_says(parsed, speech):
    """The sentences behind a row are as many as the row counts, whatever speech is counted."""
    share = sco.speaker_share(parsed, unit="sentences", speech=speech)
    assert sco.trace(parsed, share, speech=speech).counts == share["n"].tolist()
