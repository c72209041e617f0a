"""Keyness and dispersion: agreed with scipy and with arithmetic on paper."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sco_analysis import tables
from sco_analysis.errors import ParameterError
from sco_analysis.keyness import dispersion, fightin_words, keyness, log_likelihood, positions


def _corpus(texts, mentions=()):
    """Make one sentence a text: (document, speaker, text)."""
    rows = [
        {"doc_id": doc, "speaker": speaker, "text": text, "start": i, "end": i + len(text), "session": 1}
        | {"voice": "turn", "turn": i, "n_words": tables.count_words(text), "genre": "transcript"}
        for i, (doc, speaker, text) in enumerate(texts)
    ]
    found = [
        {"doc_id": texts[i][0], "sentence": i, "start": i + at, "end": i + at + 1, "key": key, "kind": "topic"}
        for i, at, key in mentions
    ]
    return SimpleNamespace(sentences=tables.build("sentences", rows), mentions=tables.build("mentions", found))


TALK = _corpus(
    [
        ("a", "Putin", "Gas and oil, and gas in 2024."),
        ("b", "Putin", "Gas, gas!"),
        ("a", "Xi", "Peace and trade: 12 roads, 3.5 belts."),
        ("b", "Modi", "And peace."),
        ("b", None, "Gas?"),
    ]
)


def test_keyness_is_a_table_of_words():
    """Words are counted case aside, numbers left out, on both sides; the target's words come first."""
    table = keyness(TALK, "Putin", ["Xi", "Modi"], min_count=2)
    expected = pd.DataFrame(
        [
            ("gas", 4, 0, 4 / 8 * 1000, 0.0, 2),
            ("and", 2, 2, 250.0, 2 / 7 * 1000, 2),
            ("peace", 0, 2, 0.0, 2 / 7 * 1000, 2),
        ],
        columns=["word", "n_target", "n_reference", "rate_target", "rate_reference", "documents"],
    )
    pd.testing.assert_frame_equal(table[list(expected)], expected, check_dtype=False)
    assert list(table)[5:] == ["log_likelihood", "log_odds", "z", "p", "p_adjusted", "documents"]


def test_log_likelihood_is_scipys_g_test():
    """G² and its p are those of scipy's likelihood-ratio test of the 2 × 2 table without correction."""
    table = keyness(TALK, "Putin", ["Xi", "Modi"], min_count=2).set_index("word")
    for word, (a, b) in {"gas": (4, 0), "and": (2, 2), "peace": (0, 2)}.items():
        test = stats.chi2_contingency([[a, b], [8 - a, 7 - b]], correction=False, lambda_="log-likelihood")
        assert table.loc[word, ["log_likelihood", "p"]].tolist() == pytest.approx([test.statistic, test.pvalue])


def test_fightin_words_by_hand():
    """δ and z follow Monroe et al. with a prior of 100 words spread as both groups together use them."""
    a, b = pd.Series([30, 10]), pd.Series([10, 10])
    delta, z = fightin_words(a, b, 1000, 500, prior=100)
    alpha = 100 * 40 / 1500
    first = np.log((30 + alpha) / (1100 - 30 - alpha)) - np.log((10 + alpha) / (600 - 10 - alpha))
    assert delta[0] == pytest.approx(first)
    assert z[0] == pytest.approx(first / np.sqrt(1 / (30 + alpha) + 1 / (10 + alpha)))
    assert z[1] < 0 < z[0]


def test_equal_rates_are_no_key():
    """A word as frequent on both sides has G² = 0 and z near 0."""
    assert log_likelihood(pd.Series([20]), pd.Series([10]), 2000, 1000)[0] == pytest.approx(0)
    assert fightin_words(pd.Series([20]), pd.Series([10]), 2000, 1000)[1][0] == pytest.approx(0, abs=0.01)


def test_p_is_corrected_for_many_comparisons():
    """Holm multiplies the smallest of three p by three; Benjamini–Hochberg never exceeds it."""
    holm = keyness(TALK, "Putin", ["Xi", "Modi"], min_count=2)
    assert holm["p_adjusted"].min() == pytest.approx(3 * holm["p"].min())
    other = keyness(TALK, "Putin", ["Xi", "Modi"], min_count=2, adjust="fdr_bh")
    assert (other["p_adjusted"] <= holm["p_adjusted"] + 1e-12).all()


def test_measure_decides_order_and_p():
    """With Fightin' Words the rows are sorted by z, and p is two-sided normal."""
    table = keyness(TALK, "Putin", measure="fightin-words", min_count=1)
    assert table["z"].is_monotonic_decreasing
    assert table["p"].to_numpy() == pytest.approx(2 * stats.norm.sf(table["z"].abs()))


def test_reference_is_all_the_rest():
    """Without a reference all other groups are it, the nameless included."""
    table = keyness(TALK, "Putin", min_count=1).set_index("word")
    assert table.loc["gas", ["n_target", "n_reference"]].tolist() == [4, 1]


