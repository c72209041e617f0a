"""Tests of the promise of every table."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sco_analysis as sco
from sco_analysis import tables

PROMISED = {
    "documents": "doc_id path title source date genre rights sha256 n_words text",
    "turns": "doc_id start end text label_start label_end session label speaker state role n_words",
    "quotations": "doc_id start end text kind cue label how speaker state n_words",
    "sentences": "doc_id start end text session voice speaker state n_words",
    "mentions": "doc_id start end text key form sentence",
    "polarity": "doc_id sentence holder holder_state target polarity label evidence",
}


@pytest.mark.parametrize(("name", "columns"), PROMISED.items())
def test_promised_columns_are_marked(name, columns):
    """What other programs rely on is marked as promised, and comes before what may change."""
    promised = [column.name for column in tables.TABLES[name].columns if column.promised]
    assert promised == columns.split()


@pytest.mark.parametrize("name", PROMISED)
def test_parsed_seeds_keep_the_promise(parsed, name):
    """Every table of the parsed seeds has its columns, its dtypes and its key."""
    frame = getattr(parsed, name)
    assert tables.check(frame, name) is frame
    assert {c.name: str(frame[c.name].dtype) for c in tables.TABLES[name].columns} == {
        c.name: c.dtype for c in tables.TABLES[name].columns
    }


@pytest.mark.parametrize("name", ["turns", "quotations", "sentences", "mentions"])
def test_every_span_is_a_span(parsed, name):
    """``documents.text[start:end] == text`` for every row of every table of spans."""
    text = parsed.documents.set_index("doc_id")["text"]
    frame = getattr(parsed, name)
    assert len(frame) > 0
    assert all(text[row.doc_id][row.start : row.end] == row.text for row in frame.itertuples())


def test_build_fills_orders_and_types():
    """Missing columns come out missing, rows sorted by the key, further columns kept behind."""
    rows = [{"doc_id": "b", "start": 1, "more": "x"}, {"doc_id": "a", "start": 2, "more": "y"}]
    frame = tables.build("blocks", rows)
    assert frame["doc_id"].tolist() == ["a", "b"]
    assert list(frame) == ["doc_id", "start", "end", "kind", "session", "more"]
    assert frame["kind"].isna().all()
    assert str(frame["end"].dtype) == "int64"


def test_an_empty_table_has_all_columns():
    """A table without rows is still that table."""
    assert list(tables.build("turns", [])) == tables.TABLES["turns"].names


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": None}, "the table `quotations` lacks the column kind; it has doc_id, start"),
        (
            {"kind": "loud"},
            "the column `kind` of `quotations` holds 'loud'; it may hold direct, indirect, mixed, scare",
        ),
        ({"start": 0}, "the table `quotations` holds two rows for {'doc_id': 'd', 'start': 0}"),
    ],
)
def test_a_broken_promise_is_named(change, message):
    """A missing column, a value that may not be and a key that does not identify are refused by name."""
    frame = tables.build(
        "quotations", [{"doc_id": "d", "start": i, "kind": "direct", "how": "named"} for i in range(2)]
    )
    for column, value in change.items():
        frame = frame.drop(columns=column) if value is None else frame.assign(**{column: value})
    with pytest.raises(sco.TableError) as raised:
        tables.check(frame, "quotations")
    assert message in str(raised.value)


@given(st.text(max_size=80))
def test_words_are_the_matches_of_the_pattern(text):
    """A word is what `tables.WORD` matches, everywhere."""
    assert tables.count_words(text) == len(re.findall(tables.WORD, text))


def test_what_a_word_is():
    """Hyphens, apostrophes and full stops join; spaces and dashes part."""
    assert [tables.count_words(text) for text in ("Russia-China", "Russia’s", "4.5 percent", "a – b", "")] == [
        1,
        1,
        2,
        2,
        0,
    ]


def test_check_narrows_to_the_columns_asked_for():
    """A function that needs two columns asks for two."""
    frame = pd.DataFrame({"doc_id": ["a"], "text": ["x"]})
    assert tables.check(frame, "documents", columns=["doc_id", "text"]) is frame


def test_rows_are_located_by_document_and_start():
    """A row is found by its document and start; what is not there is −1, and of two rows the first is found."""
    frame = pd.DataFrame({"doc_id": ["b", "a", "b", "b"], "start": [0, 0, 7, 7]})
    asked = pd.DataFrame({"doc_id": ["b", "b", "a", "c", "a"], "start": [7, 0, 0, 0, 1]})
    assert tables.locate(frame, asked["doc_id"], asked["start"]).tolist() == [2, 0, 1, -1, -1]
    assert tables.locate(frame.head(0), asked["doc_id"], asked["start"]).tolist() == [-1] * 5


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), unique=True, max_size=8))
def test_a_table_comes_out_sorted_whatever_its_order(keys):
    """Rows already in order are left as they are, others are sorted: the table is the same."""
    rows = [{"doc_id": doc_id, "start": start, "end": start + 1, "kind": "prose"} for doc_id, start in keys]
    built = tables.build("blocks", rows)
    assert list(zip(built["doc_id"], built["start"], strict=True)) == sorted(keys)
    pd.testing.assert_frame_equal(built, tables.build("blocks", sorted(rows, key=lambda r: (r["doc_id"], r["start"]))))


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 2)), max_size=6),
    st.booleans(),
    st.sampled_from(["str", "object"]),
)
def test_two_rows_of_one_key_are_seen_in_any_order(keys, in_order, dtype):
    """A table is refused when, and only when, two of its rows have one key: sorted or not, a name missing or not."""
    keys = sorted(keys, key=str) if in_order else keys
    frame = pd.DataFrame({"doc_id": pd.array([doc for doc, _ in keys], dtype=dtype)})
    frame["start"] = np.array([start for _, start in keys], dtype=np.int64)
    if len(set(keys)) == len(keys):
        assert tables.check(frame, "sentences", columns=["doc_id", "start"]) is frame
    else:
        with pytest.raises(sco.TableError, match="the table `sentences` holds two rows for"):
            tables.check(frame, "sentences", columns=["doc_id", "start"])
