"""What the polarity model is trained on: rows of (text, spans of the target, label), from five sources.

1. NewsMTSC, training split (Hamborg & Donnay 2021, MIT): news sentences, a person or party each.
2. The shared half of the readings of the seeds: pairs of sentence and state on which two readers agree.
3. ``polarity_sentences.txt`` beside this file: sentences in the diplomatic manner, written for this package (MIT).
4. The examples in ``sco_analysis/data/polarity.yml``, one an entry (MIT).
5. Transcripts without labels: 41 Kremlin pages (CC BY 4.0), three of the White House and one of the US House (public).

The last, and further names and pronouns in the first, are labelled by the teacher (see `train_polarity`). None of the
transcripts is a seed.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

import sco_analysis as sco
from sco_analysis.stance.lexicon import PATH as LEXICON

HERE = Path(__file__).parent
ROOT = HERE.parent
SHARED = ROOT.parent / "shared"

#: transcripts whose licence lets a model be trained on them and shipped
SPOKEN = (
    "t01_kremlin_carlson_2024", "t03_wh_briefing_2022-09-20", "t06_wh_samore_mcfaul_2009", "t13_us_congress_china_2005",
    "t18_wh_biden_xi_virtual_2021",
)  # fmt: skip
UNKNOWN = 9  # the label of a row that has none
_NAME = re.compile(r"\b(?:[A-Z][a-z]+(?: [A-Z][a-z]+)+|(?<=[a-z,;] )[A-Z][a-z]+|[Hh]e|[Ss]he|[Tt]hey|[Hh]im)\b")

_TARGET = re.compile(r"\{([A-Z])([+0-])(?::([^}]*))?\}")
_SIGNS = {"-": -1, "0": 0, "+": 1}
#: names that are drawn for the letters of `polarity_sentences.txt`
NAMES = (
    "Russia|Ukraine|China|India|Pakistan|Iran|Türkiye|Kazakhstan|Uzbekistan|Azerbaijan|Mongolia|Qatar|Belarus|"
    "the United States|the United Kingdom|France|Germany|Japan|Israel|Syria|Afghanistan|Armenia|Egypt|Brazil|"
    "South Africa|Nigeria|Kenya|Indonesia|Viet Nam|Cuba|Venezuela|Myanmar|Serbia|Poland|Lithuania|Canada|Mexico|"
    "Morocco|Ethiopia|Sudan|Rwanda|Colombia|the Philippines|Malaysia|Norway|Spain|Italy|Greece|Iraq|Jordan"
).split("|")


@dataclass(frozen=True)
class Row:
    """One sentence and one target in it."""

    text: str
    spans: tuple[tuple[int, int], ...]
    label: int
    group: str = ""


def read_news(split: str) -> list[Row]:
    """Read a split of NewsMTSC; ``further`` mentions of the target are spans too."""
    path = SHARED / "dev" / "newsmtsc" / f"{split}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
    return [
        Row(r["sentence"], ((r["start"], r["end"]), *(tuple(span) for span in r["further"])), r["label"]) for r in rows
    ]


def draw_other_targets(news: list[Row], rng: np.random.Generator) -> list[Row]:
    """Choose in each sentence of ``news`` another name or pronoun as the target, where there is one; no label."""
    rows = []
    for row in {row.text: row for row in news}.values():
        free = [
            found.span()
            for found in _NAME.finditer(row.text)
            if not any(a < found.end() and found.start() < b for a, b in row.spans)
        ]
        if free:
            rows.append(Row(row.text, (free[rng.integers(len(free))],), UNKNOWN))
    return rows


def read_spoken(folder: Path) -> list[Row]:
    """Return a row for each state in each sentence of the transcripts, no label; texts are laid out in ``folder``."""
    folder.mkdir(exist_ok=True)
    source = SHARED / "dev" / "transcripts"
    for name in SPOKEN:
        (folder / f"{name}.txt").write_bytes((source / f"{name}.txt").read_bytes())
    for line in (source / "kremlin.jsonl").read_text(encoding="utf8").splitlines():
        page = json.loads(line)
        (folder / f"kremlin-{page['id']}.txt").write_bytes(page["text"].encode())
    parsed = sco.parse(sco.read_corpus(folder))
    states = parsed.mentions[parsed.mentions["kind"] == "state"]
    texts = parsed.sentences.set_index(["doc_id", "start"])["text"].to_dict()
    rows = []
    for (doc, at, _), own in states.groupby(["doc_id", "sentence", "key"]):
        text = texts[(doc, at)]
        spans = tuple((a - at, b - at) for a, b in zip(own["start"], own["end"], strict=True) if b - at <= len(text))
        if spans:
            rows.append(Row(text, spans, UNKNOWN))
    return rows


def read_examples() -> list[Row]:
    """Read the examples of the lexicon: what is said of X has the sign of the entry's valence."""
    content = yaml.safe_load(LEXICON.read_text(encoding="utf8"))
    rows = []
    for entry in content["entries"]:
        spans = tuple(found.span() for found in re.finditer(r"\bX\b", entry["example"]))
        if spans:
            rows.append(Row(entry["example"], spans, int(np.sign(float(entry["valence"])))))
    return rows


