"""Count how often each scorer takes which class for which, and write sco_analysis/data/confusion.csv.

``python benchmarks/measure_errors.py`` needs the folder of human readings beside the checkout. Two sets are pooled: the
pairs of sentence and state in the seeds on which both readers agree (the shared half), and the written sentences of
``polarity_sentences.txt``. For ``model`` the counts are those that `train_polarity` took by cross-validation; the rules
were written with the seeds in view, so that their errors are rather too few.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
import polarity_data as data

import sco_analysis as sco
from sco_analysis.adjustment import CLASSES, PATH
from sco_analysis.stance.encoder import CARD, FOLDER

SOURCE = {
    "rules": "seeds (shared half, seen while the rules were written) and {n} written sentences",
    "vader": "seeds (shared half) and {n} written sentences",
    "model": "seeds (shared half) and {n} written sentences, cross-validated over pages and sentences",
}


def main() -> int:
    """Measure and write; returns the exit code."""
    parsed = sco.parse(sco.read_corpus(data.ROOT / "seeds"))
    states = parsed.mentions[parsed.mentions["kind"] == "state"]
    seeds, pairs = data.read_seeds(parsed)
    written = data.draw_sentences(np.random.default_rng(0))
    texts = {text: f"r{i:04}" for i, text in enumerate(dict.fromkeys(row.text for row in written))}
    sentences = pd.DataFrame({"doc_id": list(texts.values()), "start": 0, "end": [len(t) for t in texts]})
    sentences["text"] = list(texts)
    targets = [
        {"doc_id": texts[row.text], "start": a, "end": b, "key": f"T{i:04}", "form": "name", "sentence": 0}
        for i, row in enumerate(written)
        for a, b in row.spans
    ]
    truth = [row.label for row in (*seeds, *written)]
    counts = {}
    for scorer in ("rules", "vader"):
        found = sco.score_polarity(parsed.sentences, states, scorer=scorer)
        ours = pairs.drop(columns="polarity").merge(found, on=["doc_id", "sentence", "target"], how="left")["label"]
        theirs = sco.score_polarity(sentences, pd.DataFrame(targets), scorer=scorer).sort_values("target")["label"]
        counts[scorer] = pd.crosstab(np.array(truth), np.concatenate([ours, theirs])).to_numpy()
    figures = json.loads((FOLDER / CARD).read_text(encoding="utf8"))["figures"]
    counts["model"] = sum(np.array(figures[name]["confusion"]) for name in ("seeds", "sentences"))
    rows = [
        {"scorer": scorer, "truth": name, **dict(zip(CLASSES, line, strict=True))}
        for scorer, matrix in counts.items()
        for name, line in zip(CLASSES, matrix.tolist(), strict=True)
    ]
    table = pd.DataFrame(rows)
    table["source"] = [SOURCE[scorer].format(n=len(written)) for scorer in table["scorer"]]
    table.to_csv(PATH, index=False, lineterminator="\n")
    print(table.to_string())
    return 0


if __name__ == "__main__":
    sys.exit(main())
