"""How sure a rate, a share or a mean is, when words come in clusters: documents, or the turns of one transcript.

A speaker who has begun on energy goes on about energy, so the words of one document are no independent draws, and an
interval that treats them as such (Poisson, Jeffreys) is two to five times too narrow. Here the cluster is the unit: the
variance of a ratio of two sums is taken between clusters. `benchmarks/coverage.py` shows what each method keeps of its
promise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from .errors import ParameterError

#: Fewer clusters than this, and no interval is given.
MIN_CLUSTERS = 5
#: Fewer degrees of freedom than this (one document outweighs the rest), and no interval is given.
MIN_DF = 2.0

#: How often an interval holds the truth.
LEVEL = 0.95

#: What may be resampled, best first: the name that the column `interval` shows → the column that tells clusters apart.
CLUSTERS = {"documents": "doc_id", "turns": "passage"}
NOT_ESTIMABLE = "not estimable"

SCALES = ("log", "logit", "identity")


def ratio_intervals(
    hits: pd.DataFrame,
    sizes: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    group: list[str],
    scale: str,
) -> pd.DataFrame:
    """Give each cell the ratio of two sums, Σy / Σx, with an interval that respects clusters.

    In: ``sizes``, rows with the columns ``group``, the cluster columns and ``x``, the denominator; ``hits``, rows with
    the columns of ``cells``, the cluster columns and ``y``, the numerator (clusters without a hit need no row);
    ``cells``, one row for each ratio wanted, silent ones included, whose columns contain ``group``. A cell's
    denominator is that of its whole group. Of `CLUSTERS`, best first, the first is used whose columns the tables have
    and that gives at least `MIN_CLUSTERS` clusters and `MIN_DF` degrees of freedom.

    ``scale``: ``log`` for rates (hits per word), ``logit`` for shares, ``identity`` for means between −1 and 1.

    Out: ``cells`` in its order with ``n`` (Σy), ``total`` (Σx), ``ratio``, ``low``, ``high``, ``interval`` (what was
    resampled, or ``not estimable``, then ``low`` and ``high`` are missing), ``clusters`` (how many), ``df`` and
    ``deff``, the variance over that of independent words.

    The variance is the linearised variance of a ratio with the leverage correction CR2, and t has Satterthwaite's
    degrees of freedom (Bell and McCaffrey 2002, Survey Methodology 28: 169–181; Pustejovsky and Tipton 2018, Journal of
    Business & Economic Statistics 36: 672–683), lowered where few clusters carry most of the variance. See `_cluster`.

    Raises `ParameterError` when ``scale`` is unknown.
    """
    if scale not in SCALES:
        raise ParameterError(f"scale={scale!r} is unknown; write one of {', '.join(SCALES)}")
    out = _ratios(hits, sizes, cells, group).assign(low=np.nan, high=np.nan, interval=NOT_ESTIMABLE, clusters=0)
    out = out.assign(df=np.nan, deff=np.nan)
    for name, cluster in CLUSTERS.items():
        if cluster not in sizes:
            continue
        one = _bounds(_cluster(hits, sizes, cells, group, cluster), group, scale)
        better = ((out["interval"] == NOT_ESTIMABLE) & one["low"].notna()).to_numpy()
        for column in ("low", "high", "clusters", "df", "deff"):
            out.loc[better, column] = one.loc[better, column]
        out.loc[better, "interval"] = name
    return out


def _ratios(hits: pd.DataFrame, sizes: pd.DataFrame, cells: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Give each of ``cells`` ``n``, ``total`` and their ``ratio``, missing where there is nothing to divide by."""
    keys = list(cells)
    n = hits.groupby(keys, observed=True, sort=False)["y"].sum().rename("n").reset_index()
    out = cells.reset_index(drop=True).merge(n, on=keys, how="left", validate="1:1").fillna({"n": 0})
    total = sizes.groupby(group, observed=True, sort=False)["x"].sum().rename("total").reset_index()
    out = out.merge(total, on=group, how="left", validate="m:1").fillna({"total": 0})
    return out.assign(ratio=out["n"] / out["total"].where(out["total"] > 0))


