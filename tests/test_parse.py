"""Tests of parsing in one call, and of narrowing what was parsed."""

from importlib import import_module

import pandas as pd
import pytest

import sco_analysis as sco
from sco_analysis import tables


def test_parse_is_its_steps_in_order(seeds, parsed):
    """`parse` gives what the steps give one after the other."""
    turns = sco.split_turns(seeds)
    quotations = sco.find_quotations(seeds, turns)
    sentences = sco.split_sentences(seeds, turns, quotations)
    for name, frame in (("turns", turns), ("quotations", quotations), ("sentences", sentences)):
        pd.testing.assert_frame_equal(getattr(parsed, name), frame)


def test_parsed_says_how_much_there_is(parsed):
    """Its short form counts the rows of each table."""
    assert repr(parsed).startswith("Parsed(5 documents, 45 turns, ")


def test_parsed_is_frozen(parsed):
    """No table of a parsed corpus can be exchanged by accident."""
    with pytest.raises(AttributeError):
        parsed.turns = None


def test_parsing_does_not_change_the_documents(tmp_path):
    """The table handed in comes out untouched."""
    (tmp_path / "a.txt").write_text("Anna Bo: Yes.\nIvan Cy: No.\nAnna Bo: So.\nIvan Cy: Well.")
    documents = sco.read_corpus(tmp_path)
    before = documents.copy()
    sco.parse(documents)
    pd.testing.assert_frame_equal(documents, before)


def test_select_narrows_every_table(parsed):
    """Selecting a session keeps its turns and sentences, and the mentions and polarity of these."""
    part = sco.select(parsed, session=5, document="kremlin-2024-astana")
    assert part.turns["speaker"].tolist() == ["Vladimir Putin", "Xi Jinping"]
    assert set(part.sentences["session"]) == {5}
    assert set(part.documents["doc_id"]) == {"kremlin-2024-astana"}
    assert set(part.mentions["sentence"]) <= set(part.sentences["start"])
    assert set(part.polarity["sentence"]) <= set(part.sentences["start"])
    assert 0 < len(part.mentions) < len(parsed.mentions)


def test_select_narrows_to_a_source_or_a_year(parsed):
    """A source and a year are those of the documents; a year that is not there is refused with those that are."""
    assert sco.select(parsed, source="The Kremlin").documents["doc_id"].tolist() == ["kremlin-2024-astana"]
    assert sco.select(parsed, year=2022).documents["doc_id"].tolist() == ["samarkand-2022-talks"]
    with pytest.raises(sco.ParameterError, match=r"no sentence has year=1999; year is one of: 2022, 2024"):
        sco.select(parsed, year=1999)


def test_what_was_selected_is_told():
    """Names and years speak for themselves, sessions and genres are told with what they are; nothing is told of all."""
    assert (
        sco.tell_selection(speaker="Xi Jinping", session=2, genre="", year=2024)
        == " (only Xi Jinping, session 2, 2024)"
    )
    assert sco.tell_selection(speaker="", year=0) == ""


def test_select_without_a_wish_is_everything(parsed):
    """Empty values stand for everything."""
    assert sco.select(parsed, speaker="", session=0) is parsed


def test_select_says_what_there_is(parsed):
    """A speaker who is not there is refused with the speakers who are."""
    with pytest.raises(sco.ParameterError) as raised:
        sco.select(parsed, speaker="Nobody")
    assert "no sentence has speaker='Nobody'; speaker is one of: " in str(raised.value)
    assert "Xi Jinping" in str(raised.value)


def test_empty_tables_flow_through(tmp_path):
    """A document without speech, quotation or state gives empty tables with all columns, not an error."""
    (tmp_path / "a.txt").write_text("Nothing much was done.")
    parsed = sco.parse(sco.read_corpus(tmp_path))
    assert [len(parsed.turns), len(parsed.quotations), len(parsed.polarity)] == [0, 0, 0]
    assert parsed.sentences["text"].tolist() == ["Nothing much was done."]


def test_topics_of_another_dictionary(parsed, tmp_path):
    """Topics of a file take the place of the package's in the mentions; states stay as they were."""
    path = tmp_path / "own.yml"
    path.write_text("neighbours: {near: [neighbour*]}")
    own = sco.code_topics(parsed, path)
    topics = own.mentions[own.mentions["kind"] == "topic"]
    assert set(topics["key"]) == {"neighbours"}
    assert set(topics["text"].str.lower().str.startswith("neighbour")) == {True}
    kept = [p.mentions[p.mentions["kind"] != "topic"].reset_index(drop=True) for p in (own, parsed)]
    pd.testing.assert_frame_equal(*kept)
    pd.testing.assert_frame_equal(sco.code_topics(own).mentions, parsed.mentions)


def test_a_document_that_cannot_be_parsed_is_left_out(monkeypatch):
    """Where the rules fail on one document, it is named with what went wrong, and the others are parsed.

    Also where all rows have one label in the index.
    """
    documents = pd.DataFrame({"doc_id": ["a", "b"], "text": ["China agreed.", "Boom."]})
    documents = tables.build("documents", documents)
    module = import_module("sco_analysis.parse")
    plain = module.turns_among

    def failing(documents, tokens):
        if documents["text"].eq("Boom.").any():
            raise IndexError("out of range")
        return plain(documents, tokens)

    monkeypatch.setattr(module, "turns_among", failing)
    with pytest.warns(sco.CorpusWarning, match=r"b was left out: it cannot be parsed \(IndexError: out of range\)"):
        parsed = sco.parse(documents)
    assert parsed.documents["doc_id"].tolist() == ["a"]
    assert parsed.mentions["key"].tolist() == ["CHN"]
    with pytest.warns(sco.CorpusWarning, match="b was left out"):
        assert sco.parse(documents.set_axis([7, 7])).documents["doc_id"].tolist() == ["a"]
    with pytest.raises(IndexError):
        sco.parse(documents[documents["doc_id"] == "b"])
