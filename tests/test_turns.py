"""Tests of speaker turns."""

import csv
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sco_analysis as sco
from sco_analysis import turns as module


def _documents(*texts: str) -> pd.DataFrame:
    return pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(texts))], "text": list(texts)})


def test_a_turn_runs_to_the_next_label_mark_or_source_line():
    """Unlabelled paragraphs belong to the turn before them; marks and source lines end it."""
    text = (
        "President of Kenya Anna Bo:\nHello.\nWe begin.\nIvan Cy: Yes. (Laughter.) Good.\n<…>\nThey left.\n"
        "Source – The Palace – VISIT WEBSITE\nNext day\nAnna Bo: Bye."
    )
    turns = sco.split_turns(_documents(text))
    assert turns[["text", "session", "label", "speaker", "state", "n_words"]].values.tolist() == [
        ["Hello.\nWe begin.", 1, "President of Kenya Anna Bo", "Anna Bo", "KEN", 3],
        ["Yes. (Laughter.) Good.", 1, "Ivan Cy", "Ivan Cy", pytest.approx(float("nan"), nan_ok=True), 2],
        ["Bye.", 2, "Anna Bo", "Anna Bo", "KEN", 1],
    ]
    assert [text[a:b] for a, b in turns[["label_start", "label_end"]].values] == [
        "President of Kenya Anna Bo:", "Ivan Cy:", "Anna Bo:",
    ]  # fmt: skip


def test_journalists_give_name_and_outlet_in_any_order():
    """The outlet is read from the question itself, and kept for the journalist's later turns."""
    text = (
        "President of Kenya Anna Bo: Go.\nIvan Cy: Good evening. My name is Ivan Cy, Channel One. Why?\n"
        "Anna Bo: So.\nIvan Cy: And then?\nAnna Bo: So.\nLea Dy: Morning Post, Lea Dy. When?\nAnna Bo: Now.\n"
        "Max Eel: Herald newspaper. Where?\nAnna Bo: Here."
    )
    turns = sco.split_turns(_documents(text))
    roles = turns[turns["speaker"] != "Anna Bo"][["speaker", "role"]].values.tolist()
    assert roles == [["Ivan Cy", "Channel One"], ["Ivan Cy", "Channel One"], ["Lea Dy", "Morning Post"],
                     ["Max Eel", "Herald"]]  # fmt: skip


def test_unknown_questioners_are_missing_with_their_role():
    """A question by nobody in particular has no speaker, and says so in its role."""
    turns = sco.split_turns(_documents("MS BO: Yes.\n\nQUESTION: Why?\n\nMS BO: So.\n\nQUESTION: When?"))
    assert turns["role"].tolist()[1::2] == ["questioner", "questioner"]
    assert turns["speaker"].isna().tolist() == [False, True, False, True]


def test_news_has_no_turns():
    """A text without labels comes out with no row, and the table has all its columns."""
    turns = sco.split_turns(_documents("They met in Astana. “Good,” she said."))
    assert turns.empty
    assert sco.tables.check(turns, "turns") is turns


@given(st.lists(st.sampled_from(["Anna Bo: Yes (so).", "Go on.", "Ivan Cy:", "<…>", "", "Q Why?", "MR. BO: [laughs]"])))
def test_turns_are_spans(lines):
    """Whatever the text, speech and label are spans of it and do not overlap."""
    text = "\n".join(lines)
    last = 0
    for turn in sco.split_turns(_documents(text)).itertuples():
        assert text[turn.start : turn.end] == turn.text
        assert last <= turn.label_start < turn.label_end <= turn.start <= turn.end
        last = turn.end


def test_the_45_turns_of_the_seeds(parsed, shared):
    """Every turn that two readers marked has its speaker, state and length, in order; the press has none."""
    with (shared / "gold" / "seeds_turns.tsv").open(encoding="utf-8") as stream:
        gold = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    turns = parsed.turns
    assert turns["doc_id"].unique().tolist() == ["kremlin-2024-astana"]
    assert turns["speaker"].tolist() == [row["speaker"] for row in gold]
    assert turns["state"].fillna("").tolist() == [row["affiliation_state"] for row in gold]
    assert [len(text.split()) for text in turns["text"]] == [int(row["n_words"]) for row in gold]
    meetings = list(dict.fromkeys(row["meeting"] for row in gold))
    assert turns["session"].tolist() == [meetings.index(row["meeting"]) + 2 for row in gold]


def test_labels_are_explained():
    """What was taken for a label and what was not can be asked, with the reason."""
    text = "Talks: The second day\nMR. BOOE: Yes.\nQ Why?\nMR. BOOE: So.\nQ When?"
    assert sco.explain_labels(_documents(text)).values.tolist() == [
        ["d0", "Talks", 1, False, "no sentence follows: a heading", 0],
        ["d0", "MR. BOOE", 2, True, "capitals, 2 times", 22],
        ["d0", "Q", 2, True, "part, 2 times", 37],
    ]


@given(st.lists(st.sampled_from(["Anna", "Bo", "Bos-Cy", " ", "\n", "My ", "B", ", "]), max_size=10).map("".join))
def test_a_name_is_found_where_a_pattern_of_it_finds_it(opening):
    """The first name with a surname behind it stands where the pattern of that name has its first match."""
    match = re.search(r"Anna\s+Bo[\w'’-]*", opening)
    assert module._find_name(opening, "Anna", "Bo") == (match.span() if match else None)


def test_ten_thousand_labels_each_have_their_turn():
    """A document of as many speakers as turns comes out whole: all turns are there, in order, each with its name."""
    letters = "abcdefghij"
    names = [f"Anna{a}{b}{c}{d} Bo{d}{a}" for a in letters for b in letters for c in letters for d in letters]
    turns = sco.split_turns(_documents("".join(f"{name}: We said so, {name}, and more.\n" for name in names)))
    assert turns["speaker"].tolist() == names
    assert turns["n_words"].unique().tolist() == [7]


def test_a_heading_of_great_length_is_no_title():
    """One word of 100 KB above ten thousand turns is not repeated in the row of each."""
    turns = sco.split_turns(_documents("A" * 100_000 + "\n" + "Anna Bo: Yes.\nIvan Cy: No.\n" * 5000))
    assert len(turns) == 10_000
    assert turns["session_title"].isna().all()
