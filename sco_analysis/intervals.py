"""How sure a rate, a share or a mean is, when words come in clusters: documents, or the turns of one transcript.

A speaker who has begun on energy goes on about energy, so the words of one document are no independent draws, and an
interval that treats them as such (Poisson, Jeffreys) is two to five times too narrow. Here the cluster is the unit: the
variance of a ratio of two sums is taken between clusters. `benchmarks/coverage.py` shows what each method keeps of its
promise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special  # not scipy.stats: the same functions, a second sooner

from .errors import ParameterError
from .sums import (
    TIMES,
    Numbers,
    Sums,
    add_up,
    count_numbers,
    find_rows,
    first_rows,
    number_rows,
    number_values,
    pair_up,
    tell_apart,
)

#: Fewer clusters than this, and no interval is given.
MIN_CLUSTERS = 5
#: Fewer degrees of freedom than this (one document outweighs the rest), and no interval is given.
MIN_DF = 2.0

#: How often an interval holds the truth.
LEVEL = 0.95

#: What may be resampled, best first: the name that the column `interval` shows → the column that tells clusters apart.
CLUSTERS = {"documents": "doc_id", "turns": "passage"}
NOT_ESTIMABLE = "not estimable"

KINDS = ("rate", "share", "mean")
#: what is found of each cell beside its ratio
_FOUND = ("low", "high", "clusters", "df", "deff")

#: The numbers of all cells, by what they are.
_Cells = dict[str, np.ndarray]


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
    rest = [column for column in cells if column not in group]
    clusters = [column for column in CLUSTERS.values() if column in sizes]
    rows = pd.concat([sizes, hits[[*group, *clusters]].assign(x=0)], ignore_index=True)
    counted = Sizes(
        number_rows(rows, group),
        number_clusters(rows),
        rows["x"].to_numpy(),
    )
    seen = Hits(
        len(sizes) + np.arange(len(hits)),
        hits["y"].to_numpy(),
        number_rows(hits, rest) if rest else None,
        hits["x"].to_numpy() if kind == "mean" else None,
    )
    return finish_ratios(sum_clusters(counted, seen, kind), cells, group=group, kind=kind)


class Sizes(NamedTuple):
    """What is counted: of each row its group, the number of the cluster it lies in (one for each of `CLUSTERS`), x."""

    group: Numbers
    clusters: dict[str, np.ndarray]
    x: np.ndarray


class Hits(NamedTuple):
    """What is found: the row of `Sizes` each stands in, y, what cells of a group are told apart by, and own weights."""

    at: np.ndarray
    y: np.ndarray
    cell: Numbers | None = None
    x: np.ndarray | None = None


def number_clusters(rows: pd.DataFrame, kept: np.ndarray | slice = slice(None)) -> dict[str, np.ndarray]:
    """Give numbers to the clusters that the ``kept`` rows lie in, for each of `CLUSTERS` whose column there is."""
    return {name: tell_apart(rows, [column])[0][kept] for name, column in CLUSTERS.items() if column in rows}


def sum_clusters(sizes: Sizes, hits: Hits, kind: str) -> Sums:
    """Count how often clusters of each size and with each number of hits occur: all that intervals need of a corpus.

    A cluster must lie wholly in the rows handed in. Returns, for each of `CLUSTERS`, tables of the columns of the
    groups and x, and of those of groups and cells, y and x; for a ``mean`` also ``observed``, the same of single rows.

    Raises `ParameterError` when ``kind`` is unknown.
    """
    if kind not in KINDS:
        raise ParameterError(f"kind={kind!r} is unknown; write one of {', '.join(KINDS)}")
    group, cells = sizes.group, [] if hits.cell is None else [hits.cell]
    sums = {}
    for name, cluster in sizes.clusters.items():
        place = pair_up(group.number, cluster)
        first = first_rows(place)
        x = add_up(sizes.x, place, len(first))
        sums[f"sizes of {name}"] = count_numbers([group.of(first), number_values("x", x)])
        at_place = place[hits.at]
        pair = pair_up(at_place, *(cell.number for cell in cells))
        first = first_rows(pair)
        y = add_up(hits.y, pair, len(first))
        of = [group.of(hits.at[first]), *(cell.of(first) for cell in cells)]
        sums[f"hits of {name}"] = count_numbers([*of, number_values("y", y), number_values("x", x[at_place[first]])])
    if kind == "mean":
        x = sizes.x[hits.at] if hits.x is None else hits.x
        sums["observed"] = count_numbers([group.of(hits.at), *cells, number_values("y", hits.y), number_values("x", x)])
    return sums


def finish_ratios(sums: Sums, cells: pd.DataFrame, *, group: list[str], kind: str) -> pd.DataFrame:
    """Give each of ``cells`` its ratio and interval from the sums of `sum_clusters`: see `ratio_intervals`."""
    there = [name for name in CLUSTERS if f"sizes of {name}" in sums]
    cells = cells.reset_index(drop=True)
    of_cell, first = tell_apart(cells, group)
    tables = [sums[f"sizes of {name}"] for name in there]
    sizes = [_read(*part) for part in zip(tables, find_rows(cells.take(first), tables, group), strict=True)]
    tables = [sums[f"hits of {name}"] for name in there] + ([sums["observed"]] if kind == "mean" else [])
    hits = [_read(*part) for part in zip(tables, find_rows(cells, tables, list(cells)), strict=True)]
    observed = hits[-1] if kind == "mean" else hits[0]
    total = sizes[0].add(sizes[0].x, len(first))[of_cell]
    n = observed.add(observed.y, len(cells))
    ratio = n / np.where(total > 0, total, np.nan)
    chosen, found = np.full(len(cells), "", dtype=object), np.full((len(_FOUND), len(cells)), np.nan)
    for name, own_hits, own_sizes in zip(there, hits, sizes, strict=False):
        one = _cluster(own_hits.sized, own_sizes.sized, ratio, of_cell)
        one = _bounds(one | _observe(one, observed) if kind == "mean" else one, of_cell, kind)
        new = (chosen == "") & ~np.isnan(one["r"])
        chosen[new] = name
        found[:, new] = np.stack([one[column] for column in _FOUND])[:, new]
    told = dict(zip(_FOUND, found, strict=True))
    interval = pd.array(np.where(np.isnan(told["low"]), NOT_ESTIMABLE, chosen), dtype="str")
    told["clusters"] = np.nan_to_num(told["clusters"])
    return cells.assign(
        n=n, total=total, ratio=ratio, low=told.pop("low"), high=told.pop("high"), interval=interval, **told
    )


class _Counted(NamedTuple):
    """Rows of sums: the number of the cell or group each belongs to, its size and hits, and how often it was seen."""

    at: np.ndarray
    x: np.ndarray
    y: np.ndarray
    times: np.ndarray

    def add(self, values: np.ndarray, size: int) -> np.ndarray:
        """Add up ``values`` for each of the numbers below ``size``, each as often as it was seen."""
        return np.bincount(self.at, values * self.times, minlength=size)

    @property
    def sized(self) -> _Counted:
        """Those that have a size."""
        kept = self.x > 0
        return _Counted(*(column[kept] for column in self))

    def leverages(self, total: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the leverage h of each size x in its ``total``, 1 − h, and x² / (1 − h)."""
        h = self.x / total
        free = np.maximum(1 - h, 1e-12)
        return h, free, self.x**2 / free


