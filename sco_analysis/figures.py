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
from matplotlib.figure import Figure

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
    if share["share"].isna().all():
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
        some = row.share == row.share
        beyond = max(row.share if some else 0, row.high if row.high == row.high else 0)
        text = f"{_percent(row.share) if some else '–'} · {row.n:,} {unit}"
        ax.annotate(text, (beyond, place), (5, 0), textcoords="offset points", va="center", fontsize=8, color=INK)
    ax.set_yticks(at, names)
    ax.set_xlim(0, edge * 1.32)
    ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= 1])
    ax.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0, symbol=" %"))
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
    if rates["rate"].isna().all():
        return _nothing(ax, "No topic is spoken of in this corpus.")
    rates = rates[rates["topic"].isin(topics)] if topics else rates
    ranked = rates.groupby("topic")["n"].sum().sort_values(ascending=False, kind="stable").index
    lines = list(topics) or list(ranked)
    panels = _dots(rates, ax, by, "topic", "rate", lines, most)
    _label(panels, "Mentions per 1,000 words, with 95 % interval")
    return panels[0]


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
    lines = list(means.sort_values(ascending=False, kind="stable").index)
    panels = _dots(seen, ax, by, "target", "mean", lines, 4)
    _label(panels, "Mean polarity of sentences, −1 hostile to 1 friendly, with 95 % interval")
    return panels[0]


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
        slant = "normal" if row.low == row.low else "italic"
        ax.text(j, i - 0.13, _signed(row.mean), ha="center", va="center", fontsize=9, color=ink, style=slant)
        ax.text(j, i + 0.23, f"n {row.n}", ha="center", va="center", fontsize=7.5, color=ink)
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
    few = len(holders) <= 3
    bar = ax.figure.colorbar(
        image, ax=ax, shrink=1 if few else 0.6, aspect=6 if few else 14, pad=0.02, ticks=[-1, 0, 1]
    )
    bar.ax.set_yticklabels(["hostile", "neutral", "friendly"])
    bar.outline.set_visible(False)
    left = len(sizes) - len(holders)
    more = f" {left} more holders in the table." if left else ""
    told = "n: sentences. Framed: the 95 % interval leaves out zero. Slanted: too few documents or turns for one."
    ax.set_xlabel(f"{told}\nBlank: nothing said.{more}", fontsize=8)
    return ax


