"""What tallies are made of: tables that say how often something was seen, and that add up.

The sums of a corpus are the sums of its parts, whatever the parts and in whatever order they come: what is added are
whole numbers, and every other number in such a table tells apart what is counted. They are sorted when they are
finished with, so that a figure computed from them is the same to its last digit however the corpus was divided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

#: The column that says how often the rest of the row was seen; all others tell apart what is counted.
TIMES = "times"

#: The sums of one tally of one part of a corpus: name → table.
Sums = dict[str, pd.DataFrame]


def count_rows(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Count how often the values of ``columns`` stand together in ``frame``, in sorted order; what is missing is lost.

    Where ``frame`` has a column ``times`` already, it is added up.
    """
    columns = list(columns)
    groups = frame.groupby(columns, observed=True, sort=True)
    counted = groups[TIMES].sum() if TIMES in frame else groups.size().rename(TIMES)
    return counted.reset_index().astype({TIMES: "int64"})


def add_sums(parts: Iterable[Sums]) -> Sums:
    """Add the sums of several parts of a corpus; they must be those of one tally with the same options."""
    parts = list(parts)
    return {name: _add([part[name] for part in parts]) for name in parts[0]} if parts else {}


def _add(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or frames[:1]  # an empty table knows no types
    together = pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
    return count_rows(together, [column for column in together if column != TIMES])