def _read(table: pd.DataFrame, at: np.ndarray) -> _Counted:
    """Take those rows of a table of sums that belong to a cell (or group) with a number."""
    known = at >= 0
    x, times = (table[name].to_numpy(dtype=np.float64)[known] for name in ("x", TIMES))
    y = table["y"].to_numpy(dtype=np.float64)[known] if "y" in table else x
    return _Counted(at[known], x, y, times)


def _cluster(hits: _Counted, sizes: _Counted, ratio: np.ndarray, of_cell: np.ndarray) -> _Cells:
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
    groups, cells = of_cell.max(initial=-1) + 1, len(ratio)
    totals = sizes.add(sizes.x, groups)
    h, free, z = sizes.leverages(totals[sizes.at])
    parts = (np.ones(len(h)), h**2, h**2 / free, (h**2 / free) ** 2, z, z**2)
    m, h1, h2, h4, all_z, all_zz = (sizes.add(part, groups)[of_cell] for part in parts)
    h, free, z = hits.leverages(totals[of_cell[hits.at]])
    q = (hits.y - ratio[hits.at] * hits.x) ** 2 / free
    parts = (np.ones(len(h)), q, q**2, z, z**2, hits.y != 0, hits.y == hits.x)
    seen, q, qq, z, zz, hit, full = (hits.add(part, cells) for part in parts)
    with np.errstate(divide="ignore", invalid="ignore"):  # a group of no size has no ratio
        spread = q + np.where(m > seen, ratio**2 * np.maximum(all_z - z, 0), 0)
        fourth = qq + np.where(m > seen, ratio**4 * np.maximum(all_zz - zz, 0), 0)
        kurtosis = m * fourth / np.where(spread > 0, spread**2, np.nan)
        df = 1 / (h1 + h2**2 - h4)
        usable = (m >= MIN_CLUSTERS) & (df >= MIN_DF)
        excess = np.nan_to_num(np.maximum(kurtosis - 3 * (m - 1) / (m + 1), 0))
        df, variance = 1 / (1 / df + excess / (2 * m)), spread / totals[of_cell] ** 2
    once, r = (hit == 1) | (m - full == 1), np.where(usable, ratio, np.nan)
    return {"r": r, "variance": variance, "df": df, "clusters": m, "total": totals[of_cell], "h1": h1, "once": once}