def draw_sentences(rng: np.random.Generator, path: Path = HERE / "polarity_sentences.txt") -> list[Row]:
    """Fill the sentences of ``path`` with names; one row for each letter of each sentence."""
    lines = [line for line in path.read_text(encoding="utf8").splitlines() if line and line[0] != "#"]
    return [row for line in lines for row in fill(line, rng)]


def fill(line: str, rng: np.random.Generator) -> list[Row]:
    """Put names into one sentence."""
    letters = dict.fromkeys(found[1] + (found[3] or "") for found in _TARGET.finditer(line))
    names = dict(zip(letters, rng.choice(NAMES, len(letters), replace=False), strict=True))
    text, at, spans, labels = "", 0, {}, {}
    for found in _TARGET.finditer(line):
        text += line[at : found.start()]
        key = found[1] + (found[3] or "")
        name = found[3] or str(names[key])
        name = name[0].upper() + name[1:] if not text else name
        spans.setdefault(key, []).append((len(text), len(text) + len(name)))
        labels[key] = _SIGNS[found[2]]
        text, at = text + name, found.end()
    text += line[at:]
    return [Row(text, tuple(spans[key]), labels[key], line) for key in letters]


def read_seeds(parsed: sco.Parsed | None = None) -> tuple[list[Row], pd.DataFrame]:
    """Read the shared half of the seeds' readings.

    Returns the rows (group: document and session, for cross-validation) and, in step with them, the gold pairs with
    doc_id and sentence, the start of our sentence.
    """
    parsed = parsed or sco.parse(sco.read_corpus(ROOT / "seeds"))
    ids = parsed.documents.set_index("path")["doc_id"]
    path = SHARED / "gold" / "seeds_sentiment_dev.tsv"
    gold = pd.read_csv(path, sep="\t", quoting=csv.QUOTE_NONE, keep_default_na=False)
    gold = gold[(gold["valid"].astype(str) == "1") & (gold["polarity"].astype(str) != "")]
    states = parsed.mentions[parsed.mentions["kind"] == "state"]
    sentences = parsed.sentences.set_index(["doc_id", "start"])
    rows, pairs = [], []
    for pair in gold.itertuples():
        doc = ids[pair.file]
        own = states[(states["doc_id"] == doc) & (states["key"] == pair.state)]
        own = own[(own["start"] < int(pair.end)) & (own["end"] > int(pair.start))]
        if own.empty:
            continue
        ends = sentences["end"]
        shares = {s: min(ends[(doc, s)], int(pair.end)) - max(s, int(pair.start)) for s in own["sentence"]}
        best = max(shares, key=lambda s: shares[s])
        own = own[own["sentence"] == best]
        sentence = sentences.loc[(doc, best)]
        spans = tuple((a - best, b - best) for a, b in zip(own["start"], own["end"], strict=True))
        rows.append(Row(sentence["text"], spans, int(pair.polarity), f"{doc} {sentence['session']}"))
        pairs.append({"doc_id": doc, "sentence": best, "target": pair.state, "polarity": int(pair.polarity)})
    return rows, pd.DataFrame(pairs)


def folds_of(rows: list[Row], many: int = 5) -> np.ndarray:
    """Deal the groups of ``rows`` out to ``many`` folds, the largest first, each to the smallest fold yet."""
    size = pd.Series([row.group for row in rows]).value_counts(sort=False).sort_values(ascending=False, kind="stable")
    load, fold = [0] * many, {}
    for group, n in size.items():
        fold[group] = int(np.argmin(load))
        load[fold[group]] += n
    return np.array([fold[row.group] for row in rows])
