"""Quotations in prose: what is quoted, by which cue, and who says it."""

from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sco_analysis as sco
from sco_analysis import tables
from sco_analysis.layout import Block, Layout
from sco_analysis.quotations import quotations_of
from sco_analysis.speech.cues import verb_forms
from sco_analysis.speech.phrases import Sentence, sentences_of
from sco_analysis.speech.quotes import MarkPlaces
from sco_analysis.tokens import split_tokens

TURNS = tables.build("turns", [])


def quotations(*texts):
    documents = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(texts))], "text": list(texts)})
    return sco.find_quotations(documents, sco.split_turns(documents))


def found(text):
    rows = quotations(text)
    return [(q.kind, q.text, q.label) for q in rows.itertuples() if q.kind != "scare"]


def speakers(text):
    rows = quotations(text)
    rows = rows[rows["kind"] != "scare"]
    return [(None if pd.isna(q.speaker) else q.speaker, q.how) for q in rows.itertuples()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We agree,” said Okello.", [("direct", "We agree,", "Okello")]),
        ("“We agree,” Okello told reporters on Monday.", [("direct", "We agree,", "Okello")]),
        ("Okello said: “We agree. We sign today.”", [("direct", "We agree. We sign today.", "Okello")]),
        ("Okello said, “We agree,” he said.", [("direct", "We agree,", "Okello")]),
        ("“We agree.” said.", [("direct", "We agree.", "")]),
        ("Okello signed and said, “We agree.” used the phrases.", [("direct", "We agree.", "Okello")]),
        ("However, says Ada Okello from the Lake Institute, “they agree.”",
         [("direct", "they agree.", "Ada Okello from the Lake Institute")]),
        ("“We agree,” said her partner, Jo Ito. The rain fell.", [("direct", "We agree,", "Jo Ito")]),
        ("“We agree,” Okello said, adding that talks go on.",
         [("direct", "We agree,", "Okello"), ("indirect", "talks go on", "Okello")]),
        ("“We agree,” Okello said. “We sign.”", [("direct", "We agree,", "Okello"), ("direct", "We sign.", "")]),
        ("“We agree,” Okello said, “but not today.”",
         [("direct", "We agree,", "Okello"), ("direct", "but not today.", "Okello")]),
        ("We agree. https://t.co/x1 — Ada Okello (@adaokello) May 1, 2019", [("direct", "We agree.", "Ada Okello")]),
        ("“We agree.” — Commissioner Ada Okello", [("direct", "We agree.", "Commissioner Ada Okello")]),
    ],
)  # fmt: skip
def test_direct_quotations(text, expected):
    """Cue before, behind, inside, twice or missing: the words between the marks, without the marks."""
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Okello said that the road is open.", [("indirect", "the road is open", "Okello")]),
        ("Okello said the road is open.", [("indirect", "the road is open", "Okello")]),
        ("Okello said the law protects farmers.", [("indirect", "the law protects farmers", "Okello")]),
        ("Okello said prices fall every year.", [("indirect", "prices fall every year", "Okello")]),
        ("Okello alleged in court papers that the firm lied.", [("indirect", "the firm lied", "Okello")]),
        ("The road is open, Okello said on Monday.", [("indirect", "The road is open", "Okello")]),
        ("The road is open, said Transport Minister Ada Okello.",
         [("indirect", "The road is open", "Transport Minister Ada Okello")]),
        ("Okello told the Lake Times on Monday that the road is open.", [("indirect", "the road is open", "Okello")]),
        ("Pointing out that the road is open, Okello said she was glad.",
         [("indirect", "the road is open", "Okello"), ("indirect", "she was glad", "Okello")]),
        ("The road is open, according to the ministry.", [("indirect", "The road is open", "the ministry")]),
        ("According to the ministry, the road is open.", [("indirect", "the road is open", "the ministry")]),
        ("According to the ministry, Okello stated that the road is open.",
         [("indirect", "the road is open", "Okello")]),
        ("Ada Okello, who runs the port, said it was full.", [("indirect", "it was full", "Ada Okello")]),
        ("The mill's owner, Ada Okello, said it was full.", [("indirect", "it was full", "Ada Okello")]),
        ("While Okello said the road is open, the bridge is not.", [("indirect", "the road is open", "Okello")]),
        ("Okello urged drivers to slow down.", [("indirect", "to slow down", "Okello")]),
        ("They paved a road that Okello said was closed.", [("indirect", "was closed", "Okello")]),
        ("Okello said the road is open, but Ito said it was not.",
         [("indirect", "the road is open", "Okello"), ("indirect", "it was not", "Ito")]),
        ("The group issued a statement criticizing the closure of the road.",
         [("indirect", "the closure of the road", "The group")]),
    ],
)  # fmt: skip
def test_indirect_speech(text, expected):
    """A reported clause comes without its "that", whatever stands before or behind the verb."""
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Okello said the road was “a disgrace.”", [("mixed", "the road was “a disgrace.”", "Okello")]),
        ("The road is “a disgrace,” Okello said.", [("mixed", "The road is “a disgrace,”", "Okello")]),
        ("Okello called the road “a disgrace” and left.", [("mixed", "“a disgrace”", "Okello")]),
        ("Okello stated that “the whole road is a disgrace.”", [("direct", "the whole road is a disgrace.", "Okello")]),
    ],
)
def test_marked_words_within_reported_ones(text, expected):
    """A reported clause with some words in marks is mixed and keeps the marks; one all in marks is direct."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Okello did not say that the road is open.",
        "The claims of the two states were heard.",
        "Okello went to the market and bought a lamp.",
        "Three states that border the lake have met.",
        "Okello left to say goodbye.",
        "The figures were reported by the press.",
    ],
)
def test_what_is_no_report(text):
    """Denied speech, nouns that look like verbs, and plain narration report nothing."""
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["They fight the so-called “three evils” together.", "They met under the slogan “Water for All.” It rained."],
)
def test_names_and_slogans_in_marks_are_scare_quotes(text):
    """Marked words that nobody says are kept as kind `scare`, without a speaker."""
    rows = quotations(text)
    assert rows[["kind", "how"]].values.tolist() == [["scare", "unresolved"]]
    assert rows["speaker"].isna().all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Okello met Jo Ito in Accra. “We agree,” Okello said. “Fine.”",
         [("Ada Okello", "named"), ("Ada Okello", "previous speaker")]),
        ("Grace Okello met Peter Ito. “We agree,” he said. “I know,” she said.",
         [("Peter Ito", "coreference"), ("Grace Okello", "coreference")]),
        ("Mayor Ada Okello met coach Peter Ito. The mayor said the road is open. The coach said it was closed.",
         [("Ada Okello", "description"), ("Peter Ito", "description")]),
        ("Turkish President Recep Tayyip Erdogan met Xi Jinping. The Turkish leader said the road is open.",
         [("Recep Tayyip Erdogan", "description")]),
        ("“Peter Ito is ill,” he said.", [(None, "unresolved")]),
        ("Peter Ito called. Jo Abe slept in. Peter Abe is ill, he said.", [("Peter Ito", "coreference")]),
        ("“We agree,” said a spokeswoman. “We sign,” said Ada Okello.",
         [("Ada Okello", "introduction"), ("Ada Okello", "named")]),
        ("The Nile Basin Council met. “We agree,” the council said. It added that it was glad.",
         [("Nile Basin Council", "description"), ("Nile Basin Council", "coreference")]),
        ("The Kremlin was silent. A statement from the Turkish presidency said the road is open.",
         [("Turkish presidency", "description")]),
        ("Grace Okello left Accra. “We agree,” her statement said.", [("Grace Okello", "coreference")]),
        ("“I agree,” I said.", [(None, "unresolved")]),
        ("“We agree,” Commissioner for Trade Ada Okello said.", [("Ada Okello", "named")]),
        ("“We agree,” said a spokesman for Ada Okello.", [("spokesman for Ada Okello", "description")]),
        ("Peter Ito met Ada Okello. According to him, the road is open.", [("Peter Ito", "coreference")]),
        ("Uzbek President Shavkat Mirziyoyev was there. The Chinese leader said the road is open.",
         [("Chinese leader", "description")]),
    ],
)  # fmt: skip
def test_who_speaks(text, expected):
    """Names, pronouns, descriptions and statements lead to one speaker; places never do; how is said."""
    assert speakers(text) == expected


def test_a_floating_paragraph_goes_to_who_spoke_before():
    """A quoted paragraph with no source is given to the previous speaker, with less confidence."""
    rows = quotations("“We agree,” Ada Okello said in Accra on Monday.\n\n“There is much to do for all of us here.”\n")
    assert rows["speaker"].tolist() == ["Ada Okello", "Ada Okello"]
    assert rows["how"].tolist() == ["named", "previous speaker"]
    assert rows["confidence"].is_monotonic_decreasing
    assert rows.loc[1, "label_start"] == rows.loc[1, "label_end"] == rows.loc[1, "start"]


def test_states_come_with_their_speakers():
    """Office-holders, offices that name a state, and states themselves stand for a state; others for none."""
    rows = quotations(
        "Kenyan President Mwai Oduya said it was late. Russia said it was early. Ada Okello said it was time."
    )
    assert rows["speaker"].tolist() == ["Mwai Oduya", "Russia", "Ada Okello"]
    assert rows["state"].fillna("").tolist() == ["KEN", "RUS", ""]


def test_quotations_inside_a_turn_are_marked_so():
    """Marked words in a transcript's turn are found with ``inside="turn"``; indirect speech in it is not."""
    text = (
        "President of Kenya Anna Bo: You said: “That is so.” He said it was not.\n\nIvan Cy: Yes.\n\nAnna Bo: Good.\n"
    )
    rows = quotations(text)
    assert rows[["text", "kind", "inside"]].values.tolist() == [["That is so.", "direct", "turn"]]


