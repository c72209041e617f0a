"""Tests of the way back from a number to its sentences."""

import pytest

import sco_analysis as sco


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """One short talk, parsed."""
    folder = tmp_path_factory.mktemp("talk")
    (folder / "talk.txt").write_text(
        "President of Kenya Anna Bo: We thank China for its help. Oil, gas and oil again.\nIvan Cy: Why oil?\n"
        "Anna Bo: We condemn the aggression of Iran. Good.\nIvan Cy: Thank you.",
        encoding="utf-8",
    )
    return sco.parse(sco.read_corpus(folder))


def test_a_topic_shows_its_sentences_most_matches_first(small):
    """The sentences with most matches come first, with the words that matched."""
    table = sco.evidence(small, "energy")
    assert table.values.tolist() == [
        ["talk", 1, "Anna Bo", "Oil, gas and oil again.", "Oil · gas · oil"],
        ["talk", 1, "Ivan Cy", "Why oil?", "oil"],
    ]
    assert list(table) == ["document", "session", "speaker", "sentence", "words"]


def test_a_state_shows_polarity_and_what_it_rests_on(small):
    """For a state the strongest polarity comes first, and the words it rests on are named with their valence."""
    table = sco.evidence(small, "IRN")
    assert table["sentence"].tolist() == ["We condemn the aggression of Iran."]
    assert table["polarity"].iloc[0] < 0
    assert "condemn" in table["words"].iloc[0]


def test_without_a_key_the_longest_sentences(small):
    """A row of a speaker share shows the longest sentences behind it."""
    table = sco.evidence(small, by="speaker", group="Anna Bo", n=2)
    assert table[["sentence", "words"]].values.tolist() == [
        ["We thank China for its help.", 6],
        ["We condemn the aggression of Iran.", 6],
    ]


def test_groups_narrow(small):
    """Only the sentences of the row asked for are shown."""
    assert sco.evidence(small, "energy", by="speaker", group="Ivan Cy")["sentence"].tolist() == ["Why oil?"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"key": "enery"}, "key='enery' is unknown; did you mean 'energy'?"),
        ({"by": "speaker", "group": "Ana Bo"}, "group='Ana Bo' is unknown; did you mean 'Anna Bo'?"),
        ({"by": "speakr"}, "by='speakr' is unknown; did you mean 'speaker'?"),
    ],
)
def test_what_is_not_there_is_named(small, arguments, message):
    """A key, group or column that is not there is refused with the nearest that is."""
    with pytest.raises(sco.ParameterError) as raised:
        sco.evidence(small, **arguments)
    assert message in str(raised.value)


def test_every_number_of_the_seeds_leads_back(parsed):
    """The evidence of a cell of the seeds holds as many sentences as the cell counts."""
    rates = sco.topic_frequency(parsed, by="genre")
    row = rates[(rates["topic"] == "energy") & (rates["genre"] == "transcript")].iloc[0]
    assert len(sco.evidence(parsed, "energy", by="genre", group="transcript", n=1000)) == row["sentences"]
