"""Tests of sentences: where they end, whose they are, and that they lose nothing."""

import csv
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sco_analysis as sco
from sco_analysis import tables
from sco_analysis.sentences import _holders, split_text
from sco_analysis.tokens import split_tokens


def _split(text: str) -> list[str]:
    return [text[a:b] for a, b in split_text(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("Mr. Bo left. Dr. Cy stayed.", ["Mr. Bo left.", "Dr. Cy stayed."]),
        ("The community.In fact, we agree.", ["The community.", "In fact, we agree."]),
        ("See you.Wemettwo years ago.", ["See you.", "Wemettwo years ago."]),
        ("It costs US$4.3–4.5 billion. Good.", ["It costs US$4.3–4.5 billion.", "Good."]),
        ("The U.S. Army left. In the U.S. The end.", ["The U.S. Army left.", "In the U.S.", "The end."]),
        ("J. Bo spoke. No. 5 is out. No. I did not.", ["J. Bo spoke.", "No. 5 is out.", "No.", "I did not."]),
        ("“We agree. Good,” he said. “Yes.” He left.", ["“We agree.", "Good,” he said.", "“Yes.”", "He left."]),
        ("“We are happy.” he said. Bye.", ["“We are happy.” he said.", "Bye."]),
        ("Then I said … What now? Go!", ["Then I said …", "What now?", "Go!"]),
        ("A common currency etc. Today we trade.", ["A common currency etc.", "Today we trade."]),
        ("Visit example.com today. Bye.", ["Visit example.com today.", "Bye."]),
        ("At 11.40 a.m. the session rose. On 5 Jan. 2024.", ["At 11.40 a.m. the session rose.", "On 5 Jan. 2024."]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text, sentences):
    """Abbreviations end no sentence; a stop without its space does."""
    assert _split(text) == sentences


@given(st.text(alphabet=st.sampled_from("aA.?! \n“”\"'()…1M"), max_size=80))
def test_sentences_lose_nothing(text):
    """Sentences are spans in order, and only white space lies between them."""
    last = 0
    for start, end in split_text(text, 0, len(text)):
        assert not text[last:start].strip()
        assert start < end
        last = end
    assert not text[last:].strip()


def _sentences(text: str) -> pd.DataFrame:
    documents = pd.DataFrame({"doc_id": ["d"], "text": [text]})
    turns = sco.split_turns(documents)
    return sco.split_sentences(documents, turns, sco.find_quotations(documents, turns))


def test_sentences_know_their_voice_and_speaker():
    """Labels, speech, narration, headings and furniture are told apart; speech knows who speaks."""
    text = "Talks in Astana\nThey met.\nPresident of Kenya Anna Bo:\nHello. We go.\n<…>\nRelated Articles"
    sentences = _sentences(text)
    missing = pytest.approx(float("nan"), nan_ok=True)
    assert sentences[["text", "voice", "speaker", "state", "n_words"]].values.tolist() == [
        ["Talks in Astana", "heading", missing, missing, 3],
        ["They met.", "narration", missing, missing, 2],
        ["President of Kenya Anna Bo:", "label", missing, missing, 5],
        ["Hello.", "turn", "Anna Bo", "KEN", 1],
        ["We go.", "turn", "Anna Bo", "KEN", 2],
        ["<…>", "furniture", missing, missing, 0],
        ["Related Articles", "furniture", missing, missing, 2],
    ]


def test_a_sentence_that_is_mostly_quotation_takes_its_speaker():
    """The quotation's voice goes to the sentence it fills, not to one it only touches."""
    text = "“We support the talks and all who take part in them,” said Anna Bo. Anna Bo called them, in short, “good”."
    assert _sentences(text)[["voice", "speaker"]].values.tolist()[0] == ["quotation", "Anna Bo"]
    assert _sentences(text)["voice"].tolist()[1] == "narration"


def test_repeats_are_marked_and_stay():
    """A headline or lead printed again is a row that says what it repeats; a thank-you said twice is none."""
    text = "\n\n".join(["Talks begin today", "The two leaders met in Astana."] * 2 + ["Bye."])
    assert _sentences(text)["repeat_of"].fillna("").tolist() == ["", "", "d:0", "d:19", ""]
    spoken = "Anna Bo: We thank you all very much.\nIvan Cy: Yes.\nAnna Bo: We thank you all very much.\nIvan Cy: No."
    assert _sentences(spoken)["repeat_of"].isna().all()


def test_wire_copy_in_two_documents_is_counted_once():
    """A long sentence that another document printed before is a repeat; a short one is not."""
    long = "The two leaders met in Astana on Monday and signed a treaty on trade and transport."
    documents = pd.DataFrame({"doc_id": ["a", "b"], "text": [f"{long} They left.", f"They left. {long}"]})
    turns = sco.split_turns(documents)
    sentences = sco.split_sentences(documents, turns, sco.find_quotations(documents, turns))
    assert sentences["repeat_of"].fillna("").tolist() == ["", "", "", "a:0"]


_PIECES = [
    "Anna Bo: Yes. (Laughter.)",
    "He said: “No. Go.”",
    "<…>",
    "",
    "**B:** x",
    "\u200b\b",
    "A.B c.D",
    "[[Page 1]]",
    "“",
]


@given(st.lists(st.sampled_from(_PIECES)) | st.lists(st.text(max_size=12), max_size=5))
def test_sentences_partition_the_document(pieces):
    """Every non-space character of any text is in exactly one sentence."""
    text = "\n".join(pieces)
    covered = [0] * len(text)
    for row in _sentences(text).itertuples():
        assert text[row.start : row.end] == row.text
        for i in range(row.start, row.end):
            covered[i] += 1
    assert all(n == 1 or (n == 0 and text[i].isspace()) for i, n in enumerate(covered))


def test_words_add_up_on_the_seeds(parsed):
    """White-space tokens of all sentences are those of the document and one more for each stop without its space."""
    for document in parsed.documents.itertuples():
        sentences = parsed.sentences[parsed.sentences["doc_id"] == document.doc_id]
        glued = (sentences["end"].to_numpy()[:-1] == sentences["start"].to_numpy()[1:]).sum()
        assert sentences["text"].str.split().str.len().sum() == len(document.text.split()) + glued


def test_sentences_of_the_seeds_end_where_readers_end_them(parsed, shared):
    """Of the sentences that readers worked on, at least 99 % end where ours do."""
    ids = parsed.documents.set_index("path")["doc_id"]
    ends = set(zip(parsed.sentences["doc_id"], parsed.sentences["end"], strict=True))
    with (shared / "gold" / "seeds_topics_dev.tsv").open(encoding="utf-8") as stream:
        gold = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    right = sum((ids[row["file"]], int(row["end"])) in ends for row in gold)
    assert right / len(gold) >= 0.99


def _plain_holder(text, sentence, spans):
    """Name the span that holds most letters of a sentence, if all that lie in it hold more than half: the plain way."""
    letters = [len(re.findall(r"\w", text[max(a, sentence[0]) : min(b, sentence[1])])) for a, b in spans]
    if 2 * sum(letters) <= len(re.findall(r"\w", text[sentence[0] : sentence[1]])):
        return -1
    return letters.index(max(letters))


@given(st.text(alphabet="ab .", min_size=1, max_size=40), st.lists(st.integers(0, 40), max_size=8), st.integers(1, 9))
def test_a_sentence_belongs_to_the_span_with_most_of_its_letters(text, cuts, length):
    """Of spans that stand apart, the one is found that a plain count of letters finds, and none where half is told."""
    edges = sorted({min(cut, len(text)) for cut in cuts})
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    sentences = [(a, min(a + length, len(text))) for a in range(0, len(text), length)]
    arrays = (np.array(pairs, dtype=np.int64).reshape(-1, 2).T for pairs in (sentences, spans))
    found = _holders(split_tokens(text), *next(arrays), *next(arrays)).tolist()
    wanted = [_plain_holder(text, sentence, spans) if spans else -1 for sentence in sentences]
    whole = [next((n for n, (a, b) in enumerate(spans) if a <= s and e <= b), -1) for s, e in sentences]
    assert found == [w if w >= 0 else plain for w, plain in zip(whole, wanted, strict=True)]


def test_sentences_need_the_promised_columns():
    """A turns table without its columns is refused by name."""
    documents = pd.DataFrame({"doc_id": ["d"], "text": ["x"]})
    with pytest.raises(sco.TableError, match="the table `turns` lacks the columns doc_id, start, end, text"):
        sco.split_sentences(documents, pd.DataFrame(), tables.build("quotations", []))
