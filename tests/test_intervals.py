"""Intervals say what they resample, agree with independent computations, and stay silent where they must."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from sco_analysis import intervals
from sco_analysis.errors import ParameterError
from sco_analysis.intervals import ratio_intervals

Y = np.array([4, 19, 2, 6, 13, 3])
X = np.array([300, 500, 200, 600, 450, 350])


def _frames(y, x, clusters="doc_id"):
    frame = pd.DataFrame({"group": "all", clusters: range(len(y)), "x": x, "y": y})
    return frame[frame["y"] != 0], frame, pd.DataFrame({"group": ["all"]})


def _ratio(y, x, kind="rate", clusters="doc_id"):
    hits, sizes, cells = _frames(y, x, clusters)
    return ratio_intervals(sizes if kind == "mean" else hits, sizes, cells, group=["group"], kind=kind).iloc[0]


def test_variance_is_that_of_a_weighted_regression():
    """The standard error is HC2 of the regression of hits on words, weighted by 1 / words."""
    row = _ratio(Y, X)
    fit = sm.WLS(Y, X, weights=1 / X).fit(cov_type="HC2")
    assert row["ratio"] == pytest.approx(fit.params[0])
    step = stats.t.ppf(0.975, row["df"]) * fit.bse[0] / fit.params[0]
    assert (row["low"], row["high"]) == pytest.approx(fit.params[0] * np.exp([-step, step]))
    assert (row["n"], row["total"], row["interval"], row["clusters"]) == (47, 2400, "documents", 6)


def test_degrees_of_freedom_are_satterthwaites():
    """The degrees of freedom are tr(M)² / tr(M²) of the variance as a quadratic form, computed here with matrices."""
    h = X / X.sum()
    root = np.diag(1 / np.sqrt(1 - h))
    form = root @ (np.diag(X) - np.outer(X, X) / X.sum()) @ root
    even = 0.02 * X + np.sqrt(X) * [0.2, -0.2, 0.2, -0.2, 0.2, -0.2]
    assert _ratio(even, X)["df"] == pytest.approx(np.trace(form) ** 2 / np.trace(form @ form))


def test_equal_documents_leave_one_degree_less():
    """Six documents of one length have five degrees of freedom."""
    assert _ratio(np.array([4, 9, 2, 8, 7, 3]), np.full(6, 400))["df"] == pytest.approx(5)


def test_heavy_tails_lower_the_degrees_of_freedom():
    """Kurtosis beyond that of normal draws adds k / 2m to 1 / df: here by hand for documents of one length."""
    y = np.array([2, 30, 3, 4, 2, 6])
    e = y - y.mean()
    k = 6 * (e**4).sum() / (e**2).sum() ** 2 - 3 * 5 / 7
    assert k > 0
    assert _ratio(y, np.full(6, 400))["df"] == pytest.approx(1 / (1 / 5 + k / 12))


def test_one_bursting_document_lowers_the_degrees_of_freedom():
    """Where one of ten documents carries nearly all hits, t has few degrees of freedom."""
    assert _ratio(np.array([60, 1, 0, 1, 0, 0, 1, 0, 0, 1]), np.full(10, 400))["df"] < 3


def test_clusters_without_hits_count():
    """A document that never mentions the topic widens the interval although it has no row of hits."""
    row = _ratio(np.array([4, 19, 0, 6, 13, 0]), X)
    fit = sm.WLS(np.array([4, 19, 0, 6, 13, 0]), X, weights=1 / X).fit(cov_type="HC2")
    step = stats.t.ppf(0.975, row["df"]) * fit.bse[0] / fit.params[0]
    assert row["high"] == pytest.approx(fit.params[0] * np.exp(step))


def test_evenly_spread_hits_are_no_surer_than_poisson():
    """One hit in each of six equal documents gives the Poisson variance, 1 / 6 on the log scale, and not zero."""
    row = _ratio(np.ones(6), np.full(6, 400))
    assert row["high"] == pytest.approx(1 / 400 * np.exp(stats.t.ppf(0.975, 5) * np.sqrt(1 / 6)))


def test_four_documents_are_too_few():
    """Four documents give the ratio, no bounds, and say `not estimable`."""
    row = _ratio(Y[:4], X[:4])
    assert row["ratio"] == pytest.approx(31 / 1600)
    assert np.isnan(row["low"])
    assert np.isnan(row["high"])
    assert (row["interval"], row["clusters"]) == ("not estimable", 0)


def test_one_document_that_outweighs_the_rest_is_no_sample():
    """Six documents of which one holds nine tenths of the words have too few degrees of freedom."""
    assert _ratio(Y, np.array([9000, 200, 200, 200, 200, 200]))["interval"] == "not estimable"


def test_few_documents_fall_back_to_turns():
    """Two documents of three turns each are resampled by turn, and the table says so."""
    frame = pd.DataFrame({"group": "all", "doc_id": list("aaabbb"), "passage": range(6), "x": X, "y": Y})
    row = ratio_intervals(frame, frame, pd.DataFrame({"group": ["all"]}), group=["group"], kind="rate").iloc[0]
    assert (row["interval"], row["clusters"]) == ("turns", 6)
    assert row["high"] == pytest.approx(_ratio(Y, X)["high"])


@pytest.mark.parametrize("kind", ["rate", "share"])
def test_what_only_one_cluster_shows_is_not_estimable(kind):
    """Hits in one document of six say nothing of how documents differ; nor does the rest of a share in one."""
    assert _ratio(np.array([0, 9, 0, 0, 0, 0]), X, kind=kind)["interval"] == "not estimable"
    assert _ratio(np.array([0, 9, 1, 0, 0, 0]), X, kind=kind)["interval"] == "documents"
    assert _ratio(X - [0, 9, 0, 0, 0, 0], X, kind="share")["interval"] == "not estimable"


def test_the_unit_is_chosen_for_the_group_and_not_for_the_cell():
    """Where a group has five documents, a topic that one of them shows is not resampled by turn instead."""
    sizes = pd.DataFrame({"group": "all", "doc_id": np.repeat(range(5), 2), "passage": range(10), "x": 100})
    hits = sizes.assign(topic=["a", "b"] * 5, y=[3, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    hits = pd.concat([hits, sizes.assign(topic="b", y=[2, 5] + [0] * 8)])
    cells = pd.DataFrame({"group": "all", "topic": ["a", "b"]})
    table = ratio_intervals(hits, sizes, cells, group=["group"], kind="rate")
    assert table["interval"].tolist() == ["documents", "not estimable"]


def test_silent_cells_get_a_rule_of_three():
    """A topic nobody touched is at most 3.0 hits in the words divided by the design effect of the other topics."""
    sizes = pd.DataFrame({"group": "all", "doc_id": range(6), "x": X})
    hits = sizes.assign(topic="energy", y=Y)
    cells = pd.DataFrame({"group": "all", "topic": ["energy", "food"]})
    table = ratio_intervals(hits, sizes, cells, group=["group"], kind="rate").set_index("topic")
    assert table.loc["food", ["n", "ratio", "low"]].tolist() == [0, 0, 0]
    assert table.loc["food", "high"] == pytest.approx(-np.log(0.05) * table.loc["energy", "deff"] / 2400)


def test_silence_alone_says_nothing():
    """When no topic was ever hit, no design effect is known: there are no bounds."""
    row = _ratio(np.zeros(6), X)
    assert (row["n"], row["ratio"]) == (0, 0)
    assert (row["interval"], np.isnan(row["high"])) == ("not estimable", True)


def test_an_empty_group_has_no_ratio():
    """A group without a word has n = 0, total = 0 and no ratio."""
    hits, sizes, _ = _frames(Y, X)
    table = ratio_intervals(hits, sizes, pd.DataFrame({"group": ["all", "mute"]}), group=["group"], kind="rate")
    assert table.loc[1, ["n", "total"]].tolist() == [0, 0]
    assert np.isnan(table.loc[1, "ratio"])


def test_shares_have_clopper_and_pearsons_interval():
    """A share's bounds are statsmodels' `beta` for r n* of n* draws, n* = r (1 − r) / variance · (1.96 / t)²."""
    y = np.array([300, 480, 190, 30, 440, 350])
    row = _ratio(y, X, kind="share")
    fit = sm.WLS(y, X, weights=1 / X).fit(cov_type="HC2")
    r, t = fit.params[0], stats.t.ppf(0.975, row["df"])
    draws = r * (1 - r) / fit.bse[0] ** 2 * (stats.norm.ppf(0.975) / t) ** 2
    assert (row["low"], row["high"]) == pytest.approx(proportion_confint(r * draws, draws, method="beta"))
    assert 0 < row["low"] < r < row["high"] < 1


def test_means_are_symmetric_and_clipped():
    """A mean has the interval of the mean plus and minus t standard errors, cut at −1 and 1."""
    n, total = np.array([2, 4, 1, 3, 2, 5]), np.array([0.5, -2.0, 0.0, 3.0, 1.0, 2.0])
    row = _ratio(total, n, kind="mean")
    fit = sm.WLS(total, n, weights=1 / n).fit(cov_type="HC2")
    step = stats.t.ppf(0.975, row["df"]) * fit.bse[0]
    assert (row["low"], row["high"]) == pytest.approx((fit.params[0] - step, min(1, fit.params[0] + step)))


def test_unanimous_means_are_not_certain():
    """Six clusters that all give 0 allow, at 95 %, a share 1 − 0.05^(1/6) of others at −1 or at 1."""
    row = _ratio(np.zeros(6), np.full(6, 3), kind="mean")
    bound = 1 - 0.05 ** (1 / 6)
    assert (row["low"], row["high"]) == pytest.approx((-bound, bound))


def test_unanimous_means_borrow_the_design_effect():
    """Beside a target on which documents differ, twelve zeros count as twelve divided by its design effect."""
    sizes = pd.DataFrame({"target": np.repeat(["A", "B"], 12), "doc_id": [*range(6)] * 4, "x": 1})
    sizes["y"] = [0.0] * 12 + [1.0, 0.5, -0.5, -1.0, 0.0, 0.0] * 2
    table = ratio_intervals(sizes, sizes, pd.DataFrame({"target": ["A", "B"]}), group=["target"], kind="mean")
    effect = table.loc[1, "deff"]
    assert effect == pytest.approx((5 * 2**2 / 12**2 * 6 / 5 / 2) / (5 / 12**2))
    assert table.loc[0, "high"] == pytest.approx(1 - 0.05 ** (effect / 12))


def test_an_unknown_kind_is_refused():
    """The message names the kinds that there are."""
    with pytest.raises(ParameterError, match=r"kind='square' is unknown; write one of rate, share, mean"):
        _ratio(Y, X, kind="square")


@pytest.mark.parametrize("documents", [5, 10, 30])
def test_bursty_topics_are_covered(documents):
    """Of 600 simulated corpora at least 91 % of the intervals hold the true rate of a bursty topic."""
    rng = np.random.default_rng(documents)
    frame = pd.DataFrame({"group": np.repeat(range(600), documents), "doc_id": range(600 * documents)})
    frame["x"] = rng.lognormal(7, 0.5, len(frame)).round()
    frame["y"] = rng.poisson(0.01 * rng.gamma(1, 1, len(frame)) * frame["x"])
    table = ratio_intervals(frame, frame, frame[["group"]].drop_duplicates(), group=["group"], kind="rate")
    known = table.dropna(subset=["low"])
    assert len(known) > 580
    assert ((known["low"] <= 0.01) & (known["high"] >= 0.01)).mean() > 0.91


def test_clusters_are_named_for_the_reader():
    """The column `interval` shows documents, turns or not estimable."""
    assert [*intervals.CLUSTERS, intervals.NOT_ESTIMABLE] == ["documents", "turns", "not estimable"]
