"""Tables of words → Axes: what marks one group off from another, and where in each document something is said."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..errors import FigureError
from .drawing import COLOURS, INK, QUIET, add_note, display_name, new_axes, say_nothing, wrap_name

_PART = 1  # the column of `positions` that names the part


def plot_dispersion(positions: pd.DataFrame, ax: Axes | None = None, *, most: int = 20) -> Axes:
    """Draw where in each document something is said: a line for each document, a stroke for each hit.

    Parameters
    ----------
    positions
        What `positions` returns; several keys have a colour each and stand one above the other.
    ax
        Where to draw; without it a new figure is made.
    most
        The most documents (or other parts) to draw, the first of the corpus; how many more there are is said below.

    Raises
    ------
    FigureError
        When the table is another one, or holds more than six keys.
    """
    _check(positions, ("key", "at", "total"), "positions")
    if not positions["at"].notna().any():
        return say_nothing(ax, "It is said nowhere in this corpus.")
    by = positions.columns[_PART]
    keys, parts = list(positions["key"].unique()), list(positions[by].unique())
    if len(keys) > len(COLOURS):
        raise FigureError(f"the table holds {len(keys)} keys; draw {len(COLOURS)} or fewer, or one figure for each")
    names = [wrap_name(display_name(part), 44) for part in parts[:most]]
    room = max(0.18 * (1 + name.count("\n")) for name in names)
    ax = new_axes(ax, height=1.1 + len(names) * max(0.24 + 0.13 * len(keys), room))
    step = 0.8 / len(keys)
    for line, part in enumerate(parts[:most]):
        for i, key in enumerate(keys):
            at = positions.loc[(positions[by] == part) & (positions["key"] == key), "at"].dropna()
            middle = -line + 0.4 - step * (i + 0.5)
            ax.plot([0, 1], [middle, middle], color="#E3E3E3", linewidth=0.8, zorder=1)
            ax.vlines(at, middle - 0.42 * step, middle + 0.42 * step, color=COLOURS[i], linewidth=1.1, zorder=2,
                      label=display_name(key) if line == 0 else None)  # fmt: skip
            ax.annotate(str(len(at)), (1, middle), (26, 0), xycoords=("axes fraction", "data"), ha="right", va="center",
                        textcoords="offset points", fontsize=7, color=QUIET)  # fmt: skip
    ax.set_yticks(
        [-line for line in range(len(parts[:most]))], [wrap_name(display_name(part)) for part in parts[:most]]
    )
    ax.set_ylim(-len(parts[:most]) + 0.5, 0.5)
    ax.set_xlim(-0.005, 1.005)
    ax.grid(False)
    ax.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0, symbol=" %"))
    ax.set_xlabel("How far into the words of it; at the right edge the number of hits")
    if len(keys) > 1:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=min(len(keys), 3))
    else:
        ax.set_title(display_name(keys[0]))
    add_note(ax, pd.DataFrame({"low": [0.0]}), len(parts) - most)
    return ax


def plot_keyness(
    table: pd.DataFrame, ax: Axes | None = None, *, target: str = "target", reference: str = "reference", most: int = 12
) -> Axes:
    """Draw the words that mark two groups off from each other: the target's to the right, the reference's to the left.

    Parameters
    ----------
    table
        What `keyness` returns, in its order.
    ax
        Where to draw; without it a new figure is made.
    target, reference
        The names of the two groups, for the legend.
    most
        The most words to draw on each side.

    Raises
    ------
    FigureError
        When the table is another one.
    """
    _check(table, ("word", "rate_target", "rate_reference", "log_odds", "z", "p_adjusted"), "keyness")
    if table.empty:
        return say_nothing(ax, "No word is frequent enough to compare.")
    more = table["rate_target"] > table["rate_reference"]
    rows = pd.concat([table[more].head(most), table[~more].tail(most)])
    rows = rows.reset_index(drop=True)
    ax = new_axes(ax, height=1.2 + 0.21 * len(rows))
    reach = rows["log_odds"].abs().max() * 1.05 or 1.0
    for side, name, colour in ((True, target, COLOURS[0]), (False, reference, COLOURS[1])):
        own = rows[(rows["rate_target"] > rows["rate_reference"]) == side]
        sure = own["p_adjusted"] < 0.05
        ax.barh(-own.index, own["log_odds"], height=0.66, color=np.where(sure, colour, "white"), edgecolor=colour,
                linewidth=0.8, zorder=2)  # fmt: skip
        ax.barh([0], [0], color=colour, label=f"more with {display_name(name)}")
        for at, row in own.iterrows():
            ax.annotate(row["word"], (0, -at), (-5 if side else 5, 0), textcoords="offset points", fontsize=8.5,
                        ha="right" if side else "left", va="center", color=INK)  # fmt: skip
    for at, row in rows.iterrows():
        told = f"{row['rate_target']:.1f} : {row['rate_reference']:.1f}"
        ax.annotate(told, (1, -at), (52, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                    ha="right", va="center", fontsize=7, color=QUIET)  # fmt: skip
    ax.set_yticks([])
    ax.set_xlim(-reach, reach)
    ax.set_ylim(-len(rows) + 0.4, 0.6)
    ax.axvline(0, color=QUIET, linewidth=0.8)
    ax.set_xlabel("Difference of log odds; at the right edge the rates per 1,000 words\n"
                  "Hollow: not significant at 5 % after correction for all words compared")  # fmt: skip
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return ax


def _check(table: pd.DataFrame, needed: tuple[str, ...], name: str) -> None:
    missing = [column for column in needed if column not in table]
    if missing:
        raise FigureError(f"the table lacks {', '.join(missing)}; draw what `{name}` returns")