def test_what_is_printed_twice_is_marked_as_a_repeat():
    """The second printing of the same quotation in a document names the first in ``repeat_of``."""
    rows = quotations("“The road is open at last,” Okello said.\n\n“The road is open at last,” Okello said.\n")
    assert rows["repeat_of"].fillna("").tolist() == ["", "d0:1"]


def test_the_table_keeps_its_promise_without_quotations():
    """No quotation at all gives an empty table with every column."""
    rows = quotations("Nothing is said here.")
    assert rows.empty
    assert tables.check(rows, "quotations") is rows


def test_a_table_without_text_is_refused():
    """A documents table that lacks a column is refused, and the message names it."""
    with pytest.raises(sco.TableError, match="`documents` lacks the column text"):
        sco.find_quotations(pd.DataFrame({"doc_id": ["a"]}), TURNS)


def test_verbs_have_all_their_forms():
    """Regular forms follow by rule, irregular ones stand in the file."""
    forms = verb_forms()
    assert [forms[f].form for f in ("said", "denies", "denied", "argues", "arguing", "stress", "stresses")] == [
        "finite", "finite", "finite", "finite", "participle", "base", "finite",
    ]  # fmt: skip


MARKS = "“ ” \" ' ‘ ’ « , . : — ( …".split()
WORDS = (
    "Okello|she|said|says|that|told|adding|called|and|who|İ|A|the road is open|according to|The minister|\n\n"
    "|went on to|to|is|Dr.|U.S.|No. 5|.|?|Mr|J.|He|States".split("|")
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(MARKS + WORDS), max_size=30), st.sampled_from(["", " "]))
def test_spans_hold_for_any_text(pieces, glue):
    """Whatever the words and marks: spans quote the text, stay inside it, and direct quotations never overlap."""
    text = glue.join(pieces)
    rows = quotations(text)
    assert all(text[q.start : q.end] == q.text and q.text for q in rows.itertuples())
    assert all(text[q.label_start : q.label_end] == q.label for q in rows.itertuples())
    assert all(text[q.cue_start : q.cue_end] == q.cue for q in rows.itertuples())
    direct = rows[rows["kind"] == "direct"]
    assert all(a <= b for a, b in zip(direct["end"], direct["start"][1:], strict=False))
    assert not rows.duplicated(["doc_id", "start"]).any()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_is_lost(text):
    """No text at all raises."""
    rows = quotations(text)
    assert all(text[q.start : q.end] == q.text for q in rows.itertuples())


