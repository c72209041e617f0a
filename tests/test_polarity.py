"""Tests of sco_analysis.polarity and the modules it stands on: lexicon, clauses, direction."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sco_analysis.errors import DictionaryError, ParameterError, TableError
from sco_analysis.polarity import SCORERS, score_polarity
from sco_analysis.stance import lexicon as lexicons
from sco_analysis.stance.lexicon import read_lexicon
from sco_analysis.tables import TABLES, check
from sco_analysis.tokens import split_tokens

NAMES = {"Aland": "AAA", "Bland": "BBB", "Cland": "CCC", "Dland": "DDD"}


def tables(*texts: str, state: str | None = None, form: str = "name") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make one document of ``texts``, a sentence each, and the mentions of `NAMES` (and "you": form `address`)."""
    sentences, mentions, at = [], [], 0
    for text in texts:
        sentences.append({"doc_id": "d", "start": at, "end": at + len(text), "text": text, "state": state})
        for found in re.finditer(r"\b(?:[ABCD]land|you)\b", text):
            name = found.group()
            mentions.append(
                {
                    "doc_id": "d",
                    "start": at + found.start(),
                    "end": at + found.end(),
                    "text": name,
                    "key": NAMES.get(name, "YOU"),
                    "form": form if name in NAMES else "address",
                    "sentence": at,
                }
            )
        at += len(text) + 1
    return pd.DataFrame(sentences), pd.DataFrame(mentions)


def labels(text: str, **options: str) -> dict[str, int]:
    """Score one sentence: key → label."""
    out = score_polarity(*tables(text, **options))
    return dict(zip(out["target"], out["label"].astype(int), strict=True))


def test_a_sentence_gives_one_row_for_each_key_with_the_words_that_it_rests_on() -> None:
    """The whole table of one sentence: three keys, one condemned, two neither."""
    sentences, mentions = tables("We condemn the aggression of Aland against Bland in Cland.")
    out = score_polarity(sentences, mentions)
    assert out[["doc_id", "sentence", "target", "label", "role"]].to_dict("records") == [
        {"doc_id": "d", "sentence": 0, "target": "AAA", "label": -1, "role": "object"},
        {"doc_id": "d", "sentence": 0, "target": "BBB", "label": 0, "role": "object"},
        {"doc_id": "d", "sentence": 0, "target": "CCC", "label": 0, "role": "venue"},
    ]
    assert [e["text"] for e in out["evidence"][0]] == ["condemn", "aggression"]
    assert out["evidence"][1] == []
    assert out["scorer"].tolist() == ["rules"] * 3


def test_the_table_has_every_promised_column_with_its_dtype() -> None:
    """The result keeps the promise of `tables.TABLES["polarity"]`, also when there is nothing to score."""
    sentences, mentions = tables("Aland helped Bland.")
    for part in (mentions, mentions.iloc[:0]):
        out = check(score_polarity(sentences, part), "polarity")
        assert [*TABLES["polarity"].names, "role"] == list(out.columns)
        wanted = {column.name: column.dtype for column in TABLES["polarity"].columns}
        assert {name: str(out[name].dtype) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aland attacked Bland.", {"AAA": -1, "BBB": 0}),
        ("Bland was attacked by Aland.", {"AAA": -1, "BBB": 0}),
        ("The illegal sanctions imposed by Aland on Bland must be lifted.", {"AAA": -1, "BBB": 0}),
        ("The sanctions against Aland are illegal.", {"AAA": 0}),
        ("Aland supports Bland.", {"AAA": 1, "BBB": 1}),
        ("We thank Aland and Bland for their help.", {"AAA": 1, "BBB": 1}),
        ("It was Aland that withdrew from the talks, on orders from Bland.", {"AAA": -1, "BBB": -1}),
        ("Aland welcomed the visit, but the reckless policies of Bland remain.", {"AAA": 0, "BBB": -1}),
    ],
)
def test_it_matters_who_does_what_to_whom(text: str, expected: dict[str, int]) -> None:
    """The doer is blamed or credited, the sufferer is not blamed, whom the words go to is praised or condemned."""
    assert labels(text) == expected


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Aland has never refused to negotiate.", 1),
        ("Aland did not cease hostilities.", -1),
        ("Aland is not a reliable partner.", -1),
        ("Is Aland a reliable partner?", 0),
        ("Perhaps Aland would be ready to help.", 0),
    ],
)
def test_negation_turns_round_and_questions_damp(text: str, label: int) -> None:
    """A negated entry says the opposite; what is only asked or supposed says little."""
    assert labels(text) == {"AAA": label}


