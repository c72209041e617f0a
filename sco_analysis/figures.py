"""A tally → Axes. Figures draw, they never count: every number in them stands in the tally they are given."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten, wrap

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from .errors import FigureError
from .plots.drawing import (
    COLOURS,
    COVERED,
    INK,
    MARKERS,
    QUIET,
    add_note,
    coverage_told,
    display_name,
    draw_intervals,
    group_columns,
    group_name,
    new_axes,
    say_nothing,
    use_style,
    wrap_name,
)
from .plots.trends import draw_trends, has_trend

#: hostile to friendly; the middle is white, so that paper and screen show it alike
DIVERGING = LinearSegmentedColormap.from_list(
    "hostile to friendly", ["#B35806", "#F1A340", "#FFFFFF", "#67A9CF", "#0571B0"]
)
#: The most lines of dots in one panel, as many as can be read.
_LINES = 30


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
    by = group_columns(share, "share")
    if share["share"].isna().all():
        return say_nothing(ax, "Nobody is heard in this corpus.")
    rows = share.nlargest(most, "n", keep="first") if len(share) > most else share
    names = [wrap_name(group_name(row, by)) for row in rows.to_dict("records")]
    ax = new_axes(ax, height=0.5 + 0.30 * sum(1 + 0.55 * name.count("\n") for name in names))
    at = _places(names)
    unknown = [name.startswith("(") for name in names]
    bars = ax.barh(at, rows["share"], height=0.62, color=[QUIET if u else COLOURS[0] for u in unknown], zorder=2)
    for bar, hidden in zip(bars, unknown, strict=True):
        bar.set_hatch("////" if hidden else "")
        bar.set_edgecolor("white")
    draw_intervals(ax, rows["share"], rows["low"], rows["high"], at, INK)
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
    add_note(ax, rows, len(share) - len(rows))
    return ax


def plot_topic_frequency(
    rates: pd.DataFrame, ax: Axes | None = None, *, most: int = 5, topics: Sequence[str] = ()
) -> Axes:
    """Draw rates per 1,000 words with intervals: for each topic a line of dots, or its course over the years.

    Each group has a colour and a marker; more than three have a panel each. Counted by ``year``, with three years or
    more, each topic has a panel in which its rate runs through the years. Beside each group stand its words and, after
    them, the share of its sentences in which the dictionary finds any topic.

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
    finer = ["sub"] if "sub" in rates else []
    by = group_columns(rates, "rate", "topic", *finer)
    if not rates["rate"].notna().any():
        return say_nothing(ax, "No topic is spoken of in this corpus.")
    rates = rates[rates["topic"].isin(topics)] if topics else rates
    rates = rates.assign(line=rates["topic"])
    if finer:
        rates["line"] = rates["topic"].map(display_name) + " · " + rates["sub"].str.replace("_", " ")
    ranked = rates.groupby("line")["n"].sum().sort_values(ascending=False, kind="stable").index
    lines = list(topics) if topics and not finer else list(ranked)
    if has_trend(rates, by):
        panels = draw_trends(rates, ax, by, lines, most)
    else:
        panels = _dots(rates, ax, by, "line", "rate", lines[:_LINES], most, len(lines) - _LINES)
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
    by = group_columns(tally, "mean", "target")
    seen = tally[tally["n"] >= least]
    if seen.empty:
        return say_nothing(ax, f"No state is spoken of in {least} sentences or more.")
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
    names = seen.apply(lambda row: group_name(row, by), axis=1)
    sizes = seen.groupby(names)["n"].sum().sort_values(ascending=False, kind="stable")
    holders = list(sizes.index[:most])
    means = np.full((len(holders), len(targets)), np.nan)
    ax = new_axes(ax, height=1.3 + 0.46 * len(holders), width=2.2 + 0.62 * len(targets))
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
    ax.set_xticks(range(len(targets)), [wrap_name(display_name(t), 12) for t in targets], rotation=40, ha="left",
                  rotation_mode="anchor")  # fmt: skip
    ax.tick_params(axis="x", top=False, bottom=False, labeltop=True, labelbottom=False, pad=4)
    ax.set_yticks(range(len(holders)), [wrap_name(holder, 30) for holder in holders])
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
    table: pd.DataFrame,
    ax: Axes | None,
    by: list[str],
    line: str,
    figure: str,
    lines: list[str],
    most: int,
    left: int = 0,
) -> list[Axes]:
    """Draw a line for each value of ``line`` and a dot with its interval for each group.

    Up to three groups stand side by side in one panel, told apart by marker and colour; more have a panel each, unless
    ``ax`` says where to draw. At the right edge stands n. Comes out: the panels.
    """
    names = table.apply(lambda row: group_name(row, by), axis=1)
    sizes = table.groupby(names)["total"].max().sort_values(ascending=False, kind="stable")
    groups = list(sizes.index[:most])
    panels = _panels(ax, len(groups), len(lines))
    single = len(panels) == 1
    unit = "words" if figure == "rate" else "sentences"
    step = 0.72 / max(len(groups), 2) if single else 0
    limit = _limit(table[names.isin(groups)], figure)
    covered = coverage_told(table, names)
    for i, group in enumerate(groups):
        panel, look = (panels[0], i) if single else (panels[i], 0)
        rows = table[(names == group) & table[line].isin(lines)]
        places = -rows[line].map({name: at for at, name in enumerate(lines)}).astype(float)
        places -= (i - (len(groups) - 1) / 2) * step
        told = f"{shorten(group, 44, placeholder=' …')} ({sizes[group]:,}{covered.get(group, '')})"
        _dot_row(panel, rows, figure, places, look % len(COLOURS), told, limit)
        if not single:
            head = [*wrap(group, 34, max_lines=2, placeholder=" …"), f"{sizes[group]:,} {unit}{covered.get(group, '')}"]
            panel.annotate("\n".join(head), (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points",
                           va="bottom", fontsize=8, fontweight="bold")  # fmt: skip
    for panel in panels:
        panel.set_yticks([-at for at in range(len(lines))], [wrap_name(display_name(name)) for name in lines])
        panel.tick_params(axis="y", pad=7)
        panel.set_ylim(-len(lines) + 0.4, 0.6)
        panel.set_xlim((0, limit) if figure == "rate" else (-1.05, 1.05))
        panel.annotate("n", (1, 0.6), (26, 2), xycoords=("axes fraction", "data"), textcoords="offset points",
                       ha="right", va="bottom", fontsize=7, style="italic", color=QUIET)  # fmt: skip
        if figure == "mean":
            panel.axvline(0, color=QUIET, linewidth=0.8, zorder=1)
    if single and len(groups) > 1:
        title = f"{', '.join(by).capitalize()} ({unit}{COVERED if covered else ''})"
        panels[0].legend(title=title, loc="lower left", bbox_to_anchor=(0, 1), alignment="left", title_fontsize=8.5,
                         ncols=min(len(groups), 3) if max(map(len, groups)) < 24 else 1)  # fmt: skip
    shown = table[names.isin(groups)]
    more = len(sizes) - len(groups)
    notes = ["▸ The interval goes on."] if (shown["high"] > limit).any() else []
    notes += [f"{left} more lines in the table."] if left > 0 else []
    if covered and not (single and len(groups) > 1):
        only = f"{covered[groups[0]].removeprefix('; ')} of sentences have a topic."
        notes.append(only if len(groups) == 1 else "% of sentences that have a topic.")
    add_note(panels[-1] if single else panels[0].figure, shown[shown["n"] > 0], more, *notes)
    return panels


def _dot_row(ax: Axes, rows: pd.DataFrame, figure: str, places: pd.Series, look: int, told: str, limit: float) -> None:
    """Draw the dots of one group, their intervals as far as ``limit``, and n at the right edge."""
    colour = COLOURS[look]
    draw_intervals(ax, rows[figure], rows["low"], rows["high"].clip(upper=limit), places, colour)
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
        return [new_axes(ax, height=0.9 + lines * max(0.32, 0.17 * groups))]
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
