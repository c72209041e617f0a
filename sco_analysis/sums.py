"""What tallies are made of: tables that say how often something was seen, and that add up.

The sums of a corpus are the sums of its parts, whatever the parts and in whatever order they come: what is added are
whole numbers, and every other number in such a table tells apart what is counted. They are sorted when they are
finished with, so that a figure computed from them is the same to its last digit however the corpus was divided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

#: The column that says how often the rest of the row was seen; all others tell apart what is counted.
TIMES = "times"

#: The sums of one tally of one part of a corpus: name → table.
Sums = dict[str, pd.DataFrame]


def number_rows(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """Give rows with the same values of ``columns`` the same number, −1 where one is missing.

    Returns the number of each row, and the distinct values in sorted order: the row ``n`` of that table has number n.
    """
    codes, kept = np.zeros(len(frame), dtype=np.int64), np.ones(len(frame), dtype=bool)
    parts = []
    for column in columns:
        own, values = pd.factorize(frame[column], sort=True)
        kept &= own >= 0
        codes = codes * max(len(values), 1) + own
        codes, distinct = pd.factorize(np.where(kept, codes, -1), sort=True)  # small again after each column
        missing = int(len(distinct) > 0 and distinct[0] < 0)
        distinct, codes = distinct[missing:], codes - missing
        parts = [(name, part.take(distinct // max(len(values), 1))) for name, part in parts]
        parts.append((column, values.take(distinct % max(len(values), 1))))
    table = pd.DataFrame({name: pd.Series(part).array for name, part in parts}, columns=list(columns))
    return codes, table.astype({column: frame[column].dtype for column in columns})


def add_up(values: pd.Series, numbers: np.ndarray, size: int) -> np.ndarray:
    """Add up ``values`` for each of the numbers below ``size``; rows numbered −1 are lost."""
    kept = numbers >= 0
    sums = values[kept].groupby(numbers[kept]).sum()
    out = np.zeros(size, dtype=values.dtype if values.dtype.kind in "if" else "int64")
    out[sums.index.to_numpy(dtype=np.int64)] = sums.to_numpy()
    return out


def count_rows(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Count how often the values of ``columns`` stand together in ``frame``, in sorted order; what is missing is lost.

    Where ``frame`` has a column ``times`` already, it is added up.
    """
    numbers, distinct = number_rows(frame, list(columns))
    if TIMES in frame:
        return distinct.assign(**{TIMES: add_up(frame[TIMES].astype("int64"), numbers, len(distinct))})
    return distinct.assign(**{TIMES: np.bincount(numbers[numbers >= 0], minlength=len(distinct)).astype("int64")})


def add_sums(parts: Iterable[Sums]) -> Sums:
    """Add the sums of several parts of a corpus; they must be those of one tally with the same options."""
    parts = list(parts)
    return {name: _add([part[name] for part in parts]) for name in parts[0]} if parts else {}


def _add(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or frames[:1]  # an empty table knows no types
    together = pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
    return count_rows(together, [column for column in together if column != TIMES])
