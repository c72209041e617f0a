"""What all figures share: colours, names for readers, the style sheet, notes below the axes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pycountry
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import FigureError

#: Okabe and Ito (2008): told apart with every common form of colour blindness
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
INK = "#262626"
QUIET = "#595959"
#: What the legend says of the figures that `coverage_told` puts behind a group's words.
COVERED = "; share of sentences with a topic"
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


def use_style() -> None:
    """Use the one style sheet of the package, ``data/sco.mplstyle``, for figures made from now on."""
    with as_file(files("sco_analysis").joinpath("data", "sco.mplstyle")) as path:
        plt.style.use(["default", path])


def new_axes(ax: Axes | None, *, height: float, width: float = 7.0) -> Axes:
    """Return ``ax``, or the axes of a new figure in the style sheet of the package."""
    if ax is not None:
        return ax
    use_style()
    _, ax = plt.subplots(figsize=(max(width, 5.0), max(height, 1.8)))
    return ax


def say_nothing(ax: Axes | None, words: str) -> Axes:
    """Say that there is nothing to draw, as a reader should see it: silence is a finding too."""
    ax = new_axes(ax, height=1.8)
    ax.set_axis_off()
    ax.text(0.5, 0.5, words, ha="center", va="center", transform=ax.transAxes, color=QUIET)
    return ax


def draw_intervals(
    ax: Axes, middle: pd.Series, low: pd.Series, high: pd.Series, at: Sequence[float], colour: str
) -> None:
    """Draw the intervals that there are; where none could be estimated, none is drawn."""
    there = (low.notna() & high.notna() & middle.notna()).to_numpy()
    if there.any():
        ax.hlines(np.asarray(at)[there], low[there], high[there], color=colour, linewidth=1.3, zorder=2.5)


def add_note(place: Axes | Figure, rows: pd.DataFrame, left: int, *others: str) -> None:
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


def group_columns(table: pd.DataFrame, figure: str, *after: str) -> list[str]:
    """Return the columns that form the groups, those before the figures; refuse a table of another kind."""
    needed = [*after, "n", "total", figure, "low", "high"]
    missing = [column for column in needed if column not in table]
    if missing:
        raise FigureError(f"the table lacks {', '.join(missing)}; draw what the tally of the same name returns")
    names = list(table.columns)
    return [column for column in names[: names.index("n")] if column not in after]


def group_name(row: dict | pd.Series, by: list[str]) -> str:
    """Return the name of the group that ``row`` is about."""
    return " · ".join(display_name(str(row[column])) for column in by)


def wrap_name(name: str, width: int = 36) -> str:
    """Break a name into three lines at most; what is left over is marked as left out."""
    return "\n".join(wrap(name, width, max_lines=3, placeholder=" …", break_on_hyphens=False))


def coverage_told(table: pd.DataFrame, names: pd.Series) -> dict[str, str]:
    """Write, for each group of ``names``, which share of its sentences the dictionary covers; empty if not known."""
    if not {"covered", "total_sentences"} <= set(table):
        return {}
    sizes = table["total_sentences"]
    shares = (table["covered"].fillna(0) * sizes).groupby(names).sum() / sizes.groupby(names).sum()
    return {name: f"; {share:.0%}".replace("%", " %") for name, share in shares.dropna().items()}
