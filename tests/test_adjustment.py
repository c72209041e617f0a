"""Tests of sco_analysis.adjustment: shares corrected for the scorer's own errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sco_analysis.adjustment import CLASSES, adjust_shares, agreement, confusion
from sco_analysis.errors import ParameterError, TableError


def tally(*cells: tuple[int, int, int]) -> pd.DataFrame:
    """Make a tally of the counts of −, 0 and + of each cell."""
    rows = [
        {
            "state": "AAA",
            "target": f"T{i}",
            "n": sum(cell),
            "total": 99,
            "mean": 0.0,
            **dict(zip(CLASSES, cell, strict=True)),
        }
        for i, cell in enumerate(cells)
    ]
    return pd.DataFrame(rows)


def matrix(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=list(CLASSES), columns=list(CLASSES))


PERFECT = matrix((10**6, 0, 0), (0, 10**6, 0), (0, 0, 10**6))
LEAKY = matrix((500, 500, 0), (0, 900, 100), (0, 200, 800))


def test_a_scorer_without_errors_needs_no_correction():
    """With a perfect matrix the corrected shares are the raw ones, and the interval holds them."""
    out = adjust_shares(tally((20, 60, 20)), errors=PERFECT)
    row = out.iloc[0]
    for name, share in zip(CLASSES, (0.2, 0.6, 0.2), strict=True):
        assert row[name] == share
        assert row[f"{name}_adjusted"] == pytest.approx(share, abs=1e-3)
        assert row[f"{name}_low"] < share < row[f"{name}_high"]
    assert row["claim"] == "about even"


def test_what_the_scorer_misses_is_given_back():
    """A scorer that misses half of all criticism doubles what it finds; true shares of .4, .4, .2 are recovered."""
    truth = np.array([0.4, 0.4, 0.2])
    rates = LEAKY.to_numpy() / 1000
    counts = tuple(np.round(truth @ rates * 1000).astype(int))
    row = adjust_shares(tally(counts), errors=LEAKY).iloc[0]
    assert [round(row[f"{name}_adjusted"], 2) for name in CLASSES] == [0.4, 0.4, 0.2]
    assert row["negative"] == 0.2


def test_the_table_has_the_groups_the_shares_and_what_may_be_claimed():
    """One column for each share, raw and corrected, its bounds, the balance, the claim; the same each time."""
    out = adjust_shares(tally((0, 4, 36), (30, 10, 0), (0, 0, 0), (1, 2, 1), (5, 5, 5)), errors=LEAKY)
    shares = [f"{name}{end}" for name in CLASSES for end in ("", "_adjusted", "_low", "_high")]
    assert list(out.columns) == ["state", "target", "n", *shares, "balance", "balance_low", "balance_high", "claim"]
    assert out["claim"].tolist() == ["more friendly", "more hostile", "silent", "too few sentences", "method too weak"]
    assert out.loc[2, shares].isna().all()
    again = adjust_shares(tally((0, 4, 36), (30, 10, 0), (0, 0, 0), (1, 2, 1), (5, 5, 5)), errors=LEAKY)
    pd.testing.assert_frame_equal(out, again)


def test_errors_measured_on_few_sentences_widen_the_interval():
    """The same rates from a tenth of the sentences say less."""
    few = adjust_shares(tally((10, 50, 40)), errors=LEAKY // 50).iloc[0]
    many = adjust_shares(tally((10, 50, 40)), errors=LEAKY).iloc[0]
    assert few["balance_high"] - few["balance_low"] > many["balance_high"] - many["balance_low"]


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.integers(0, 40)] * 3), st.tuples(*[st.tuples(*[st.integers(0, 30)] * 3)] * 3))
def test_corrected_shares_are_shares(counts, errors):
    """Whatever the counts and the matrix: none below 0, none above 1, together 1, bounds in order."""
    out = adjust_shares(tally(counts), errors=matrix(*errors), draws=50)
    if sum(counts):
        shares = out[[f"{name}_adjusted" for name in CLASSES]].to_numpy()
        assert (shares >= 0).all()
        assert shares.sum() == pytest.approx(1)
        assert all((out[f"{name}_low"] <= out[f"{name}_high"]).all() for name in CLASSES)


def test_the_intervals_hold_the_truth_about_as_often_as_they_say():
    """Of 200 simulated corpora, the interval of the balance holds the true one in 90 % or more."""
    rng = np.random.default_rng(3)
    rates = LEAKY.to_numpy() / 1000
    truth = np.array([0.25, 0.5, 0.25])
    cells = [tuple(rng.multinomial(60, truth @ rates)) for _ in range(200)]
    out = adjust_shares(tally(*cells), errors=LEAKY, draws=400)
    held = (out["balance_low"] <= 0) & (out["balance_high"] >= 0)
    assert held.mean() >= 0.9


@pytest.mark.parametrize("scorer", ["rules", "vader"])
def test_the_measured_errors_name_their_source(scorer):
    """Each scorer's matrix has counts of every class and says what was read."""
    errors = confusion(scorer)
    assert list(errors.index) == list(CLASSES)
    assert (errors[list(CLASSES)].sum(axis=1) > 10).all()
    assert errors["source"].str.contains("seeds").all()


def test_agreement_is_told_class_by_class(monkeypatch):
    """From a matrix: recall along its rows, precision along its columns, F1, and their means."""
    monkeypatch.setattr("sco_analysis.adjustment.confusion", lambda scorer: LEAKY.assign(source="here"))
    out = agreement("rules")
    assert out.index.tolist() == [*CLASSES, "macro"]
    assert out["n"].tolist() == [1000, 1000, 1000, 3000]
    assert out["recall"].round(2).tolist() == [0.5, 0.9, 0.8, 0.73]
    assert out["precision"].round(2).tolist() == [1.0, 0.56, 0.89, 0.82]
    assert out["f1"].round(2).tolist() == [0.67, 0.69, 0.84, 0.73]


def test_errors_say_what_to_write_instead():
    """A scorer that was not measured and a table that is no tally are refused."""
    with pytest.raises(ParameterError, match=r"'mine' were not measured; write one of .*rules"):
        adjust_shares(tally((1, 1, 1)), scorer="mine")
    with pytest.raises(TableError, match="the tally lacks positive"):
        adjust_shares(tally((1, 1, 1)).drop(columns="positive"), errors=LEAKY)
