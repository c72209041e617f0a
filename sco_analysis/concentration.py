"""How few hold the floor: effective numbers of speakers, Herfindahl and Gini, with intervals by resampling."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .groups import BY, add_groups, check_choice
from .parse import Parsed
from .tallies import SPEECH, UNITS, speech_rows

MEASURES = ("effective_shannon", "effective_hhi", "hhi", "gini", "unidentified")
#: the fewest documents, and the fewest turns, that are resampled
FEWEST_DOCUMENTS, FEWEST_TURNS = 5, 10


def concentration(share: pd.DataFrame) -> pd.DataFrame:
    """Say in one row how few hold the floor, from what `speaker_share` returns.

    Returns ``speakers`` (who are known and speak), ``effective_shannon`` = exp(−Σ p ln p) and ``effective_hhi`` =
    1 / Σ p² (Hill 1973, Ecology 54: 427–432: the number of equally loud speakers that would be as concentrated),
    ``hhi`` = Σ p² (Herfindahl and Hirschman), ``gini`` (mean absolute difference over twice the mean), all over the
    known speakers; ``unidentified``, the share of all words that nobody could be credited with.
    """
    labels = share[[c for c in share if c in BY and c not in ("state", "role")]]
    unknown = labels.apply(lambda column: column.str.startswith("(")).any(axis=1).to_numpy(dtype=bool)
    n = share["n"].to_numpy(dtype=float)
    measures = _measures(n[None, :], unknown)
    row = {"speakers": int((~unknown & (n > 0)).sum())} | {name: float(measures[name][0]) for name in MEASURES}
    return pd.DataFrame([row])


def concentration_intervals(
    parsed: Parsed, by: str = "speaker", unit: str = "words", speech: str = "all", draws: int = 1999, seed: int = 0
) -> pd.DataFrame:
    """Put 95 % intervals round the measures of `concentration`, by resampling documents or turns.

    Parameters
    ----------
    parsed
        What `parse` returns.
    by, unit, speech
        As for `speaker_share`; one column only.
    draws, seed
        How many resamples are drawn, and the seed that makes them the same every time.

    Returns
    -------
    pandas.DataFrame
        One row a measure: ``measure``, ``value``, ``low``, ``high`` (percentiles of the resamples), ``interval`` (what
        was resampled: ``documents`` from five on, else ``turns`` from ten on, else ``not estimable``). Resamples miss
        speakers who speak once, so intervals of effective numbers lean low (Efron and Tibshirani 1993, chapter 13).

    Raises
    ------
    ParameterError
        When an argument is unknown.
    """
    check_choice("by", by, BY)
    check_choice("unit", unit, UNITS)
    check_choice("speech", speech, SPEECH)
    rows = add_groups(parsed, speech_rows(parsed, unit), [by])
    rows = rows if speech == "all" else rows[rows["speech"] == speech]
    documents, turns = rows["doc_id"].nunique(), rows["passage"].nunique()
    interval = "documents" if documents >= FEWEST_DOCUMENTS else "turns" if turns >= FEWEST_TURNS else "not estimable"
    cluster = "doc_id" if interval == "documents" else "passage"
    counts = rows.pivot_table(index=cluster, columns=by, values="x", aggfunc="sum", fill_value=0)
    unknown = counts.columns.str.startswith("(") if len(counts.columns) else np.zeros(0, dtype=bool)
    matrix = counts.to_numpy(dtype=float)
    values = _measures(matrix.sum(axis=0)[None, :], unknown)
    table = pd.DataFrame({"measure": MEASURES, "value": [values[name][0] for name in MEASURES]})
    if interval == "not estimable":
        return table.assign(low=np.nan, high=np.nan, interval=interval)
    k = len(matrix)
    weights = np.random.default_rng(seed).multinomial(k, np.full(k, 1 / k), size=draws)
    drawn = _measures(weights @ matrix, unknown)
    low, high = zip(*(np.nanpercentile(drawn[name], [2.5, 97.5]) for name in MEASURES), strict=True)
    return table.assign(low=low, high=high, interval=interval)


def _measures(n: np.ndarray, unknown: np.ndarray) -> dict[str, np.ndarray]:
    """Compute the measures of each row of counts; missing where nobody known speaks."""
    total = n.sum(axis=1)
    known = np.sort(n[:, ~unknown], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = known / known.sum(axis=1, keepdims=True)
        entropy = -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), np.where(np.isnan(p), np.nan, 0)).sum(axis=1)
        hhi = (p**2).sum(axis=1)
        speak = (known > 0).sum(axis=1)
        rank = np.cumsum(known > 0, axis=1)
        gini = np.where(p > 0, (2 * rank - speak[:, None] - 1) * p, 0).sum(axis=1) / speak
        heard = known.sum(axis=1) > 0
        return {
            "effective_shannon": np.where(heard, np.exp(entropy), np.nan),
            "effective_hhi": np.where(heard, 1 / hhi, np.nan),
            "hhi": np.where(heard, hhi, np.nan),
            "gini": np.where(heard, gini, np.nan),
            "unidentified": np.where(total > 0, n[:, unknown].sum(axis=1) / total, np.nan),
        }
