"""What tallies are made of: tables that say how often something was seen, and that add up.

The sums of a corpus are the sums of its parts, whatever the parts and in whatever order they come: what is added are
whole numbers, and every other number in such a table tells apart what is counted. They are sorted when they are
finished with, so that a figure computed from them is the same to its last digit however the corpus was divided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Any

import numpy as np
import pandas as pd

#: The column that says how often the rest of the row was seen; all others tell apart what is counted.
TIMES = "times"

_MOST_COMBINATIONS = np.iinfo(np.int64).max

#: The sums of one tally of one part of a corpus: name → table.
Sums = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Numbers:
    """Rows told apart by some columns.

    ``number`` is that of each row, −1 where a value is missing; ``columns`` are the distinct values in sorted order:
    those at n are the values of number n.
    """

    number: np.ndarray
    columns: dict[str, Any]

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return len(next(iter(self.columns.values())))

    def of(self, at: np.ndarray) -> Numbers:
        """Return the numbers of the rows ``at``."""
        return Numbers(self.number[at], self.columns)

    @property
    def values(self) -> pd.DataFrame:
        """The distinct values as a table whose row n has number n."""
        return pd.DataFrame(self.columns)


def join(one: Numbers, other: Numbers) -> Numbers:
    """Give numbers to the pairs that two numberings of the same rows make."""
    pairs = pair_up(one.number, other.number)
    first = first_rows(pairs)
    first = first[np.lexsort([other.number[first], one.number[first]])]
    columns = {name: values.take(part.number[first]) for part in (one, other) for name, values in part.columns.items()}
    return Numbers(_renumbered(pairs, pairs[first]), columns)


def number_rows(frame: pd.DataFrame, columns: Sequence[str]) -> Numbers:
    """Give rows with the same values of ``columns`` the same number: see `Numbers`."""
    number, first = tell_apart(frame, columns)
    distinct = {column: frame[column].array.take(first) for column in columns}
    complete = np.flatnonzero(~np.logical_or.reduce([np.asarray(values.isna()) for values in distinct.values()]))
    ranks = [_ranks(values.take(complete)) for values in reversed(distinct.values())]
    order = complete[np.lexsort(ranks)]
    return Numbers(_renumbered(number, order), {name: values.take(order) for name, values in distinct.items()})


def _ranks(values: Any) -> np.ndarray:
    """Say of each value how many distinct ones are smaller."""
    order = np.asarray(values.argsort())
    ordered = values.take(order)
    ranks = np.zeros(len(order), dtype=np.int64)
    ranks[order[1:]] = np.cumsum(np.asarray(ordered[1:] != ordered[:-1], dtype=bool))
    return ranks


def _renumbered(numbers: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Give new numbers: what was ``order[n]`` is n, what stands nowhere in it −1."""
    place = np.full(max(numbers.max(initial=-1), order.max(initial=-1)) + 2, -1)  # the last one is for −1 itself
    place[order] = np.arange(len(order))
    return place[numbers]


def number_values(name: str, values: np.ndarray) -> Numbers:
    """Give equal numbers of an array the same number, as `number_rows` does with a column called ``name``."""
    if values.dtype.kind == "f":
        values = values + 0.0  # a zero has no sign: −0 and 0 are one value
        return number_rows(pd.DataFrame({name: values}), [name])
    distinct, number = np.unique(values, return_inverse=True)
    return Numbers(number, {name: pd.array(distinct, dtype=distinct.dtype)})


