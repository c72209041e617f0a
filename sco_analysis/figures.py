"""A tally → Axes. Figures draw, they never count: every number in them stands in the tally they are given."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from textwrap import shorten, wrap

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pycountry
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from .errors import FigureError

#: Okabe and Ito (2008): told apart with every common form of colour blindness
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
#: hostile to friendly; the middle is white, so that paper and screen show it alike
DIVERGING = LinearSegmentedColormap.from_list(
    "hostile to friendly", ["#B35806", "#F1A340", "#FFFFFF", "#67A9CF", "#0571B0"]
)
INK = "#262626"
QUIET = "#595959"
_FIGURES = ("n", "total", "share", "rate", "mean", "low", "high")
_NOT_ESTIMABLE = "No line: too few documents or turns for an interval."


@cache
def _short_names() -> dict[str, str]:
    with files("sco_analysis").joinpath("data", "short_names.csv").open(encoding="utf-8", newline="") as stream:
        return {row["key"]: row["name"] for row in csv.DictReader(stream)}


@cache
def display_name(key: str) -> str:
    """Return the name a reader knows for a key: a state for its ISO code, an organisation, a topic; else the key."""
    if key in _short_names():
        return _short_names()[key]
    state = pycountry.countries.get(alpha_3=key) if len(key) == 3 and key.isupper() else None
    return getattr(state, "common_name", state.name) if state else key


def plot_speaker_share(share: pd.DataFrame, ax: Axes | None = None, *, unit: str = "words", most: int = 15) -> Axes:
    """Draw a speaker share as bars, largest first, with intervals, shares and counts written out.

    Parameters
    ----------
    share
        What `speaker_share` returns.
    ax
        Where to draw; without it a new figure is made.
    unit
        What ``n`` counts, for the labels.
    most
        The most rows to draw; how many more the table holds is said below the figure.

    Raises
    ------
    FigureError
        When the table lacks a column of a speaker share.
    """
    by = _groups(share, "share")
    if share.empty:
        return _nothing(ax, "Nobody is heard in this corpus.")
    rows = share.nlargest(most, "n", keep="first") if len(share) > most else share
    names = [_wrapped(_name(row, by)) for row in rows.to_dict("records")]
    ax = _axes(ax, height=0.5 + 0.30 * sum(1 + 0.55 * name.count("\n") for name in names))
    at = _places(names)
    unknown = [name.startswith("(") for name in names]
    bars = ax.barh(at, rows["share"], height=0.62, color=[QUIET if u else COLOURS[0] for u in unknown], zorder=2)
    for bar, hidden in zip(bars, unknown, strict=True):
        bar.set_hatch("////" if hidden else "")
        bar.set_edgecolor("white")
    _whiskers(ax, rows["share"], rows["low"], rows["high"], at, INK)
    edge = max(rows[["share", "high"]].max().max(), 0.05)
    for place, row in zip(at, rows.itertuples(), strict=True):
        beyond = max(row.share, row.high if row.high == row.high else 0)
        text = f"{_percent(row.share)} · {row.n:,} {unit}"
        ax.annotate(text, (beyond, place), (5, 0), textcoords="offset points", va="center", fontsize=8, color=INK)
    ax.set_yticks(at, names)
    ax.set_xlim(0, edge * 1.32)
    ax.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0))
    ax.set_xlabel(f"Share of all {rows['total'].iloc[0]:,} {unit}, with 95 % interval" if _one_total(rows) else "Share")
    _note(ax, rows, len(share) - len(rows))
    return ax


def plot_topic_frequency(
    rates: pd.DataFrame, ax: Axes | None = None, *, most: int = 5, topics: Sequence[str] = ()
) -> Axes:
    """Draw rates per 1,000 words as dots with intervals: a line for each topic, a colour and a marker for each group.

    Parameters
    ----------
    rates
        What `topic_frequency` returns.
    ax
        Where to draw; without it a new figure is made.
    most
        The most groups to draw, those of most words; how many more the table holds is said below the figure.
    topics
        The topics to draw, in that order; without it all, the most frequent first.

    Raises
    ------
    FigureError
        When the table lacks a column of a topic frequency.
    """
    by = _groups(rates, "rate", "topic")
    if rates.empty:
        return _nothing(ax, "No topic is spoken of in this corpus.")
    rates = rates[rates["topic"].isin(topics)] if topics else rates
    ranked = rates.groupby("topic")["n"].sum().sort_values(ascending=False, kind="stable").index
    lines = list(topics) or list(ranked)
    ax = _dots(rates, ax, by, "topic", "rate", lines, most)
    ax.set_xlim(left=0)
    ax.set_xlabel("Mentions per 1,000 words, with 95 % interval")
    return ax


def plot_sentiment_toward_states(
    tally: pd.DataFrame, ax: Axes | None = None, *, kind: str = "matrix", most: int = 12, least: int = 1
) -> Axes:
    """Draw sentiment toward states: a matrix of holder and target, or targets ranked with intervals.

    Parameters
    ----------
    tally
        What `sentiment_toward_states` returns.
    ax
        Where to draw; without it a new figure is made.
    kind
        ``matrix``: each cell has the mean and the number of sentences, and is framed where its interval leaves out
        zero. ``ranked``: a line for each target, a colour and a marker for each group of holders.
    most
        The most holders and the most targets to draw, those of most sentences.
    least
        Cells of fewer sentences are left blank.

    Raises
    ------
    FigureError
        When the table lacks a column of a sentiment tally, or ``kind`` is unknown.
    """
    if kind not in ("matrix", "ranked"):
        raise FigureError(f"kind={kind!r} is unknown; it may be matrix, ranked")
    by = _groups(tally, "mean", "target")
    seen = tally[tally["n"] >= least]
    if seen.empty:
        return _nothing(ax, f"No state is spoken of in {least} sentences or more.")
    targets = seen.groupby("target")["n"].sum().sort_values(ascending=False, kind="stable").index[:most]
    seen = seen[seen["target"].isin(targets)]
    if kind == "matrix":
        return _matrix(seen, ax, by, list(targets), most)
    means = (seen["mean"] * seen["n"]).groupby(seen["target"]).sum() / seen.groupby("target")["n"].sum()
    ax = _dots(seen, ax, by, "target", "mean", list(means.sort_values(ascending=False, kind="stable").index), 4)
    ax.axvline(0, color=QUIET, linewidth=0.8, zorder=1)
    ax.set_xlim(-1.05, 1.05)
    ax.set_xlabel("Mean polarity of sentences, −1 hostile to 1 friendly, with 95 % interval")
    return ax


def _matrix(seen: pd.DataFrame, ax: Axes | None, by: list[str], targets: list[str], most: int) -> Axes:
    names = seen.apply(lambda row: _name(row, by), axis=1)
    sizes = seen.groupby(names)["n"].sum().sort_values(ascending=False, kind="stable")
    holders = list(sizes.index[:most])
    means = np.full((len(holders), len(targets)), np.nan)
    ax = _axes(ax, height=1.3 + 0.46 * len(holders), width=2.2 + 0.62 * len(targets))
    for holder, row in zip(names, seen.itertuples(), strict=True):
        if holder not in holders:
            continue
        i, j = holders.index(holder), targets.index(row.target)
        means[i, j] = row.mean
        ink = "white" if abs(row.mean) > 0.75 else INK
        ax.text(j, i - 0.13, _signed(row.mean), ha="center", va="center", fontsize=8, color=ink)
        ax.text(j, i + 0.23, f"n {row.n}", ha="center", va="center", fontsize=6.5, color=ink)
        if row.low == row.low and (row.low > 0 or row.high < 0):
            ax.add_patch(
                mpl.patches.Rectangle((j - 0.46, i - 0.46), 0.92, 0.92, fill=False, edgecolor=INK, linewidth=1.1)
            )
    image = ax.imshow(means, cmap=DIVERGING, vmin=-1, vmax=1, aspect="auto")
    ax.set_xticks(range(len(targets)), [_wrapped(display_name(t), 12) for t in targets], rotation=40, ha="left",
                  rotation_mode="anchor")  # fmt: skip
    ax.tick_params(axis="x", top=False, bottom=False, labeltop=True, labelbottom=False, pad=4)
    ax.set_yticks(range(len(holders)), [_wrapped(holder, 30) for holder in holders])
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.set_xticks(np.arange(-0.5, len(targets)), minor=True)
    ax.set_yticks(np.arange(-0.5, len(holders)), minor=True)
    ax.grid(True, which="minor", axis="both", color="#E3E3E3", linewidth=0.7)
    ax.tick_params(which="minor", length=0)
    ax.set_ylabel("Who says it")
    bar = ax.figure.colorbar(image, ax=ax, shrink=0.6, aspect=14, pad=0.02, ticks=[-1, 0, 1])
    bar.ax.set_yticklabels(["hostile", "neutral", "friendly"])
    bar.outline.set_visible(False)
    left = len(sizes) - len(holders)
    more = f" {left} more in the table." if left else ""
    ax.set_xlabel(f"n: sentences. Framed: the 95 % interval leaves out zero. Blank: nothing said.{more}", fontsize=7.5)
    return ax


def _dots(
    table: pd.DataFrame, ax: Axes | None, by: list[str], line: str, figure: str, lines: list[str], most: int
) -> Axes:
    """Draw a line for each value of ``line`` and a dot with its interval for each group."""
    names = table.apply(lambda row: _name(row, by), axis=1)
    sizes = table.groupby(names)["total"].max().sort_values(ascending=False, kind="stable")
    groups = list(sizes.index[:most])
    ax = _axes(ax, height=0.9 + len(lines) * max(0.32, 0.17 * len(groups)))
    at = {name: -i for i, name in enumerate(lines)}
    step = 0.72 / max(len(groups), 2)
    reach = 0.0
    for i, group in enumerate(groups):
        rows = table[(names == group) & table[line].isin(at)]
        places = rows[line].map(at) - (i - (len(groups) - 1) / 2) * step
        colour = COLOURS[i % len(COLOURS)]
        _whiskers(ax, rows[figure], rows["low"], rows["high"], places, colour)
        ax.plot(rows[figure], places, MARKERS[i % len(MARKERS)], color=colour, markerfacecolor="white", clip_on=False,
                label=f"{shorten(group, 60, placeholder=' …')} ({sizes[group]:,})", zorder=3)  # fmt: skip
        reach = max(reach, rows[figure].max())
    ax.set_yticks(list(at.values()), [_wrapped(display_name(name)) for name in at])
    ax.set_ylim(-len(lines) + 0.4, 0.6)
    if figure == "rate":
        ax.set_xlim(0, min(np.nanmax([table["high"].max(), reach * 1.1]) * 1.02, reach * 2.5) or 1)
    left = len(sizes) - len(groups)
    if len(groups) > 1 or left:
        unit = "words" if figure == "rate" else "sentences"
        title = f"{', '.join(by).capitalize()} ({unit})" + (f"; {left} more in the table" if left else "")
        ax.legend(
            title=title, loc="upper left", bbox_to_anchor=(0, -0.12), ncols=2, alignment="left", title_fontsize=8.5
        )
    shown = table[names.isin(groups)]
    _note(ax, shown[shown["n"] > 0], 0)
    return ax


def _whiskers(ax: Axes, middle: pd.Series, low: pd.Series, high: pd.Series, at: Sequence[float], colour: str) -> None:
    """Draw the intervals that there are; where none could be estimated, none is drawn."""
    there = (low.notna() & high.notna() & middle.notna()).to_numpy()
    if there.any():
        ax.hlines(np.asarray(at)[there], low[there], high[there], color=colour, linewidth=1.3, zorder=2.5)


def _groups(table: pd.DataFrame, figure: str, *after: str) -> list[str]:
    """Return the columns that form the groups, those before the figures; refuse a table of another kind."""
    needed = [*after, "n", "total", figure, "low", "high"]
    missing = [column for column in needed if column not in table]
    if missing:
        raise FigureError(f"the table lacks {', '.join(missing)}; draw what the tally of the same name returns")
    names = list(table.columns)
    return [column for column in names[: names.index("n")] if column not in after]


def _name(row: dict | pd.Series, by: list[str]) -> str:
    return " · ".join(display_name(str(row[column])) for column in by)


def _wrapped(name: str, width: int = 34) -> str:
    return "\n".join(wrap(shorten(name, 2 * width, placeholder=" …"), width))


def _places(names: list[str]) -> list[float]:
    """Place bars so that names of two lines have the room they need."""
    places, at = [], 0.0
    for name in names:
        extra = 0.28 * name.count("\n")
        places.append(at - extra)
        at -= 1 + 2 * extra
    return places


def _signed(mean: float) -> str:
    return f"{mean:+.2f}".replace("-", "−") if abs(mean) >= 0.005 else "0"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %") if share >= 0.1 else f"{share:.1%}".replace("%", " %")


def _one_total(rows: pd.DataFrame) -> bool:
    return rows["total"].nunique() == 1


def _axes(ax: Axes | None, *, height: float, width: float = 7.0) -> Axes:
    """Return ``ax``, or the axes of a new figure in the style sheet of the package."""
    if ax is not None:
        return ax
    use_style()
    _, ax = plt.subplots(figsize=(max(width, 5.0), max(height, 1.8)))
    return ax


def _nothing(ax: Axes | None, words: str) -> Axes:
    """Say that there is nothing to draw, as a reader should see it: silence is a finding too."""
    ax = _axes(ax, height=1.8)
    ax.set_axis_off()
    ax.text(0.5, 0.5, words, ha="center", va="center", transform=ax.transAxes, color=QUIET)
    return ax


def use_style() -> None:
    """Use the one style sheet of the package, ``data/sco.mplstyle``, for figures made from now on."""
    with as_file(files("sco_analysis").joinpath("data", "sco.mplstyle")) as path:
        plt.style.use(["default", path])


def _note(ax: Axes, rows: pd.DataFrame, left: int) -> None:
    """Say below the figure what a reader would miss: rows left out, intervals that could not be estimated."""
    notes = [f"{left} more in the table."] if left > 0 else []
    if rows["low"].isna().any():
        notes.append(_NOT_ESTIMABLE)
    if notes:
        ax.annotate(" ".join(notes), (1, 0), (0, -32), xycoords="axes fraction", textcoords="offset points",
                    ha="right", va="top", fontsize=7.5, color=QUIET)  # fmt: skip