def test_praise_of_a_relation_counts_for_both_ends_and_less_for_the_holder() -> None:
    """Both ends of a praised relation get it; the holder's own end gets less."""
    out = score_polarity(*tables("Relations between Aland and Bland are developing.", state="AAA"))
    assert out["label"].tolist() == [1, 1]
    assert out["polarity"][0] < out["polarity"][1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The friendly meeting was held in Aland.", {"AAA": 0}),
        ("The Aland crisis is a tragedy.", {"AAA": 0}),
        ("Aland said the crimes were terrible.", {"AAA": 0}),
        ("Aland, Bland and Cland are members of a successful group.", {"AAA": 0, "BBB": 0, "CCC": 0}),
    ],
)
def test_a_state_that_is_only_where_who_speaks_or_one_of_a_list_gets_nothing(
    text: str, expected: dict[str, int]
) -> None:
    """Venue, issue, speaker and list member are no parties."""
    assert labels(text, form="demonym" if "crisis" in text else "name") == expected


def test_the_stance_of_another_party_is_only_reported() -> None:
    """What a third party condemns, the author does not; what the holder's own state condemns, the holder does."""
    text = "Aland condemned the actions of Bland."
    assert labels(text)["BBB"] == 0
    assert labels(text, state="AAA")["BBB"] == -1


def test_greetings_thanks_and_wishes_are_marked_as_protocol() -> None:
    """A row whose evidence is courtesy alone is protocol; praise of a deed is not."""
    greeted = score_polarity(*tables("I am very glad to see you.", "We value you as a reliable partner."))
    assert greeted["protocol"].tolist() == [True, False]
    assert greeted["label"].tolist() == [1, 1]


def test_the_holder_is_the_speaker_in_speech_and_the_author_elsewhere() -> None:
    """Turns and quotations are held by their speaker, missing when unresolved; narration by the author."""
    sentences, mentions = tables("Aland won.", "Aland won.", "Aland won.")
    sentences["voice"] = ["turn", "quotation", "narration"]
    sentences["speaker"] = ["Ann Other", None, None]
    out = score_polarity(sentences, mentions)
    assert [None if pd.isna(holder) else holder for holder in out["holder"]] == ["Ann Other", None, "author"]


def test_a_mention_outside_the_sentences_handed_in_gets_no_row() -> None:
    """A target of another document, of another sentence or beyond its sentence's end is left out."""
    sentences, mentions = tables("Aland won.")
    wrong = mentions.iloc[[0, 0, 0]].assign(
        doc_id=["e", "d", "d"], sentence=[0, 5, 0], start=[0, 5, 4], end=[5, 10, 400], key=["B", "C", "D"]
    )
    out = score_polarity(sentences, pd.concat([mentions, wrong], ignore_index=True))
    assert out["target"].tolist() == ["AAA"]


def test_vader_scores_the_whole_sentence_the_same_for_every_key() -> None:
    """NLTK's VADER with the lexicon that vaderSentiment ships, its own bound of .05, its words as evidence."""
    out = score_polarity(*tables("Aland committed awful crimes in Bland."), scorer="vader")
    assert out["polarity"].nunique() == 1
    assert out["label"].tolist() == [-1, -1]
    assert [e["text"] for e in out["evidence"][0]] == ["committed", "awful"]


def test_a_callable_is_handed_one_row_a_mention_and_its_answers_are_averaged() -> None:
    """The mentions of one key in one sentence are averaged; the name of the callable is kept."""
    sentences, mentions = tables("Aland and Bland met; Aland left.")

    def longest_first(frame: pd.DataFrame) -> list[float]:
        assert [t[a:b] for t, a, b in zip(frame["text"], frame["start"], frame["end"], strict=True)] == [
            "Aland",
            "Bland",
            "Aland",
        ]
        return [1.0, -1.0, 0.0]

    out = score_polarity(sentences, mentions, scorer=longest_first)
    assert out[["target", "polarity", "label", "scorer"]].to_numpy().tolist() == [
        ["AAA", 0.5, 1, "longest_first"],
        ["BBB", -1.0, -1, "longest_first"],
    ]


def test_errors_say_what_to_write_instead(tmp_path: Path) -> None:
    """Unknown scorers, wrong answers, missing columns and faulty entries are named."""
    sentences, mentions = tables("Aland won.")
    with pytest.raises(ParameterError, match="no scorer 'rule'; write one of rules, model, vader, or pass a callable"):
        score_polarity(sentences, mentions, scorer="rule")
    with pytest.raises(ParameterError, match="returned 2 numbers for 1 mentions"):
        score_polarity(sentences, mentions, scorer=lambda frame: [0, 0])
    with pytest.raises(ParameterError, match="outside −1 to 1"):
        score_polarity(sentences, mentions, scorer=lambda frame: [2])
    with pytest.raises(TableError, match="`mentions` lacks the column key"):
        score_polarity(sentences, mentions.drop(columns="key"))
    with pytest.raises(TableError, match="`sentences` holds two rows for"):
        score_polarity(pd.concat([sentences, sentences]), mentions)
    path = tmp_path / "polarity.yml"
    path.write_text("words: {}\nclasses: {}\nentries: [{pattern: bad, valence: -2, kind: blame, example: X}]\n")
    with pytest.raises(DictionaryError, match=r"`bad` has the valence -2; write −1 to 1"):
        read_lexicon(path)