def every_sentence(text, row, wanted):
    """Yield every sentence, whether or not it holds anything that may report."""
    for begin, end in sentences_of(text, row):
        yield Sentence(row.forms[begin:end], row.starts[begin:end])


def every_cued_sentence(prose, plain):
    """Cut each paragraph by the plain rules, and rule out no sentence."""
    for number in np.flatnonzero(plain).tolist():
        first = int(prose.first[number])
        for begin, end in sentences_of("", prose.row(number)):
            yield number, first + begin, first + end


def without_shortcuts(documents, turns):
    """Find quotations with every paragraph searched for marks and every sentence read: no cheap test rules any out."""
    with (
        patch.object(MarkPlaces, "likely", lambda places, paragraphs: np.ones(len(paragraphs), dtype=bool)),
        patch("sco_analysis.quotations.cued_sentences", every_cued_sentence),
        patch("sco_analysis.quotations.sentences_with", every_sentence),
    ):
        return sco.find_quotations(documents, turns)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.sampled_from(MARKS + WORDS), max_size=40).map(" ".join), min_size=1, max_size=3))
def test_what_cheap_tests_rule_out_holds_no_quotation(texts):
    """Whatever the words and marks: paragraphs and sentences that are passed over would have given nothing."""
    documents = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(texts))], "text": texts})
    turns = sco.split_turns(documents)
    pd.testing.assert_frame_equal(sco.find_quotations(documents, turns), without_shortcuts(documents, turns))


