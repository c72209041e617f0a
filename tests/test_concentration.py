"""Tests of how few hold the floor."""

import numpy as np
import pandas as pd
import pytest

import sco_analysis as sco
from sco_analysis.concentration import MEASURES

SHARE = pd.DataFrame({"speaker": ["Anna Bo", "Ivan Cy", "(unidentified questioner)", "Lea Dy"], "n": [25, 20, 5, 0]})


def test_measures_of_two_known_speakers():
    """Two known speakers at 25 and 20 words, 5 words nobody's; the silent do not count."""
    p = np.array([25, 20]) / 45
    table = sco.concentration(SHARE)
    assert list(table) == ["speakers", *MEASURES]
    assert table.iloc[0].tolist() == pytest.approx(
        [2, np.exp(-(p * np.log(p)).sum()), 1 / (p**2).sum(), (p**2).sum(), 5 / 90, 0.1]
    )


def test_concentration_of_one_and_of_none():
    """One speaker is one effective speaker; where nobody speaks nothing is said."""
    one = pd.DataFrame({"speaker": ["Xi Jinping"], "n": [7]})
    assert sco.concentration(one).iloc[0].tolist() == [1, 1, 1, 1, 0, 0]
    none = sco.concentration(one.assign(n=0)).iloc[0]
    assert none["speakers"] == 0
    assert none.drop("speakers").isna().all()


def test_intervals_hold_the_values_and_repeat_themselves(parsed):
    """The intervals on the seeds hold the values, which are those of the share, and are the same every time."""
    table = sco.concentration_intervals(parsed, draws=499)
    assert list(table) == ["measure", "value", "low", "high", "interval"]
    assert table["interval"].tolist() == ["documents"] * 5
    values = sco.concentration(sco.speaker_share(parsed)).iloc[0]
    assert table["value"].tolist() == pytest.approx([values[name] for name in MEASURES])
    bounded = table[table["measure"].isin(["hhi", "gini"])]
    assert ((bounded["low"] <= bounded["value"]) & (bounded["value"] <= bounded["high"])).all()
    pd.testing.assert_frame_equal(table, sco.concentration_intervals(parsed, draws=499))


def test_one_transcript_resamples_turns(parsed):
    """Inside one transcript turns are resampled; with next to none nothing is estimated."""
    one = sco.select(parsed, document="kremlin-2024-astana")
    assert set(sco.concentration_intervals(one, draws=99)["interval"]) == {"turns"}
    few = sco.concentration_intervals(sco.select(parsed, session=5), draws=99)
    assert set(few["interval"]) == {"not estimable"}
    assert few["low"].isna().all()


def test_unknown_arguments_are_refused(parsed):
    """An unknown unit is refused with those there are."""
    with pytest.raises(sco.ParameterError, match=r"unit='letters' is unknown; .*may be words, turns, sentences"):
        sco.concentration_intervals(parsed, unit="letters")
