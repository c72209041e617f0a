"""Measures how well the package agrees with human readers, and writes docs/validation.md.

``python benchmarks/validate.py`` needs the folder of human readings beside the checkout (``../shared``); without it, it
says so and leaves docs/validation.md as it is.
"""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import io
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
from model_card import write_figures

import sco_analysis as sco

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

INTRODUCTION = """\
# Validation

How well the package agrees with human readers, on the readings that are open to its developers. Written by
`make validate`; do not edit by hand. Other readings of the same kinds are kept back from the developers, so that rules which
only fit what was seen are found out.

**Read these figures with care.** The rules were developed while looking at the readings below, so the figures say how well
the rules fit, not how well they carry over. Where texts were set aside during development, that is said.
"""

PEERS = """\
Peers on 96 Canadian news articles, a third of which is the set above (measured before this package was written):

| system | F1 | right canonical speaker on matched | end to end F1 | speaker-share distance |
|---|---|---|---|---|
| textacy + spaCy small | 45.9 (26 of 96 documents raise) | 55.5 | 25.5 | .684 |
| Gender Gap Tracker + spaCy small | 81.0 | 53.7 | 43.5 | .517 |
| Citron (retrained) | 62.8 | 72.9 | 45.8 | .431 |
"""


def main() -> int:
    """Measure and write; returns the exit code."""
    if not SHARED.is_dir():
        print(f"there are no human readings at {SHARED}: nothing measured, docs/validation.md left as it is")
        return 0
    score = _scores()
    parsed = sco.parse(sco.read_corpus(ROOT / "seeds"))
    parts = [INTRODUCTION, _speakers(score), _quotations(score), _mentions(score), _sentiment(parsed), _topics(score)]
    write_figures()
    (ROOT / "docs" / "validation.md").write_text("\n".join(parts), encoding="utf-8")
    print("docs/validation.md and the figures of docs/model-card.md written")
    return 0


def _scores() -> ModuleType:
    """Load the scoring rules that the kept-back readings are scored by."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "tools" / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _run(score: ModuleType, name: str, *args: str) -> str:
    """Run one scorer and return what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.chdir(ROOT):
        getattr(score, name)(*args)
    return printed.getvalue()


def _speakers(score: ModuleType) -> str:
    seeds = re.search(r"F1 ([\d.]+) \(right (\d+) of (\d+)", _run(score, "turns"))
    kinds = re.search(
        r"turns F1 ([\d.]+), speaker right ([\d.]+)%.*\(gold (\d+), found (\d+)", _run(score, "transcripts")
    )
    pages = re.search(
        r"label F1 ([\d.]+), speaker-share distance ([\d.]+) \((\d+) pages, (\d+)", _run(score, "kremlin")
    )
    assert seeds and kinds and pages
    return f"""\
## Who speaks: transcripts

| gold | measure | figure | goal |
|---|---|---|---|
| seeds, {seeds[3]} turns of ten Kremlin pages | turns with the right speaker, state and length (within 3 %) | \
{seeds[2]} of {seeds[3]} | 45 of 45 |
| seven transcripts of seven kinds, {kinds[3]} turns | turn F1 | {kinds[1]} | ≥ 97 |
| the same | right speaker on matched turns | {kinds[2]} % | |
| {pages[3]} Kremlin pages, {pages[4]} labels of the site's own markup | label F1 | {pages[1]} | ≥ 99.5 |
| the same | speaker-share distance | {pages[2]} | ≤ .01 |

What falls short: the distance on the Kremlin pages comes from four pages on which the site's markup itself misses seven
labels ("Economic Development Minister … :"), which the package finds; their words go to the minister here, to the speaker
before him there. In one UN record the opening words have no label, because the record was cut: they are left uncounted.
"""


