"""How often do 95 % intervals of a topic's rate hold the true rate? Run: ``python benchmarks/coverage.py``.

Documents are drawn whose topics come in bursts: each document has its own rate of a topic (gamma, so that counts are
negative binomial), each of its sentences a rate around that one, and documents differ in length as diplomatic ones do.
The true rate is known. Five methods give an interval from 5, 10 or 30 documents; the table says how often each holds
the truth. Everything is seeded; the result is the same every time.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from sco_analysis.intervals import ratio_intervals

WORDS = 24  # of a sentence
SENTENCES = (30, 120)  # of a document: the middle half lies about here
#: Hits per 1,000 words, and how evenly documents use the topic (gamma shape: 0.5 is bursty, 3 is even).
TOPICS = {"frequent, even": (20.0, 3.0), "usual": (10.0, 1.0), "bursty": (5.0, 0.5), "rare": (2.0, 1.0)}
SIZES = (5, 10, 30)
DRAWS = 300  # of a bootstrap
FEW = 200  # corpora for the bootstraps, which take long


def draw(rng: np.random.Generator, documents: int, corpora: int) -> pd.DataFrame:
    """Draw ``corpora`` corpora: one row a sentence with corpus, doc_id, x (words) and one column of hits a topic."""
    low, high = np.log(SENTENCES)
    lengths = np.exp(rng.normal((low + high) / 2, (high - low) / 1.35 / 2, corpora * documents)).round().clip(5)
    doc = np.repeat(np.arange(corpora * documents), lengths.astype(int))
    frame = pd.DataFrame({"corpus": doc // documents, "doc_id": doc, "x": WORDS})
    for name, (rate, shape) in TOPICS.items():
        theme = rng.gamma(shape, 1 / shape, corpora * documents)[doc]
        frame[name] = rng.poisson(theme * rng.gamma(0.5, 2, len(doc)) * rate / 1000 * WORDS)
    return frame


def ours(sentences: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give the intervals of `sco_analysis.intervals`, all corpora and topics in one call."""
    hits = sentences.melt(["corpus", "doc_id"], list(TOPICS), "topic", "y")
    hits = hits[hits["y"] > 0]
    corpora = sentences["corpus"].unique()
    cells = pd.MultiIndex.from_product([corpora, TOPICS], names=["corpus", "topic"]).to_frame(index=False)
    table = ratio_intervals(hits, sentences, cells, group=["corpus"], kind="rate")
    table[["low", "high"]] *= 1000
    return {topic: (rows["low"].to_numpy(), rows["high"].to_numpy()) for topic, rows in table.groupby("topic")}


def by_token(y: np.ndarray, x: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give the intervals that take every word for an independent draw: Poisson (exact) and Jeffreys."""
    low, high = stats.chi2.ppf(0.025, 2 * y) / 2 / x, stats.chi2.ppf(0.975, 2 * y + 2) / 2 / x
    return {
        "word Poisson": (np.nan_to_num(low) * 1000, high * 1000),
        "Jeffreys": tuple(1000 * bound for bound in proportion_confint(y, x, method="jeffreys")),
    }


def bootstrap(rng: np.random.Generator, y: np.ndarray, x: np.ndarray) -> tuple[float, float]:
    """Give the percentile interval of 1,000 Σy / Σx when rows are drawn with replacement."""
    times = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), DRAWS)
    low, high = np.quantile(1000 * (times @ y) / (times @ x), [0.025, 0.975])
    return low, high


def coverage(documents: int, corpora: int, seed: int = 2024) -> pd.DataFrame:
    """Return one row a topic and method: ``covered`` (share of corpora) and ``width`` (median of high / low)."""
    rng = np.random.default_rng([seed, documents])
    sentences = draw(rng, documents, corpora)
    sums = sentences.groupby("corpus")[["x", *TOPICS]].sum()
    own, bounds = ours(sentences), {}
    per_document = sentences.groupby(["corpus", "doc_id"])[["x", *TOPICS]].sum()
    for topic in TOPICS:
        for method, pair in by_token(sums[topic].to_numpy(), sums["x"].to_numpy()).items():
            bounds[topic, method] = pair
        for method, rows in (("sentence bootstrap", sentences), ("document bootstrap", per_document)):
            few = [corpus for number, corpus in rows.groupby("corpus") if number < min(corpora, FEW)]
            pairs = [bootstrap(rng, corpus[topic].to_numpy(), corpus["x"].to_numpy()) for corpus in few]
            bounds[topic, method] = tuple(np.array(pairs).T)
        bounds[topic, "ours"] = own[topic]
    rows = []
    for (topic, method), (low, high) in bounds.items():
        known, truth = ~np.isnan(high), TOPICS[topic][0]
        with np.errstate(divide="ignore"):
            width = np.median(high[known] / low[known])
        held = np.mean((low[known] <= truth) & (truth <= high[known]))
        rows.append((documents, topic, method, 100 * held, width, 100 * np.mean(~known)))
    return pd.DataFrame(rows, columns=["documents", "topic", "method", "covered", "width", "not_estimable"])


def main(corpora: int = 1500) -> None:
    """Print the table: methods in columns, percent covered; then our not-estimable share and width."""
    began = time.perf_counter()
    table = pd.concat([coverage(documents, corpora) for documents in SIZES])
    wide = table.pivot(index=["documents", "topic"], columns="method", values="covered")
    methods = ["word Poisson", "Jeffreys", "sentence bootstrap", "document bootstrap", "ours"]
    print("Percent of corpora whose 95 % interval holds the true rate\n")
    print(wide[methods].round(1).to_string(), "\n")
    mean = wide.groupby("documents")[methods].mean()
    print(mean.round(1).to_string(), "\n")
    mine = table[table["method"] == "ours"].set_index(["documents", "topic"])
    print(mine[["width", "not_estimable"]].round(1).to_string())
    print(f"\n{corpora} corpora each ({FEW} for the bootstraps), {time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