def tell_apart(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Give rows with the same values of ``columns`` the same number, in no order; a missing value is one, too.

    Returns the number of each row, and the first row that has each number.
    """
    number = np.zeros(len(frame), dtype=np.int64)
    for column in columns:
        own, size = _codes(frame[column])
        number = dense(number * (size + 1) + own + 1)
    return number, first_rows(number)


def find_rows(frame: pd.DataFrame, tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> list[np.ndarray]:
    """Find for each row of ``tables`` the first row of ``frame`` with the same values of ``columns``, −1 for none."""
    together = pd.concat([table[list(columns)] for table in (frame, *tables)], ignore_index=True)
    number, first = tell_apart(together, columns)
    row = np.where(first < len(frame), first, -1)[number]
    return np.split(row, np.cumsum([len(table) for table in (frame, *tables)])[:-1])[1:]


def first_rows(numbers: np.ndarray) -> np.ndarray:
    """Return the first row that has each number, where all from 0 up occur; −1 is no number."""
    rows = np.flatnonzero(numbers >= 0)[::-1]
    first = np.zeros(numbers.max(initial=-1) + 1, dtype=np.int64)
    first[numbers[rows]] = rows
    return first


def pair_up(*numbers: np.ndarray) -> np.ndarray:
    """Give rows with the same ``numbers`` the same number, −1 where one of them is negative."""
    known = np.logical_and.reduce([part >= 0 for part in numbers])
    pairs = np.zeros(int(known.sum()), dtype=np.int64)
    for part in numbers:
        own = part[known]
        pairs = dense(pairs * (int(own.max(initial=0)) + 1) + own)
    out = np.full(len(known), -1)
    out[known] = pairs
    return out


def _codes(values: pd.Series) -> tuple[np.ndarray, int]:
    """Give equal values the same number, −1 to missing ones, and say below which number all are."""
    if values.dtype.kind in "iu" and isinstance(values.dtype, np.dtype) and len(values):
        low, high = int(values.min()), int(values.max())
        if _few(high - low, len(values)):
            return values.to_numpy(dtype=np.int64) - low, high - low + 1
    codes, distinct = pd.factorize(values)
    return codes, len(distinct)


def dense(numbers: np.ndarray) -> np.ndarray:
    """Give new numbers, without a gap, to ``numbers`` of which none is negative."""
    top = int(numbers.max(initial=-1)) + 1
    if not _few(top, len(numbers)):
        return pd.factorize(numbers)[0]
    there = np.zeros(top, dtype=bool)
    there[numbers] = True
    return (np.cumsum(there) - 1)[numbers]


def _few(numbers: int, rows: int) -> bool:
    """Whether a table of so many numbers costs no more than looking at so many rows."""
    return numbers <= 4 * rows + 1000


def add_up(values: pd.Series | np.ndarray, numbers: np.ndarray, size: int) -> np.ndarray:
    """Add up ``values`` for each of the numbers below ``size``; rows numbered −1 are lost."""
    values, kept = np.asarray(values), numbers >= 0
    if values.dtype.kind == "f":  # pandas carries along what rounding loses
        sums = pd.Series(values[kept]).groupby(numbers[kept]).sum()
        return sums.reindex(range(size), fill_value=0.0).to_numpy()
    sums = np.bincount(numbers[kept], values[kept], minlength=size)
    return sums.astype(values.dtype if values.dtype.kind == "i" else np.int64)


def count_rows(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Count how often the values of ``columns`` stand together in ``frame``, in sorted order; what is missing is lost.

    Where ``frame`` has a column ``times`` already, it is added up.
    """
    times = frame[TIMES].to_numpy(dtype=np.int64) if TIMES in frame else None
    return count_numbers([number_rows(frame, list(columns))], times)


def count_numbers(parts: Sequence[Numbers], times: np.ndarray | None = None) -> pd.DataFrame:
    """Count how often the values of all ``parts`` stand together, each row ``times``: as `count_rows`."""
    if prod(max(part.size, 1) for part in parts) > _MOST_COMBINATIONS:  # one number cannot tell them all apart
        parts = [reduce(join, parts)]
    number, known = np.zeros(len(parts[0].number), dtype=np.int64), np.ones(len(parts[0].number), dtype=bool)
    for part in parts:
        number = number * max(part.size, 1) + part.number
        known &= part.number >= 0
    distinct, number = np.unique(number[known], return_inverse=True)
    counted = add_up(np.ones(len(number), dtype=np.int64) if times is None else times[known], number, len(distinct))
    columns: dict[str, Any] = {}
    for part in reversed(parts):
        distinct, at = np.divmod(distinct, max(part.size, 1))
        columns = {name: values.take(at) for name, values in part.columns.items()} | columns
    return pd.DataFrame(columns | {TIMES: counted})


def add_sums(parts: Iterable[Sums]) -> Sums:
    """Add the sums of several parts of a corpus; they must be those of one tally with the same options."""
    parts = list(parts)
    return {name: _add([part[name] for part in parts]) for name in parts[0]} if parts else {}


def _add(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or frames[:1]  # an empty table knows no types
    together = pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
    return count_rows(together, [column for column in together if column != TIMES])