def _quotations(score: ModuleType) -> str:
    seeds = re.search(
        r"F1 ([\d.]+), with the right speaker ([\d.]+) \(gold (\d+), found (\d+)", out := _run(score, "quotations")
    )
    news = re.search(
        r"attribution: F1 ([\d.]+), GGT metric (\S+ spk \S+) \| (\S+ spk \S+), canonical ([\d.]+), end-to-end (\S+), "
        r"share distance ([\d.]+), chars (\S+), direct recall ([\d.]+)",
        _run(score, "attribution"),
    )
    assert seeds and news
    f3, f8 = (value.split(" ")[0].split("/")[2] for value in (news[2], news[3]))
    misses = "\n".join(f"- {line.strip()}" for line in out.splitlines() if line.startswith("  "))
    return f"""\
## Whom the press quotes: quotations

| gold | measure | figure | goal |
|---|---|---|---|
| seeds, {seeds[3]} quotations of four press articles | F1 (IoU ≥ .5) | {seeds[1]} | ≥ 95 |
| the same | F1 with the right speaker | {seeds[2]} | ≥ 92 |
| 32 Canadian news articles | F1 (IoU ≥ .5) | {news[1]} | |
| the same | F1 at coverage .3 / .8 | {f3} / {f8} | ≥ 88 / 84 |
| the same | recall of direct quotations | {news[8]} | |
| the same | right canonical speaker on matched | {news[4]} | ≥ 85 |
| the same | end to end F1 | {news[5].split("/")[2]} | ≥ 72 |
| the same | speaker-share distance | {news[6]} | ≤ .25 |

**Not seen while tuning:** half of the articles was set aside until late. Just before its errors were read, it stood at F1
84.0 (IoU), 85.8 / 84.9 (coverage .3 / .8), right speaker 86.0, end to end 72.2, speaker-share distance .276. Expect other
articles between these figures and the table. What is confused and why: [errors-quotations.md](errors-quotations.md).

Speed, measured by `benchmarks/quotations.py` in one run on these articles (one thread, processor time): 24.7 × textacy with
spaCy small as it loads, 13.5 × with the parts of spaCy switched off that textacy does not need here. A dependency parse on top
of the rules was tried and gains nothing here: [decision 4](decisions/0004-no-syntactic-backend.md).

{PEERS}
On the seeds these are missed, superfluous or given to somebody else:

{misses or "- none"}
"""


def _mentions(score: ModuleType) -> str:
    found = re.search(r"recall ([\d.]+), precision on the known traps ([\d.]+)", _run(score, "mentions"))
    assert found
    return f"""\
## States mentioned

| gold | measure | figure | goal |
|---|---|---|---|
| seeds, 273 pairs of sentence and state | recall | {found[1]} | ≥ 99 |
| the same | precision on the known traps | {found[2]} | ≥ 99 |

The sentences that try to mislead the dictionary (Georgia and its namesakes, documents named after cities, currencies,
languages) are a table in `tests/test_mentions.py`.
"""


def _sentiment(parsed: sco.Parsed) -> str:
    gold = _gold_sentiment(parsed)
    states = parsed.mentions[parsed.mentions["kind"] == "state"]
    rows = {"majority class (0)": [0] * len(gold), "the state's usual label elsewhere": _usual_labels(gold)}
    for scorer in ("vader", "rules"):
        polarity = sco.score_polarity(parsed.sentences, states, scorer=scorer)
        rows[f"`{scorer}`"] = _labels_for(gold, polarity, parsed.sentences)
    card = json.loads((ROOT / "sco_analysis" / "data" / "model" / "model.json").read_text(encoding="utf-8"))
    rows["`model`, cross-validated"] = [int(label) for label in card["figures"]["seeds"]["labels"].split()]
    rows["reader 1"], rows["reader 2"] = gold["polarity_1"].tolist(), gold["polarity_2"].tolist()
    lines = []
    for name, labels in rows.items():
        classes = [_f1(gold["polarity"], labels, k) for k in (-1, 0, 1)]
        kappas = [_kappa(gold[f"polarity_{reader}"], labels) for reader in (1, 2)]
        figures = [sum(classes) / 3, *classes, *kappas]
        lines.append(f"| {name} | " + " | ".join(f"{figure:.2f}".replace("0.", ".") for figure in figures) + " |")
    counts = gold["polarity"].value_counts()
    return f"""\
## Sentiment toward states

{len(gold)} pairs of sentence and state in the seeds on which both readers agree ({counts.get(-1, 0)} negative,
{counts.get(0, 0)} neutral, {counts.get(1, 0)} positive). A figure on the negative class rests on few sentences.

| scorer | macro-F1 | negative | neutral | positive | kappa with reader 1 | with reader 2 |
|---|---|---|---|---|---|---|
{chr(10).join(lines)}

**How much of this is fit:** the rules were written while reading these sentences. Their first version, before any error here
was looked at, had a macro-F1 of .75. The goal for `rules` is .70 on the half that is kept back. The readers' own rows are 1 by construction where
they are measured against what both said; over all pairs they agree at kappa .945.

"The state's usual label elsewhere" answers, for each pair, what that state most often gets in the other pages and documents:
what can be had from a country's reputation alone. `model` never sees a target's name.

{_carry_over(card["figures"])}
"""


def _usual_labels(gold: pd.DataFrame) -> list[int]:
    """Give each pair the label that its state has most often in the other documents; 0 where it is in none."""
    labels = []
    for pair in gold.itertuples():
        others = gold[(gold["state"] == pair.state) & (gold["doc_id"] != pair.doc_id)]["polarity"]
        labels.append(int(others.mode().iloc[0]) if len(others) else 0)
    return labels