def test_the_seeds_give_the_same_without_cheap_tests(seeds):
    """On whole documents, too, nothing is passed over that has a quotation."""
    turns = sco.split_turns(seeds)
    found = sco.find_quotations(seeds, turns)
    assert len(found) > 40
    pd.testing.assert_frame_equal(found, without_shortcuts(seeds, turns))


def test_tokens_that_are_known_change_nothing(seeds):
    """With the tokens of the documents at hand, the same quotations are found."""
    turns = sco.split_turns(seeds)
    tokens = split_tokens(seeds["text"].tolist())
    pd.testing.assert_frame_equal(sco.find_quotations(seeds, turns, tokens=tokens), sco.find_quotations(seeds, turns))


def in_one_block(text):
    """Read a text as one paragraph of prose, whatever it looks like."""
    return quotations_of(text, Layout((Block(0, len(text), "prose", 1),), (), {}), spoken=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"' * 200_000, []),
        ("“" * 200_000, []),
        (" " * 200_000 + "“We agree,” he said.", ["We agree,"]),
        ("A" * 200_000, []),
        ("Ab " * 60_000, []),
        ("[(" * 100_000, []),
        ("*" * 100_000 + "“a b " * 20_000, ["a b"] * 20_000),
        ("a’ " * 60_000, []),
        ("“Yes,” he said. " * 4_000, ["Yes,"] * 4_000),
        ("“Yes,” they said. " * 4_000, ["Yes,"] * 4_000),
        ("A man said it was so. " * 4_000, ["it was so"] * 4_000),
        ("The statement said it was so. " * 4_000, ["it was so"] * 4_000),
        ("a — " * 40_000 + "(@b)", []),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_long_lines_of_anything_come_back(text, expected):
    """A line of marks, capitals, spaces or brackets, or of one report over and over, is read like any other."""
    assert [q["text"] for q in in_one_block(text)] == expected


@pytest.mark.parametrize("text", ["He said and said ", "and he said ", "but he said that it is ", "said ", '"said '])
def test_reports_within_reports_are_read_to_a_depth(text):
    """A sentence that reports a report that reports a report …, and so on, is read; all spans hold."""
    line = text * 500
    assert all(line[q["start"] : q["end"]] == q["text"] for q in in_one_block(line))


def test_a_report_that_breaks_off_reports_nothing():
    """Where a text ends behind "that", nothing is said; found by fuzzing."""
    for text in (": 5 n . o h e t s a c a e s l e f i n h o T e mention yesterday that", "They mention yesterday that"):
        assert found(text) == []