def _observe(cells: _Cells, hits: _Counted) -> _Cells:
    """Tell what single observations show: how many equally heavy ones they amount to, and Σ (y − r x)² over them."""
    size, r = len(cells["r"]), cells["r"]
    xx, xy, yy = (hits.add(part, size) for part in (hits.x**2, hits.x * hits.y, hits.y**2))
    rows = yy - 2 * r * xy + r**2 * xx
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"draws": cells["total"] ** 2 / xx, "rows": np.where(rows < 1e-12 * xx, 0, rows)}


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _bounds(cells: _Cells, group: np.ndarray, kind: str) -> _Cells:
    """Turn variances into ``low`` and ``high``; both missing where nothing can be said."""
    r, total, tail = cells["r"], cells["total"], (1 - LEVEL) / 2
    t = special.stdtrit(cells["df"], 1 - tail)
    # Words that were independent would have this variance; nothing that people say is spread more evenly than that.
    words = r * (1 - r) if kind == "share" else r
    independent = cells["rows"] / total**2 if kind == "mean" else words / total
    deff = np.maximum(cells["variance"] / np.where(independent > 1e-15, independent, np.nan), 1)
    if kind == "mean":
        step = t * np.sqrt(cells["variance"])
        low, high = np.clip(r - step, -1, 1), np.clip(r + step, -1, 1)
        return _unanimous(cells | {"deff": deff, "low": low, "high": high}, group)
    if kind == "rate":
        ratio = np.exp(t * np.sqrt(independent * deff) / np.where(r > 0, r, np.nan))
        low, high = r / ratio, r * ratio
    else:
        draws = total / deff * (special.ndtri(1 - tail) / t) ** 2
        low = special.betaincinv(draws * r, draws * (1 - r) + 1, tail)
        high = special.betaincinv(draws * r + 1, draws * (1 - r), 1 - tail)
    low, high = (np.where(cells["once"], np.nan, bound) for bound in (low, high))
    return _silent(cells | {"deff": deff, "low": low, "high": high}, group, kind)


def _usual_deff(cells: _Cells, group: np.ndarray) -> np.ndarray:
    """Return the median design effect of the other cells of the group; of all cells where the group shows none."""
    deff = pd.Series(cells["deff"])
    return deff.groupby(group).transform("median").fillna(deff.median()).to_numpy()


def _silent(cells: _Cells, group: np.ndarray, kind: str) -> _Cells:
    """Bound the cells that were never hit (or, as shares, always).

    The rule of three (Hanley and Lippman-Hand 1983, JAMA 249: 1743–1745), −ln(1 − 0.95) / words, counts independent
    words; here the words are divided by the usual design effect. Where no cell was hit at all, none is known and
    nothing is said.
    """
    r, low, high = cells["r"], cells["low"], cells["high"]
    most = np.minimum(-np.log(1 - LEVEL) * _usual_deff(cells, group) / cells["total"], 1)
    never, always = r == 0, (r == 1) & (kind == "share")
    low = np.where(always, 1 - most, np.where(never, most * 0, low))
    high = np.where(always, most * 0 + 1, np.where(never, most, high))
    return cells | {"low": low, "high": high}


def _unanimous(cells: _Cells, group: np.ndarray) -> _Cells:
    """Bound the means whose rows all have one value: no variance was seen, which does not mean that there is none.

    Were a share p of m independent rows to differ, seeing none of them has the probability (1 − p)^m; the largest p
    that this allows at 95 % moves the mean by at most p times the way to −1 and to 1. Rows are divided by the usual
    design effect.
    """
    r, usual = cells["r"], _usual_deff(cells, group)
    flat = (cells["variance"] < 1e-12) & ~np.isnan(r)
    most = 1 - (1 - LEVEL) ** (np.where(np.isnan(usual), cells["draws"] * cells["h1"], usual) / cells["draws"])
    low = np.where(flat, r - most * (1 + r), cells["low"])
    return cells | {"low": low, "high": np.where(flat, r + most * (1 - r), cells["high"])}