def _dots(
    table: pd.DataFrame, ax: Axes | None, by: list[str], line: str, figure: str, lines: list[str], most: int
) -> list[Axes]:
    """Draw a line for each value of ``line`` and a dot with its interval for each group.

    Up to three groups stand side by side in one panel, told apart by marker and colour; more have a panel each, unless
    ``ax`` says where to draw. At the right edge stands n. Comes out: the panels.
    """
    names = table.apply(lambda row: _name(row, by), axis=1)
    sizes = table.groupby(names)["total"].max().sort_values(ascending=False, kind="stable")
    groups = list(sizes.index[:most])
    panels = _panels(ax, len(groups), len(lines))
    single = len(panels) == 1
    unit = "words" if figure == "rate" else "sentences"
    step = 0.72 / max(len(groups), 2) if single else 0
    limit = _limit(table[names.isin(groups)], figure)
    for i, group in enumerate(groups):
        panel, look = (panels[0], i) if single else (panels[i], 0)
        rows = table[(names == group) & table[line].isin(lines)]
        places = -rows[line].map({name: at for at, name in enumerate(lines)}).astype(float)
        places -= (i - (len(groups) - 1) / 2) * step
        told = f"{shorten(group, 44, placeholder=' …')} ({sizes[group]:,})"
        _dot_row(panel, rows, figure, places, look % len(COLOURS), told, limit)
        if not single:
            head = [*wrap(group, 34, max_lines=2, placeholder=" …"), f"{sizes[group]:,} {unit}"]
            panel.annotate("\n".join(head), (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points",
                           va="bottom", fontsize=8, fontweight="bold")  # fmt: skip
    for panel in panels:
        panel.set_yticks([-at for at in range(len(lines))], [_wrapped(display_name(name)) for name in lines])
        panel.tick_params(axis="y", pad=7)
        panel.set_ylim(-len(lines) + 0.4, 0.6)
        panel.set_xlim((0, limit) if figure == "rate" else (-1.05, 1.05))
        panel.annotate("n", (1, 0.6), (26, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
                       ha="right", va="bottom", fontsize=7, style="italic", color=QUIET)  # fmt: skip
        if figure == "mean":
            panel.axvline(0, color=QUIET, linewidth=0.8, zorder=1)
    if single and len(groups) > 1:
        title = f"{', '.join(by).capitalize()} ({unit})"
        panels[0].legend(title=title, loc="lower left", bbox_to_anchor=(0, 1), alignment="left", title_fontsize=8.5,
                         ncols=min(len(groups), 3) if max(map(len, groups)) < 24 else 1)  # fmt: skip
    shown = table[names.isin(groups)]
    more = len(sizes) - len(groups)
    notes = ["▸ The interval goes on."] if (shown["high"] > limit).any() else []
    _note(panels[-1] if single else panels[0].figure, shown[shown["n"] > 0], more, *notes)
    return panels


def _dot_row(ax: Axes, rows: pd.DataFrame, figure: str, places: pd.Series, look: int, told: str, limit: float) -> None:
    """Draw the dots of one group, their intervals as far as ``limit``, and n at the right edge."""
    colour = COLOURS[look]
    _whiskers(ax, rows[figure], rows["low"], rows["high"].clip(upper=limit), places, colour)
    beyond = rows["high"] > limit
    ax.scatter(np.full(beyond.sum(), limit), places[beyond], marker=">", s=16, color=colour, clip_on=False, zorder=3)
    ax.plot(rows[figure], places, MARKERS[look], color=colour, markerfacecolor="white", clip_on=False, label=told,
            zorder=3)  # fmt: skip
    for n, place in zip(rows["n"], places, strict=True):
        ax.annotate(f"{n:,}", (1, place), (26, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                    ha="right", va="center", fontsize=7, color=QUIET)  # fmt: skip


def _limit(shown: pd.DataFrame, figure: str) -> float:
    """Choose where the axis ends: behind the longest interval, unless that would press all dots to the left."""
    if figure == "mean":
        return 1.0
    reach = shown[figure].max()
    longest = np.nanmax([shown["high"].max(), reach * 1.08]) if shown["high"].notna().any() else reach * 1.08
    return min(longest * 1.02, reach * 2.5) or 1.0


def _panels(ax: Axes | None, groups: int, lines: int) -> list[Axes]:
    """Return ``ax``, or one new panel for up to three groups, or a new panel for each of more."""
    if ax is not None or groups <= 3:
        return [_axes(ax, height=0.9 + lines * max(0.32, 0.17 * groups))]
    columns = 2 if groups == 4 else 3
    rows = -(-groups // columns)
    use_style()
    figure, grid = plt.subplots(rows, columns, sharex=True, sharey=True, squeeze=False,
                                figsize=(3.2 * columns + 0.6, 1.1 + rows * (0.6 + 0.24 * lines)))  # fmt: skip
    for empty in grid.flat[groups:]:
        figure.delaxes(empty)
    figure.get_layout_engine().set(wspace=0.06, hspace=0.05)
    for lowest in grid.flat[max(groups - columns, 0) : groups]:
        lowest.tick_params(labelbottom=True)
    return list(grid.flat[:groups])


def _label(panels: list[Axes], words: str) -> None:
    """Name the horizontal axis, once for all panels."""
    if len(panels) == 1:
        panels[0].set_xlabel(words)
        return
    note = panels[0].figure.get_supxlabel()
    panels[0].figure.supxlabel("\n".join(filter(None, [words, note])), fontsize=8.5)


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


def _wrapped(name: str, width: int = 36) -> str:
    return "\n".join(wrap(name, width, max_lines=3, placeholder=" …", break_on_hyphens=False))


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


def _note(place: Axes | Figure, rows: pd.DataFrame, left: int, *others: str) -> None:
    """Say below the figure what a reader would miss: rows left out, intervals that could not be estimated."""
    notes = [f"{left} more in the table."] if left > 0 else []
    if rows["low"].isna().any():
        notes.append(_NOT_ESTIMABLE)
    words = " ".join([*notes, *others])
    if isinstance(place, Figure):
        place.supxlabel(words, fontsize=8.5)  # `_label` puts the name of the axis before it
    elif words:
        place.annotate(words, (1, 0), (0, -32), xycoords="axes fraction", textcoords="offset points",
                       ha="right", va="top", fontsize=7.5, color=QUIET)  # fmt: skip
