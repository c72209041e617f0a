"""Tests of sums: parts add up to the whole, however it was divided."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sco_analysis as sco
from sco_analysis import tallies
from sco_analysis.sums import (
    Numbers,
    add_sums,
    add_up,
    count_numbers,
    count_rows,
    find_rows,
    first_rows,
    join,
    number_rows,
    number_values,
    pair_up,
    tell_apart,
)

ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.sampled_from([0.0, 0.1, 0.30000000000000004])))


@given(ROWS, st.lists(st.integers(0, 20), max_size=3), st.randoms())
def test_parts_add_up_to_the_whole(rows, cuts, draw):
    """Rows that are counted in parts, added in any order, are counted as the whole is."""
    columns = ["who", "x", "y"]
    frame = pd.DataFrame(rows, columns=columns).astype({"who": "str", "x": "int64", "y": "float64"})
    edges = [0, *sorted(cuts), len(frame)]
    parts = [{"t": count_rows(frame.iloc[a:b], columns)} for a, b in pairwise(edges) if a <= b]
    draw.shuffle(parts)
    pd.testing.assert_frame_equal(add_sums(parts)["t"], count_rows(frame, columns), check_exact=True)


def test_counting_what_was_counted_adds_it_up():
    """A column `times` is added up; rows come out sorted."""
    frame = pd.DataFrame({"who": ["b", "a", "b"], "times": [2, 3, 4]})
    assert count_rows(frame, ["who"]).to_dict("list") == {"who": ["a", "b"], "times": [3, 6]}


@pytest.mark.parametrize("by", ["speaker", "year", ["document", "speaker"], ["speaker", "session"]])
def test_tallies_of_documents_add_up_to_that_of_the_corpus(seeds, parsed, by):
    """The sums of single documents, added last document first, give each tally of the corpus to the last digit."""
    alone = [sco.select(parsed, document=doc_id) for doc_id in reversed(seeds["doc_id"].tolist())]
    for count, add, finish in (
        (sco.topic_frequency, tallies.sum_topics, tallies.finish_topics),
        (sco.speaker_share, tallies.sum_speakers, tallies.finish_speakers),
        (sco.sentiment_toward_states, tallies.sum_states, tallies.finish_states),
    ):
        together = finish(add_sums([add(part, by) for part in alone]), by)
        pd.testing.assert_frame_equal(together, count(parsed, by), check_exact=True)


VALUES = st.sampled_from(["a", "b", None, "ab"])


@given(st.lists(st.tuples(VALUES, VALUES, st.integers(-3, 3)), max_size=20))
def test_rows_are_counted_as_pandas_groups_them(rows):
    """Counting by numbers gives what grouping gives: sorted, with rows lost where a value is missing."""
    frame = pd.DataFrame(rows, columns=["one", "two", "n"]).astype({"one": "str", "two": "str", "n": "int64"})
    columns = ["one", "n", "two"]
    expected = frame.groupby(columns).size().rename("times").reset_index()
    pd.testing.assert_frame_equal(count_rows(frame, columns), expected, check_dtype=False)
    numbered = number_rows(frame, columns)
    numbers, distinct = numbered.number, numbered.values
    kept = frame[numbers >= 0].reset_index(drop=True)
    again = distinct.take(numbers[numbers >= 0]).reset_index(drop=True)
    pd.testing.assert_frame_equal(again, kept[columns], check_dtype=False)
    total = frame.dropna().assign(x=1.5).groupby(columns)["x"].sum()
    assert add_up(pd.Series(1.5, frame.index), numbers, len(distinct)).tolist() == total.tolist()


@given(st.lists(st.tuples(VALUES, st.integers(-(10**12), 10**12) | st.integers(0, 2)), max_size=20))
def test_rows_are_told_apart_by_all_values_missing_ones_too(rows):
    """Rows have the same number exactly if all their values are the same; the first row of each number has it."""
    frame = pd.DataFrame(rows, columns=["one", "n"]).astype({"one": "str", "n": "int64"})
    number, first = tell_apart(frame, ["one", "n"])
    for i, one in enumerate(rows):
        assert [number[i] == number[j] for j in range(len(rows))] == [one == other for other in rows]
    assert number[first].tolist() == list(range(len(first)))
    assert all(rows.index(rows[i]) == i for i in first)


@given(st.lists(st.tuples(VALUES, VALUES, st.sampled_from([0.0, -0.0, 0.5])), max_size=20))
def test_joined_numbers_count_as_their_columns_do(rows):
    """Numbering columns apart and joining them gives what numbering them together gives; −0 and 0 are one value."""
    frame = pd.DataFrame(rows, columns=["one", "two", "x"]).astype({"one": "str", "two": "str", "x": "float64"})
    one, two = number_rows(frame, ["one"]), number_rows(frame, ["two"])
    together, joined = number_rows(frame, ["one", "two"]), join(one, two)
    assert joined.number.tolist() == together.number.tolist()
    pd.testing.assert_frame_equal(joined.values, together.values)
    expected = count_rows(frame.assign(x=frame["x"].abs()), ["one", "two", "x"])
    pd.testing.assert_frame_equal(count_numbers([joined, number_values("x", frame["x"].to_numpy())]), expected)


def test_more_combinations_than_numbers_are_counted_too():
    """Four columns of 65,536 values each have 2^64 combinations, more than a number can tell apart."""
    values, last = np.arange(1 << 16), (1 << 16) - 1
    number = np.array([last, 0, last, -1, 0])
    parts = [Numbers(number, {name: pd.array(values)}) for name in "abc"]
    parts.append(Numbers(np.array([last, 1, last, 0, 0]), {"d": pd.array(values)}))
    counted = count_numbers(parts, np.array([1, 1, 2, 5, 1]))
    expected = {name: [0, 0, last] for name in "abc"} | {"d": [0, 1, last], "times": [1, 1, 3]}
    assert counted.to_dict("list") == expected


def test_rows_are_found_in_other_tables():
    """The first row with the same values is found; −1 stands where there is none, and pairs lack what is missing."""
    frame = pd.DataFrame({"who": ["b", "a", "b"]})
    assert [at.tolist() for at in find_rows(frame, [frame.take([2, 1]), pd.DataFrame({"who": ["c"]})], ["who"])] == [
        [0, 1],
        [-1],
    ]
    assert pair_up(np.array([1, 1, -1, 0]), np.array([0, 0, 5, 7])).tolist() == [1, 1, -1, 0]
    assert first_rows(np.array([1, -1, 0, 1])).tolist() == [2, 0]
