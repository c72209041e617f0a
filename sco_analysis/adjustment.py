"""Shares of −, 0 and + corrected for the scorer's own errors.

A scorer that misses a third of all criticism, and takes one neutral sentence in twenty for praise, distorts every share
it yields. How often it takes which for which was measured against human readers (``data/confusion.csv``); with these
rates M, the raw shares q that a true distribution p leads to are q = Mᵀp. Solving for p undoes the distortion on
average (Rogan & Gladen 1978, American Journal of Epidemiology 107: 71–76; for texts Hopkins & King 2010, American
Journal of Political Science 54: 229–247).

The correction assumes that the scorer errs here as often as it did on the measured sentences, and that sentences are
independent. Neither is quite true: the intervals are the least that should be allowed for.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from .errors import ParameterError, TableError

PATH = Path(__file__).parent / "data" / "confusion.csv"
CLASSES = ("negative", "neutral", "positive")
LEAST = 5  # sentences without which nothing is claimed
WIDEST = 0.5  # interval of the balance, above which the method is too weak for "as much as"
_PRIOR = 1 / 3  # added to each count: what is not seen is not impossible


@lru_cache(maxsize=1)
def _measured() -> pd.DataFrame:
    return pd.read_csv(PATH, comment="#")


def confusion(scorer: str = "rules") -> pd.DataFrame:
    """Return how often ``scorer`` took which for which, counted against human readers.

    Out: rows ``truth`` (negative, neutral, positive), a column for each label given, and ``source``, the sentences that
    it was measured on. Raises `ParameterError` for a scorer that was not measured.
    """
    rows = _measured()
    own = rows[rows["scorer"] == scorer]
    if own.empty:
        raise ParameterError(
            f"the errors of the scorer {scorer!r} were not measured; write one of "
            f"{', '.join(sorted(rows['scorer'].unique()))}, or hand in a confusion matrix of your own (`errors=`)"
        )
    return own.set_index("truth").loc[list(CLASSES), [*CLASSES, "source"]]


def agreement(scorer: str = "rules") -> pd.DataFrame:
    """Return how well ``scorer`` agrees with human readers, class by class.

    Out: for negative, neutral, positive and their mean (``macro``) the columns ``n`` (sentences that the readers gave
    that class), ``recall``, ``precision``, ``f1``; ``source``, what was read. Raises as `confusion` does.
    """
    errors = confusion(scorer)
    matrix = errors[list(CLASSES)].to_numpy(dtype=float)
    hits, given, found = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    out = pd.DataFrame({"n": given.astype(int), "recall": hits / given, "precision": hits / np.maximum(found, 1)})
    out["f1"] = 2 * hits / (given + found)
    out.loc[3] = [given.sum(), *out[["recall", "precision", "f1"]].mean()]
    out["n"] = out["n"].astype("int64")
    return out.assign(source=errors["source"].iloc[0]).set_axis([*CLASSES, "macro"], axis=0)


def adjust_shares(
    tally: pd.DataFrame, scorer: str = "rules", errors: pd.DataFrame | None = None, draws: int = 2000, seed: int = 0
) -> pd.DataFrame:
    """Put the corrected shares of −, 0 and + beside the raw ones, and say what may be claimed.

    In: what `sentiment_toward_states` returns (columns negative, neutral, positive; sentences). ``scorer``: the one
    that the tally was made with; ``errors``: your own matrix in the form of `confusion`, counts of true class (rows) by
    label given (columns). ``draws`` simulations, started from ``seed``.

    Out: the tally's group columns and ``target``, ``n``; for each class ``negative``, ``neutral``, ``positive`` the raw
    share, the corrected one (``…_adjusted``) and its 95 % interval (``…_low``, ``…_high``); ``balance``, the corrected
    positive less negative share, with ``balance_low`` and ``balance_high``; ``claim``: ``more friendly``, ``more
    hostile``, ``about even``, ``method too weak`` (the interval of the balance holds 0 and is wider than .5), ``too few
    sentences`` (under five), ``silent``.

    The interval counts in both that few sentences were counted and that the errors were measured on few: matrix and
    raw shares are drawn from their Dirichlet posteriors, the solution is cut to shares from 0 to 1.

    Raises `TableError` when the tally lacks the counts, `ParameterError` when the scorer was not measured.
    """
    lacks = [name for name in ("target", "n", *CLASSES) if name not in tally]
    if lacks:
        raise TableError(f"the tally lacks {', '.join(lacks)}; pass what sentiment_toward_states returns")
    matrix = (confusion(scorer) if errors is None else errors).loc[list(CLASSES), list(CLASSES)].to_numpy(dtype=float)
    counts = tally[list(CLASSES)].to_numpy(dtype=float)
    n = counts.sum(axis=1)
    some = n > 0
    raw = np.full(counts.shape, np.nan)
    raw[some] = counts[some] / n[some, None]
    rates = (matrix + _PRIOR) / (matrix + _PRIOR).sum(axis=1, keepdims=True)
    point, low, high = (np.full((len(tally), 4), np.nan) for _ in range(3))
    point[some] = _with_balance(_solve(raw[some], rates))
    rng = np.random.default_rng(seed)
    drawn = np.stack([rng.dirichlet(row + _PRIOR, draws) for row in matrix], axis=1)
    for cell in np.flatnonzero(some):
        shares = rng.dirichlet(counts[cell] + _PRIOR, draws)
        low[cell], high[cell] = np.quantile(_with_balance(_solve(shares, drawn)), [0.025, 0.975], axis=0)
    out = tally.loc[:, :"target"].assign(n=tally["n"])
    for place, name in enumerate((*CLASSES, "balance")):
        if name in CLASSES:
            out[name] = raw[:, place]
        out[f"{name}_adjusted" if name in CLASSES else name] = point[:, place]
        out[f"{name}_low"], out[f"{name}_high"] = low[:, place], high[:, place]
    return out.assign(claim=_claims(n, low[:, 3], high[:, 3]))


def _solve(shares: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Solve q = Mᵀp for p, one row each, and move it to the nearest distribution."""
    transposed = np.swapaxes(rates, -1, -2) + 1e-6 * np.eye(3)  # rates that tell no class from another have no inverse
    exact = np.linalg.solve(np.broadcast_to(transposed, (len(shares), 3, 3)), shares[:, :, None])[:, :, 0]
    # projection onto the simplex (Duchi et al. 2008)
    high = -np.sort(-exact, axis=1)
    over = (np.cumsum(high, axis=1) - 1) / np.arange(1, 4)
    kept = (high > over).sum(axis=1) - 1
    return np.maximum(exact - over[np.arange(len(exact)), kept][:, None], 0)


def _with_balance(shares: np.ndarray) -> np.ndarray:
    return np.column_stack([shares, shares[:, 2] - shares[:, 0]])


def _claims(n: np.ndarray, low: np.ndarray, high: np.ndarray) -> list[str]:
    """Say of each cell what the interval of its balance allows."""
    claims = [
        (n == 0, "silent"),
        (n < LEAST, "too few sentences"),
        (low > 0, "more friendly"),
        (high < 0, "more hostile"),
        (high - low > WIDEST, "method too weak"),
    ]
    return np.select([test for test, _ in claims], [said for _, said in claims], "about even").tolist()