def test_words_are_forgotten_when_there_are_too_many(monkeypatch) -> None:
    """The lexicon keeps a bounded number of words; those it has forgotten it reads again, as before."""
    lexicon = lexicons.Lexicon({"words": {"be": ["is"]}, "classes": {}, "entries": []})
    monkeypatch.setattr(lexicons, "_MOST_WORDS", 2)
    first = lexicon.read(["is", "Is", "his", "going"])
    again = lexicon.read(["is", "Is", "his", "going"])
    assert [column.tolist() for column in first] == [column.tolist() for column in again]
    assert lexicon.read(["is"])[1].tolist() == [int(lexicons.BIT["be"])]
    assert list(lexicon._words) == ["is"]


def test_classes_met_by_two_threads_at_once_are_two() -> None:
    """Each class of words has a number of its own, whoever meets it first."""

    class Slow(dict):
        def __len__(self) -> int:
            size = super().__len__()
            sleep(0.05)
            return size

    entry = {"valence": 0.5, "kind": "praise", "example": "X"}
    entries = [entry | {"pattern": "good"}, entry | {"pattern": "fine"}]
    lexicon = lexicons.Lexicon({"words": {}, "classes": {}, "entries": entries})
    lexicon._classes = Slow(lexicon._classes)
    with ThreadPoolExecutor(2) as threads:
        kinds = [kind.tolist() for kind, _ in threads.map(lexicon.read, [["good"], ["fine"]])]
    assert sorted(kinds) == [[1], [2]]


def test_the_scorers_that_can_be_named_are_a_plain_dictionary() -> None:
    """Others add a scorer by adding a key."""
    assert {"rules", "vader"} <= set(SCORERS)


WORDS = ["Aland", "Bland", "Cland", "we", "not", "but", "by", "of", "against", "in", ",", ";", "—", "(", "condemn"]
WORDS += [
    "friendly relations",
    "thank",
    "attacked",
    "was",
    "should",
    "if",
    "’s",
    "İ",
    "support",
    "?",
    "\n",
    "🙂",
    "Dland",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join), min_size=1, max_size=4))
def test_evidence_is_where_it_says_and_scores_stay_in_range(texts: list[str]) -> None:
    """Spans quote the document, polarity is between −1 and 1, and each row has a mention in its sentence."""
    sentences, mentions = tables(*texts)
    if mentions.empty:
        return
    document = " ".join(texts)
    for scorer in ("rules", "vader"):
        out = score_polarity(sentences, mentions, scorer=scorer)
        assert out["polarity"].between(-1, 1).all()
        assert np.array_equal(np.sign(out["polarity"]) * out["label"].abs(), out["label"])
        pairs = set(zip(mentions["sentence"], mentions["key"], strict=True))
        assert set(zip(out["sentence"], out["target"], strict=True)) == pairs
        for evidence in out["evidence"]:
            assert all(document[e["start"] : e["end"]] == e["text"] for e in evidence)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join), min_size=2, max_size=4))
def test_a_sentence_scores_the_same_alone_and_among_others(texts: list[str]) -> None:
    """No rule reaches across the end of a sentence."""
    together = score_polarity(*tables(*texts)) if any("land" in text for text in texts) else None
    if together is None:
        return
    alone = [score_polarity(*tables(text)) for text in texts if "land" in text]
    assert np.allclose(together["polarity"], pd.concat(alone)["polarity"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join), min_size=1, max_size=5))
def test_tokens_that_are_known_change_nothing(texts: list[str]) -> None:
    """With the tokens of all sentences, those without a mention among them, the table is the same."""
    sentences, mentions = tables(*texts)
    if mentions.empty:
        return
    tokens = split_tokens(sentences["text"].tolist())
    pd.testing.assert_frame_equal(
        score_polarity(sentences, mentions, tokens=tokens), score_polarity(sentences, mentions)
    )


def test_tokens_of_other_sentences_are_refused() -> None:
    """The message gives both numbers."""
    sentences, mentions = tables("Aland helped.", "Bland helped.")
    with pytest.raises(ParameterError, match="`tokens` are those of 1 texts, for 2 sentences"):
        score_polarity(sentences, mentions, tokens=split_tokens(["Aland helped."]))


def test_a_mention_without_a_key_gets_no_row() -> None:
    """What stands for nothing is passed over; the others keep their scores."""
    sentences, mentions = tables("We condemn Aland and Bland.")
    mentions.loc[0, "key"] = None
    out = score_polarity(sentences, mentions)
    assert out[["target", "label"]].values.tolist() == [["BBB", -1]]


@pytest.mark.parametrize(
    ("end", "asked"), [("?", True), ("? ", True), ("?\x1c\u3000", True), ("!", False), (" ", False)]
)
def test_a_question_may_end_in_white_space(end: str, asked: bool) -> None:
    """What is asked says less than what is said, whatever white space follows."""
    out = score_polarity(*tables(f"We condemn Aland{end}"))
    assert (abs(out["polarity"][0]) < 0.2) == asked