def _cluster(
    hits: pd.DataFrame, sizes: pd.DataFrame, cells: pd.DataFrame, group: list[str], cluster: str
) -> pd.DataFrame:
    """Give each cell Σy, Σx, the variance of their ratio and its degrees of freedom, with ``cluster`` as the unit.

    With r = Σy / Σx, residuals e = y − r x and leverages h = x / Σx, the variance is Σ e² / (1 − h) / (Σx)²: HC2 of the
    regression of y on x without a constant and with weights 1 / x. Its degrees of freedom are
    1 / (Σh² + (Σ h²/(1−h))² − Σ h⁴/(1−h)²), which is m − 1 for m equal clusters. Where few clusters carry most of Σe²,
    the variance itself is known badly: 2m / (kurtosis − 1) degrees of freedom (the variance of a variance), if fewer.

    A cluster without hits has e = −r x: such clusters are added as sums over the group, so that the table of all
    clusters × all cells is never built.
    """
    x = sizes.groupby([*group, cluster], observed=True, sort=False)["x"].sum().reset_index()
    x = x[x["x"] > 0]
    x["h"] = x["x"] / x.groupby(group, observed=True)["x"].transform("sum")
    x["free"] = (1 - x["h"]).clip(lower=1e-12)
    x["z"] = x["x"] ** 2 / x["free"]
    parts = x.assign(m=1, h1=x["h"] ** 2, h2=x["h"] ** 2 / x["free"], h4=(x["h"] ** 2 / x["free"]) ** 2, zz=x["z"] ** 2)
    wide = parts.groupby(group, observed=True, sort=False)[["m", "x", "h1", "h2", "h4", "z", "zz"]].sum().reset_index()
    wide = wide.rename(columns={"x": "total", "z": "all_z", "zz": "all_zz"})
    keys = list(cells)
    y = hits.groupby([*keys, cluster], observed=True, sort=False)["y"].sum().reset_index()
    y["n"] = y.groupby(keys, observed=True)["y"].transform("sum")
    y = y.merge(x, on=[*group, cluster], how="inner", validate="m:1")
    y["r"] = y["n"] * y["h"] / y["x"]
    y["q"] = (y["y"] - y["r"] * y["x"]) ** 2 / y["free"]
    y = y.assign(qq=y["q"] ** 2, zz=y["z"] ** 2)
    seen = y.groupby(keys, observed=True, sort=False)[["y", "q", "qq", "z", "zz"]].sum().reset_index()
    out = cells.reset_index(drop=True).merge(wide, on=group, how="left", validate="m:1")
    out = out.merge(seen, on=keys, how="left", validate="1:1").fillna(dict.fromkeys(["y", "q", "qq", "z", "zz"], 0))
    r = out["y"] / out["total"]
    spread = out["q"] + r**2 * (out["all_z"] - out["z"]).clip(lower=0)
    fourth = out["qq"] + r**4 * (out["all_zz"] - out["zz"]).clip(lower=0)
    kurtosis = out["m"] * fourth / (spread**2).where(spread > 0)
    out["df"] = 1 / (out["h1"] + out["h2"] ** 2 - out["h4"])
    usable = (out["m"] >= MIN_CLUSTERS) & (out["df"] >= MIN_DF)
    out["df"] = np.fmin(out["df"], 2 * out["m"] / (kurtosis - 1).clip(lower=1e-9))
    return out.assign(r=r.where(usable), variance=spread / out["total"] ** 2, clusters=out["m"])


def _bounds(cells: pd.DataFrame, group: list[str], scale: str) -> pd.DataFrame:
    """Turn variances into ``low`` and ``high`` on the given scale; both missing where nothing can be said."""
    r, variance = cells["r"], cells["variance"]
    t = pd.Series(stats.t.ppf((1 + LEVEL) / 2, cells["df"]), cells.index)
    if scale == "identity":
        step = t * np.sqrt(variance)
        out = cells.assign(low=(r - step).clip(-1, 1), high=(r + step).clip(-1, 1), deff=np.nan)
        return _unanimous(out)
    # Hits that were independent would have this variance; nothing that people say is spread more evenly than that.
    independent = r * (1 - r if scale == "logit" else 1) / cells["total"]
    out = cells.assign(deff=(variance / independent.where(independent > 0)).clip(lower=1))
    error = np.sqrt(independent * out["deff"])
    if scale == "log":
        ratio = np.exp(t * error / r.where(r > 0))
        out = out.assign(low=r / ratio, high=r * ratio)
    else:
        inner = r.where((r > 0) & (r < 1))
        middle, step = np.log(inner / (1 - inner)), t * error / (inner * (1 - inner))
        out = out.assign(low=1 / (1 + np.exp(step - middle)), high=1 / (1 + np.exp(-step - middle)))
    return _silent(out, group, scale)


def _silent(cells: pd.DataFrame, group: list[str], scale: str) -> pd.DataFrame:
    """Bound the cells that were never hit (or, as shares, always).

    The rule of three (Hanley and Lippman-Hand 1983, JAMA 249: 1743–1745), −ln(1 − 0.95) / words, counts independent
    words; here the words are divided by the design effect that the other cells of the group show (median; of all
    groups where the group has none). Where no cell was hit at all, no design effect is known and nothing is said.
    """
    usual = cells.groupby(group, observed=True)["deff"].transform("median").fillna(cells["deff"].median())
    most = (-np.log(1 - LEVEL) * usual / cells["total"]).clip(upper=1)
    never = cells["r"] == 0
    out = cells.assign(low=cells["low"].mask(never & most.notna(), 0.0), high=cells["high"].mask(never, most))
    if scale == "logit":
        always = cells["r"] == 1
        out = out.assign(low=out["low"].mask(always, 1 - most), high=out["high"].mask(always & most.notna(), 1.0))
    return out


def _unanimous(cells: pd.DataFrame) -> pd.DataFrame:
    """Bound the means whose clusters all have one value: no variance was seen, which does not mean that there is none.

    Were a share p of (effective) clusters to differ, seeing none of them in m has the probability (1 − p)^m; the
    largest p that this allows at 95 % moves the mean by at most p times the way to −1 and to 1.
    """
    flat = (cells["variance"] < 1e-12) & cells["r"].notna()
    most = 1 - (1 - LEVEL) ** cells["h1"]  # 1 / Σh² is the effective number of clusters
    return cells.assign(
        low=cells["low"].mask(flat, cells["r"] - most * (1 + cells["r"])),
        high=cells["high"].mask(flat, cells["r"] + most * (1 - cells["r"])),
    )
