"""Groups: what counts, how groups are named, in which order they stand."""

from types import SimpleNamespace

import pandas as pd
import pytest

from sco_analysis import tables
from sco_analysis.errors import ParameterError
from sco_analysis.groups import (
    add_groups,
    check_by,
    check_choice,
    count_descriptions,
    count_groups,
    counted_sentences,
    describe_speakers,
    number_groups,
    sort_groups,
)


def _sentences(*rows):
    start = range(0, 10 * len(rows), 10)
    return tables.build(
        "sentences", [{"doc_id": "d", "session": 1, "start": i} | r for i, r in zip(start, rows, strict=True)]
    )


def test_a_nameless_speaker_is_named_by_the_part_played():
    """A role in small letters (`questioner`, `chair`) names the row; an office or outlet does not."""
    rows = _sentences(
        {"voice": "turn", "role": "questioner"},
        {"voice": "turn", "role": "Channel One"},
        {"voice": "turn"},
        {"voice": "quotation", "role": "chair"},
        {"voice": "narration"},
        {"voice": "narration", "speaker": "Xi Jinping", "state": "CHN"},
    )
    found = add_groups(SimpleNamespace(sentences=rows), rows, ["speaker", "state"])
    assert found[["speaker", "state"]].to_numpy().tolist() == [
        ["(unidentified questioner)", "(no state)"],
        ["(unidentified speaker)", "(no state)"],
        ["(unidentified speaker)", "(no state)"],
        ["(unidentified chair)", "(no state)"],
        ["author", "author"],
        ["Xi Jinping", "CHN"],
    ]


def test_a_sentence_of_no_voice_is_not_counted():
    """What is neither speech nor prose does not count, and what nobody has said to be either does not; nor all such."""
    rows = _sentences({"voice": "heading"}, {"voice": None}, {"voice": "narration"}, {"voice": None})
    assert counted_sentences(SimpleNamespace(sentences=rows))["start"].tolist() == [20]
    assert counted_sentences(SimpleNamespace(sentences=rows.iloc[[1, 3]])).empty


def test_places_are_taken_from_the_sentences_alone():
    """A place is a group by its sentences: turns are not asked where they are."""
    rows = _sentences({"voice": "narration", "genre": "news"}, {"voice": "heading", "genre": "news"})
    heard = counted_sentences(SimpleNamespace(sentences=rows))
    parsed, turns = SimpleNamespace(sentences=rows), tables.build("turns", []).drop(columns="genre")
    counted = count_groups(parsed, ["genre"], heard, number_groups(parsed, heard, ["genre"]), turns)
    assert counted.to_dict("list") == {"genre": ["news"], "times": [2]}


def test_passages_are_turns_quotations_and_the_prose_between():
    """Narration before and after a quotation are two passages; headings, furniture and repeats are left out."""
    rows = _sentences(
        {"voice": "heading"},
        {"voice": "narration"},
        {"voice": "narration"},
        {"voice": "quotation", "turn": 30},
        {"voice": "narration"},
        {"voice": "narration", "repeat_of": "d:10"},
        {"voice": "furniture"},
    )
    found = counted_sentences(SimpleNamespace(sentences=rows))
    assert found["start"].tolist() == [10, 20, 30, 40]
    passages = found["passage"].tolist()
    assert passages[0] == passages[1]
    assert len(set(passages)) == 3


def test_groups_stand_by_size_and_sessions_in_order():
    """Speakers come by size, ties by name; sessions as the corpus has them."""
    table = pd.DataFrame({"speaker": ["B", "A", "C"], "session": ["d 2", "d 10", "d 1"], "n": [1, 1, 5]})
    assert sort_groups(table, ["speaker"], "n")["speaker"].tolist() == ["C", "A", "B"]
    assert sort_groups(table, ["session"], "n")["session"].tolist() == ["d 2", "d 10", "d 1"]


def test_a_speaker_is_described_by_what_most_words_carry():
    """Of two roles that one person is given, the one with more words is shown; the unknown have none."""
    rows = pd.DataFrame(
        {
            "speaker": ["Xi", "Xi", "Xi", None],
            "state": "CHN",
            "role": ["guest", "President", None, "chair"],
            "n_words": [5, 9, 99, 1],
        }
    )
    table = pd.DataFrame({"speaker": ["Xi", "(unidentified chair)"]})
    found = describe_speakers(table, count_descriptions(None, rows, ["speaker"]))
    assert found.fillna("").to_numpy().tolist() == [["Xi", "CHN", "President"], ["(unidentified chair)", "", ""]]
    assert list(count_descriptions(None, rows, ["speaker", "role"])) == ["state"]


def test_choices_are_checked_with_the_nearest_and_all():
    """The message names what was written, the nearest valid word if there is one, and every valid word."""
    assert check_by("speaker") == ["speaker"]
    assert check_by(["genre", "state"]) == ["genre", "state"]
    with pytest.raises(
        ParameterError, match=r"^unit='wrods' is unknown; did you mean 'words'\? It may be words, turns$"
    ):
        check_choice("unit", "wrods", ["words", "turns"])
    with pytest.raises(ParameterError, match=r"^unit=7 is unknown; it may be words, turns$"):
        check_choice("unit", 7, ["words", "turns"])
