"""How sure a rate, a share or a mean is, when words come in clusters: documents, or the turns of one transcript.

A speaker who has begun on energy goes on about energy, so the words of one document are no independent draws, and an
interval that treats them as such (Poisson, Jeffreys) is two to five times too narrow. Here the cluster is the unit: the
variance of a ratio of two sums is taken between clusters. `benchmarks/coverage.py` shows what each method keeps of its
promise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special  # not scipy.stats: the same functions, a second sooner

from .errors import ParameterError
from .sums import TIMES, Sums, add_up, count_rows, number_rows

#: Fewer clusters than this, and no interval is given.
MIN_CLUSTERS = 5
#: Fewer degrees of freedom than this (one document outweighs the rest), and no interval is given.
MIN_DF = 2.0

#: How often an interval holds the truth.
LEVEL = 0.95

#: What may be resampled, best first: the name that the column `interval` shows → the column that tells clusters apart.
CLUSTERS = {"documents": "doc_id", "turns": "passage"}
NOT_ESTIMABLE = "not estimable"

_SUMS = ["m", "q", "qq", "z", "zz", "hit", "full"]
KINDS = ("rate", "share", "mean")


def ratio_intervals(
    hits: pd.DataFrame,
    sizes: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    group: list[str],
    kind: str,
) -> pd.DataFrame:
    """Give each cell the ratio of two sums, Σy / Σx, with an interval that respects clusters.

    In: ``sizes``, rows with the columns ``group``, the cluster columns and ``x``, the denominator; ``hits``, rows with
    the columns of ``cells``, the cluster columns and ``y``, the numerator (clusters without a hit need no row; for a
    ``mean``, one row an observation, with its weight ``x`` too);
    ``cells``, one row for each ratio wanted, silent ones included, whose columns contain ``group``. A cell's
    denominator is that of its whole group. Of `CLUSTERS`, best first, the first is used whose columns the tables have
    and that gives at least `MIN_CLUSTERS` clusters and `MIN_DF` degrees of freedom.

    ``kind``: a ``rate`` (hits per word) has its interval on the log scale; a ``share`` of a whole has Clopper and
    Pearson's on the effective number of draws (Korn and Graubard 1998, Survey Methodology 24: 193–201); a ``mean`` of
    values between −1 and 1 is symmetric.

    A rate or share seen in one cluster only is not estimable; one never seen has an upper bound.

    Out: ``cells`` in its order with ``n`` (Σy), ``total`` (Σx), ``ratio``, ``low``, ``high``, ``interval`` (what was
    resampled, or ``not estimable``, then ``low`` and ``high`` are missing), ``clusters`` (how many), ``df`` and
    ``deff``, the variance over that of independent words.

    The variance is the linearised variance of a ratio with the leverage correction CR2, and t has Satterthwaite's
    degrees of freedom (Bell and McCaffrey 2002, Survey Methodology 28: 169–181; Pustejovsky and Tipton 2018, Journal of
    Business & Economic Statistics 36: 672–683), lowered where few clusters carry most of the variance. See `_cluster`.

    Raises `ParameterError` when ``kind`` is unknown.
    """
    return finish_ratios(sum_clusters(hits, sizes, list(cells), group, kind), cells, group=group, kind=kind)


def sum_clusters(hits: pd.DataFrame, sizes: pd.DataFrame, keys: list[str], group: list[str], kind: str) -> Sums:
    """Count how often clusters of each size and with each number of hits occur: all that intervals need of a corpus.

    Takes what `ratio_intervals` takes; ``keys`` are the columns of its ``cells``. A cluster must lie wholly in the
    rows handed in. Returns tables of (``group``, x) and of (``keys``, y, x) for each of `CLUSTERS`; for a ``mean`` also
    ``observed``, the same of single rows.
    """
    if kind not in KINDS:
        raise ParameterError(f"kind={kind!r} is unknown; write one of {', '.join(KINDS)}")
    sums = {}
    for name, cluster in CLUSTERS.items():
        if cluster not in sizes:
            continue
        places = [*group, cluster]
        number, distinct = number_rows(pd.concat([sizes[places], hits[places]], ignore_index=True), places)
        own, theirs = number[: len(sizes)], number[len(sizes) :]
        x = add_up(sizes["x"], own, len(distinct))
        there = np.unique(own[own >= 0])
        sums[f"sizes of {name}"] = count_rows(distinct[group].take(there).assign(x=x[there]), [*group, "x"])
        rest = [key for key in keys if key not in group]
        number, cells = number_rows(hits[rest].assign(at=np.where(theirs < 0, np.nan, theirs)), ["at", *rest])
        at = cells["at"].to_numpy(dtype=np.int64)
        y = pd.concat([distinct[group].take(at).reset_index(drop=True), cells[rest]], axis=1)
        y = y.assign(y=add_up(hits["y"], number, len(cells)), x=x[at])
        sums[f"hits of {name}"] = count_rows(_signless(y), [*keys, "y", "x"])
    if kind == "mean":
        sums["observed"] = count_rows(_signless(hits), [*keys, "y", "x"])
    return sums


def _signless(rows: pd.DataFrame) -> pd.DataFrame:
    """Let a zero have no sign: −0 and 0 are one value."""
    return rows.assign(y=rows["y"] + 0.0) if rows["y"].dtype.kind == "f" else rows


def finish_ratios(sums: Sums, cells: pd.DataFrame, *, group: list[str], kind: str) -> pd.DataFrame:
    """Give each of ``cells`` its ratio and interval from the sums of `sum_clusters`: see `ratio_intervals`."""
    there = [name for name in CLUSTERS if f"sizes of {name}" in sums]
    observed = sums["observed"] if kind == "mean" else sums[f"hits of {there[0]}"]
    out = _ratios(observed, sums[f"sizes of {there[0]}"], cells, group).assign(interval=NOT_ESTIMABLE, clusters=0)
    out = out.assign(low=np.nan, high=np.nan, df=np.nan, deff=np.nan)
    for name in there:
        one = _cluster(sums[f"hits of {name}"], sums[f"sizes of {name}"], out[[*cells, "ratio"]], group)
        one = _bounds(_observe(one, observed, list(cells)) if kind == "mean" else one, group, kind)
        chosen = ((out["interval"] == NOT_ESTIMABLE) & one["r"].notna()).to_numpy()
        for column in ("low", "high", "clusters", "df", "deff"):
            out.loc[chosen, column] = one.loc[chosen, column]
        out.loc[chosen, "interval"] = name
    out["interval"] = out["interval"].where(out["low"].notna(), NOT_ESTIMABLE)
    columns = ["n", "total", "ratio", "low", "high", "interval", "clusters", "df", "deff"]
    return out[[*cells, *columns]]


def _weighted(rows: pd.DataFrame, keys: list[str], columns: list[str]) -> pd.DataFrame:
    """Add up ``columns`` over the rows of each of ``keys``, each as often as it was seen."""
    weighted = rows[keys].assign(**{column: rows[column] * rows[TIMES] for column in columns})
    return weighted.groupby(keys, observed=True, sort=False)[columns].sum().reset_index()


def _ratios(hits: pd.DataFrame, sizes: pd.DataFrame, cells: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Give each of ``cells`` ``n``, ``total`` and their ``ratio``, missing where there is nothing to divide by."""
    keys = list(cells)
    n = _weighted(hits, keys, ["y"]).rename(columns={"y": "n"})
    out = cells.reset_index(drop=True).merge(n, on=keys, how="left", validate="1:1").fillna({"n": 0})
    total = _weighted(sizes, group, ["x"]).rename(columns={"x": "total"})
    out = out.merge(total, on=group, how="left", validate="m:1").fillna({"total": 0})
    return out.assign(ratio=out["n"] / out["total"].where(out["total"] > 0))


