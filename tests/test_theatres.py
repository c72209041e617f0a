"""Tests of theatres: words of a war that is not named go to the one the text names."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sco_analysis import mentions
from sco_analysis.dictionaries import compile_dictionary

WARS = compile_dictionary(
    {
        "unnamed": [{"sub": "unnamed", "theatres": {"north": ["places"], "south": ["places", "deals"]}}],
        "entries": {
            "north": {"patterns": {"places": ["Norland*"], "unnamed": ["ceasefire*", "mediator*"], "trade": ["fish"]}},
            "south": {"patterns": {"places": ["Southland"], "deals": ["island accord*"]}},
        },
    }
)


def found(*sentences, documents=None):
    """Return topic and text of each hit, in the order of the text; sentences of one document, or of those given."""
    documents = documents or ["d"] * len(sentences)
    starts = [sum(len(s) + 1 for s in sentences[:i]) for i in range(len(sentences))]
    table = pd.DataFrame({"doc_id": documents, "start": starts, "text": sentences})
    hits = mentions.find_mentions(table.assign(end=table["start"] + table["text"].str.len()), WARS)
    return list(zip(hits["key"], hits["text"], strict=True))


def test_the_theatre_of_the_sentence_counts():
    """The nearest name in the same sentence decides, before or after the word."""
    assert found("Norland made peace; now a ceasefire in Southland.")[1] == ("south", "ceasefire")
    assert found("In Southland they ask for a ceasefire as the mediators in Norland did.") == [
        ("south", "Southland"),
        ("south", "ceasefire"),
        ("north", "mediators"),
        ("north", "Norland"),
    ]


def test_else_the_theatre_named_last():
    """In later sentences the theatre named last holds, until another is named."""
    hits = found("Southland suffers.", "A ceasefire is near.", "Norland too.", "The mediators left.")
    assert [key for key, _ in hits] == ["south", "south", "north", "north"]


def test_else_the_theatre_named_first_afterwards():
    """Before any name, the first one that follows holds."""
    assert found("A ceasefire is near.", "Island accords say so.", "Norland waits.")[0] == ("south", "ceasefire")


def test_else_the_dictionary_decides():
    """Without a theatre in the document, in spite of those of other documents, the word stays where it is listed."""
    assert found("A ceasefire is near.")[0] == ("north", "ceasefire")
    assert found("Southland suffers.", "A ceasefire is near.", documents=["a", "b"])[1] == ("north", "ceasefire")


def test_other_words_name_no_theatre():
    """A hit of a sub-topic that is not listed moves nothing and is not moved."""
    assert found("Southland sells fish.", "A ceasefire is near.") == [
        ("south", "Southland"),
        ("north", "fish"),
        ("south", "ceasefire"),
    ]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Gaza waits for a ceasefire.", {"middle_east"}),
        ("The mediators hope that hostilities in Sudan will end.", {"security_terrorism"}),
        ("Ukraine rejects the ceasefire.", {"ukraine_conflict"}),
        ("They demand a ceasefire.", {"ukraine_conflict"}),
    ],
)
def test_the_topics_of_the_package(text, topics):
    """A ceasefire is of the war that its sentence names, and of Ukraine where none is named."""
    table = pd.DataFrame({"doc_id": ["d"], "start": [0], "end": [len(text)], "text": [text]})
    assert set(mentions.find_mentions(table, "topics")["key"]) == topics


def reference(sentences, documents):
    """Topic of each hit of an unnamed theatre, asked one by one: nearest in its sentence, last before, first after."""
    places, asked = [], []
    for row, text in enumerate(sentences):
        for match in re.finditer(r"\w+( accords)?", text):
            topic = {"Norland": "north", "Southland": "south", "island accords": "south"}.get(match[0])
            if topic:
                places.append((documents[row], row, match.start(), topic))
            elif match[0] == "ceasefire":
                asked.append((documents[row], row, match.start()))
    out = []
    for doc, row, start in asked:
        own = [(abs(at - start), at, topic) for d, r, at, topic in places if d == doc and r == row]
        before = [topic for d, r, _, topic in places if d == doc and r < row]
        after = [topic for d, r, _, topic in places if d == doc and r > row]
        out.append(min(own)[2] if own else (before[-1:] + after[:1] + ["north"])[0])
    return out


WORD = st.sampled_from(["Norland", "Southland", "island accords", "ceasefire", "ceasefire", "fish", "word"])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.lists(WORD, min_size=1, max_size=5).map("; ".join)), min_size=1))
def test_all_at_once_equals_the_plain_reference(rows):
    """Whatever stands where, each word goes to the theatre that the rules, asked one by one, name."""
    rows = sorted(rows, key=lambda row: row[0])
    documents, sentences = zip(*rows, strict=True)
    assert [key for key, text in found(*sentences, documents=documents) if text == "ceasefire"] == reference(
        sentences, documents
    )
