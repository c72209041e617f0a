"""Rates over the years: a panel for each topic, a line with its interval for each group."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .drawing import COLOURS, COVERED, MARKERS, QUIET, coverage_told, display_name, group_name, use_style, wrap_name

#: With fewer years there is no course to be seen.
MIN_YEARS = 3
#: The most topics that have a panel, and the most groups that have a line.
_PANELS, _GROUPS = 9, 4


def has_trend(rates: pd.DataFrame, by: list[str]) -> bool:
    """Tell whether ``rates`` were counted by year, and hold enough years to draw lines through."""
    return "year" in by and rates.loc[_year(rates).notna() & (rates["total"] > 0), "year"].nunique() >= MIN_YEARS


def draw_trends(rates: pd.DataFrame, ax: Axes | None, by: list[str], lines: list[str], most: int) -> list[Axes]:
    """Draw the rates of the topics ``lines``, as far as there is room, over the years; returns the panels.

    A year without a word breaks a line; a year whose interval could not be estimated has a dot without a band. Where
    ``ax`` says where to draw, the first topic alone is drawn there.
    """
    groups = [column for column in by if column != "year"]
    names = rates.apply(lambda row: group_name(row, groups), axis=1) if groups else pd.Series("", rates.index)
    rates = rates.assign(group=names, at=_year(rates))
    dated = rates[rates["at"].notna()]
    sizes = dated.drop_duplicates(["group", "year"]).groupby("group")["total"].sum()
    shown = list(sizes.sort_values(ascending=False, kind="stable").index[: min(most, _GROUPS)])
    dated = dated[dated["group"].isin(shown)]
    panels = _grid(ax, len(lines))
    for panel, line in zip(panels, lines, strict=False):
        for i, group in enumerate(shown):
            _line(panel, dated[(dated["line"] == line) & (dated["group"] == group)], COLOURS[i], MARKERS[i], group)
        panel.annotate(wrap_name(display_name(line), 34), (0, 1), (0, 5), xycoords="axes fraction", va="bottom",
                       textcoords="offset points", fontsize=8.5, fontweight="bold")  # fmt: skip
        panel.set_ylim(0, _top(dated[dated["line"] == line]))
        panel.set_xlim(dated["at"].min() - 0.3, dated["at"].max() + 0.3)
        panel.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True, min_n_ticks=1))
        panel.xaxis.set_major_formatter("{x:.0f}")
        panel.grid(True, axis="y")
    if groups:
        panels[0].figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=2,
                                title=", ".join(groups).capitalize(), alignment="left", title_fontsize=8.5)  # fmt: skip
    drawn = dated[dated["line"].isin(lines[: len(panels)])]
    notes = ["No band: too few documents for an interval."] if drawn["low"].isna().any() else []
    notes += [f"{len(lines) - len(panels)} more topics in the table."] if len(lines) > len(panels) else []
    panels[0].figure.supxlabel("\n".join([*notes, *_told(rates, sizes, shown)]), fontsize=8.5)
    return panels


def _told(rates: pd.DataFrame, sizes: pd.Series, shown: list[str]) -> list[str]:
    """Say below the figure what a reader would miss: groups and words not drawn, and what the dictionary covers."""
    notes = [f"{len(sizes) - len(shown)} more groups in the table."] if len(sizes) > len(shown) else []
    undated = rates[rates["at"].isna()].drop_duplicates(["group", "year"])["total"].sum()
    notes += [f"{undated:,} words without a date are not drawn."] if undated else []
    years = rates[rates["at"].notna() & rates["group"].isin(shown)].sort_values("at")
    covered = coverage_told(years, years["year"].astype("str") if shown == [""] else years["group"])
    if covered:
        shares = ", ".join(f"{name} {share.removeprefix('; ')}" for name, share in list(covered.items())[:12])
        notes.append(f"{COVERED.removeprefix('; ').capitalize()}: {shares}.")
    return notes


def _year(rates: pd.DataFrame) -> pd.Series:
    return pd.to_numeric(rates["year"], errors="coerce")


def _line(panel: Axes, rows: pd.DataFrame, colour: str, marker: str, label: str) -> None:
    """Draw one line with its band; years that the corpus lacks break it."""
    rows = rows.set_index("at").sort_index()
    rows = rows.reindex(np.arange(rows.index.min(), rows.index.max() + 1)) if len(rows) else rows
    panel.fill_between(rows.index, rows["low"], rows["high"], color=colour, alpha=0.16, linewidth=0)
    panel.plot(rows.index, rows["rate"], color=colour, marker=marker, markerfacecolor="white", label=label, zorder=3)


def _top(rows: pd.DataFrame) -> float:
    """Choose where the axis ends: above the highest interval, unless that would press the line to the ground."""
    reach = rows["rate"].max()
    highest = np.nanmax([reach * 1.15, rows["high"].max() if rows["high"].notna().any() else 0])
    return min(highest, reach * 2.5) or 1.0


def _grid(ax: Axes | None, wanted: int) -> list[Axes]:
    """Return ``ax``, or new panels, three beside each other, for as many topics as there is room for."""
    if ax is not None:
        return [ax]
    use_style()
    wanted = max(min(wanted, _PANELS), 1)
    columns = min(wanted, 3)
    rows = -(-wanted // columns)
    figure, grid = plt.subplots(rows, columns, sharex=True, squeeze=False,
                                figsize=(3.1 * columns + 0.6, 1.2 + 1.9 * rows))  # fmt: skip
    for empty in grid.flat[wanted:]:
        figure.delaxes(empty)
    for lowest in grid.flat[max(wanted - columns, 0) : wanted]:
        lowest.tick_params(labelbottom=True)
    figure.get_layout_engine().set(wspace=0.06, hspace=0.08)
    for panel in grid.flat[:wanted]:
        panel.spines["left"].set_visible(True)
        panel.spines["left"].set_color(QUIET)
    return list(grid.flat[:wanted])