def _cluster(hits: pd.DataFrame, sizes: pd.DataFrame, ratios: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Give each cell the variance of its ratio and its degrees of freedom, from the clusters of `sum_clusters`.

    With r = Σy / Σx, residuals e = y − r x and leverages h = x / Σx, the variance is Σ e² / (1 − h) / (Σx)²: HC2 of the
    regression of y on x without a constant and with weights 1 / x. Its degrees of freedom are
    d = 1 / (Σh² + (Σ h²/(1−h))² − Σ h⁴/(1−h)²), which is m − 1 for m equal clusters. Where few clusters carry most of
    Σe², the variance itself is known badly: 1 / (1/d + k / 2m) degrees of freedom, since the relative variance of a
    variance is 2/d + k/m, where k is the kurtosis of e / √(1−h) beyond the 3 (m−1)/(m+1) that m normal draws show.

    ``once`` marks cells whose hits (or, of a share, whose rest) all stand in one cluster: how much such clusters differ
    was not seen.

    A cluster without hits has e = −r x: such clusters are added as sums over the group, so that the table of all
    clusters × all cells is never built.
    """
    keys = [column for column in ratios if column != "ratio"]
    x, y = sizes[sizes["x"] > 0], hits[hits["x"] > 0]
    total = _weighted(x, group, ["x"]).rename(columns={"x": "total"})
    x = _leverages(x.merge(total, on=group, validate="m:1")).assign(m=1)
    x = x.assign(h1=x["h"] ** 2, h2=x["h"] ** 2 / x["free"], h4=(x["h"] ** 2 / x["free"]) ** 2)
    wide = _weighted(x, group, ["m", "h1", "h2", "h4", "z", "zz"]).merge(total, on=group, validate="1:1")
    wide = wide.rename(columns={"m": "clusters", "z": "all_z", "zz": "all_zz"})
    y = _leverages(y.merge(total, on=group, validate="m:1").merge(ratios, on=keys, validate="m:1"))
    y["q"] = (y["y"] - y["ratio"] * y["x"]) ** 2 / y["free"]
    y = y.assign(m=1, qq=y["q"] ** 2, hit=y["y"] != 0, full=y["y"] == y["x"])
    out = ratios.reset_index(drop=True).merge(wide, on=group, how="left", validate="m:1")
    seen = _weighted(y, keys, _SUMS)
    out = out.merge(seen, on=keys, how="left", validate="1:1").fillna(dict.fromkeys(_SUMS, 0))
    r, without = out["ratio"], out["clusters"] > out["m"]
    spread = out["q"] + r**2 * (out["all_z"] - out["z"]).clip(lower=0).where(without, 0)
    fourth = out["qq"] + r**4 * (out["all_zz"] - out["zz"]).clip(lower=0).where(without, 0)
    kurtosis = out["clusters"] * fourth / (spread**2).where(spread > 0)
    out["df"] = 1 / (out["h1"] + out["h2"] ** 2 - out["h4"])
    usable = (out["clusters"] >= MIN_CLUSTERS) & (out["df"] >= MIN_DF)
    excess = (kurtosis - 3 * (out["clusters"] - 1) / (out["clusters"] + 1)).clip(lower=0).fillna(0)
    out["df"] = 1 / (1 / out["df"] + excess / (2 * out["clusters"]))
    return out.assign(
        r=r.where(usable),
        variance=spread / out["total"] ** 2,
        once=(out["hit"] == 1) | (out["clusters"] - out["full"] == 1),
    )


def _leverages(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the leverage h of each size x in its group, 1 − h, x² / (1 − h) and the square of that."""
    h = rows["x"] / rows["total"]
    free = (1 - h).clip(lower=1e-12)
    z = rows["x"] ** 2 / free
    return rows.assign(h=h, free=free, z=z, zz=z**2)


def _observe(out: pd.DataFrame, hits: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add what single observations show: how many equally heavy ones they amount to, and Σ (y − r x)² over them."""
    parts = hits.assign(xx=hits["x"] ** 2, xy=hits["x"] * hits["y"], yy=hits["y"] ** 2)
    parts = _weighted(parts, keys, ["xx", "xy", "yy"])
    out = out.merge(parts, on=keys, how="left", validate="1:1")
    rows = out["yy"] - 2 * out["r"] * out["xy"] + out["r"] ** 2 * out["xx"]
    return out.assign(draws=out["total"] ** 2 / out["xx"], rows=rows.mask(rows < 1e-12 * out["xx"], 0))


def _bounds(cells: pd.DataFrame, group: list[str], kind: str) -> pd.DataFrame:
    """Turn variances into ``low`` and ``high``; both missing where nothing can be said."""
    r, tail = cells["r"], (1 - LEVEL) / 2
    t = pd.Series(special.stdtrit(cells["df"], 1 - tail), cells.index)
    # Words that were independent would have this variance; nothing that people say is spread more evenly than that.
    words = r * (1 - r) if kind == "share" else r
    independent = cells["rows"] / cells["total"] ** 2 if kind == "mean" else words / cells["total"]
    out = cells.assign(deff=(cells["variance"] / independent.where(independent > 1e-15)).clip(lower=1))
    if kind == "mean":
        step = t * np.sqrt(cells["variance"])
        return _unanimous(out.assign(low=(r - step).clip(-1, 1), high=(r + step).clip(-1, 1)), group)
    if kind == "rate":
        ratio = np.exp(t * np.sqrt(independent * out["deff"]) / r.where(r > 0))
        out = out.assign(low=r / ratio, high=r * ratio)
    else:
        draws = cells["total"] / out["deff"] * (special.ndtri(1 - tail) / t) ** 2
        low = special.betaincinv(draws * r, draws * (1 - r) + 1, tail)
        out = out.assign(low=low, high=special.betaincinv(draws * r + 1, draws * (1 - r), 1 - tail))
    return _silent(out.assign(low=out["low"].mask(out["once"]), high=out["high"].mask(out["once"])), group, kind)


def _usual_deff(cells: pd.DataFrame, group: list[str]) -> pd.Series:
    """Return the median design effect of the other cells of the group; of all cells where the group shows none."""
    return cells.groupby(group, observed=True)["deff"].transform("median").fillna(cells["deff"].median())


def _silent(cells: pd.DataFrame, group: list[str], kind: str) -> pd.DataFrame:
    """Bound the cells that were never hit (or, as shares, always).

    The rule of three (Hanley and Lippman-Hand 1983, JAMA 249: 1743–1745), −ln(1 − 0.95) / words, counts independent
    words; here the words are divided by the usual design effect. Where no cell was hit at all, none is known and
    nothing is said.
    """
    most = (-np.log(1 - LEVEL) * _usual_deff(cells, group) / cells["total"]).clip(upper=1)
    never, always = cells["r"] == 0, (cells["r"] == 1) & (kind == "share")
    low = cells["low"].mask(never, most * 0).mask(always, 1 - most)
    high = cells["high"].mask(never, most).mask(always, most * 0 + 1)
    return cells.assign(low=low, high=high)


def _unanimous(cells: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Bound the means whose rows all have one value: no variance was seen, which does not mean that there is none.

    Were a share p of m independent rows to differ, seeing none of them has the probability (1 − p)^m; the largest p
    that this allows at 95 % moves the mean by at most p times the way to −1 and to 1. Rows are divided by the usual
    design effect.
    """
    r, flat = cells["r"], (cells["variance"] < 1e-12) & cells["r"].notna()
    most = 1 - (1 - LEVEL) ** (_usual_deff(cells, group).fillna(cells["draws"] * cells["h1"]) / cells["draws"])
    return cells.assign(
        low=cells["low"].mask(flat, r - most * (1 + r)), high=cells["high"].mask(flat, r + most * (1 - r))
    )