def test_rare_words_are_left_out_of_rows_only():
    """A minimum count drops rows, and leaves rates as they were; where it drops all, the table is empty."""
    assert keyness(TALK, "Putin", min_count=5).set_index("word").loc["gas", "rate_target"] == 500
    assert keyness(TALK, "Putin", min_count=50).empty


def test_one_side_is_no_comparison():
    """Where there is no other group, or it says nothing, the table is empty and has its columns."""
    alone = _corpus([("a", "Putin", "Gas gas gas gas gas gas.")])
    assert keyness(alone, "Putin").empty
    assert "word" in keyness(TALK, ["Putin"], [])
    assert keyness(TALK, ["Putin"], []).empty


def test_function_words_can_be_left_out_of_rows():
    """Without function words the rates of the others stay as they were."""
    table = keyness(TALK, "Putin", ["Xi", "Modi"], min_count=2, function_words=False).set_index("word")
    assert list(table.index) == ["gas", "peace"]
    assert table.loc["gas", "rate_target"] == 500


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": "Putn"}, "target='Putn' is unknown; did you mean 'Putin'? It may be (unidentified speaker), Modi"),
        ({"target": "Putin", "reference": "Merkel"}, "reference='Merkel' is unknown"),
        ({"target": "Putin", "reference": "Putin"}, "'Putin' is in target and in reference; keep it in one"),
        ({"target": "Putin", "measure": "chi2"}, "It may be log-likelihood, fightin-words"),
        ({"target": "Putin", "by": "speker"}, "did you mean 'speaker'?"),
        ({"target": "Putin", "adjust": "bonferroni"}, "adjust='bonferroni' is unknown"),
    ],
)
def test_messages_name_what_to_write(arguments, message):
    """A group or argument that is not there is refused with those that are."""
    with pytest.raises(ParameterError) as error:
        keyness(TALK, **arguments)
    assert message.lower() in str(error.value).lower()


PARTS = _corpus(
    [("a", "Putin", "Gas, gas, gas and oil."), ("b", "Putin", "We speak of gas."), ("c", "Xi", "Peace to you.")],
    [(0, 0, "energy"), (0, 2, "energy"), (1, 0, "energy"), (2, 0, "peace")],
)


def test_dispersion_of_keys_and_words():
    """DP is half the sum of |share of hits − share of words| over documents of 5, 4 and 3 words; silence has none."""
    expected = pd.DataFrame(
        [
            ("energy", 3, 3, (2 / 3 - 5 / 12 + 3 / 12) / 2 + (4 / 12 - 1 / 3) / 2),
            ("Gas", 4, 3, (3 / 4 - 5 / 12 + 4 / 12 - 1 / 4 + 3 / 12) / 2),
            ("moon", 0, 3, np.nan),
        ],
        columns=["key", "n", "parts", "dp"],
    )
    expected["dp_norm"] = expected["dp"] / (1 - 3 / 12)
    pd.testing.assert_frame_equal(dispersion(PARTS, ["energy", "Gas", "moon"]), expected, check_dtype=False)


def test_dispersion_of_an_even_word_is_nought_and_of_a_single_place_one():
    """A key as frequent as the words everywhere has DP 0; all of it in the smallest part has DPnorm 1."""
    even = _corpus([("a", "Xi", "one two"), ("b", "Xi", "one two three four")], [(0, 0, "x"), (1, 0, "x"), (1, 4, "x")])
    assert dispersion(even, "x").loc[0, ["dp", "dp_norm"]].tolist() == [0, 0]
    assert dispersion(PARTS, "peace").loc[0, "dp_norm"] == pytest.approx(1)


def test_dispersion_over_speakers():
    """Any grouping of the tallies can be the parts."""
    assert dispersion(PARTS, "energy", by="speaker").loc[0, "parts"] == 2


def test_positions_say_where_each_hit_stands():
    """A hit stands after a share of its part's words; a key that a part never has is one row without a place."""
    table = positions(PARTS, ["energy", "Of"])
    expected = pd.DataFrame(
        [
            ("energy", "a", 0.0, 5, "a", 0),
            ("energy", "a", 1 / 5, 5, "a", 0),
            ("Of", "a", np.nan, 5, None, None),
            ("energy", "b", 0.0, 4, "b", 1),
            ("Of", "b", 2 / 4, 4, "b", 1),
            ("energy", "c", np.nan, 3, None, None),
            ("Of", "c", np.nan, 3, None, None),
        ],
        columns=["key", "document", "at", "total", "doc_id", "start"],
    )
    pd.testing.assert_frame_equal(table[list(expected)], expected, check_dtype=False)
    assert table["text"].iloc[4] == "We speak of gas."


def test_positions_go_on_from_sentence_to_sentence():
    """Within a part, the words of the sentences before count; a mention inside a sentence counts those before it."""
    talk = _corpus([("a", "Xi", "One two."), ("a", "Xi", "Three four gas five.")], [(1, 11, "energy")])
    assert positions(talk, ["energy", "four"], by="speaker")["at"].tolist() == [4 / 6, 3 / 6]
    assert set(positions(talk, "four", by="speaker")["speaker"]) == {"Xi"}