def _carry_over(figures: dict) -> str:
    """Set the scorers side by side on text of other kinds."""
    kinds = {
        "seeds": "seeds, shared half; rules seen, model cross-validated over pages",
        "sentences": "written sentences in the diplomatic manner; entries of the rules added after it, model cross-validated",
        "mt-dev": "NewsMTSC, development split mt; there `model` is the encoder alone",
        "rw-dev": "NewsMTSC, development split rw; the same",
    }
    lines = [
        f"| {text} | {figures[name]['n']} | "
        + " | ".join(
            f"{figures[name][key]:.2f}".replace("0.", ".")
            for key in ("rules", "encoder, news alone", "encoder", "model")
        )
        + " |"
        for name, text in kinds.items()
    ]
    return f"""\
### Text of other kinds (macro-F1)

| set | n | `rules` | encoder trained on news alone | encoder | `model` (encoder and rules) |
|---|---|---|---|---|---|
{chr(10).join(lines)}

The encoder was trained on the news with a larger one as its teacher ([model card](model-card.md)). `model` is better where no rule
was written (news, debate in the manner of the United Nations), `rules` on texts like the seeds, which they know: they stay the
default of the notebooks, because `model` does not beat them there by .05. How much of that is fit: with the first version of the
rules, made before any error in the seeds was looked at (.77 alone), `model` reaches about .75, cross-validated. The rules' errors on
news are praise and blame told as events, and one party's words about another, which are only a report to them."""


def _gold_sentiment(parsed: sco.Parsed) -> pd.DataFrame:
    ids = parsed.documents.set_index("path")["doc_id"]
    gold = pd.read_csv(
        SHARED / "gold" / "seeds_sentiment_dev.tsv", sep="\t", quoting=csv.QUOTE_NONE, keep_default_na=False
    )
    gold = gold[(gold["valid"].astype(str) == "1") & (gold["polarity"].astype(str) != "")]
    whole = {column: gold[column].astype(int) for column in ("polarity", "polarity_1", "polarity_2")}
    return gold.assign(doc_id=gold["file"].map(ids), **whole).reset_index(drop=True)


def _labels_for(gold: pd.DataFrame, polarity: pd.DataFrame, sentences: pd.DataFrame) -> list[int]:
    """Take, for each gold pair, the row of that state whose sentence overlaps most; 0 where there is none."""
    ends = sentences.set_index(["doc_id", "start"])["end"]
    labels = []
    for pair in gold.itertuples():
        rows = polarity[(polarity["doc_id"] == pair.doc_id) & (polarity["target"] == pair.state)]
        shared = [
            (min(ends[(row.doc_id, row.sentence)], pair.end) - max(row.sentence, pair.start), row.label)
            for row in rows.itertuples()
        ]
        labels.append(max(((n, label) for n, label in shared if n > 0), default=(0, 0))[1])
    return labels


def _f1(gold: pd.Series, labels: list[int], k: int) -> float:
    hits = sum(a == b == k for a, b in zip(gold, labels, strict=True))
    return 2 * hits / max(1, sum(gold == k) + sum(label == k for label in labels))


def _kappa(gold: pd.Series, labels: list[int]) -> float:
    """Cohen's kappa: agreement beyond what the margins alone would give (Cohen 1960)."""
    n = len(gold)
    agree = sum(a == b for a, b in zip(gold, labels, strict=True)) / n
    chance = sum((gold == k).mean() * labels.count(k) / n for k in (-1, 0, 1))
    return (agree - chance) / (1 - chance)


def _topics(score: ModuleType) -> str:
    out = _run(score, "topics")
    total = re.search(r"macro-F1 ([\d.]+), micro ([\d.]+)", out)
    assert total
    lines = [
        f"| {t} | {f} | {g} | {p} |" for t, f, g, p in re.findall(r"  (\w+): F1 (\d+) \(gold (\d+), found (\d+)\)", out)
    ]
    return f"""\
## Topics

340 sentences of the seeds with the topics that both coders gave (ceremony and boilerplate left out).
Micro-F1 {total[2]} (goal on the kept-back half: 80), macro-F1 {total[1]}.

| topic | F1 | gold | found |
|---|---|---|---|
{chr(10).join(lines)}

Most of what is missed is said in sentences that only refer back ("We are ready for that."), which the coders judged in
context and a dictionary cannot see; `topic_frequency(…, context=True)` spreads a topic to them.
"""


if __name__ == "__main__":
    sys.exit(main())
